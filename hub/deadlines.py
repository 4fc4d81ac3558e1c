"""Every timer is a row: what is owed, by when. The ticker claims what is due, oldest first; one row fires once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import one_live, one_of, where_live


class DeadlineState(StrEnum):
    waiting = "waiting"
    fired = "fired"
    void = "void"


class Deadline(SQLModel, table=True):
    """`kind` says what happens; `owner` and `subject` name the owed row. `human`: a person owes it (S5)."""

    __table_args__ = (
        one_live("deadline_one_live", "kind", "subject", where="state = 'waiting'"),
        where_live("deadline_due", "due_at", where="state = 'waiting'"),
        where_live("deadline_case", "case_id", where="state = 'waiting'"),
        where_live("deadline_owner", "owner", "subject", where="state = 'waiting'"),
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


def set_deadline(session: Session, deadline: Deadline) -> None:
    """There is one live deadline of a kind for a subject; a new one takes the place of the old."""
    clear(session, deadline.kind, deadline.subject)
    session.add(deadline)


def clear(session: Session, kind: str, subject: int) -> None:
    session.execute(
        update(Deadline)
        .where(
            col(Deadline.kind) == kind,
            col(Deadline.subject) == subject,
            col(Deadline.state) == DeadlineState.waiting,
        )
        .values(state=DeadlineState.void)
    )


def clear_owner(session: Session, owner: str, subject: int) -> None:
    """The owed row has reached its end: nothing about it will fire any more."""
    session.execute(
        update(Deadline)
        .where(
            col(Deadline.owner) == owner,
            col(Deadline.subject) == subject,
            col(Deadline.state) == DeadlineState.waiting,
        )
        .values(state=DeadlineState.void)
    )


def clear_case(session: Session, case_id: int) -> None:
    session.execute(
        update(Deadline)
        .where(col(Deadline.case_id) == case_id, col(Deadline.state) == DeadlineState.waiting)
        .values(state=DeadlineState.void)
    )


def oldest_due(session: Session, now: datetime) -> Deadline | None:
    """The one that has waited longest past its time. Nothing is locked yet: its case comes first, as everywhere, or
    a reply that comes in the same moment and this would wait for each other."""
    due = (
        select(Deadline)
        .where(Deadline.state == DeadlineState.waiting, Deadline.due_at <= now)
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
    found = select(Deadline).where(Deadline.case_id == case_id, Deadline.state == DeadlineState.waiting)
    return list(session.exec(found.order_by(col(Deadline.due_at))))


def next_due(session: Session) -> datetime | None:
    """When the next deadline of all is due."""
    found = select(Deadline.due_at).where(Deadline.state == DeadlineState.waiting)
    return session.exec(found.order_by(col(Deadline.due_at)).limit(1)).first()
