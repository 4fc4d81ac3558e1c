"""What may not be taken away for now: an inquiry, a complaint, a court (the privacy lead says so, and says when it has
ended), and whatever is asked for just now."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Select, and_, or_, text
from sqlmodel import Session, SQLModel, col, select

from hub import audit
from hub.access import User
from hub.errors import Conflict, NotFound, Refused
from records.keeping.model import HOLD_LIVE, REQUEST_OPEN, AccessRequest, LegalHold
from records.keeping.subject import NOBODY, Subject
from records.model import Case
from records.people.model import NHS_NUMBER, Identifier, Person

MOST = 200
"""On one page."""
SHORTEST = 5
_case = SQLModel.metadata.tables["case_"].alias("held_case")
_person = SQLModel.metadata.tables["person"].alias("held_person")
_other = SQLModel.metadata.tables["person"].alias("held_other")


def put(
    session: Session,
    place: str,
    now: datetime,
    user: User,
    why: str,
    *,
    person: int | None = None,
    ref: str = "",
) -> LegalHold:
    """On a record or on one case. Raises `Refused`, `NotFound`."""
    if len(why.strip()) < SHORTEST:
        raise Refused("Say which inquiry, complaint or court it is for.")
    if (person is None) == (not ref):
        raise Refused("Give the number of a record, or the reference of a case.")
    hold = LegalHold(place=place, why=why.strip(), by_name=user.name, at=now)
    if person is not None:
        found = session.get(Person, person)
        if found is None or found.place != place:
            raise NotFound(NOBODY)
        hold.person_id = person
    else:
        case = session.exec(select(Case).where(Case.place == place, Case.ref == ref.upper())).first()
        if case is None:
            raise NotFound("There is no case with this reference here.")
        hold.case_id = case.id
    session.add(hold)
    session.flush()
    audit.note(session, place, now, user.actor, "hold_put", _about(hold), f"hold {hold.key}")
    return hold


def end(session: Session, place: str, number: int, now: datetime, user: User, why: str) -> None:
    """Raises `NotFound`, `Conflict`, `Refused`."""
    hold = session.get(LegalHold, number, with_for_update=True)
    if hold is None or hold.place != place:
        raise NotFound("There is no such hold here.")
    if hold.ended_at is not None:
        raise Conflict("This hold has ended already.")
    if len(why.strip()) < SHORTEST:
        raise Refused("Say why it has ended.")
    hold.ended_at, hold.ended_by_name, hold.ended_why = now, user.name, why.strip()
    session.add(hold)
    audit.note(session, place, now, user.actor, "hold_ended", _about(hold), f"hold {hold.key}")


def live(session: Session, place: str, after: int = 0) -> list[LegalHold]:
    """In the order in which they were put, from the one after that number on."""
    found = select(LegalHold).where(LegalHold.place == place, text(HOLD_LIVE), col(LegalHold.id) > after)
    return list(session.exec(found.order_by(col(LegalHold.id)).limit(MOST)))


def stands(session: Session, near: Subject) -> str:
    """Why theirs may not be taken away; empty where nothing says so. By their NHS numbers too, which another record or
    case may have."""
    named = col(Identifier.value).in_(near.nhs_numbers)
    people = select(Identifier.person_id).where(
        named, Identifier.system == NHS_NUMBER, col(Identifier.entered_in_error_at).is_(None)
    )
    cases = select(Case.id).where(col(Case.nhs_number).in_(near.nhs_numbers))
    theirs = or_(
        col(LegalHold.person_id).in_(near.people),
        col(LegalHold.case_id).in_(near.cases),
        col(LegalHold.person_id).in_(people),
        col(LegalHold.case_id).in_(cases),
    )
    held = select(LegalHold).where(LegalHold.place == near.place, text(HOLD_LIVE), theirs)
    hold = session.exec(held.limit(1)).first()
    if hold is not None:
        return f"It is held since {hold.at:%d/%m/%Y}, by {hold.by_name}: {hold.why}"
    by = or_(
        col(AccessRequest.person_id).in_(near.people),
        col(AccessRequest.person_id).in_(people),
        col(AccessRequest.nhs_number).in_(near.nhs_numbers),
    )
    asked = select(AccessRequest.id).where(AccessRequest.place == near.place, text(REQUEST_OPEN), by)
    number = session.exec(asked.limit(1)).first()
    return f"Request {number} for what is held of them is not answered yet." if number else ""


def cases_held(place: str) -> Select[tuple[int]]:
    """As a part of a statement, however many: those that a hold or a request that is open names, and all of whom one
    names, by any of their records and by their NHS numbers."""
    held = and_(col(LegalHold.place) == place, text(f"legal_hold.{HOLD_LIVE}"))
    asked = and_(col(AccessRequest.place) == place, text(f"access_request.{REQUEST_OPEN}"))
    named = sa.union_all(
        sa.select(_person.c.id).where(_person.c.id.in_(sa.select(col(LegalHold.person_id)).where(held))),
        sa.select(_person.c.id).where(_person.c.id.in_(sa.select(col(AccessRequest.person_id)).where(asked))),
    )
    kin = sa.select(named.subquery().c.id).cte("kin", recursive=True)
    merged = or_(_person.c.merged_into == kin.c.id, _person.c.id == _other.c.merged_into)
    step = (
        sa.select(_person.c.id).select_from(kin).join(_other, _other.c.id == kin.c.id).join(_person, merged)
    )
    people = sa.select(kin.union(step).c.id)
    said = sa.union_all(
        sa.select(col(Identifier.value)).where(
            col(Identifier.person_id).in_(people), col(Identifier.system) == NHS_NUMBER,
            col(Identifier.entered_in_error_at).is_(None),
        ),
        sa.select(col(AccessRequest.nhs_number)).where(asked, col(AccessRequest.nhs_number).is_not(None)),
    ).subquery()  # fmt: skip
    return sa.select(_case.c.id).where(
        _case.c.place == place,
        or_(
            _case.c.id.in_(sa.select(col(LegalHold.case_id)).where(held)),
            _case.c.person_id.in_(people),
            _case.c.nhs_number.in_(sa.select(said.c[0])),
        ),
    )


def _about(hold: LegalHold) -> str:
    return f"person:{hold.person_id}" if hold.person_id else f"case:{hold.case_id}"
