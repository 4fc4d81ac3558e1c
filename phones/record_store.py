"""Every query about messages and calls, the two resources of Twilio's API."""

import sqlite3
from dataclasses import asdict, dataclass

from phones.model import Call, Message

MAX_RECORDS = 100_000  # kept of each; the oldest go


def _insert(tx: sqlite3.Connection, table: str, values: dict[str, object]) -> int:
    values.pop("seq")
    marks = ", ".join("?" * len(values))
    done = tx.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 - names are our own
        tuple(values.values()),
    )
    return int(done.lastrowid or 0)


def _save(tx: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    sid = values.pop("sid")
    values.pop("seq")
    columns = ", ".join(f"{name} = ?" for name in values)
    tx.execute(
        f"UPDATE {table} SET {columns} WHERE sid = ?",  # noqa: S608 - names are our own
        (*values.values(), sid),
    )


def _prune(tx: sqlite3.Connection, table: str, newest: int) -> None:
    if newest % 1000 == 0:
        tx.execute(f"DELETE FROM {table} WHERE seq <= ?", (newest - MAX_RECORDS,))  # noqa: S608


def add_message(tx: sqlite3.Connection, message: Message) -> None:
    message.seq = _insert(tx, "messages", asdict(message))
    _prune(tx, "messages", message.seq)


def save_message(tx: sqlite3.Connection, message: Message) -> None:
    _save(tx, "messages", asdict(message))


def message(tx: sqlite3.Connection, sid: str) -> Message | None:
    row = tx.execute("SELECT * FROM messages WHERE sid = ?", (sid,)).fetchone()
    return Message(**dict(row)) if row else None


def add_call(tx: sqlite3.Connection, call: Call) -> None:
    call.seq = _insert(tx, "calls", asdict(call))
    _prune(tx, "calls", call.seq)


def save_call(tx: sqlite3.Connection, call: Call) -> None:
    _save(tx, "calls", asdict(call))


def call(tx: sqlite3.Connection, sid: str) -> Call | None:
    row = tx.execute("SELECT * FROM calls WHERE sid = ?", (sid,)).fetchone()
    return Call(**dict(row)) if row else None


def live_calls(tx: sqlite3.Connection, number: str) -> list[Call]:
    rows = tx.execute(
        "SELECT * FROM calls WHERE number = ? AND status IN ('queued', 'ringing', 'in-progress')", (number,)
    )
    return [Call(**dict(row)) for row in rows]


@dataclass(frozen=True)
class Search:
    """What a list of either resource may be narrowed by. Times are whole seconds."""

    receiver: str = ""
    sender: str = ""
    status: str = ""
    not_before: int | None = None
    not_after: int | None = None
    before_seq: int | None = None
    limit: int = 50

    def where(self, at: str) -> tuple[str, list[object]]:
        parts: list[tuple[str, object]] = []
        if self.receiver:
            parts.append(("receiver = ?", self.receiver))
        if self.sender:
            parts.append(("sender = ?", self.sender))
        if self.status:
            parts.append(("status = ?", self.status))
        if self.not_before is not None:
            parts.append((f"CAST({at} AS INTEGER) >= ?", self.not_before))
        if self.not_after is not None:
            parts.append((f"CAST({at} AS INTEGER) <= ?", self.not_after))
        if self.before_seq is not None:
            parts.append(("seq < ?", self.before_seq))
        return " AND ".join(clause for clause, _ in parts) or "1", [value for _, value in parts]


def messages(tx: sqlite3.Connection, search: Search) -> list[Message]:
    # A message that is still queued counts from its making, so that nobody who looks for it misses it.
    where, values = search.where("coalesce(sent_at, created_at)")
    rows = tx.execute(
        f"SELECT * FROM messages WHERE {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - clauses are ours
        (*values, search.limit),
    )
    return [Message(**dict(row)) for row in rows]


def calls(tx: sqlite3.Connection, search: Search) -> list[Call]:
    where, values = search.where("created_at")
    rows = tx.execute(
        f"SELECT * FROM calls WHERE {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - clauses are ours
        (*values, search.limit),
    )
    return [Call(**dict(row)) for row in rows]
