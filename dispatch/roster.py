"""Who on shift could be asked: one query, built once, and cheap however many are on shift."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, or_, select, text
from sqlmodel import Session, col

from dispatch import musts, store
from dispatch.acquainted import seen_lately
from dispatch.model import OFFER_LIVE, Exclusion, Offer, Responder, Shift
from dispatch.offers import TOOK_ANOTHER, is_no
from dispatch.ranking import Candidate, Cover, weigh
from dispatch.travel import Travel
from hub.places import place_of
from records.model import TAKEN, Case, Position
from records.national_grid import Point

NEAREST = 40
"""So many at most are ranked: a thousand on shift cost no more than forty."""
LOOKED_AT = (NEAREST, 10 * NEAREST, 100_000)
"""So many of the nearest on shift are looked up one by one; more, only where fewer than `ENOUGH` of them are free."""
ENOUGH = 10
COVERED = 8
"""What their going leaves behind is weighed for so many of the best alone: no other can become the first by it."""
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
    said_no, asked = answered(offers)
    which = asking(position, about, skills, asked, origin, now)
    statement = _free(len(skills), origin is not None)
    for looked_at in LOOKED_AT:
        rows = session.execute(statement, {**which, "nearest": looked_at}).all()
        if sum(row.id not in asked for row in rows) >= ENOUGH:
            break
    starts = [start_of(row) for row in rows]
    zone, seen = place_of(session, position.place).local(), seen_lately(session, about, now)
    found = [
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
        )
        for row, minutes in zip(rows, travel.minutes(starts, origin), strict=True)
    ]
    covering = _with_cover(session, about.place, found, starts, travel, now)
    return [one for one in covering if one.responder_id not in said_no]


def answered(offers: Sequence[Offer]) -> tuple[set[int], set[int]]:
    """Of these offers: who has said no to it or given it back, and everybody who has had it to answer."""
    said_no = {
        one.responder_id for one in offers if is_no(one.state, one.ended_because, given_back=one.given_back)
    }
    return said_no, {one.responder_id for one in offers if one.ended_because != TOOK_ANOTHER}


def asking(
    position: Position,
    about: Case,
    skills: Sequence[str],
    asked: set[int],
    origin: Point | None,
    now: datetime,
) -> dict[str, Any]:
    """What the statements of this file are asked with."""
    north, east = origin or (0.0, 0.0)
    return {
        "of_place": position.place,
        "now": now,
        "north": north,
        "east": east,
        "nhs_number": about.nhs_number,
        "postcode": about.postcode,
        "asked": sorted(asked),
        "wanted": list(skills),
        **{f"skill_{n}": f"%|{_as_written(skill)}|%" for n, skill in enumerate(skills)},
    }


def start_of(row: Any) -> Point | None:
    return (row.latitude, row.longitude) if row.latitude is not None else None


def _with_cover(
    session: Session,
    place: str,
    found: Sequence[Candidate],
    starts: Sequence[Point | None],
    travel: Travel,
    now: datetime,
) -> list[Candidate]:
    """The best of them know what their going would leave behind. Whoever has said no can still cover an area."""
    covering = list(found)
    for nth in sorted(range(len(found)), key=lambda n: weigh(found[n], now))[:COVERED]:
        if (start := starts[nth]) is None:
            continue
        others = [other for n, other in enumerate(starts) if n != nth and other is not None]
        away = [minutes for minutes in travel.minutes(others, start) if minutes is not None]
        left = Cover("", min(away, default=None))
        if left.costs_min:
            left = Cover(store.area_around(session, place, start), left.next_min)
        covering[nth] = replace(found[nth], leaves=left)
    return covering


def _as_written(skill: str) -> str:
    return skill.replace("/", "//").replace("_", "/_").replace("%", "/%")


@cache
def _free(skills: int, is_placed: bool) -> Any:
    """The nearest on shift first, by arithmetic alone; only they are looked up one by one."""
    near = near_of(skills, is_placed)
    assigned = select(_position.id).where(_position.responder_id == _who.id, text(TAKEN))
    offered = select(_offer.id).where(_offer.responder_id == _who.id, text(OFFER_LIVE))
    return (
        select(*seen_of(near))
        .select_from(near)
        .join(_who, _who.id == near.c.responder_id)
        .where(_who.active, _who.reachable, ~assigned.exists(), ~offered.exists())
        .where(*musts.conditions(_who.id))
        .order_by(near.c.again, near.c.far, _who.id)
        .limit(NEAREST)
    )


def near_of(skills: int, is_placed: bool) -> Any:
    far = _far() if is_placed else literal(0.0)
    columns = (_shift.responder_id, _shift.starts_at, _shift.ends_at, _shift.latitude, _shift.longitude)
    again = case((_shift.responder_id.in_(bindparam("asked", expanding=True)), 1), else_=0)
    return (
        select(*columns, far.label("far"), again.label("again"))
        .where(
            _shift.place == bindparam("of_place"),
            _shift.ends_at > bindparam("now"),
            _shift.starts_at <= bindparam("now"),
            *(_shift.skills.like(bindparam(f"skill_{n}"), escape="/") for n in range(skills)),
        )
        .order_by("again", "far", _shift.responder_id)
        .limit(bindparam("nearest"))
        .subquery("near")
    )


def seen_of(near: Any) -> tuple[Any, ...]:
    """What ranking wants to know of somebody on shift."""
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
        _who.id.label("id"),
        _who.short_name.label("name"),
        _who.profession.label("profession"),
        near.c.ends_at,
        near.c.latitude,
        near.c.longitude,
        visits.scalar_subquery().label("visits"),
        kept_away.exists().label("excluded"),
    )


def _far() -> Any:
    """Squared degrees, with a degree of longitude at 0.6 of one of latitude: enough to find the nearest in England."""
    north = col(Shift.latitude) - bindparam("north")
    east = (col(Shift.longitude) - bindparam("east")) * 0.6
    return func.coalesce(north * north + east * east, 1e9)
