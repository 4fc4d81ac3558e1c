"""One SQLite file, one connection, one lock. All that the network owes survives a kill at any moment."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL);
INSERT OR IGNORE INTO counter VALUES (1, 0);
CREATE TABLE IF NOT EXISTS network (
  id INTEGER PRIMARY KEY CHECK (id = 1), changed INTEGER NOT NULL DEFAULT 0,
  behaviour TEXT NOT NULL DEFAULT 'normal', seconds REAL, error_code INTEGER NOT NULL DEFAULT 30003,
  callbacks TEXT NOT NULL DEFAULT 'once');
INSERT OR IGNORE INTO network (id) VALUES (1);
CREATE TABLE IF NOT EXISTS phones (
  number TEXT PRIMARY KEY, owner TEXT NOT NULL, label TEXT NOT NULL, kind TEXT NOT NULL,
  behaviour TEXT NOT NULL DEFAULT 'normal', seconds REAL, error_code INTEGER NOT NULL DEFAULT 30003,
  callbacks TEXT NOT NULL DEFAULT 'once', opted_out INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS phones_changed ON phones (changed);
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL, kind TEXT NOT NULL, way TEXT NOT NULL,
  sid TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS entries_number ON entries (number, id);
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, number TEXT NOT NULL,
  direction TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL, body TEXT NOT NULL,
  status TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL, error_code INTEGER,
  status_callback TEXT NOT NULL, opt_out_type TEXT NOT NULL, sent_at REAL, note TEXT NOT NULL,
  behaviour TEXT NOT NULL, seconds REAL, callbacks TEXT NOT NULL, wanted_error INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS messages_receiver ON messages (receiver, seq);
CREATE TABLE IF NOT EXISTS calls (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, number TEXT NOT NULL,
  direction TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL, status TEXT NOT NULL,
  created_at REAL NOT NULL, updated_at REAL NOT NULL, url TEXT NOT NULL, twiml TEXT NOT NULL,
  status_callback TEXT NOT NULL, events TEXT NOT NULL, timeout_s REAL NOT NULL, answered_at REAL,
  ended_at REAL, sequence INTEGER NOT NULL, step INTEGER NOT NULL, script TEXT NOT NULL,
  gather TEXT NOT NULL, doing TEXT NOT NULL, callbacks TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS calls_live ON calls (number)
  WHERE status IN ('queued', 'ringing', 'in-progress');
CREATE TABLE IF NOT EXISTS timers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL, due_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due_at, id);
CREATE INDEX IF NOT EXISTS timers_subject ON timers (subject, id);
"""


class InUse(RuntimeError):
    """Another process has this file open; two networks on one file would send everything twice."""


class Database:
    """`transaction` is the only way in. Whoever listens is told after each commit, never before."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=2)
        self._connection.row_factory = sqlite3.Row
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise InUse(f"{file} is in use by another process: stop that one first ({error})") from error

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        for listener in self._listeners:
            listener()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._connection

    def close(self) -> None:
        with self._lock:
            self._connection.close()
