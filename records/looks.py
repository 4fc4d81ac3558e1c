"""Who looked at whom, and who was refused: kept once for as long as the same person goes on looking.

Nobody waits for it: the look goes into the process's own book (`hub/look_book.py`), which is carried into the audit
twice a second. Where no book is carried it is written at once.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request
from sqlmodel import Session, col, select

from hub import asking, look_book
from hub.actors import Acting
from hub.assemble import Hub
from hub.audit import Audit
from hub.errors import FirstPointError
from hub.look_book import Look
from records import seen

log = logging.getLogger(__name__)
ONE_LOOK = timedelta(minutes=15)
"""A panel that stays open and refreshes itself is one look, not a hundred."""
REFUSED = "refused"
OF_PATH = {"case_id": "case", "call_id": "call", "assessment_id": "assessment", "position_id": "position"}
"""What a number in an address is the number of."""


def keep_look(hub: Hub, who: Acting, action: str, subject: str, why: str | None = None) -> None:
    """`subject`: "case:12", or "place:leeds" for a list, which is one look at whoever is on it."""
    now = hub.clock.now()
    look = Look(who.place, now, who.actor.ref, action, subject, why, once_in_s=ONE_LOOK.total_seconds())
    if hub.looks_known.has(look):
        return
    kind, _, number = subject.partition(":")
    if kind == "case":
        with hub.db.read() as session:
            look = replace(look, relation=seen.relation_to(session, int(number)))
    _keep(hub, look)


def looks_on(session: Session, who: Acting, action: str, subject: str, now: datetime) -> bool:
    """Whether they have looked there lately, and the audit knows."""
    lately = select(Audit.id).where(
        Audit.place == who.place,
        Audit.subject == subject,
        Audit.actor == who.actor.ref,
        Audit.action == action,
        col(Audit.at) > now - ONE_LOOK,
    )
    return session.exec(lately.limit(1)).first() is not None


def keep_finding(hub: Hub, who: Acting, action: str, subject: str, why: str | None = None) -> None:
    """What was looked for and found: each time is a look of its own."""
    _keep(hub, Look(who.place, hub.clock.now(), who.actor.ref, action, subject, why))


def keep_refusal(request: Request, error: FirstPointError) -> None:
    """Somebody was told that they may not, or that there is no such thing: that they asked is kept. Raises nothing: the
    refusal itself comes first."""
    asker = asking.who()
    hub: Hub = request.app.state.hub
    if error.status not in (403, 404) or asker is None:
        return
    named = ((OF_PATH[name], given) for name, given in request.path_params.items() if name in OF_PATH)
    kind, given = next(named, ("place", hub.settings.place))
    route = getattr(request.scope.get("route"), "path", "")
    look = Look(
        hub.settings.place,
        hub.clock.now(),
        f"user:{asker.id}" if asker.id is not None else f"token:{asker.token}",
        REFUSED,
        f"{kind}:{given}"[:60],
        f"{error.status} {request.method} {route}"[:300],
        once_in_s=ONE_LOOK.total_seconds(),
    )
    try:
        if not hub.looks_known.has(look):
            _keep(hub, look)
    except Exception:
        log.error("refusal_not_kept", exc_info=True)


def _keep(hub: Hub, look: Look) -> None:
    if not _in_book(hub, look):
        with hub.db.write() as session:
            look_book.keep(session, look)
    if look.once_in_s:
        hub.looks_known.add(look)


def _in_book(hub: Hub, look: Look) -> bool:
    if hub.look_book is None:
        return False
    try:
        hub.look_book.write(look)
    except OSError:
        log.error("look_book_not_written", exc_info=True)  # the disk is full: then they wait for the writers
        return False
    return True
