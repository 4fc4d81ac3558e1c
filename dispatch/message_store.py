"""Messages in and out as the console lists them: newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, text
from sqlmodel import Session, col
from sqlmodel import select as pick

from dispatch import sealed_texts
from dispatch.model import NOT_ARRIVED, UNRECEIPTED, Direction, Message, Responder
from dispatch.phone_model import PhoneOfResponder
from hub.access import User
from records import seen
from records.model import Case, Task, TaskKind

PAGE = 50
LOOKED_THROUGH = 20_000
"""So many of the newest messages are searched for words; the page says so."""


@dataclass(frozen=True)
class Listed:
    """A message with whom it was from or to, its case, and whether a human must still read it."""

    message: Message
    responder: Responder | None
    user: User | None
    case: Case | None
    waits: bool


_waits = exists().where(
    col(Task.message_id) == col(Message.id),
    col(Task.kind) == TaskKind.unread_reply,
    text("task.state = 'open'"),
)
_columns: tuple[Any, ...] = (Message, Responder, User, Case, _waits.label("waits"))
_LISTED: Any = (
    pick(*_columns)
    .join(Responder, col(Responder.id) == col(Message.responder_id), isouter=True)
    .join(User, col(User.id) == col(Message.user_id), isouter=True)
    .join(Case, col(Case.id) == col(Message.case_id), isouter=True)
)


def listed(
    session: Session, place: str, show: str, before: int | None, no_receipt_before: datetime
) -> list[Listed]:
    """One more than a page where another follows. `show`: failed, human, no_receipt, or all."""
    where: list[Any] = [col(Message.place) == place, *_seen(session, place)]
    if before is not None:
        where.append(col(Message.id) < before)
    if show == "failed":
        where.append(text(NOT_ARRIVED.replace("status", "message.status")))
    elif show == "human":
        where.append(_waits)
    elif show == "no_receipt":
        where += [
            text(UNRECEIPTED.replace("status", "message.status")),
            col(Message.direction) == Direction.out,
            ~col(Message.voice),
            col(Message.sent_at) < no_receipt_before,
        ]
    return _rows(session, *where)


def found(session: Session, place: str, said: str) -> list[Listed]:
    """By the name or a number of a responder, a reference, or words, among the newest. Never from an address."""
    like = f"%{said.lower().replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    digits = "".join(sign for sign in said if sign.isdigit()).removeprefix("44").lstrip("0")
    newest = select(func.max(col(Message.id))).scalar_subquery()
    named = select(col(Responder.id)).where(
        col(Responder.place) == place, func.lower(col(Responder.name)).like(like, escape="/")
    )
    ways: list[Any] = [
        func.lower(col(Message.body)).like(like, escape="/"),
        col(Message.responder_id).in_(named),
        func.lower(col(User.name)).like(like, escape="/"),
        func.lower(col(Case.ref)) == said.lower(),
    ]
    if len(digits) >= 6:
        ways.append(col(Message.phone).like(f"%{digits}%"))
    recent = col(Message.id) > newest - LOOKED_THROUGH
    return _rows(session, col(Message.place) == place, recent, *_seen(session, place), or_(*ways))


def _seen(session: Session, place: str) -> list[Any]:
    """S18: no message of a case that whoever asks may not see, and no single one that is sealed to them."""
    hidden, texts = seen.hidden(session, place), sealed_texts.absent(session, place)
    of_cases = [or_(col(Message.case_id).is_(None), col(Message.case_id).not_in(hidden))] if hidden else []
    return [*of_cases, col(Message.id).not_in(texts)] if texts else of_cases


def _rows(session: Session, *where: Any) -> list[Listed]:
    rows = session.exec(_LISTED.where(*where).order_by(col(Message.id).desc()).limit(PAGE + 1))
    return [Listed(*row) for row in rows]


def phones_of_place(
    session: Session, place: str, limit: int = 300
) -> list[tuple[Responder, PhoneOfResponder | None]]:
    """Every active responder with each of their numbers; somebody of whom no list was made has none."""
    rows = (
        pick(Responder, PhoneOfResponder)
        .join(PhoneOfResponder, col(PhoneOfResponder.responder_id) == col(Responder.id), isouter=True)
        .where(Responder.place == place, Responder.active)
        .order_by(col(Responder.reachable), col(Responder.short_name), col(PhoneOfResponder.nth))
    )
    return [(who, phone) for who, phone in session.exec(rows.limit(limit))]
