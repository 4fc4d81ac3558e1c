"""Every query about phones, their threads and the network's timers."""

import json
import sqlite3
from typing import Any

from phones.model import Kind, Manner, Phone, Timer

MAX_PHONES = 2000
THREAD = 30  # entries shown of each phone
KEPT = 200  # entries kept of each phone


def phone(tx: sqlite3.Connection, number: str) -> Phone | None:
    row = tx.execute("SELECT * FROM phones WHERE number = ?", (number,)).fetchone()
    return Phone.from_row(row) if row else None


def has_room(tx: sqlite3.Connection) -> bool:
    return int(tx.execute("SELECT count(*) FROM phones").fetchone()[0]) < MAX_PHONES


def put_phone(tx: sqlite3.Connection, number: str, owner: str, label: str, kind: Kind) -> None:
    tx.execute(
        "INSERT INTO phones (number, owner, label, kind) VALUES (?, ?, ?, ?) ON CONFLICT (number) DO UPDATE "
        "SET owner = excluded.owner, label = excluded.label, kind = excluded.kind",
        (number, owner, label, kind),
    )
    touch(tx, number)


def set_opted_out(tx: sqlite3.Connection, number: str, opted_out: bool) -> None:
    tx.execute("UPDATE phones SET opted_out = ? WHERE number = ?", (opted_out, number))


def set_manner(tx: sqlite3.Connection, number: str, manner: Manner) -> None:
    tx.execute(
        "UPDATE phones SET behaviour = ?, seconds = ?, error_code = ?, callbacks = ? WHERE number = ?",
        (manner.behaviour, manner.seconds, manner.error_code, manner.callbacks, number),
    )
    touch(tx, number)


def network(tx: sqlite3.Connection) -> Manner:
    return Manner.from_row(tx.execute("SELECT * FROM network").fetchone())


def set_network(tx: sqlite3.Connection, manner: Manner) -> None:
    tx.execute(
        "UPDATE network SET behaviour = ?, seconds = ?, error_code = ?, callbacks = ?, changed = ?",
        (manner.behaviour, manner.seconds, manner.error_code, manner.callbacks, _next(tx)),
    )


def _next(tx: sqlite3.Connection) -> int:
    return int(tx.execute("UPDATE counter SET n = n + 1 RETURNING n").fetchone()[0])


def touch(tx: sqlite3.Connection, number: str) -> None:
    """Whoever follows the phones will be given this one again."""
    tx.execute("UPDATE phones SET changed = ? WHERE number = ?", (_next(tx), number))


def cursor(tx: sqlite3.Connection) -> int:
    return int(tx.execute("SELECT n FROM counter").fetchone()[0])


def network_changed(tx: sqlite3.Connection) -> int:
    return int(tx.execute("SELECT changed FROM network").fetchone()[0])


def phones_since(tx: sqlite3.Connection, since: int, limit: int) -> list[Phone]:
    rows = tx.execute(
        "SELECT * FROM phones WHERE changed > ? ORDER BY changed LIMIT ?", (since, limit)
    ).fetchall()
    return [Phone.from_row(row) for row in rows]


def add_entry(
    tx: sqlite3.Connection, number: str, kind: str, way: str, sid: str, text: str, at: float
) -> None:
    """One line of a phone's thread; the oldest beyond what is kept go."""
    tx.execute(
        "INSERT INTO entries (number, kind, way, sid, text, at) VALUES (?, ?, ?, ?, ?, ?)",
        (number, kind, way, sid, text, at),
    )
    tx.execute(
        "DELETE FROM entries WHERE number = ? AND id <= (SELECT id FROM entries WHERE number = ? "
        "ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (number, number, KEPT),
    )
    touch(tx, number)


def thread(tx: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    rows = tx.execute(
        "SELECT e.*, m.status, m.error_code, m.note FROM entries e LEFT JOIN messages m ON m.sid = e.sid "
        "WHERE e.number = ? ORDER BY e.id DESC LIMIT ?",
        (number, THREAD),
    ).fetchall()
    return list(reversed(rows))


def add_timer(
    tx: sqlite3.Connection, kind: str, subject: str, due_at: float, payload: dict[str, Any]
) -> None:
    tx.execute(
        "INSERT INTO timers (kind, subject, due_at, payload) VALUES (?, ?, ?, ?)",
        (kind, subject, due_at, json.dumps(payload)),
    )


def due_steps(tx: sqlite3.Connection, now: float, limit: int) -> list[Timer]:
    rows = tx.execute(
        "SELECT * FROM timers WHERE kind <> 'post' AND due_at <= ? ORDER BY due_at, id LIMIT ?", (now, limit)
    )
    return [Timer.from_row(row) for row in rows]


def due_posts(tx: sqlite3.Connection, now: float, limit: int) -> list[Timer]:
    """A post waits until the first try of every earlier one about the same thing is over."""
    rows = tx.execute(
        "SELECT * FROM timers t WHERE kind = 'post' AND due_at <= ? AND NOT EXISTS (SELECT 1 FROM timers e "
        "WHERE e.subject = t.subject AND e.kind = 'post' AND e.id < t.id AND e.attempts = 0) "
        "ORDER BY due_at, id LIMIT ?",
        (now, limit),
    )
    return [Timer.from_row(row) for row in rows]


def next_due(tx: sqlite3.Connection, now: float) -> float | None:
    found = tx.execute("SELECT min(due_at) FROM timers WHERE due_at > ?", (now,)).fetchone()[0]
    return None if found is None else float(found)


def finish_timer(tx: sqlite3.Connection, timer_id: int) -> None:
    tx.execute("DELETE FROM timers WHERE id = ?", (timer_id,))


def put_off(tx: sqlite3.Connection, timer_id: int, due_at: float) -> None:
    tx.execute("UPDATE timers SET attempts = attempts + 1, due_at = ? WHERE id = ?", (due_at, timer_id))
