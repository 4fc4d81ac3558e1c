"""Which processes live: each says so every few seconds, on machine time; silence is an alarm."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Field, Session, SQLModel, col, select

BEAT_EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(minutes=10)
"""A process that has been silent for so long is not coming back under that name; its alarm has been raised."""
Alive = Callable[[], None]
"""What takes long says it between two of its steps, never inside a write: whoever is silent is taken for stuck."""


def unwatched() -> None:
    """Of work by hand: no supervisor listens."""


class Beat(SQLModel, table=True):
    name: str = Field(primary_key=True, max_length=80)
    at: datetime


def beat(session: Session, name: str, machine: datetime) -> None:
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(Beat).values(name=name, at=machine)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": machine}))


def goodbye(session: Session, name: str) -> None:
    """It stops on purpose."""
    session.execute(delete(Beat).where(col(Beat.name) == name))


def silent(session: Session, machine: datetime) -> list[str]:
    found = select(Beat.name).where(Beat.at < machine - SILENT_AFTER, Beat.at > machine - FORGOTTEN_AFTER)
    return list(session.exec(found.order_by(col(Beat.name))))
