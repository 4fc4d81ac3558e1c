"""Who looked at whom: kept once for as long as the same person goes on looking."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from hub import audit
from hub.actors import Acting
from hub.assemble import Hub
from hub.audit import Audit

ONE_LOOK = timedelta(minutes=15)
"""A panel that stays open and refreshes itself is one look, not a hundred."""


def keep_look(hub: Hub, who: Acting, action: str, subject: str, why: str | None = None) -> None:
    now = hub.clock.now()
    with hub.db.read() as session:
        seen = looks_on(session, who, action, subject, now)
    if not seen:
        with hub.db.write() as session:
            audit.note(session, who.place, now, who.actor, action, subject, why)


def looks_on(session: Session, who: Acting, action: str, subject: str, now: datetime) -> bool:
    """Whether they have looked there lately."""
    lately = select(Audit.id).where(
        Audit.place == who.place,
        Audit.subject == subject,
        Audit.actor == who.actor.ref,
        Audit.action == action,
        col(Audit.at) > now - ONE_LOOK,
    )
    return session.exec(lately.limit(1)).first() is not None
