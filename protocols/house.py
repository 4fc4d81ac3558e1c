"""The value objects of a place's house file: what one clinical safety lead decides for every protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from protocols.first_minute import FirstQuestion

Answer = str | int | float

# The answer "asked, and not known". A question that was not reached has no answer at all.
UNKNOWN = "unknown"

Kind = Literal["yes_no", "choice", "number"]
Worse = Literal["yes", "no", "last", "higher", "lower", "neither", "outside", "by_score"]


@dataclass(frozen=True)
class Priority:
    """A place in the order of urgency. `target_min` is the response target in minutes, None without one."""

    id: str
    rank: int
    title: str
    label: str
    target_min: int | None


@dataclass(frozen=True)
class Sign:
    """A danger sign of the house: its floor, and the exact sentences to say aloud before anything else."""

    id: str
    floor: str
    life_threat: bool
    title: str
    words: tuple[str, ...] = ()
    when_expected_dying: str | None = None


@dataclass(frozen=True)
class PositionKind:
    """A kind of person a case can ask for. `skills` are musts; `offered` is no for a queue such as call-backs.

    `equipment` is what they bring; it stands in the offer's text.
    """

    id: str
    title: str
    skills: tuple[str, ...] = ()
    stops_clock: bool = False
    offered: bool = True
    equipment: tuple[str, ...] = ()

    def with_equipment(self, title: str) -> str:
        """A title of such a position, and what they bring: `Nurse + lifting cushion`, which needs no bracket more."""
        return " + ".join((title.split(" (")[0], *self.equipment)) if self.equipment else title


@dataclass(frozen=True)
class HouseQuestion:
    """A question whose wording, answers and polarity are the same in every protocol; None is left open."""

    id: str
    kind: Kind
    answers: tuple[str, ...]
    worse: Worse | None
    band: tuple[float, float] | None
    unit: str | None
    ask: str | None
    say: str | None
    why: str | None


@dataclass(frozen=True)
class Service:
    """Another service that a case can be handed or referred to; not confirmed in time is an alarm (S30)."""

    id: str
    title: str
    confirm_min: int


@dataclass(frozen=True)
class WelfareCalls:
    """When somebody who waits is rung, in minutes from the clock's start: at each of these, then again and again."""

    at_min: tuple[int, ...]
    then_every_min: int


WELFARE_CALLS = {
    "one_hour": WelfareCalls((30, 60), 60),
    "two_hours": WelfareCalls((30, 60), 60),
}
"""S4, where a house does not say otherwise: none for SAME DAY and 2 DAYS. [LOCAL]"""


@dataclass(frozen=True)
class AfterDeath:
    """What a death asks to be done: always, where it was expected, and where it was not (S28)."""

    always: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    not_expected: tuple[str, ...] = ()


@dataclass(frozen=True)
class House:
    """What one clinical safety lead decides for a place; every protocol may be stricter, never laxer."""

    priorities: tuple[Priority, ...]
    clinician: str
    unknown_limit: int
    exception_never_below: str
    every_protocol_asks: tuple[str, ...]
    plausible: Mapping[str, tuple[float, float]]
    signs: Mapping[str, Sign]
    questions: Mapping[str, HouseQuestion]
    visits: tuple[str, ...]
    positions: Mapping[str, PositionKind]
    needs: Mapping[str, str]
    # Triage protocols by id, as the handlers are offered them: the keys in their fingers stay when one is added.
    order: tuple[str, ...]
    local: Mapping[str, Answer]
    text: str = field(repr=False)
    sha256: str
    services: Mapping[str, Service] = field(default_factory=dict)
    may_hold: tuple[str, ...] = ()
    safety_net: tuple[str, ...] = ()
    deaths: AfterDeath = AfterDeath()
    # S6: asked before any protocol is chosen; a house without them goes straight to the protocols.
    first_minute: tuple[FirstQuestion, ...] = ()
    # S4: by priority; one that is not here has none.
    welfare_calls: Mapping[str, WelfareCalls] = field(default_factory=lambda: WELFARE_CALLS)

    # S8: by question and answer, the words of the shared record that give it; only ever a worse one than none.
    record_says: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def after_death(self, expected: bool) -> tuple[str, ...]:
        """What must be done, in the order to do it in."""
        return (*(self.deaths.expected if expected else self.deaths.not_expected), *self.deaths.always)

    @cached_property
    def rank(self) -> dict[str, int]:
        """The place of each priority id, 0 the most urgent."""
        return {priority.id: priority.rank for priority in self.priorities}

    def priority(self, priority_id: str) -> Priority:
        """The priority of this id; KeyError if the house has none."""
        return self.priorities[self.rank[priority_id]]

    def position(self, kind: str) -> PositionKind:
        """The kind of this id; a house that lists no kinds gets one that does not stop the clock (S2)."""
        return self.positions.get(kind) or PositionKind(kind, kind.replace("_", " "))
