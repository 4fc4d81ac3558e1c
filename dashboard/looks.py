"""Who looked at whom: kept once for as long as the same person goes on looking."""

from datetime import timedelta

from sqlmodel import col, select

from hub import audit
from hub.actors import Acting
from hub.assemble import Hub
from hub.audit import Audit

ONE_LOOK = timedelta(minutes=15)
"""A panel that stays open and refreshes itself is one look, not a hundred."""


def keep_look(hub: Hub, who: Acting, action: str, subject: str) -> None:
    now = hub.clock.now()
    lately = select(Audit.id).where(
        Audit.place == who.place,
        Audit.subject == subject,
        Audit.actor == who.actor.ref,
        Audit.action == action,
        col(Audit.at) > now - ONE_LOOK,
    )
    with hub.db.read() as session:
        seen = session.exec(lately.limit(1)).first() is not None
    if not seen:
        with hub.db.write() as session:
            audit.note(session, who.place, now, who.actor, action, subject)
