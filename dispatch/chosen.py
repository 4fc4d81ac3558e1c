"""Somebody whom a coordinator has chosen by hand, with the reasons that stand in the offer and on the timeline."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import store
from dispatch.model import Responder
from dispatch.musts import Musts
from dispatch.ranking import Candidate, may_go, travel_min
from records.model import Case


@dataclass(frozen=True)
class Chosen:
    candidate: Candidate
    reasons: tuple[str, ...]


def chosen(session: Session, case: Case, who: Responder, musts: Musts, now: datetime) -> Chosen:
    candidate = candidate_of(session, case, who, musts)
    travel, said_no, late = candidate.travel_min, musts.said_no(who), may_go(candidate, now)
    far = f"{travel} min away" if travel is not None else "distance not known"
    more = (f"{said_no} before" if said_no else "", late or "")
    return Chosen(candidate, ("by hand", candidate.profession, far, *filter(None, more)))


def candidate_of(session: Session, case: Case, who: Responder, musts: Musts) -> Candidate:
    """Somebody on shift, as the ranking sees them."""
    shift = musts.shifts[who.key]
    is_placed = shift.latitude is not None and shift.longitude is not None
    here = (shift.latitude or 0.0, shift.longitude or 0.0) if is_placed else None
    return Candidate(
        responder_id=who.key,
        name=who.short_name,
        profession=who.profession,
        shift_ends_at=shift.ends_at,
        travel_min=travel_min(store.area(session, case.place, case.outward), here),
    )
