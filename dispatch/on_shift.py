"""Everybody on shift with the skills, near a case, as they stand just now: free, asked, or with somebody until about
when. Two statements, built once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, select, text
from sqlmodel import Session

from dispatch import musts, store
from dispatch.acquainted import seen_lately
from dispatch.model import OFFER_LIVE, Offer, Responder
from dispatch.ranking import VISIT_MIN, Candidate
from dispatch.roster import NEAREST, answered, asking, near_of, seen_of, start_of
from dispatch.travel import Travel
from hub.places import place_of
from records.lifecycles import PositionState
from records.model import AS_NEXT, ON_VISIT, Case, Position
from records.national_grid import Point

OVERRUN = timedelta(minutes=15)
"""A visit that has lasted longer than one usually does goes on for so long yet. [LOCAL]"""
BEFORE_A_NEXT = (
    PositionState.accepted,
    PositionState.en_route,
    PositionState.at_door,
    PositionState.with_person,
)
_who: Any = Responder
_offer: Any = Offer
_position: Any = Position
_case: Any = Case


@dataclass(frozen=True)
class Standing:
    """Somebody, and what holds them just now. `asked_of`: the position whose offer they have not answered yet."""

    candidate: Candidate
    is_reachable: bool
    asked_of: int | None
    has_said_no: bool
    meets_musts: bool
    """Not on a break, and no skill asked for here has run out."""
    may_have_next: bool = False
    """On a visit whose end can be guessed, and nothing waits behind it yet."""


def everybody(
    session: Session,
    position: Position,
    about: Case,
    skills: Sequence[str],
    offers: Sequence[Offer],
    travel: Travel,
    now: datetime,
) -> list[Standing]:
    """The nearest first. Who is with somebody travels from there, once they are done."""
    origin = store.area(session, about.place, about.outward)
    said_no, asked = answered(offers)
    which = asking(position, about, skills, asked, origin, now) | {"nearest": NEAREST}
    rows = session.execute(_everybody(len(skills), origin is not None), which).all()
    zone, seen = place_of(session, position.place).local(), seen_lately(session, about, now)
    starts = [_start(session, about.place, row) for row in rows]
    return [
        Standing(
            Candidate(
                responder_id=row.id,
                name=row.name,
                profession=row.profession,
                shift_ends_at=row.ends_at,
                travel_min=minutes,
                visits_this_shift=row.visits,
                asked_before=row.id in asked,
                excluded=row.excluded,
                has=tuple(skills),
                seen_at=seen[row.id].astimezone(zone) if row.id in seen else None,
                free_at=free_at(row, now).astimezone(zone) if row.visit_id is not None else None,
            ),
            is_reachable=row.active and row.reachable,
            asked_of=row.asked_of,
            has_said_no=row.id in said_no,
            meets_musts=row.meets_musts,
            may_have_next=row.visit_state in BEFORE_A_NEXT and not row.has_next,
        )
        for row, minutes in zip(rows, travel.minutes(starts, origin), strict=True)
    ]


def _start(session: Session, place: str, row: Any) -> Point | None:
    if row.visit_id is None:
        return start_of(row)
    return stands_at(session, place, row.visit_postcode)


def stands_at(session: Session, place: str, postcode: str | None) -> Point | None:
    """Where somebody is who is on a visit there."""
    return store.area(session, place, (postcode or "").split(" ")[0])


def free_at(visit: Any, now: datetime) -> datetime:
    """A visit lasts so long from the door; nobody sees into it any better than that."""
    travel = timedelta(minutes=visit.travel_min or 0)
    there_at: datetime = (
        visit.care_began_at or visit.arrived_at or visit.forecast_at or (visit.accepted_at or now) + travel
    )
    return max(there_at + timedelta(minutes=VISIT_MIN), now + OVERRUN)


@cache
def _everybody(skills: int, is_placed: bool) -> Any:
    near = near_of(skills, is_placed)
    visit = select(_position).where(text(ON_VISIT)).subquery("visit")
    offered = select(_offer.position_id).where(_offer.responder_id == _who.id, text(OFFER_LIVE)).limit(1)
    has_next = select(_position.id).where(_position.responder_id == _who.id, text(AS_NEXT))
    return (
        select(
            *seen_of(near),
            _who.active,
            _who.reachable,
            and_(*musts.conditions(_who.id)).label("meets_musts"),
            offered.scalar_subquery().label("asked_of"),
            visit.c.id.label("visit_id"),
            visit.c.state.label("visit_state"),
            has_next.exists().label("has_next"),
            visit.c.travel_min,
            visit.c.accepted_at,
            visit.c.forecast_at,
            visit.c.arrived_at,
            visit.c.care_began_at,
            _case.postcode.label("visit_postcode"),
        )
        .select_from(near)
        .join(_who, _who.id == near.c.responder_id)
        .outerjoin(visit, visit.c.responder_id == _who.id)
        .outerjoin(_case, _case.id == visit.c.case_id)
        .order_by(near.c.far, _who.id)
    )
