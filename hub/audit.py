"""Who looked at what, and who did what to whom. Rows are never changed; the ticker lays a chain over them afterwards,
so that reading never waits for a write and a removed row shows. `audit_heads.py` says how the chain's head is published
elsewhere, and `audit_proof.py` proves the one against the other.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import Actor
from hub.columns import where_live


class Audit(SQLModel, table=True):
    __table_args__ = (
        where_live("audit_unchained", "id", where="link IS NULL"),
        Index("audit_subject", "place", "subject"),
        Index("audit_actor", "place", "actor", "at"),
        Index("audit_at", "place", "at"),
        Index("audit_nth", "nth", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    at: datetime
    actor: str = Field(max_length=40)
    action: str = Field(max_length=60)
    subject: str = Field(max_length=60)
    why: str | None = Field(default=None, max_length=300)
    relation: str | None = Field(
        default=None, max_length=40, description="what they had to do with it; null where nobody had to say"
    )
    nth: int | None = Field(
        default=None, description="its place in the chain; ids are not in the order of commits"
    )
    link: str | None = Field(
        default=None, max_length=64, description="SHA-256 over the row and the link before it"
    )


def note(
    session: Session,
    place: str,
    at: datetime,
    actor: Actor,
    action: str,
    subject: str,
    why: str | None = None,
    relation: str | None = None,
) -> None:
    """Write one row. `subject` is a kind and a number ("case:12"), never a name."""
    session.add(
        Audit(
            place=place,
            at=at,
            actor=actor.ref,
            action=action,
            subject=subject,
            why=why,
            relation=relation,
        )
    )


def any_unlinked(session: Session) -> bool:
    return session.exec(select(Audit.id).where(col(Audit.link).is_(None)).limit(1)).first() is not None


def lay_chain(session: Session, limit: int = 500) -> int:
    """Link the rows that are not linked yet, in order; returns how many."""
    fresh = list(
        session.exec(select(Audit).where(col(Audit.link).is_(None)).order_by(col(Audit.id)).limit(limit))
    )
    if not fresh:
        return 0
    last = head(session)
    before, done = (last.link or "", last.nth or 0) if last else ("", 0)
    for nth, row in enumerate(fresh, start=done + 1):
        row.nth = nth
        before = row.link = link_of(before, row)
        session.add(row)
    return len(fresh)


def head(session: Session) -> Audit | None:
    """The newest row of the chain."""
    chained = select(Audit).where(col(Audit.nth).is_not(None))
    return session.exec(chained.order_by(col(Audit.nth).desc()).limit(1)).first()


def link_of(before: str, row: Any) -> str:
    """SHA-256 over the link before it and all that the row says. Rows from before `relation` was kept have none."""
    said = [before, row.id, row.place, row.at.isoformat(), row.actor, row.action, row.subject, row.why]
    if row.relation is not None:
        said.append(row.relation)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
