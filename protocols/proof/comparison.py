"""Which calls two versions of a protocol answer otherwise: what changes for whom, with a call for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from protocols.model import House, TriageProtocol
from protocols.proof.call import Call, World
from protocols.proof.findings import Finding, said_priority, shown
from protocols.proof.outcome import Outcome
from protocols.proof.search import Search
from protocols.proof.terms import Term, both, never


@dataclass
class Comparison:
    """Two versions on the same calls. What is asked in one of them only is free in the other."""

    before: TriageProtocol
    after: TriageProtocol
    house: House

    @cached_property
    def _calls(self) -> tuple[Call, Call]:
        old, new = Call.under(self.before, self.after), Call.under(self.after, self.before)
        asked = {one.question.id: one.values for one in old.cells}
        apart = {
            one.question.id
            for one in new.cells
            if one.question.id in asked and asked[one.question.id] != one.values
        }
        return Call.under(self.before, self.after, apart=frozenset(apart)), new

    @cached_property
    def search(self) -> Search:
        """Over the calls of the newer version; whatever always holds in the older one holds too."""
        old, new = self._calls
        return Search(new, *old.always)

    def changes(self) -> Iterator[Finding]:
        """For each pair of priorities: the mildest call that came to the one and comes to the other, slower first."""
        old, new = (Outcome(self.house, World(call)) for call in self._calls)
        pairs = [(a, b) for a, b in product(sorted(set(old.ranks)), sorted(set(new.ranks))) if a != b]
        for was, becomes in sorted(pairs, key=lambda pair: (pair[0] > pair[1], pair)):
            found = self.search.mildest(both((_exactly(old, was), _exactly(new, becomes))))
            if found is None:
                continue
            slower = becomes > was
            words = f"{said_priority(self.house, was)} becomes {said_priority(self.house, becomes)}"
            call = shown(self.after, found.said)
            yield Finding(
                "slower" if slower else "faster", "approved version", self.after.protocol, words, call
            )

    def words(self) -> Iterator[str]:
        """What else is not the same, in a sentence each."""
        old, new = self.before.by_id, self.after.by_id
        for name in new.keys() - old.keys():
            yield f'new question: "{new[name].ask}"'
        for name in old.keys() - new.keys():
            yield f'no longer asked: "{old[name].ask}"'
        for name in old.keys() & new.keys():
            if (old[name].kind, old[name].answers, old[name].range) != (
                new[name].kind,
                new[name].answers,
                new[name].range,
            ):
                yield f'other answers to "{new[name].ask}": its calls cannot be compared one by one'
            elif old[name].worse != new[name].worse:
                yield f'another worse side of "{new[name].ask}": {old[name].worse}, now {new[name].worse}'


def _exactly(outcome: Outcome, rank: int) -> Term:
    ranks = sorted(set(outcome.ranks))
    place = ranks.index(rank)
    faster = outcome.as_urgent_as(ranks[place - 1]) if place else False
    return both((outcome.as_urgent_as(rank), never(faster)))
