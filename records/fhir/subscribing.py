"""Subscriptions: made, told in order, given up, and ended. A notification names a resource by its number and says
nothing of it: whoever is told reads it with their own right."""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from sqlalchemy import ColumnElement, and_, delete, func, or_, text
from sqlmodel import Session, col, select

from hub import asking, audit, events, outbox
from hub.actors import Actor
from hub.errors import NotFound, Refused
from hub.outbox import Effect, Queue
from hub.places import place_of
from hub.sealing import seal_of
from hub.tokens import Machine
from records import seen
from records.fhir import asked, endpoints
from records.fhir.subscription_model import LIVE, WAITS, Notice, Subscription, SubscriptionStage
from records.model import Case

KINDS = {
    "Encounter": ("_id", "patient", "status", "subject"),
    "Task": ("_id", "encounter", "patient", "status"),
}
"""What may be followed, and what may narrow it: all of it can be told from the resource itself."""
MOST = 20
"""Of one machine."""
TELLS_AT_ONCE = 20
GIVE_UP_AFTER = timedelta(days=3)
"""[LOCAL]"""
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 15, 60, 180, 600, 1800))
"""Before each next attempt; the last is repeated. [LOCAL]"""
FORGET_AFTER = timedelta(days=30)
LISTED = 100
NO_SUBSCRIPTION = "There is no such subscription of yours."


def make(
    session: Session, machine: Machine, criteria: str, endpoint: str, ends_at: datetime | None, now: datetime
) -> tuple[Subscription, str]:
    """The row, and the secret under which notifications are signed, which is told this once. Raises `Refused`."""
    kind, _ = read(criteria)
    if why := endpoints.problem(endpoint, is_training=place_of(session, machine.place).training):
        raise Refused(why)
    if ends_at is not None and ends_at <= now:
        raise Refused("The end is past already.")
    own = select(func.count()).where(col(Subscription.token_id) == machine.token, text(LIVE))
    if session.execute(own).scalar_one() >= MOST:
        raise Refused(f"A machine has {MOST} subscriptions at most: delete one first.")
    secret = secrets.token_urlsafe(32)
    row = Subscription(
        uid=str(uuid.uuid4()),
        place=machine.place,
        token_id=machine.token,
        by_name=machine.name,
        kind=kind,
        criteria=criteria,
        endpoint=endpoint,
        sealed_secret=seal_of(session).shut(secret),
        made_at=now,
        ends_at=ends_at,
        cursor=events.cursor(session, machine.place),
    )
    session.add(row)
    session.flush()
    owe(session, row, now)
    audit.note(
        session, row.place, now, machine.actor, "subscription_made", f"subscription:{row.key}", criteria
    )
    return row, secret


def read(criteria: str) -> tuple[str, asked.Asked]:
    """Raises `Refused`."""
    kind, _, query = criteria.partition("?")
    if kind not in KINDS or len(criteria) > 300:
        raise Refused("Criteria are Encounter or Task, with a question mark and what narrows it, or without.")
    said = parse_qsl(query, keep_blank_values=True)
    if strange := sorted({name for name, _ in said} - set(KINDS[kind])):
        raise Refused(f"{', '.join(strange)[:100]}: criteria of {kind} take {', '.join(KINDS[kind])}.")
    return kind, asked.read(kind, said, strict=True)


def owe(session: Session, row: Subscription, now: datetime) -> None:
    effect = Effect(
        place=row.place,
        queue=Queue.reports,
        kind="fhir_notify",
        payload={"subscription": row.key},
        created_at=now,
    )
    row.effect_id = outbox.append(session, effect)
    session.add(row)


def one(session: Session, machine: Machine, uid: str) -> Subscription:
    """Its own. Raises `NotFound`."""
    found = session.exec(select(Subscription).where(Subscription.uid == uid)).first()
    if found is None or found.token_id != machine.token:
        raise NotFound(NO_SUBSCRIPTION)
    return found


def of_machine(session: Session, machine: Machine) -> list[Subscription]:
    found = select(Subscription).where(Subscription.token_id == machine.token)
    return list(session.exec(found.order_by(col(Subscription.id).desc()).limit(LISTED)))


def of_place(session: Session, place: str) -> list[Subscription]:
    """The newest first."""
    found = select(Subscription).where(Subscription.place == place)
    return list(session.exec(found.order_by(col(Subscription.id).desc()).limit(LISTED)))


