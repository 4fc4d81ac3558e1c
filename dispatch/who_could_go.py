"""Who could go, and why: who may be asked now in the order of asking, and all others on shift with why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import roster, store
from dispatch.desk import Desk
from dispatch.model import Responder
from dispatch.musts import Musts
from dispatch.ranking import Candidate, Ranked, may_go, rank, travel_min
from records.model import Case, Position


@dataclass(frozen=True)
class NotNow:
    """Somebody on shift who is not asked; `again`: they may be, on purpose."""

    responder_id: int
    name: str
    profession: str
    why: str
    again: bool


@dataclass(frozen=True)
class WhoCouldGo:
    could: list[Ranked]
    not_now: list[NotNow]


def who_could_go(
    session: Session, desk: Desk, position: Position, case: Case, now: datetime, limit: int = 10
) -> WhoCouldGo:
    """At most `limit` who could go; all others of those on shift."""
    skills = desk.library.house.position(position.kind).skills
    made = store.offers_of_position(session, position.key)
    ranked = rank(roster.candidates(session, position, case, skills, made, now), now)
    shifts = store.responders_on_shift(session, position.place, now)
    could = {one.candidate.responder_id for one in ranked}
    rest = [who for who, _ in shifts if who.key not in could]
    musts = Musts(session, position, case, skills, rest, now)
    return WhoCouldGo(ranked[:limit], [_not_now(musts, who) for who in rest])


def _not_now(musts: Musts, who: Responder) -> NotNow:
    against = musts.against(who)
    why = against or musts.said_no(who) or "off too soon"
    return NotNow(who.key, who.short_name, who.profession.replace("_", " "), why, again=not against)


def as_ranked(session: Session, case: Case, who: Responder, musts: Musts, now: datetime) -> Ranked:
    """One chosen person, with the reasons that the hub would give."""
    shift = musts.shifts[who.key]
    here = (
        (shift.latitude, shift.longitude)
        if shift.latitude is not None and shift.longitude is not None
        else None
    )
    candidate = Candidate(
        responder_id=who.key,
        name=who.short_name,
        profession=who.profession,
        shift_ends_at=shift.ends_at,
        travel_min=travel_min(store.area(session, case.place, case.outward), here),
    )
    return Ranked(candidate, 0, reasons_by_hand(candidate, musts.said_no(who), now))


def reasons_by_hand(candidate: Candidate, said_no: str, now: datetime) -> tuple[str, ...]:
    travel = candidate.travel_min
    far = f"{travel} min away" if travel is not None else "distance not known"
    more: Sequence[str] = [
        reason for reason in (said_no and f"{said_no} before", may_go(candidate, now)) if reason
    ]
    return ("by hand", candidate.profession, far, *more)
