"""What may not be taken away for now: an inquiry, a complaint, a court (the privacy lead says so, and says when it has
ended), and whatever is asked for just now."""

from datetime import datetime

from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from hub import audit
from hub.access import User
from hub.errors import Conflict, NotFound, Refused
from records.keeping.model import HOLD_LIVE, REQUEST_OPEN, AccessRequest, LegalHold
from records.keeping.subject import NOBODY, Subject
from records.model import Case
from records.people.model import NHS_NUMBER, Identifier, Person

MOST = 200
SHORTEST = 5


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


def live(session: Session, place: str) -> list[LegalHold]:
    found = select(LegalHold).where(LegalHold.place == place, text(HOLD_LIVE)).order_by(col(LegalHold.id))
    return list(session.exec(found.limit(MOST)))


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


def cases_held(session: Session, place: str) -> list[int]:
    """Those that a hold names, and all of whom a hold names."""
    held = live(session, place)
    people = [one.person_id for one in held if one.person_id]
    theirs = session.exec(select(Case.id).where(col(Case.person_id).in_(people)))
    return sorted({*(one.case_id for one in held if one.case_id), *(one for one in theirs if one)})


def _about(hold: LegalHold) -> str:
    return f"person:{hold.person_id}" if hold.person_id else f"case:{hold.case_id}"
