"""A yes with a condition ("yes in 40"): kept, put to a coordinator, and over when somebody else has the visit.

It accepts nothing by itself, and the ladder goes on meanwhile (S3).
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from dispatch import messages, offers, store, texts
from dispatch.model import Message, Offer, OfferState, Responder
from dispatch.replies import Reading
from hub.actors import HUB
from hub.errors import Conflict, NotFound
from hub.places import Place
from records.lifecycles import PositionState, TaskState
from records.model import Case, Position, Task, TaskKind
from records.service import Due, owe, supersede, take, write_line

DECIDE_IN = timedelta(minutes=5)
"""S3: a promise that waits for a coordinator has a deadline. [LOCAL]"""
FURTHEST = timedelta(hours=12)
"""A time further ahead is one that is past, or a slip: a human reads it."""
TOLD_BY_NOBODY = (OfferState.expired, OfferState.declined)


class Promise(SQLModel, table=True):
    """When a responder can be at the door, if a coordinator says yes to that; it waits as long as its task is open."""

    __table_args__ = (
        Index("promise_position", "position_id"),
        Index("promise_offer", "offer_id"),
        Index("promise_task", "task_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    position_id: int = Field(foreign_key="position.id")
    offer_id: int = Field(foreign_key="offer.id")
    task_id: int = Field(foreign_key="task.id")
    said_at: datetime
    there_by: datetime


def note(
    session: Session,
    place: Place,
    offer: Offer,
    who: Responder,
    said: Reading,
    message: Message,
    now: datetime,
) -> None:
    """Keep it and ask a coordinator. Raises `Conflict` where the time cannot be: a human reads it then."""
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    position = session.get_one(Position, offer.position_id, populate_existing=True)
    if offers.after(offer.state, "accept") is None or not _is_sought(position):
        _tell(session, place, case, offer, who, texts.already_taken(offer.code), now)
        words = f"{who.short_name} said yes to {offer.code}, too late."
        write_line(session, case.key, now, who.actor, "late_yes", words)
        return
    there_by = when(said, now, place.local())
    if there_by is None:
        raise Conflict("That time is past.")
    of_offer(session, offer, now)
    task = Task(
        place=place.id,
        opened_at=now,
        case_id=case.key,
        kind=TaskKind.promise,
        position_id=position.id,
        message_id=message.id,
        words=_in_words(who, position, there_by, now, place.local()),
    )
    owe(session, task, now, who.actor, task.words, Due("task", now + DECIDE_IN))
    session.add(
        Promise(
            place=place.id,
            case_id=case.key,
            position_id=position.key,
            offer_id=offer.key,
            task_id=task.key,
            said_at=now,
            there_by=there_by,
        )
    )
    _tell(session, place, case, offer, who, texts.coordinator_decides(offer.code), now)


def when(said: Reading, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The time they mean; None where it is past."""
    if said.clock is None:
        return now + timedelta(minutes=said.minutes)
    at = _next(said.clock, now, zone)
    return at if at - now <= FURTHEST else None


def _next(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), clock, zone)
    return (today if today >= local else today + timedelta(days=1)).astimezone(now.tzinfo)


def _in_words(who: Responder, position: Position, there_by: datetime, now: datetime, zone: ZoneInfo) -> str:
    late = round((there_by - position.due_at).total_seconds() / 60)
    due = texts.by_when(position.due_at, now, zone)
    fits = f"in time: it is due {due}" if late <= 0 else f"{late} min too late: it is due {due}"
    profession = who.profession.replace("_", " ")
    return f"{who.short_name}, {profession}, can be there by {texts.by_when(there_by, now, zone)}, {fits}."


def of_task(session: Session, task: Task) -> Promise:
    """Raises `NotFound`."""
    found = session.exec(select(Promise).where(Promise.task_id == task.key)).first()
    if found is None:
        raise NotFound("This task is no promise to come.")
    return found


def of_offer(session: Session, offer: Offer, now: datetime) -> None:
    """The offer has an answer of another kind, or has been taken back: who made the promise is told by that."""
    _end(session, col(Promise.offer_id) == offer.key, now)


def of_position(
    session: Session, place: Place, case: Case, position: Position, now: datetime, words: Callable[[str], str]
) -> None:
    """The visit is somebody else's, or not needed any more. Those whose offers had ended before hear it here."""
    for promise in _end(session, col(Promise.position_id) == position.key, now):
        offer = session.get_one(Offer, promise.offer_id, populate_existing=True)
        if offer.state in TOLD_BY_NOBODY:
            who = store.responder(session, offer.responder_id)
            _tell(session, place, case, offer, who, words(offer.code), now)


def _end(session: Session, which: object, now: datetime) -> list[Promise]:
    open_ = (
        select(Promise, Task)
        .join(Task, col(Task.id) == Promise.task_id)
        .where(which, Task.state == TaskState.open)  # type: ignore[arg-type]
    )
    ended = []
    for promise, task in session.exec(open_).all():
        supersede(session, task, now, HUB, "Nobody needs to decide about it any more.")
        ended.append(promise)
    return ended


def _is_sought(position: Position) -> bool:
    return position.state in (PositionState.open, PositionState.offered)


def _tell(
    session: Session, place: Place, case: Case, offer: Offer, who: Responder, body: str, now: datetime
) -> None:
    messages.text(session, place, who, body, now, case=case, offer=offer, outlives_case=True)
