"""A protocol as it is proved: its calls, what is done about each, and what its signed exceptions permit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from protocols.conditions import asked_by, leaves
from protocols.engine import assess
from protocols.model import (
    Answer,
    Condition,
    ExceptionPermit,
    House,
    Question,
    RedFlag,
    ScoreAtLeast,
    TriageProtocol,
)
from protocols.proof.call import Call, Reading, World
from protocols.proof.findings import Finding, said_priority, shown
from protocols.proof.form import Form
from protocols.proof.outcome import Outcome
from protocols.proof.search import Search
from protocols.proof.terms import Term, both, either, never
from protocols.verdict import Verdict


@dataclass
class Subject:
    """One protocol in one house; everything here is built once and asked about many times."""

    protocol: TriageProtocol
    house: House

    @cached_property
    def call(self) -> Call:
        return Call.under(self.protocol)

    @cached_property
    def world(self) -> World:
        """Every complete call, as the engine reads it."""
        return World(self.call)

    @cached_property
    def outcome(self) -> Outcome:
        return Outcome(self.house, self.world)

    @cached_property
    def form(self) -> Form:
        return Form(self.protocol, tuple(self.call.cells))

    @cached_property
    def search(self) -> Search:
        return Search(self.call)

    def otherwise(self, index: int, reading: Reading) -> Outcome:
        """The outcome of the same call with one question answered otherwise."""
        return Outcome(self.house, World(self.call, {index: reading}, self.world), base=self.outcome)

    def floor(self, flag: RedFlag) -> int:
        """The rank of a red flag's floor."""
        return self.house.rank[flag.floor]

    def permits_about(self, names: set[str], *allowed: str) -> list[ExceptionPermit]:
        """The exceptions that speak of one of these and allow one of these."""
        return [one for one in self.protocol.exceptions if one.about in names and one.allows in allowed]

    def names_in(self, condition: Condition) -> set[str]:
        """The questions and scores that a condition speaks of, a score's own questions too."""
        asked = asked_by(condition)
        scores = {leaf.score for leaf in leaves(condition) if isinstance(leaf, ScoreAtLeast)}
        return scores | {question.id for question in self.protocol.questions if question.index in asked}

    def names_around(self, question: Question) -> set[str]:
        """A question, the scores that it is part of, and the red flags that ask it."""
        scores = {score.id for score in self.protocol.scores if question.index in score.asks}
        flags = {flag.flag for flag in self.protocol.red_flags if question.index in asked_by(flag.condition)}
        return {question.id} | scores | flags

    def unexcused(self, fault: Term, outcome: Outcome, permits: list[ExceptionPermit]) -> Term:
        """The fault, where no exception excuses its outcome."""
        return both((fault, never(either(outcome.permits(one) for one in permits))))

    def too_slow(self, flag: RedFlag, outcome: Outcome) -> tuple[Term, dict[str, Term]]:
        """A flag that may be true and a slower outcome; and, by the id of each exception that speaks of it, where
        that excuses it."""
        slow = both((outcome.heard(flag), never(outcome.as_urgent_as(self.floor(flag)))))
        must = outcome.world.value(flag.condition).must
        names = {flag.flag} | self.names_in(flag.condition)
        return slow, {
            permit.id: both((never(must) if permit.allows == "unknown" else True, outcome.permits(permit)))
            for permit in self.permits_about(names, "unknown", "below_floor")
        }

    def below_floor(self, flag: RedFlag, outcome: Outcome) -> Term:
        """The same, where nothing excuses it."""
        slow, excused = self.too_slow(flag, outcome)
        return both((slow, never(either(excused.values()))))

    def by_rules(self, verdict: Verdict) -> int:
        """What the engine's rules, population and limit of unknowns come to, without the floors it holds by itself."""
        ranks = [self.house.rank[verdict.by_rules.priority]] if verdict.by_rules is not None else []
        if verdict.unknown_count >= self.protocol.unknowns.limit:
            ranks.append(self.house.rank[self.protocol.unknowns.to])
        return min(ranks, default=len(self.house.priorities))

    def replayed(self, answers: Mapping[str, Answer], record: Mapping[str, Answer] | None = None) -> Verdict:
        """A whole call on the engine."""
        return assess(self.protocol, self.house, answers, record or {})

    def title(self, rank: int) -> str:
        """A priority as the board writes it; what is slower than all is nothing."""
        return said_priority(self.house, rank) if rank < len(self.house.priorities) else "nothing"

    def told(
        self, obligation: str, about: str, words: str, answers: Mapping[str, Answer], *, agreed: bool
    ) -> Finding:
        """A call as a finding; one that the engine does not confirm is a fault of the prover, and says so."""
        if not agreed:
            words = (
                f"{words}. The engine does not agree on this call: please tell the maintainers of First Point"
            )
        return Finding("not_proved", obligation, about, words, shown(self.protocol, answers))
