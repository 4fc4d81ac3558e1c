"""What the boards follow: numbered facts, gapless within a place, written by the transaction that made them true."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, bindparam, insert, update
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import Json
from hub.db import as_last_statement, straight


class Event(SQLModel, table=True):
    """`facts` is what boards show of `topic`/`subject` from now on; None means that it is no longer shown."""

    __table_args__ = (Index("event_at", "place", "at"),)
    place: str = Field(primary_key=True, max_length=40)
    n: int = Field(primary_key=True)
    at: datetime
    topic: str = Field(max_length=40)
    subject: str = Field(max_length=40)
    facts: dict[str, Any] | None = Field(default=None, sa_type=Json)


class EventCounter(SQLModel, table=True):
    """The last number given in a place. A plain sequence would lose events to readers on PostgreSQL."""

    __tablename__ = "event_counter"
    place: str = Field(primary_key=True, max_length=40)
    n: int = 0


_event: Any = Event.__table__  # type: ignore[attr-defined]
_counter: Any = EventCounter.__table__  # type: ignore[attr-defined]
_COUNT_ON = (
    update(_counter)
    .where(_counter.c.place == bindparam("of_place"))
    .values(n=_counter.c.n + bindparam("more"))
    .returning(_counter.c.n)
)
_INSERT = insert(_event)


def tell(
    session: Session, place: str, at: datetime, topic: str, subject: object, facts: dict[str, Any] | None
) -> None:
    """Say what boards shall show; within one transaction the last word on a subject stands."""
    told: dict[tuple[str, str, str], dict[str, Any]] = session.info.setdefault("events", {})
    told[place, topic, str(subject)] = {"at": at, "facts": facts}
    as_last_statement(session, _number)


def _number(session: Session) -> None:
    told: dict[tuple[str, str, str], dict[str, Any]] = session.info["events"]
    places = sorted(
        {place for place, _, _ in told}
    )  # one order for all, so that no two can wait for each other
    for place in places:
        here = [(topic, subject, what) for (p, topic, subject), what in told.items() if p == place]
        last = straight(session).execute(_COUNT_ON, {"of_place": place, "more": len(here)}).scalar_one()
        straight(session).execute(
            _INSERT,
            [
                {"place": place, "n": last - len(here) + i, "topic": topic, "subject": subject, **what}
                for i, (topic, subject, what) in enumerate(here, start=1)
            ],
        )
    session.info["places_told"] = places


def cursor(session: Session, place: str) -> int:
    """The number of the last event in this snapshot."""
    return (
        session.execute(select(EventCounter.n).where(EventCounter.place == place)).scalar_one_or_none() or 0
    )


def after(session: Session, place: str, n: int, limit: int) -> list[Event]:
    """The events that follow number `n`, oldest first, `limit` at most."""
    found = select(Event).where(Event.place == place, Event.n > n).order_by(col(Event.n)).limit(limit)
    return list(session.exec(found))
