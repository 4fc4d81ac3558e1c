"""Somebody whom a coordinator has chosen by hand, with the reasons that stand in the offer and on the timeline."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import store
from dispatch.desk import Desk
from dispatch.model import Responder
from dispatch.objections import Objections
from dispatch.on_shift import free_at, stands_at
from dispatch.ranking import Candidate, may_go
from hub.places import place_of
from records.model import Case


@dataclass(frozen=True)
class Chosen:
    candidate: Candidate
    reasons: tuple[str, ...]


def chosen(
    session: Session, desk: Desk, case: Case, who: Responder, objections: Objections, now: datetime
) -> Chosen:
    candidate = candidate_of(session, desk, case, who, objections, now)
    travel, said_no, late = candidate.travel_min, objections.said_no(who), may_go(candidate, now)
    far = f"{travel} min away" if travel is not None else "distance not known"
    until = f"with somebody until about {candidate.free_at:%H:%M}" if candidate.free_at else ""
    more = (until, f"{said_no} before" if said_no else "", late or "")
    return Chosen(candidate, ("by hand", candidate.profession, far, *filter(None, more)))


def candidate_of(
    session: Session, desk: Desk, case: Case, who: Responder, objections: Objections, now: datetime
) -> Candidate:
    """Somebody on shift, as the ranking sees them; whoever is on a visit travels from there, once they are done."""
    shift = objections.shifts[who.key]
    is_placed = shift.latitude is not None and shift.longitude is not None
    here = (shift.latitude or 0.0, shift.longitude or 0.0) if is_placed else None
    visit = objections.visits.get(who.key)
    if visit is not None:
        here = stands_at(session, case.place, session.get_one(Case, visit.case_id).postcode)
    (minutes,) = desk.travel.minutes([here], store.area(session, case.place, case.outward))
    return Candidate(
        responder_id=who.key,
        name=who.short_name,
        profession=who.profession,
        shift_ends_at=shift.ends_at,
        travel_min=minutes,
        free_at=free_at(visit, now).astimezone(place_of(session, case.place).local()) if visit else None,
    )
