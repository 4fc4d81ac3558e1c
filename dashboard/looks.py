"""Who looked at whom: kept once for as long as the same person goes on looking."""

from datetime import timedelta

from sqlmodel import col, select

from hub import audit
from hub.access import User
from hub.assemble import Hub
from hub.audit import Audit

ONE_LOOK = timedelta(minutes=15)
"""A panel that stays open and refreshes itself is one look, not a hundred."""


def keep_look(hub: Hub, user: User, action: str, subject: str) -> None:
    now = hub.clock.now()
    lately = select(Audit.id).where(
        Audit.place == user.place,
        Audit.subject == subject,
        Audit.actor == user.actor.ref,
        Audit.action == action,
        col(Audit.at) > now - ONE_LOOK,
    )
    with hub.db.read() as session:
        seen = session.exec(lately.limit(1)).first() is not None
    if not seen:
        with hub.db.write() as session:
            audit.note(session, user.place, now, user.actor, action, subject)
