"""The value objects of the protocols: what a file says, after it has been read and found sound.

Everything here is immutable. Priorities stand by their id; `House.rank` gives their place (0 is the most urgent).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from typing import Literal, NamedTuple

from protocols.house import UNKNOWN, Answer, House, HouseQuestion, Kind, PositionKind, Priority, Sign, Worse
from protocols.measures import ALL, Measure
from protocols.scores import Score
from protocols.tree import (
    FALSE,
    MAYBE,
    TRUE,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    IsUnknown,
    Known,
    Leaf,
    Not,
    OneOf,
    Readings,
    ScoreAtLeast,
    Test,
)

__all__ = [
    "FALSE",
    "MAYBE",
    "TRUE",
    "UNKNOWN",
    "AllOf",
    "Answer",
    "AnyOf",
    "AtLeast",
    "AtMost",
    "Condition",
    "Disposition",
    "DroppedCall",
    "EscalationProtocol",
    "EscalationStep",
    "Example",
    "ExceptionPermit",
    "House",
    "HouseQuestion",
    "IsUnknown",
    "Kind",
    "Known",
    "Leaf",
    "Not",
    "OneOf",
    "PlannedPosition",
    "Population",
    "PositionKind",
    "Priority",
    "Question",
    "Readings",
    "RedFlag",
    "Rule",
    "Score",
    "ScoreAtLeast",
    "Sign",
    "Test",
    "TriageProtocol",
    "UnknownLimit",
    "Worse",
]


@dataclass(frozen=True)
class Question:
    """One question of a protocol. `range` and `step` are in `unit`; `band` is the mild range of `outside`.

    An observation of a score (`score` names it) is a number or a choice like any other, worse `by_score`; `mild` is
    a value that scores nothing.
    """

    id: str
    index: int
    ask: str
    kind: Kind
    worse: Worse
    say: str | None = None
    why: str | None = None
    answers: tuple[str, ...] = ()
    answer_titles: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    range: tuple[float, float] | None = None
    step: float | None = None
    band: tuple[float, float] | None = None
    because: str | None = None
    ask_if: Condition | None = None
    gate: Test | None = field(default=None, repr=False, compare=False)
    record: bool = False
    holds_min: int | None = None  # an answer of before counts for so long; None: for as long as any does
    for_information: bool = False
    observation: bool = False
    score: str | None = None
    mild: Answer | None = None

    @cached_property
    def bits(self) -> dict[str, int]:
        """The bit of each answer of a yes/no or choice question."""
        return {answer: 1 << place for place, answer in enumerate(self.answers)}

    def title_of(self, answer: str) -> str:
        """A listed answer in words."""
        return self.answer_titles.get(answer, answer.replace("_", " "))

    @cached_property
    def mildest(self) -> Answer | None:
        """The mildest answer; None where no answer is worse than another."""
        if self.worse == "neither":
            return None
        if self.worse == "by_score":
            return self.mild
        if self.kind == "yes_no":
            return "no" if self.worse == "yes" else "yes"
        if self.kind == "choice":
            return self.answers[0]
        low, high = self.range or (0.0, 0.0)
        if self.band is not None:
            # The middle, so that a threshold at an edge of the band is never met by a question nobody asked.
            return (self.band[0] + self.band[1]) / 2
        return low if self.worse == "higher" else high


@dataclass(frozen=True)
class RedFlag:
    """A danger that a protocol looks for; nothing slower than `floor` may come of it."""

    flag: str
    condition: Condition
    floor: str
    sign: str | None
    title: str
    words: tuple[str, ...]
    life_threat: bool
    # An exception speaks of this flag: then the rules decide while it is uncertain, or below its floor.
    excused_unknown: bool
    excused_floor: bool
    test: Test = field(repr=False, compare=False)


@dataclass(frozen=True)
class Rule:
    rule: str
    condition: Condition
    test: Test = field(repr=False, compare=False)


class PlannedPosition(NamedTuple):
    """A position that a disposition asks for; `with_999` may go before a clinician's word (S11)."""

    kind: str
    with_999: bool = False


