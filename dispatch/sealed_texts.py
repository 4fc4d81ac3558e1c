"""Single texts that are sealed (S18): which are absent for whoever asks, and how one is sealed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from dispatch import store
from dispatch.model import Message
from hub.actors import Actor
from hub.errors import Conflict, NotFound
from records import sealed_items, seen
from records.model import Case, Task
from records.sealed_items import STANDS, Kind, SealedItem
from records.store import rows_of

_STANDING = select(SealedItem.item_id, SealedItem.case_id).where(
    SealedItem.kind == Kind.message, text(STANDS)
)


def seal(session: Session, case: Case, message_id: int, why: str, now: datetime, actor: Actor) -> None:
    """Raises `NotFound`, `Conflict` while it still waits for an answer: whoever answers must be able to read it."""
    message = session.get(Message, message_id)
    if message is None or message.case_id != case.key:
        raise NotFound("There is no such text on this case.")
    if any(task.message_id == message_id for task in rows_of(session, Task, case.key, live=True)):
        raise Conflict("This text still waits for an answer. Answer it first, or seal the whole case.")
    sealed_items.seal(session, case, Kind.message, message_id, why, now, actor)


def of_case(session: Session, case: Case, limit: int) -> list[Message]:
    """The newest `limit` that whoever asks may see, oldest first."""
    unseen = sealed_items.absent(session, case, Kind.message)
    found = store.messages_of_case(session, case.key, limit + len(unseen))
    return [message for message in found if message.id not in unseen][-limit:]


def absent(session: Session, place: str) -> Collection[int]:
    """Of all cases of the place, for lists."""
    found = session.exec(_STANDING.where(SealedItem.place == place)).all()
    if not found:
        return ()
    cases = select(Case).where(col(Case.id).in_({case_id for _, case_id in found}))
    reached = {case.key for case in session.exec(cases) if seen.reaches(session, case)}
    return [message_id for message_id, case_id in found if case_id not in reached]


def must_see(session: Session, message: Message, problem: str) -> None:
    """Raises `NotFound` with the words for what is not there at all."""
    if message.case_id is None:
        return
    if message.id in sealed_items.absent(session, session.get_one(Case, message.case_id), Kind.message):
        raise NotFound(problem)
