"""The one way to the database, and the only place that commits.

SQLite (WAL, FULL, one `flock` line for the writers of all processes) and PostgreSQL behave the same above this file.
"""

import fcntl
import hashlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from datetime import datetime
from typing import Any, TypeVar

import psycopg.errors
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from hub import kept_apart
from hub.errors import Conflict
from hub.sealing import Seal

log = logging.getLogger(__name__)
LONG_TURN_S = 0.25
"""A writer that holds the line longer than this is written down: nothing slow belongs inside a write."""

FIRST = "Somebody else was first. Load the page again and look."

T = TypeVar("T")
Info = dict[Any, Any]
AtOnce = Callable[[Session, Mapping[str, Any], datetime], None]


class Database:
    """Reads and writes; `after_commit` callbacks get what the transaction left in `session.info`.

    `at_once`: the kinds of effects that this process does in the transaction which causes them (`outbox.do_or_append`).
    `record_servers`: the names of those that are written to; each milestone of a case is owed to all of them.
    `services`: those that can be asked by a message, each with the name of the token that answers for it.
    `record_readers`: of those that are read from.
    """

    def __init__(self, url: str, threads: int = 48, seal: Seal | None = None) -> None:
        self.url = url
        self.seal = seal or Seal("")
        self.after_commit: list[Callable[[Info], None]] = []
        self.at_once: dict[str, AtOnce] = {}
        self.record_servers: tuple[str, ...] = ()
        self.services: Mapping[str, str] = {}
        self.record_readers: tuple[str, ...] = ()
        self._thread = threading.local()
        pool: dict[str, Any] = {
            "pool_size": 8,
            "max_overflow": max(threads - 8, 0),
            "hide_parameters": True,  # a driver's error text names people
        }
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self._writer = _sqlite(url, "BEGIN IMMEDIATE", query_only=0, pool=pool)
            self._reader = _sqlite(url, "BEGIN", query_only=1, pool=pool)
        else:
            self._writer = create_engine(url, pool_pre_ping=True, **pool)
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def engine(self) -> Engine:
        """For migrations and tests alone."""
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent snapshot. Takes no write lock, and the database refuses a write."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            session.info["seal"] = self.seal
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: commits if the block ends well, and then tells `after_commit`.

        Raises `Conflict` where a unique index says that somebody else was first. A write inside a write is a bug:
        hand the session down instead.
        """
        if getattr(self._thread, "writes", False):
            raise RuntimeError("a write inside a write: hand the session down instead")
        self._thread.writes = True
        try:
            with self.turn(), Session(self._writer, expire_on_commit=False) as session:
                session.info.update(seal=self.seal, at_once=self.at_once)
                session.info.update(record_servers=self.record_servers, record_readers=self.record_readers)
                session.info["services"] = self.services
                yield session
                session.flush()
                _conclude(session)
                kept_apart.must_be_kept(bool(session.info.get("kept_apart")))
                session.commit()
                info = session.info
        except IntegrityError as error:
            if _is_unique(error.orig):
                raise Conflict(FIRST) from None
            raise _without_words(error) from None
        except OperationalError as error:
            if isinstance(error.orig, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure):
                raise Conflict(FIRST) from None
            raise
        finally:
            self._thread.writes = False
        kept_apart.is_over()
        for told in self.after_commit:
            told(info)

    def write_again(self, act: Callable[[Session], T], times: int = 3) -> T:
        """Like `write`, for what must be done and can look again: tried anew when somebody else was first."""
        for left in reversed(range(times)):
            try:
                with self.write() as session:
                    return act(session)
            except Conflict:
                if left == 0:
                    raise
        raise AssertionError("times must be at least 1")

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    def turn(self) -> AbstractContextManager[None]:
        """One writer at a time, of all threads of all processes; PostgreSQL needs no line."""
        return _in_line(f"{self._writer.url.database}.turn") if self.is_sqlite else nullcontext()


def before_commit(session: Session, key: str, act: Callable[[Session], None], *, first: bool = False) -> None:
    """Run `act` once when the block has ended, before commit; the same key registers once. `first`: before those that
    are registered already."""
    waiting = session.info.get("before_commit", {})
    new = {} if key in waiting else {key: act}
    session.info["before_commit"] = {**new, **waiting} if first else {**waiting, **new}


def attempt(session: Session, act: Callable[[Session], None]) -> bool:
    """Run `act` by itself within this transaction. Where it raises, all that it did is undone, and nothing else:
    the fault is written down, and False."""
    before = {
        name: copy(kept) if isinstance(kept, dict | list) else kept for name, kept in session.info.items()
    }
    try:
        with session.begin_nested():
            act(session)
    except Exception:
        log.error("undone", exc_info=True)
        session.info.clear()
        session.info.update(before)
        return False
    return True


def straight(session: Session) -> Connection:
    """For statements on tables that need nothing which the session still holds: no flush before them, and half the way
    through the engine."""
    return session.connection()


def alone_with(session: Session, name: str) -> bool:
    """Whether nobody else is at `name` just now; nobody else will be until this transaction ends. Never waits. SQLite's
    line lets one writer in at a time."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one())


def as_last_statement(session: Session, act: Callable[[Session], None]) -> None:
    """Run `act` after everything else: where events take their numbers (any earlier deadlocks PostgreSQL)."""
    session.info["last"] = act


def _conclude(session: Session) -> None:
    while waiting := session.info.get("before_commit"):
        waiting.pop(next(iter(waiting)))(session)
        session.flush()
    if last := session.info.get("last"):
        last(session)


@contextmanager
def _in_line(path: str) -> Iterator[None]:
    """All threads of all processes wait in one line; the kernel frees a dead holder."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        since = time.monotonic()
        yield
        if (held_s := time.monotonic() - since) > LONG_TURN_S:
            log.warning("long_turn", extra={"held_s": round(held_s, 3)})
    finally:
        os.close(file)


def _sqlite(url: str, begin: str, *, query_only: int, pool: dict[str, Any]) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 5}, **pool)

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-65536",
            f"query_only={query_only}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _is_unique(error: BaseException | None) -> bool:
    """Only a unique violation means "somebody else was first"; foreign key and not-null are bugs."""
    if isinstance(error, sqlite3.IntegrityError):
        return error.sqlite_errorname in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    return isinstance(error, psycopg.errors.UniqueViolation)


def _without_words(error: IntegrityError) -> IntegrityError:
    """The same fault without the driver's details: PostgreSQL prints the whole row, with everybody's names."""
    said = error.orig.diag.message_primary if isinstance(error.orig, psycopg.Error) else str(error.orig)
    return IntegrityError("a write", None, type(error.orig or error)(said))
