"""Somebody asks what the hub holds of a person: how they are known, by when the law wants an answer, what was held back
of it and why, and what became of it. A person reads it before it is handed out."""

from calendar import monthrange
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, or_, text
from sqlmodel import Session, col, select

from hub import audit, deadlines, outbox
from hub.access import User
from hub.deadlines import Deadline
from hub.errors import Conflict, NotFound, Refused
from hub.outbox import Effect, Queue
from hub.places import place_of
from records import alarms
from records.keeping import subject
from records.keeping.export import FOLDER
from records.keeping.model import REQUEST_OPEN, AccessRequest, RequestState
from records.keeping.subject import Subject

MONTHS, MONTHS_EXTENDED = 1, 3
"""UK GDPR, article 12(3): one month from receipt, and two more where it is complex, said within the first. [LOCAL]"""
WAKES_BEFORE = timedelta(days=7)
"""[LOCAL]"""
NAG_EVERY = timedelta(days=1)
FILE_LIVES = timedelta(days=30)
"""After it was sent. [LOCAL]"""
LATE = "access_late"
MOST, SHORTEST = 100, 5
NO_REQUEST = "There is no such request here."
NAGS = "A request for what is held of somebody must be answered soon: the privacy lead, Subject access."
OPEN = (RequestState.asked, RequestState.prepared, RequestState.checked)


def month_after(at: datetime, months: int) -> datetime:
    """Pure. The same day of that month, or its last where there is no such day."""
    year, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + year, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def ask(
    session: Session,
    place: str,
    now: datetime,
    user: User,
    *,
    nhs_number: str = "",
    person: int | None = None,
    asked_by: str,
    behalf: str,
    identity: str,
    received_at: datetime,
) -> AccessRequest:
    """Raises `Refused`, or `NotFound` where the hub knows nobody by that."""
    if not asked_by.strip() or len(identity.strip()) < SHORTEST:
        raise Refused("Say who asks, and how it was made sure that they are who they say.")
    if received_at > now:
        raise Refused("It was received today or before.")
    number = "".join(nhs_number.split())
    if not number and person is None:
        raise Refused("Give the NHS number, or the number of the record.")
    whose = (
        subject.by_nhs_number(session, place, number)
        if number
        else subject.by_person(session, place, person or 0)
    )
    request = AccessRequest(
        place=place,
        person_id=whose.people[0] if whose.people else None,
        nhs_number=number or None,
        asked_by=asked_by.strip(),
        behalf=behalf.strip(),
        identity=identity.strip(),
        received_at=received_at,
        due_at=_due(session, place, received_at, MONTHS),
        made_by=user.actor.ref,
        made_by_name=user.name,
    )
    session.add(request)
    session.flush()
    _wake(session, request, max(request.due_at - WAKES_BEFORE, now))
    _owe_file(session, request, now)
    note(session, request, user, "access_asked", now)
    return request


def whose(session: Session, request: AccessRequest) -> Subject:
    """Raises `NotFound` where nothing is left of them."""
    return subject.by_both(session, request.place, request.person_id, request.nhs_number)


def about(near: Subject) -> ColumnElement[bool]:
    """Which requests are about any of these."""
    named = or_(
        col(AccessRequest.person_id).in_(near.people), col(AccessRequest.nhs_number).in_(near.nhs_numbers)
    )
    return and_(col(AccessRequest.place) == near.place, named)


def file_of(data: Path, number: int) -> Path:
    return data / FOLDER / f"{number}.sealed"


def send(session: Session, place: str, number: int, user: User, now: datetime) -> None:
    """It was handed over; the file is there for a while yet."""
    request = find(session, place, number, RequestState.checked)
    _end(session, request, RequestState.sent, user, now)
    request.ends_at = now + FILE_LIVES
    due = Deadline(
        place=place,
        kind="access_over",
        owner="access_request",
        subject=number,
        due_at=request.ends_at,
        human=False,
    )
    deadlines.set_deadline(session, due)
    note(session, request, user, "access_sent", now)


