"""Every timer is a row: what is owed, by when. The ticker claims what is due, oldest first; one row fires once."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import one_live, one_of, where_live
from hub.db import straight


class DeadlineState(StrEnum):
    waiting = "waiting"
    fired = "fired"
    void = "void"


WAITING = "state = 'waiting'"


class Deadline(SQLModel, table=True):
    """`kind` says what happens; `owner` and `subject` name the owed row. `human`: a person owes it (S5)."""

    __table_args__ = (
        one_live("deadline_one_live", "kind", "subject", where=WAITING),
        where_live("deadline_due", "due_at", where=WAITING),
        where_live("deadline_case", "case_id", where=WAITING),
        where_live("deadline_owner", "owner", "subject", where=WAITING),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int | None = None
    kind: str = Field(max_length=40)
    owner: str = Field(max_length=40)
    subject: int
    due_at: datetime
    human: bool = True
    state: DeadlineState = Field(default=DeadlineState.waiting, sa_type=one_of(DeadlineState))
    attempts: int = 0
    fired_at: datetime | None = None


# Built once: each call and each move comes by here, and building a statement costs six times what running it does.
_table: Any = Deadline.__table__  # type: ignore[attr-defined]
_VOID = update(_table).where(text(WAITING)).values(state=DeadlineState.void)
_VOID_OWNER = _VOID.where(
    _table.c.owner == bindparam("of_owner"), _table.c.subject == bindparam("of_subject")
)
_VOID_KIND = _VOID.where(_table.c.kind == bindparam("of_kind"), _table.c.subject == bindparam("of_subject"))
_VOID_CASE = _VOID.where(_table.c.case_id == bindparam("of_case"))
_INSERT = insert(_table)
_NEW = {"state": DeadlineState.waiting, "attempts": 0}


def set_deadlines(
    session: Session,
    place: str,
    case_id: int | None,
    owner: str,
    subject: int,
    dues: Sequence[tuple[str, datetime, bool]],
) -> None:
    """What is due of one owed row from now on (kind, when, of a human); what was due before is not any more."""
    clear_owner(session, owner, subject)
    add_deadlines(session, place, case_id, owner, subject, dues)


def add_deadlines(
    session: Session,
    place: str,
    case_id: int | None,
    owner: str,
    subject: int,
    dues: Sequence[tuple[str, datetime, bool]],
) -> None:
    """The first of an owed row that has just come to be."""
    row = {"place": place, "case_id": case_id, "owner": owner, "subject": subject, **_NEW}
    if dues:
        straight(session).execute(
            _INSERT, [{**row, "kind": kind, "due_at": at, "human": human} for kind, at, human in dues]
        )


def set_deadline(session: Session, deadline: Deadline) -> None:
    """There is one live deadline of a kind for a subject; a new one takes the place of the old."""
    clear(session, deadline.kind, deadline.subject)
    add_deadline(session, deadline)


def add_deadline(session: Session, deadline: Deadline) -> None:
    """The same where there is none to take the place of."""
    straight(session).execute(_INSERT, deadline.model_dump(exclude={"id"}))


def clear(session: Session, kind: str, subject: int) -> None:
    straight(session).execute(_VOID_KIND, {"of_kind": kind, "of_subject": subject})


def clear_owner(session: Session, owner: str, subject: int) -> None:
    """The owed row has reached its end: nothing about it will fire any more."""
    straight(session).execute(_VOID_OWNER, {"of_owner": owner, "of_subject": subject})


def clear_case(session: Session, case_id: int) -> None:
    straight(session).execute(_VOID_CASE, {"of_case": case_id})


def oldest_due(session: Session, now: datetime) -> Deadline | None:
    """The one that has waited longest past its time. Nothing is locked yet: its case comes first, as everywhere, or
    a reply that comes in the same moment and this would wait for each other."""
    due = (
        select(Deadline)
        .where(text(WAITING), Deadline.due_at <= now)
        .order_by(col(Deadline.due_at), col(Deadline.id))
        .limit(1)
    )
    return session.exec(due).first()


def claim(session: Session, deadline: Deadline, now: datetime) -> bool:
    """Mark it as fired; commits or comes back with its handler's work. False where it waits no more, or not for now."""
    claimed = session.execute(
        update(Deadline)
        .where(
            col(Deadline.id) == deadline.id,
            col(Deadline.state) == DeadlineState.waiting,
            col(Deadline.due_at) <= now,
        )
        .values(state=DeadlineState.fired, fired_at=now)
        .returning(col(Deadline.id))
    )
    return claimed.scalar_one_or_none() is not None


def put_off(session: Session, deadline_id: int, until: datetime) -> int:
    """A handler failed: the row waits again, so that the others are not held up. Returns the attempts so far."""
    return (
        session.execute(
            update(Deadline)
            .where(col(Deadline.id) == deadline_id, col(Deadline.state) == DeadlineState.waiting)
            .values(due_at=until, attempts=col(Deadline.attempts) + 1)
            .returning(col(Deadline.attempts))
        ).scalar_one_or_none()
        or 0
    )


def live_of_case(session: Session, case_id: int) -> list[Deadline]:
    found = select(Deadline).where(Deadline.case_id == case_id, text(WAITING))
    return list(session.exec(found.order_by(col(Deadline.due_at))))


def next_due(session: Session) -> datetime | None:
    """When the next deadline of all is due."""
    found = select(Deadline.due_at).where(text(WAITING))
    return session.exec(found.order_by(col(Deadline.due_at)).limit(1)).first()
