"""What keeps a case open, what is due next, and what stands in the way of closing. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from records.lifecycles import Owed

SETTLE_IN = timedelta(minutes=10)
"""S5: latest safe departure = due time − travel − 10 min. [LOCAL]"""
TRAVEL_GUESS = timedelta(minutes=20)
"""Travel while nobody has accepted yet. [LOCAL]"""
WARN_AT = (50, 75, 90)
"""S5: warnings at so many per cent of the time."""


@dataclass(frozen=True)
class Live:
    """An owed row as the closing rule sees it."""

    owed: Owed
    state: str
    kind: str = ""
    due_at: datetime | None = None
    travel_min: int | None = None
    stops_clock: bool = False
    who: str = ""
    id: int = 0


class Conclusion(StrEnum):
    """What a transaction about a case ends with."""

    stay = "stay"
    close = "close"
    ask_how_it_ended = "ask_how_it_ended"


def conclude(owed: Sequence[Live], outcome: str | None) -> Conclusion:
    """A case with an outcome and nothing owed closes; one with nothing owed and no outcome owes "say how it ended"."""
    if owed:
        return Conclusion.stay
    return Conclusion.close if outcome else Conclusion.ask_how_it_ended


def latest_safe_departure(due_at: datetime, travel_min: int | None) -> datetime:
    travel = TRAVEL_GUESS if travel_min is None else timedelta(minutes=travel_min)
    return due_at - travel - SETTLE_IN


def next_due(
    owed: Sequence[Live],
    human_deadlines: Sequence[tuple[datetime, str]],
    breach_at: datetime | None,
    clock_stop: datetime | None,
) -> tuple[datetime, str] | None:
    """The next thing due of a human (S5): a latest safe departure, the breach, or a deadline that somebody owes."""
    due = list(human_deadlines)
    waiting = ("open", "offered", "accepted")
    if clock_stop is None:
        due += [
            (latest_safe_departure(row.due_at, row.travel_min), "latest safe departure")
            for row in owed
            if row.owed is Owed.position and row.due_at is not None and row.state in waiting
        ]
        if breach_at is not None:
            due.append((breach_at, "breach"))
    return min(due, default=None)


def warnings(clock_start: datetime, breach_at: datetime) -> list[tuple[int, datetime]]:
    """When 50, 75 and 90 % of the time are used up (S5)."""
    whole = breach_at - clock_start
    return [(percent, clock_start + whole * percent / 100) for percent in WARN_AT]


class WelfareTimes(Protocol):
    """When a house has those who wait rung, in minutes from the clock's start (S4). [LOCAL]"""

    @property
    def at_min(self) -> tuple[int, ...]: ...

    @property
    def then_every_min(self) -> int: ...


Welfare = Mapping[str, WelfareTimes]
"""By priority; one that is not in it has no welfare calls."""


def next_welfare_call(
    clock_start: datetime, priority: str | None, welfare: Welfare, now: datetime
) -> datetime | None:
    """When to look next whether somebody who waits must be rung; by the case's own clock."""
    times = welfare.get(priority or "")
    if times is None:
        return None
    planned = [clock_start + timedelta(minutes=at) for at in times.at_min]
    for at in planned:
        if at > now:
            return at
    every = timedelta(minutes=times.then_every_min)
    return planned[-1] + ((now - planned[-1]) // every + 1) * every


NAMES = {
    Owed.call: "a call that is still open",
    Owed.assessment: "an assessment that is not finished",
    Owed.call_back: "a call-back that nobody has made",
    Owed.hold: "a hold that has not ended",
    Owed.position: "a visit that is not done",
    Owed.hand_over: "a hand-over that nobody has confirmed",
    Owed.task: "a task that is still open",
}

MANY = {
    Owed.call: "calls that are still open",
    Owed.assessment: "assessments that are not finished",
    Owed.call_back: "call-backs that nobody has made",
    Owed.hold: "holds that have not ended",
    Owed.position: "visits that are not done",
    Owed.hand_over: "hand-overs that nobody has confirmed",
    Owed.task: "tasks that are still open",
}

NAMED = {"dependants": "who depends on them, and who looks after those"}
"""Tasks by their kind that whoever closes a case would look for."""


def in_the_way(owed: Sequence[Live], outcome: str | None) -> str:
    """What stands between the case and its closing, as a sentence; empty where nothing does."""
    counted = Counter(row.owed for row in owed if row.kind not in ("finish", *NAMED))
    things = [NAMES[what] if n == 1 else f"{n} {MANY[what]}" for what, n in counted.items()]
    things += [words for kind, words in NAMED.items() if any(row.kind == kind for row in owed)]
    if not outcome:
        things.append("how it ended")
    if not things:
        return ""
    listed = things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
    return f"Still in the way of closing: {listed}."