@dataclass(frozen=True)
class Disposition:
    """What is done. `otherwise` is the one that stands when no rule fires; `ends_call`: no more questions."""

    id: str
    title: str
    priority: str
    response: str
    positions: tuple[PlannedPosition, ...] = ()
    advice: tuple[str, ...] = ()
    ends_call: bool = False
    otherwise: bool = False
    rules: tuple[Rule, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Population:
    """Whom the protocol is for; outside it the disposition `otherwise` counts and `go_to` is named."""

    condition: Condition
    otherwise: str
    go_to: str
    questions: tuple[int, ...]
    test: Test = field(repr=False, compare=False)


@dataclass(frozen=True)
class ExceptionPermit:
    """A signed permit for the prover; the engine never evaluates `condition`. `within_min` is in minutes."""

    id: str
    allows: Literal["unknown", "slower", "below_floor"]
    about: str
    condition: Condition
    never_below: str
    because: str
    who: str | None
    within_min: int | None
    signed: tuple[str, ...]


@dataclass(frozen=True)
class DroppedCall:
    to: str
    who: str
    within_min: int


@dataclass(frozen=True)
class UnknownLimit:
    limit: int
    to: str


@dataclass(frozen=True)
class Example:
    """A call and what must come of it; questions not named are answered mildest. `line` is where it is written."""

    title: str
    answers: Mapping[str, Answer]
    record: Mapping[str, Answer]
    gives: str | None
    priority: str | None
    refused: bool
    dropped: bool
    because: str
    line: int
    column: int


@dataclass(frozen=True)
class TriageProtocol:
    """One triage protocol, exactly as written (`text`) and ready to run; `sha256` is of the text."""

    protocol: str
    version: str
    status: str
    title: str
    review_by: str
    # One of the house's needs: the case is about this where nobody has chosen another.
    need: str | None
    population: tuple[Population, ...]
    questions: tuple[Question, ...]
    red_flags: tuple[RedFlag, ...]
    dispositions: tuple[Disposition, ...]
    exceptions: tuple[ExceptionPermit, ...]
    unknowns: UnknownLimit
    dropped_call: DroppedCall
    examples: tuple[Example, ...]
    evidence: tuple[str, ...]
    # By question index: the rank of the most urgent floor it can lead to (len(priorities) if none) …
    feeds: tuple[int, ...]
    # … and whether it can lead to a life threat.
    life_threat: tuple[bool, ...]
    scores: tuple[Score, ...]
    text: str = field(repr=False)
    sha256: str
    # What is counted of its use.
    measures: tuple[Measure, ...] = ALL

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """The questions by their id."""
        return {question.id: question for question in self.questions}

    def disposition(self, disposition_id: str) -> Disposition:
        """The disposition of this id; KeyError if there is none."""
        for disposition in self.dispositions:
            if disposition.id == disposition_id:
                return disposition
        raise KeyError(disposition_id)


@dataclass(frozen=True)
class EscalationStep:
    """One step, `at_s` seconds after the ladder began.

    offer: `at_once` people, each with `wait_s` to answer, again and again down the ranking until one accepts; before
    them all of `team` who could go, at once; between the two times of `daytime` only, where it is given;
    alert (board and SMS) and call (voice, wants an acknowledging key): to `role`; hand_over: to `to`.
    `then_every_s` repeats the last step until somebody has acted.
    """

    kind: Literal["offer", "alert", "call", "hand_over"]
    at_s: int = 0
    at_once: int = 0
    wait_s: int = 0
    team: str = ""
    daytime: tuple[time, time] | None = None
    role: str = ""
    to: str = ""
    then_every_s: int | None = None


@dataclass(frozen=True)
class EscalationProtocol:
    """What happens while nobody has accepted; `nobody_eligible` is the role alerted at once if none can be asked."""

    escalation: str
    version: str
    status: str
    title: str
    serves: tuple[str, ...]
    steps: tuple[EscalationStep, ...]
    nobody_eligible: str
    text: str = field(repr=False)
    sha256: str
