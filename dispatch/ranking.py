"""Who should be asked first, and why, in words that a coordinator can read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.national_grid import Point, km

ROAD_FACTOR = 1.4
SPEED_KM_PER_MIN = 0.5
START_MIN = 4
"""A straight line times a factor, at 30 km/h, and the time to get into the car. [LOCAL]"""
UNKNOWN_TRAVEL_MIN = 25
VISIT_MIN = 45
"""A visit that would end long after the shift is not offered. [LOCAL]"""
LOAD_COSTS_MIN = 4
"""Each visit already made in this shift counts like so many more minutes of travel. [LOCAL]"""


@dataclass(frozen=True)
class Candidate:
    """A responder on shift who holds the skills, is free, and has no other offer open."""

    responder_id: int
    name: str
    profession: str
    shift_ends_at: datetime
    travel_min: int | None
    visits_this_shift: int = 0
    asked_before: bool = False
    excluded: bool = False


@dataclass(frozen=True)
class Ranked:
    candidate: Candidate
    score: float
    reasons: tuple[str, ...]

    @property
    def travel_min(self) -> int:
        travel = self.candidate.travel_min
        return UNKNOWN_TRAVEL_MIN if travel is None else travel


@dataclass(frozen=True)
class RuledOut:
    """Somebody on shift with the skills who is not asked, and why, in words.

    `managers_only`: that there is an exclusion at all is for managers (S22); to anybody else this row is not shown.
    `may_be_asked_on_purpose`: a coordinator may offer it to them all the same (they said no before, or end soon).
    """

    candidate: Candidate
    why: str
    managers_only: bool = False
    may_be_asked_on_purpose: bool = False


def rank(candidates: Sequence[Candidate], now: datetime) -> list[Ranked]:
    """Those who may go, best first. Musts have ruled out the rest; ties go to the one who joined first."""
    fit = [candidate for candidate in candidates if may_go(candidate, now) is None]
    ranked = [Ranked(candidate, _score(candidate), _reasons(candidate)) for candidate in fit]
    return sorted(ranked, key=lambda r: (r.score, r.candidate.responder_id))


def may_go(candidate: Candidate, now: datetime) -> str | None:
    """Why not, or None where nothing speaks against it (S22: exclusions gate every offer)."""
    if candidate.excluded:
        return "not for this person or address"
    travel = UNKNOWN_TRAVEL_MIN if candidate.travel_min is None else candidate.travel_min
    if now + timedelta(minutes=travel + VISIT_MIN) > candidate.shift_ends_at + timedelta(
        minutes=VISIT_MIN / 2
    ):
        return "off too soon"
    return None


def _score(candidate: Candidate) -> float:
    travel = UNKNOWN_TRAVEL_MIN if candidate.travel_min is None else candidate.travel_min
    again = 1000 if candidate.asked_before else 0  # only when everybody else has been asked
    return travel + LOAD_COSTS_MIN * candidate.visits_this_shift + again


def _reasons(candidate: Candidate) -> tuple[str, ...]:
    travel = candidate.travel_min
    reasons = [
        candidate.profession,
        f"{travel} min away" if travel is not None else "distance not known",
        "free",
    ]
    if candidate.visits_this_shift:
        count = candidate.visits_this_shift
        reasons.append("1 visit this shift" if count == 1 else f"{count} visits this shift")
    if candidate.asked_before:
        reasons.append("did not answer before")
    return tuple(reasons)


def travel_min(a: Point | None, b: Point | None) -> int | None:
    """Minutes between two (latitude, longitude) points in degrees, or None where one is not known."""
    if a is None or b is None:
        return None
    return START_MIN + round(km(a, b) * ROAD_FACTOR / SPEED_KM_PER_MIN)
