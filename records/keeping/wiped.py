"""Whether the file of the database was written anew since words were last taken away: the hub's own audit says when."""

from datetime import datetime

from sqlmodel import Session, col, select

from hub import audit
from hub.actors import Actor
from hub.audit import Audit
from records.keeping.model import Erasure

DID, FILE = "file_wiped", "file:1"


def last(session: Session, place: str) -> datetime | None:
    found = select(Audit.at).where(Audit.place == place, Audit.subject == FILE, Audit.action == DID)
    return session.exec(found.order_by(col(Audit.at).desc()).limit(1)).first()


def keep(session: Session, place: str, now: datetime, actor: Actor) -> None:
    """`now`: before it was begun."""
    audit.note(session, place, now, actor, DID, FILE)


def is_owed(session: Session, place: str) -> bool:
    """Whether words were taken out of tables since, wholly or up to where that was stopped."""
    since = last(session, place)
    begun = select(Erasure.id).where(
        Erasure.place == place, col(Erasure.step) > 0, col(Erasure.done_at).is_not(None)
    )
    if since is not None:
        begun = begun.where(col(Erasure.done_at) > since)
    return session.exec(begun.limit(1)).first() is not None
