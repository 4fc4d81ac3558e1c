"""Texts about somebody's own page. Each is held to what is so when it leaves: a number that has become unsafe by then,
or a death, holds it back (S17, S28); and none is worth an alarm."""

from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import messages
from dispatch.messages import Number
from hub.outbox import Effect, Queue
from hub.places import place_of
from records.own import accesses, log_ins
from records.own.model import OwnAccess

A_DAY = timedelta(hours=24)


def text(
    session: Session,
    access: OwnAccess,
    body: str,
    now: datetime,
    good_for: timedelta,
    kept_as: str | None = None,
) -> None:
    messages.text(
        session,
        place_of(session, access.place),
        Number(access.number),
        body,
        now,
        queue=Queue.records,
        valid_until=now + good_for,
        kept_as=kept_as,
        own_access=access.key,
    )


def may_leave(session: Session, effect: Effect) -> bool:
    """Asked when it is about to leave."""
    access = session.get(OwnAccess, int(effect.payload["own_access"]))
    return access is not None and accesses.is_usable(session, access, log_ins.record_of(session, access))
