"""Who has been with this person, or at this door, in the last days: one query, and the same however old the hub is."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, union_all
from sqlmodel import Session

from dispatch.ranking import SEEN_WITHIN
from records.homes import Home, is_exact, same_door
from records.model import Case, Position

NEWEST = 20
"""So many of the newest cases of the person, and as many at the postcode, are looked at."""
_case: Any = Case
_position: Any = Position


def seen_lately(session: Session, about: Case, now: datetime) -> dict[int, datetime]:
    """By responder, when their last visit was done."""
    here = Home(about.address, about.postcode)
    exact = is_exact(here)
    if not exact and about.nhs_number is None:
        return {}
    which = {
        "of_place": about.place,
        "nhs_number": about.nhs_number,
        "postcode": about.postcode if exact else None,
        "since": now - SEEN_WITHIN,
    }
    return _last_of_each(
        (row.responder_id, row.done_at)
        for row in session.execute(_visits(), which)
        if row.same_person or same_door(Home(row.address, row.postcode), here)
    )


def _last_of_each(visits: Iterable[tuple[int, datetime]]) -> dict[int, datetime]:
    last: dict[int, datetime] = {}
    for responder_id, at in visits:
        last[responder_id] = max(at, last.get(responder_id, at))
    return last


@cache
def _visits() -> Any:
    def newest(column: Any, name: str) -> Any:
        found = (
            select(
                _case.id,
                _case.address,
                _case.postcode,
                (_case.nhs_number == bindparam("nhs_number")).label("same_person"),
            )
            .where(_case.place == bindparam("of_place"), column == bindparam(name))
            .order_by(_case.id.desc())
            .limit(NEWEST)
        )
        return select(found.subquery())

    cases = union_all(newest(_case.nhs_number, "nhs_number"), newest(_case.postcode, "postcode")).subquery(
        "cases"
    )
    return (
        select(
            _position.responder_id,
            _position.done_at,
            cases.c.address,
            cases.c.postcode,
            cases.c.same_person,
        )
        .select_from(cases)
        .join(_position, _position.case_id == cases.c.id)
        .where(_position.done_at > bindparam("since"), _position.responder_id.is_not(None))
    )