def waiting(session: Session, rows: Sequence[Subscription]) -> dict[int, int]:
    """How many notices wait, by subscription."""
    ids = [row.key for row in rows]
    found = select(Notice.subscription_id, func.count()).where(
        col(Notice.subscription_id).in_(ids), text(WAITS)
    )
    return dict(session.exec(found.group_by(col(Notice.subscription_id))).all())


def end(session: Session, row: Subscription, now: datetime, actor: Actor) -> None:
    """Nothing leaves from now on; done twice it is done once."""
    off(session, row, "deleted", now)
    audit.note(session, row.place, now, actor, "subscription_deleted", f"subscription:{row.key}")


def off(session: Session, row: Subscription, why: str, now: datetime) -> None:
    row.stage, row.trouble, row.ends_at = SubscriptionStage.off, why, now
    session.add(row)
    session.execute(delete(Notice).where(col(Notice.subscription_id) == row.key))


def live(session: Session) -> list[Subscription]:
    return list(session.exec(select(Subscription).where(text(LIVE)).order_by(col(Subscription.id))))


def next_of(session: Session, row: Subscription, limit: int) -> list[Notice]:
    """What waits, in order."""
    found = select(Notice).where(Notice.subscription_id == row.key, text(WAITS))
    return list(session.exec(found.order_by(col(Notice.n)).limit(limit)))


def to_tell(session: Session, row: Subscription, scopes: Iterable[str]) -> tuple[list[Notice], list[Notice]]:
    """What waits, in order; and what must not be told any more, because it has been sealed meanwhile (S18)."""
    waits = next_of(session, row, TELLS_AT_ONCE)
    with asking.asks(None, scopes):
        theirs = {one.case_id for one in waits if seen.sees(session, session.get_one(Case, one.case_id))}
    return [one for one in waits if one.case_id in theirs], [
        one for one in waits if one.case_id not in theirs
    ]


def arrived(
    session: Session, row: Subscription, told: Sequence[Notice], dropped: Sequence[Notice], now: datetime
) -> None:
    """These they know, as they were sent: what has changed again meanwhile waits on. What was dropped is as if nobody
    had noted it, so that it is told once it is not sealed any more."""
    for sent in told:
        notice = session.get(Notice, (row.key, sent.focus))
        if notice is not None and notice.mark == sent.mark:
            notice.waits = False
            session.add(notice)
    for sealed in dropped:
        notice = session.get(Notice, (row.key, sealed.focus))
        if notice is not None and session.get_one(Case, notice.case_id).sealed:
            session.delete(notice)
    if told:
        row.told, row.told_at = row.told + len(told), now
        session.add(row)


def well(session: Session, row: Subscription) -> None:
    """They are there."""
    row.stage, row.failing_since, row.trouble = SubscriptionStage.active, None, ""
    session.add(row)


def go_on(session: Session, row: Subscription, now: datetime) -> None:
    """What waits still is told by an effect of its own, after others' turns."""
    session.flush()
    if next_of(session, row, 1):
        owe(session, row, now)


def is_given_up(row: Subscription, now: datetime, *, told: bool, gone: bool) -> bool:
    """`told`: they have taken something in this very turn; `gone`: they say that they never will be there again."""
    since = row.failing_since
    return gone or (not told and since is not None and now - since >= GIVE_UP_AFTER)


def failed(session: Session, row: Subscription, trouble: str, now: datetime, *, told: bool) -> None:
    row.failing_since = now if told else row.failing_since or now
    row.trouble = trouble[:200]
    session.add(row)


def any_old(session: Session, now: datetime) -> bool:
    notices = select(Notice.focus).where(~col(Notice.waits), col(Notice.at) < now - FORGET_AFTER).limit(1)
    ended = select(Subscription.id).where(_ended_before(now - FORGET_AFTER)).limit(1)
    return session.exec(notices).first() is not None or session.exec(ended).first() is not None


def forget_old(session: Session, now: datetime) -> None:
    """What they were told a month ago: a later change of it is told as if it were the first. And what ended then."""
    session.execute(delete(Notice).where(~col(Notice.waits), col(Notice.at) < now - FORGET_AFTER))
    ended = _ended_before(now - FORGET_AFTER)
    session.execute(
        delete(Notice).where(col(Notice.subscription_id).in_(select(Subscription.id).where(ended)))
    )
    session.execute(delete(Subscription).where(ended).execution_options(synchronize_session=False))


def _ended_before(then: datetime) -> ColumnElement[bool]:
    return or_(
        and_(col(Subscription.stage) == SubscriptionStage.off, col(Subscription.ends_at) < then),
        and_(col(Subscription.stage) == SubscriptionStage.error, col(Subscription.failing_since) < then),
    )
