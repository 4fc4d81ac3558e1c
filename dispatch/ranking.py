"""Who should be asked first, and why, in words that a coordinator can read. Pure.

A must rules somebody out; wishes are weighed against each other in minutes of travel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

UNKNOWN_TRAVEL_MIN = 25
VISIT_MIN = 45
"""A visit that would end long after the shift is not offered. [LOCAL]"""
LOAD_COSTS_MIN = 4
"""Each visit already made in this shift counts like so many more minutes of travel. [LOCAL]"""
SEEN_SAVES_MIN = 8
"""Somebody they know at the door is worth so many minutes. [LOCAL]"""
SEEN_WITHIN = timedelta(days=14)
COVERED_MIN = 20
"""An area is covered while somebody else who could do the same is free within so many minutes of it. [LOCAL]"""
UNCOVERED_COSTS_MIN = 10
"""To leave an area with nobody counts like so many minutes at most: who waits now comes before who may ring. [LOCAL]"""
LACKS_COSTS_MIN = 20
"""To come without a thing that is wanted there counts like the way to fetch it. [LOCAL]"""
PERHAPS_LACKS_COSTS_MIN = 5
"""Where nobody knows whether they have it: behind who has it, and well before who has not. [LOCAL]"""
ASKED_COSTS_MIN = 1000
"""Nobody is asked twice before everybody has been asked once."""


@dataclass(frozen=True)
class Cover:
    """The area that somebody would leave, and how many minutes from it the next one is who could do the same and is
    free (None: nobody)."""

    area: str
    next_min: int | None

    @property
    def costs_min(self) -> float:
        if self.next_min is None:
            return UNCOVERED_COSTS_MIN
        return min(max(0, self.next_min - COVERED_MIN), UNCOVERED_COSTS_MIN)


@dataclass(frozen=True)
class Candidate:
    """A responder on shift who holds the skills and has no other offer open.

    `has`: the skills that were asked for. `seen_at`: when they were last with this person or at this door, in the
    place's own time. `leaves`: what their going would leave behind, where that was looked at. `free_at`: when they will
    be done with whom they are with (None: free now); the travel then counts from there. `brings`: each thing that is
    wanted there, and whether they have it (None: not known).
    """

    responder_id: int
    name: str
    profession: str
    shift_ends_at: datetime
    travel_min: int | None
    visits_this_shift: int = 0
    asked_before: bool = False
    excluded: bool = False
    has: tuple[str, ...] = ()
    seen_at: datetime | None = None
    leaves: Cover | None = None
    free_at: datetime | None = None
    brings: tuple[tuple[str, bool | None], ...] = ()

    @property
    def counted_min(self) -> int:
        """Travel as it is counted: what is not known is not near."""
        return UNKNOWN_TRAVEL_MIN if self.travel_min is None else self.travel_min

    def there_at(self, now: datetime) -> datetime:
        return max(now, self.free_at or now) + timedelta(minutes=self.counted_min)


@dataclass(frozen=True)
class Ranked:
    """Somebody who may go. `score` counts in minutes, the least first."""

    candidate: Candidate
    score: float

    @property
    def travel_min(self) -> int:
        return self.candidate.counted_min

    @property
    def reasons(self) -> tuple[str, ...]:
        """For a coordinator to read."""
        return _reasons(self.candidate)


@dataclass(frozen=True)
class RuledOut:
    """Somebody on shift with the skills who is not asked, and why, in words.

    `managers_only`: that there is an exclusion at all is for managers (S22); to anybody else this row is not shown.
    `may_be_asked_on_purpose`: a coordinator may offer it to them all the same (they said no before, or end soon).
    `may_have_it_next`: or for after the visit that they are on.
    """

    candidate: Candidate
    why: str
    managers_only: bool = False
    may_be_asked_on_purpose: bool = False
    may_have_it_next: bool = False


def rank(candidates: Sequence[Candidate], now: datetime) -> list[Ranked]:
    """Those who may go, best first. Musts have ruled out the rest; ties go to the one who joined first."""
    ranked = [Ranked(one, weigh(one, now)) for one in candidates if may_go(one, now) is None]
    return sorted(ranked, key=lambda r: (r.score, r.candidate.responder_id))


def may_go(candidate: Candidate, now: datetime) -> str | None:
    """Why not, or None where nothing speaks against it (S22: exclusions gate every offer)."""
    if candidate.excluded:
        return "not for this person or address"
    if is_off_too_soon(_minutes(candidate.there_at(now), now), _minutes(candidate.shift_ends_at, now)):
        return "off too soon"
    return None


def is_off_too_soon(there_min: float, ends_min: float) -> bool:
    """Whether half of a usual visit would lie after the shift; both in minutes from now."""
    return there_min + VISIT_MIN / 2 > ends_min


def weigh(candidate: Candidate, now: datetime) -> float:
    """All wishes together, in minutes: the less the better."""
    known = SEEN_SAVES_MIN if candidate.seen_at is not None else 0
    cover = candidate.leaves.costs_min if candidate.leaves is not None else 0
    there_min = _minutes(candidate.there_at(now), now) + lacking(candidate.brings)
    return there_min + besides(candidate.visits_this_shift, candidate.asked_before) + cover - known


def besides(visits_this_shift: int, asked_before: bool) -> float:
    """What counts beside the way, in minutes of it."""
    return LOAD_COSTS_MIN * visits_this_shift + (ASKED_COSTS_MIN if asked_before else 0)


def lacking(brings: Sequence[tuple[str, bool | None]]) -> float:
    """What is wanted there and not brought, in minutes."""
    costs = {True: 0, None: PERHAPS_LACKS_COSTS_MIN, False: LACKS_COSTS_MIN}
    return sum(costs[has] for _, has in brings)


def _minutes(at: datetime, now: datetime) -> float:
    return (at - now).total_seconds() / 60


def second(rest: Sequence[Ranked]) -> str:
    """Who would be next, and why they are not first; empty where there is nobody."""
    if not rest:
        return ""
    return f"; second: {rest[0].candidate.name}, {', '.join(rest[0].reasons[1:])}"


def _reasons(candidate: Candidate) -> tuple[str, ...]:
    travel, visits, free_at = candidate.travel_min, candidate.visits_this_shift, candidate.free_at
    reasons = [
        candidate.profession,
        f"{travel} min away" if travel is not None else "distance not known",
        "free" if free_at is None else f"with somebody until about {free_at:%H:%M}",
    ]
    if len(candidate.has) > 1:
        reasons.append(f"has {' and '.join(skill.replace('_', ' ') for skill in candidate.has)}")
    said = {True: "has the {}", None: "{} not known", False: "no {}"}
    reasons += [said[has].format(thing) for thing, has in candidate.brings]
    if candidate.seen_at is not None:
        reasons.append(f"saw them on {candidate.seen_at:%A %-d %B}")
    if visits:
        reasons.append("1 visit this shift" if visits == 1 else f"{visits} visits this shift")
    if candidate.leaves is not None and candidate.leaves.costs_min:
        reasons.append(_left_behind(candidate.leaves))
    if candidate.asked_before:
        reasons.append("did not answer before")
    return tuple(reasons)


def _left_behind(cover: Cover) -> str:
    area = cover.area or "where they start"
    near = f"near {area}" if cover.next_min is None else f"within {COVERED_MIN} min of {area}"
    return f"nobody else free {near} then"
