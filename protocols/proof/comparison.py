"""Which calls two versions of a protocol answer otherwise: what changes for whom, with a call for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from protocols.model import House, RedFlag, TriageProtocol
from protocols.proof.call import Call, World
from protocols.proof.cells import Cells
from protocols.proof.findings import Finding, said_priority, shown
from protocols.proof.outcome import Outcome
from protocols.proof.search import Search
from protocols.proof.terms import Term, both, either, never


@dataclass
class Comparison:
    """Two versions on the same calls. What is asked in one of them only is free in the other."""

    before: TriageProtocol
    after: TriageProtocol
    house: House

    @cached_property
    def _calls(self) -> tuple[Call, Call]:
        old, new = Call.under(self.before, self.after), Call.under(self.after, self.before)
        asked = {one.question.id: _cut(one) for one in old.cells}
        apart = {one.question.id for one in new.cells if asked.get(one.question.id, _cut(one)) != _cut(one)}
        return Call.under(self.before, self.after, apart=frozenset(apart)), new

    @cached_property
    def search(self) -> Search:
        """Over the calls of the newer version; whatever always holds in the older one holds too."""
        old, new = self._calls
        return Search(new, *old.always)

    def changes(self) -> Iterator[Finding]:
        """For each pair of priorities: the mildest call that came to the one and comes to the other, slower first."""
        old, new = (_Done(Outcome(self.house, World(call))) for call in self._calls)
        pairs = [(a, b) for a, b in product(old.ranks, new.ranks) if a != b]
        for was, becomes in sorted(pairs, key=lambda pair: (pair[0] > pair[1], pair)):
            found = self.search.mildest(both((old.exactly(was), new.exactly(becomes))))
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
        yield from (f'new question: "{one.ask}"' for name, one in new.items() if name not in old)
        yield from (f'no longer asked: "{one.ask}"' for name, one in old.items() if name not in new)
        to, now = self.before.dropped_call.to, self.after.dropped_call.to
        if to != now:
            yield f"a dropped call: {self.house.priority(to).title}, now {self.house.priority(now).title}"
        for name in new:
            if name not in old:
                continue
            if old[name].record and not new[name].record:
                yield f'the record no longer answers "{new[name].ask}"'
            if (old[name].kind, old[name].answers, old[name].range) != (
                new[name].kind,
                new[name].answers,
                new[name].range,
            ):
                yield f'other answers to "{new[name].ask}": its calls cannot be compared one by one'
            elif old[name].worse != new[name].worse:
                yield f'another worse side of "{new[name].ask}": {old[name].worse}, now {new[name].worse}'


def _cut(cells: Cells) -> tuple[object, ...]:
    """What must be the same for an answer in the one version to be the same answer in the other."""
    one = cells.question
    return (
        one.kind,
        frozenset(one.answers),
        one.unit,
        one.range,
        one.step,
        one.band,
        one.score,
        len(cells.values),
    )


@dataclass(frozen=True)
class _Done:
    """What is done about a call in the end: what the rules say, and the floors that the engine holds by itself."""

    outcome: Outcome

    @cached_property
    def ranks(self) -> list[int]:
        protocol, rank = self.outcome.world.call.protocol, self.outcome.house.rank
        return sorted({*self.outcome.ranks, *(rank[flag.floor] for flag in protocol.red_flags)})

    def exactly(self, rank: int) -> Term:
        place = self.ranks.index(rank)
        faster = self._as_urgent_as(self.ranks[place - 1]) if place else False
        return both((self._as_urgent_as(rank), never(faster)))

    def _as_urgent_as(self, rank: int) -> Term:
        flags = self.outcome.world.call.protocol.red_flags
        held = (self._held(flag) for flag in flags if self.outcome.house.rank[flag.floor] <= rank)
        return either((self.outcome.as_urgent_as(rank), *held))

    def _held(self, flag: RedFlag) -> Term:
        if flag.excused_floor:
            return False
        value = self.outcome.world.value(flag.condition)
        heard = True if flag.life_threat else never(self.outcome.refused)
        return both((heard, value.must if flag.excused_unknown else value.may))
