"""The proof of the audit: every row follows from the one before it, and the chain is still the one whose heads were
published. Whoever changes the database can lay the whole chain anew; they cannot also change what was said elsewhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from hub.audit import Audit, link_of
from hub.audit_heads import Head

AT_ONCE = 2000
"""Rows in memory at a time, whatever the length of the chain."""
_ROWS = select(
    col(Audit.id), col(Audit.place), col(Audit.at), col(Audit.actor), col(Audit.action),
    col(Audit.subject), col(Audit.why), col(Audit.relation), col(Audit.nth), col(Audit.link),
)  # type: ignore[call-overload] # fmt: skip


@dataclass
class Proof:
    """`rows` that hold, the last of them said `until`; `heads` that agree; `fault` names the first bad row in a
    sentence, `bad_id` its number where it is there. `loose`: rows that are not in the chain yet."""

    rows: int = 0
    until: datetime | None = None
    heads: int = 0
    loose: int = 0
    fault: str = ""
    bad_id: int | None = None
    last_head: Head | None = field(default=None, repr=False)

    @property
    def holds(self) -> bool:
        return not self.fault


def prove(session: Session, heads: Iterable[Head] = ()) -> Proof:
    """Walk the chain once, and the published heads beside it. Raises `Refused` where the heads' file was changed."""
    proof, before, waiting = Proof(), "", _Heads(heads)
    for row in _chained(session):
        proof.fault = _fault_of(row, before, proof)
        if proof.fault:
            proof.bad_id = row.id
            return proof
        for told in waiting.of(row.nth):
            if told.link != (row.link if told.nth == row.nth else link_at(session, told.nth)):
                proof.fault, proof.bad_id = _not_as_published(told, proof), row.id
                return proof
            proof.heads, proof.last_head = proof.heads + 1, told
        before, proof.rows, proof.until = row.link, row.nth, row.at
    if (head := waiting.next) is not None:
        proof.fault = (
            f"Rows were taken away from the end: row {head.nth} was published at {said_at(head.at)}, and the chain "
            f"ends with row {proof.rows}; row {proof.rows + 1} is the first that is missing."
        )
        return proof
    loose = select(func.count()).select_from(Audit).where(col(Audit.link).is_(None))
    proof.loose = int(session.exec(loose).one())
    return proof


def link_at(session: Session, nth: int) -> str | None:
    """The link of that row of the chain; None where there is no such row."""
    return session.exec(select(Audit.link).where(Audit.nth == nth)).first()


class _Heads:
    """The heads in the order of the file: nearly that of the chain, since two tickers may publish at once."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._heads = iter(heads)
        self.next = next(self._heads, None)

    def of(self, nth: int) -> Iterator[Head]:
        while self.next is not None and self.next.nth <= nth:
            yield self.next
            self.next = next(self._heads, None)


def _chained(session: Session) -> Iterator[Any]:
    """A slice at a time, by the index; the numbers alone, so that no row is kept by the session."""
    done = -1
    while True:
        following = _ROWS.where(col(Audit.nth) > done).order_by(col(Audit.nth)).limit(AT_ONCE)
        rows = session.execute(following).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        done = rows[-1].nth


def _fault_of(row: Any, before: str, proof: Proof) -> str:
    expected = proof.rows + 1
    if row.nth != expected:
        return f"Row {expected} of the chain is missing: after row {proof.rows} comes row {row.nth} (id {row.id})."
    if row.link != link_of(before, row):
        which = f"Row {row.nth} of the chain (id {row.id}, {said_at(row.at)})"
        return f"{which} does not follow from the one before it: it was changed."
    return ""


def _not_as_published(head: Head, proof: Proof) -> str:
    agreed = proof.last_head.nth if proof.last_head else 0
    since = f"after row {agreed}, the last that agrees" if agreed else "from its beginning"
    return (
        f"Row {head.nth} of the chain is not the one that was published at {said_at(head.at)}: the chain was laid anew "
        f"{since}."
    )


def said_at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
