"""Who on shift could be asked: one query, built once, and cheap however many are on shift."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, or_, select, text
from sqlmodel import Session, col

from dispatch import store
from dispatch.model import OFFER_LIVE, Exclusion, Offer, OfferState, Responder, Shift
from dispatch.ranking import Candidate
from dispatch.travel import Travel
from records.model import TAKEN, Case, Position

NEAREST = 40
"""So many at most are ranked: a thousand on shift cost no more than forty."""
LOOKED_AT = (NEAREST, 10 * NEAREST, 100_000)
"""So many of the nearest on shift are looked up one by one; more, only where fewer than `ENOUGH` of them are free."""
ENOUGH = 10
_shift: Any = Shift
_who: Any = Responder
_offer: Any = Offer
_position: Any = Position
_excluded: Any = Exclusion


def candidates(
    session: Session,
    position: Position,
    about: Case,
    skills: Sequence[str],
    offers: Sequence[Offer],
    travel: Travel,
    now: datetime,
) -> list[Candidate]:
    """Those on shift with the skills, free, reachable, with no offer open, who have not said no to this position.

    `offers`: all that were made of it so far.
    """
    origin = store.area(session, about.place, about.outward)
    north, east = origin or (0.0, 0.0)
    refused = (OfferState.declined, OfferState.withdrawn)
    said_no = {offer.responder_id for offer in offers if offer.state in refused or offer.given_back}
    asked = {offer.responder_id for offer in offers}
    which = {
        "of_place": position.place,
        "now": now,
        "north": north,
        "east": east,
        "nhs_number": about.nhs_number,
        "postcode": about.postcode,
        "said_no": sorted(said_no),
        "asked": sorted(asked),
        **{f"skill_{n}": f"%|{_as_written(skill)}|%" for n, skill in enumerate(skills)},
    }
    statement = _free(len(skills), origin is not None)
    for looked_at in LOOKED_AT:
        rows = session.execute(statement, {**which, "nearest": looked_at}).all()
        if sum(row.id not in asked for row in rows) >= ENOUGH:
            break
    starts = [(row.latitude, row.longitude) if row.latitude is not None else None for row in rows]
    return [
        Candidate(
            responder_id=row.id,
            name=row.name,
            profession=row.profession,
            shift_ends_at=row.ends_at,
            travel_min=minutes,
            visits_this_shift=row.visits,
            asked_before=row.id in asked,
            excluded=row.excluded,
        )
        for row, minutes in zip(rows, travel.minutes(starts, origin), strict=True)
    ]


def _as_written(skill: str) -> str:
    return skill.replace("/", "//").replace("_", "/_").replace("%", "/%")


@cache
def _free(skills: int, is_placed: bool) -> Any:
    """The nearest on shift first, by arithmetic alone; only they are looked up one by one."""
    far = _far() if is_placed else literal(0.0)
    columns = (_shift.responder_id, _shift.starts_at, _shift.ends_at, _shift.latitude, _shift.longitude)
    again = case((_shift.responder_id.in_(bindparam("asked", expanding=True)), 1), else_=0)
    near = (
        select(*columns, far.label("far"), again.label("again"))
        .where(
            _shift.place == bindparam("of_place"),
            _shift.ends_at > bindparam("now"),
            _shift.starts_at <= bindparam("now"),
            _shift.responder_id.not_in(bindparam("said_no", expanding=True)),
            *(_shift.skills.like(bindparam(f"skill_{n}"), escape="/") for n in range(skills)),
        )
        .order_by("again", "far", _shift.responder_id)
        .limit(bindparam("nearest"))
        .subquery("near")
    )
    assigned = select(_position.id).where(_position.responder_id == _who.id, text(TAKEN))
    offered = select(_offer.id).where(_offer.responder_id == _who.id, text(OFFER_LIVE))
    visits = select(func.count()).where(
        _position.responder_id == _who.id, _position.done_at >= near.c.starts_at
    )
    kept_away = select(_excluded.id).where(
        _excluded.place == bindparam("of_place"),
        _excluded.responder_id == _who.id,
        or_(
            and_(_excluded.nhs_number.is_not(None), _excluded.nhs_number == bindparam("nhs_number")),
            and_(_excluded.postcode.is_not(None), _excluded.postcode == bindparam("postcode")),
        ),
    )
    return (
        select(
            _who.id.label("id"),
            _who.short_name.label("name"),
            _who.profession.label("profession"),
            near.c.ends_at,
            near.c.latitude,
            near.c.longitude,
            visits.scalar_subquery().label("visits"),
            kept_away.exists().label("excluded"),
        )
        .select_from(near)
        .join(_who, _who.id == near.c.responder_id)
        .where(_who.active, _who.reachable, ~assigned.exists(), ~offered.exists())
        .order_by(near.c.again, near.c.far, _who.id)
        .limit(NEAREST)
    )


def _far() -> Any:
    """Squared degrees, with a degree of longitude at 0.6 of one of latitude: enough to find the nearest in England."""
    north = col(Shift.latitude) - bindparam("north")
    east = (col(Shift.longitude) - bindparam("east")) * 0.6
    return func.coalesce(north * north + east * east, 1e9)