def refuse(session: Session, place: str, number: int, why: str, user: User, now: datetime) -> None:
    """In words that whoever asked is told. What was prepared goes at once."""
    request = find(session, place, number, *OPEN)
    if len(why.strip()) < SHORTEST:
        raise Refused(
            "Say why it is refused; whoever asked is told, and may complain to the Information Commissioner."
        )
    _end(session, request, RequestState.refused, user, now)
    request.refused_why = why.strip()
    owe_removal(session, request, now)
    note(session, request, user, "access_refused", now)


def extend(session: Session, place: str, number: int, why: str, user: User, now: datetime) -> None:
    """Once, by two months, and said to whoever asked before the first is over."""
    request = find(session, place, number, *OPEN)
    if request.extended_why:
        raise Conflict("This was extended already; the law allows it once.")
    if now > request.due_at:
        raise Refused("The month is over: it can be extended only before.")
    if len(why.strip()) < SHORTEST:
        raise Refused("Say why it takes longer; whoever asked is told.")
    request.extended_why = why.strip()
    request.due_at = _due(session, place, request.received_at, MONTHS_EXTENDED)
    session.add(request)
    alarms.end(session, place, LATE, number, now)
    _wake(session, request, request.due_at - WAKES_BEFORE)
    note(session, request, user, "access_extended", now)


def nag(session: Session, number: int, now: datetime) -> None:
    """A week before it is due, and each day from then on."""
    request = session.get_one(AccessRequest, number)
    if request.state in OPEN:
        alarms.ring(session, request.place, LATE, number, NAGS, now)
        _wake(session, request, now + NAG_EVERY)


def over(session: Session, number: int, now: datetime) -> None:
    """Its time has ended: a worker takes the file away."""
    owe_removal(session, session.get_one(AccessRequest, number), now)


def find(session: Session, place: str, number: int, *states: RequestState) -> AccessRequest:
    """Locked. Raises `NotFound`, or `Conflict` where it is in none of these states."""
    request = session.get(AccessRequest, number, with_for_update=bool(states))
    if request is None or request.place != place:
        raise NotFound(NO_REQUEST)
    if states and request.state not in states:
        raise Conflict(f"This request is {request.state} by now. Load the page again and look.")
    return request


def waiting(session: Session, place: str) -> list[AccessRequest]:
    """Those that are not answered, the one that is due first on top."""
    found = select(AccessRequest).where(AccessRequest.place == place, text(REQUEST_OPEN))
    return list(session.exec(found.order_by(col(AccessRequest.due_at)).limit(MOST)))


def answered(session: Session, place: str) -> list[AccessRequest]:
    """The newest first."""
    found = select(AccessRequest).where(AccessRequest.place == place, col(AccessRequest.state).not_in(OPEN))
    return list(session.exec(found.order_by(col(AccessRequest.id).desc()).limit(MOST)))


def _due(session: Session, place: str, received_at: datetime, months: int) -> datetime:
    return month_after(received_at.astimezone(place_of(session, place).local()), months)


def _end(session: Session, request: AccessRequest, state: RequestState, user: User, now: datetime) -> None:
    request.state, request.ended_by_name, request.ended_at = state, user.name, now
    session.add(request)
    deadlines.clear(session, "access_due", request.key)
    alarms.end(session, request.place, LATE, request.key, now)


def _wake(session: Session, request: AccessRequest, at: datetime) -> None:
    due = Deadline(
        place=request.place, kind="access_due", owner="access_request", subject=request.key, due_at=at
    )
    deadlines.set_deadline(session, due)


def _owe_file(session: Session, request: AccessRequest, now: datetime) -> None:
    effect = Effect(
        place=request.place,
        queue=Queue.reports,
        kind="access_prepare",
        payload={"request": request.key},
        created_at=now,
    )
    outbox.append(session, effect)


def owe_removal(session: Session, request: AccessRequest, now: datetime) -> None:
    effect = Effect(
        place=request.place,
        queue=Queue.reports,
        kind="access_remove",
        payload={"request": request.key},
        created_at=now,
    )
    outbox.append(session, effect)


def note(session: Session, request: AccessRequest, user: User, did: str, now: datetime) -> None:
    about = f"person:{request.person_id}" if request.person_id else f"access_request:{request.key}"
    audit.note(session, request.place, now, user.actor, did, about, f"request {request.key}")
