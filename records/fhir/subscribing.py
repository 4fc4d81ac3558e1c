"""Subscriptions: made, looked after as events come, told in order, and given up. A notification names a resource by its
number and says nothing of it: whoever is told reads it with their own right."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from sqlalchemy import delete, func, text
from sqlmodel import Session, col, select

from hub import asking, audit, events, outbox
from hub.actors import Actor
from hub.errors import NotFound, Refused
from hub.outbox import LIVING, Effect, Queue
from hub.places import place_of
from hub.sealing import seal_of
from hub.tokens import ApiToken, Machine
from records import seen
from records.fhir import asked, endpoints
from records.fhir.kinds import PAGES, Face, Narrow
from records.fhir.subscription_model import LIVE, WAITS, Notice, Subscription, SubscriptionStage
from records.fhir.written import Resource
from records.model import Case, Position

KINDS = {
    "Encounter": ("_id", "patient", "status", "subject"),
    "Task": ("_id", "encounter", "patient", "status"),
}
"""What may be followed, and what may narrow it: all of it can be told from the resource itself."""
MOST = 20
"""Of one machine."""
EVENTS_AT_ONCE = 200
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
    _owe(session, row, now)
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


def _owe(session: Session, row: Subscription, now: datetime) -> None:
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
    _off(session, row, "deleted")
    audit.note(session, row.place, now, actor, "subscription_deleted", f"subscription:{row.key}")


def _off(session: Session, row: Subscription, why: str) -> None:
    row.stage, row.trouble = SubscriptionStage.off, why
    session.add(row)
    session.execute(delete(Notice).where(col(Notice.subscription_id) == row.key))


def live(session: Session) -> list[Subscription]:
    return list(session.exec(select(Subscription).where(text(LIVE)).order_by(col(Subscription.id))))


def has_news(session: Session, row: Subscription, machine_time: datetime, now: datetime) -> bool:
    """Whether there is anything to look at; asked each second, so it writes nothing."""
    token = session.get_one(ApiToken, row.token_id)
    over = not token.holds(machine_time) or (row.ends_at is not None and row.ends_at <= now)
    return over or events.cursor(session, row.place) > row.cursor or _is_idle(session, row)


def _is_idle(session: Session, row: Subscription) -> bool:
    """Something waits, and nobody is about to tell it."""
    effect = session.get(Effect, row.effect_id) if row.effect_id else None
    if effect is not None and effect.state in LIVING:
        return False
    return row.stage is SubscriptionStage.requested or bool(_next(session, row, 1))


def look(session: Session, row: Subscription, face: Face, machine_time: datetime) -> None:
    """What has happened since it was last looked is owed to them; and somebody is there to tell it. In a transaction
    that writes. Whose token is over is told nothing more."""
    token = session.get_one(ApiToken, row.token_id)
    if not token.holds(machine_time) or (row.ends_at is not None and row.ends_at <= face.now):
        _off(session, row, "over")
        return
    happened = events.after(session, row.place, row.cursor, EVENTS_AT_ONCE)
    cases = list(dict.fromkeys(int(one.subject) for one in happened if one.topic == "case"))
    if cases:
        _note(session, row, _matching(session, row, face, token, cases), face.now)
    if happened:
        row.cursor = happened[-1].n
        session.add(row)
    session.flush()
    if _is_idle(session, row):
        _owe(session, row, face.now)


def _matching(
    session: Session, row: Subscription, face: Face, token: ApiToken, cases: Sequence[int]
) -> list[tuple[int, Resource]]:
    """In the order of `cases`, by the eyes of whoever is told: of what they may not see they are told nothing (S18)."""
    kind, wanted = read(row.criteria)
    only = tuple(cases)
    of_position: dict[int, int] = {}
    if kind == "Task":
        found = select(Position).where(col(Position.case_id).in_(cases))
        of_position = {one.key: one.case_id for one in session.exec(found)}
        only = tuple(of_position)
    with asking.asks(None, token.scopes):
        made = PAGES[kind](session, face, Narrow(only=only), len(only)) if only else []
    matching = [
        (of_position.get(number, number), resource)
        for number, resources in made
        for resource in resources
        if asked.is_it(wanted, resource)
    ]
    return sorted(matching, key=lambda one: cases.index(one[0]))  # as it happened


def _note(session: Session, row: Subscription, found: Iterable[tuple[int, Resource]], now: datetime) -> None:
    newest = select(func.max(Notice.n)).where(col(Notice.subscription_id) == row.key)
    n = session.execute(newest).scalar_one() or 0
    for case_id, resource in found:
        focus = f"{resource['resourceType']}/{resource['id']}"
        mark = _mark(resource)
        known = session.get(Notice, (row.key, focus))
        if known is not None and known.mark == mark:
            continue
        n += 1
        if known is None:
            known = Notice(subscription_id=row.key, focus=focus, case_id=case_id, mark=mark, n=n, at=now)
        elif not known.waits:
            known.n, known.waits = n, True
        known.mark, known.at = mark, now
        session.add(known)


def _mark(resource: Resource) -> str:
    """Without the times at which nothing was changed but themselves."""
    kept = {name: value for name, value in resource.items() if name not in ("meta", "lastModified")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _next(session: Session, row: Subscription, limit: int) -> list[Notice]:
    found = select(Notice).where(Notice.subscription_id == row.key, text(WAITS))
    return list(session.exec(found.order_by(col(Notice.n)).limit(limit)))


def to_tell(session: Session, row: Subscription, scopes: Iterable[str]) -> tuple[list[Notice], list[Notice]]:
    """What waits, in order; and what must not be told any more, because it has been sealed meanwhile (S18)."""
    waits = _next(session, row, TELLS_AT_ONCE)
    with asking.asks(None, scopes):
        theirs = {one.case_id for one in waits if seen.sees(session, session.get_one(Case, one.case_id))}
    return [one for one in waits if one.case_id in theirs], [
        one for one in waits if one.case_id not in theirs
    ]


def arrived(
    session: Session, row: Subscription, told: Sequence[Notice], dropped: Sequence[Notice], now: datetime
) -> None:
    """These they know, as they were sent: what has changed again meanwhile waits on."""
    for sent in (*told, *dropped):
        notice = session.get(Notice, (row.key, sent.focus))
        if notice is not None and notice.mark == sent.mark:
            notice.waits = False
            session.add(notice)
    if told:
        row.told, row.told_at = row.told + len(told), now
        session.add(row)


def well(session: Session, row: Subscription, now: datetime) -> None:
    """They are there. What waits still is told by an effect of its own, after others' turns."""
    row.stage, row.failing_since, row.trouble = SubscriptionStage.active, None, ""
    session.add(row)
    session.flush()
    if _next(session, row, 1):
        _owe(session, row, now)


def failed(session: Session, row: Subscription, trouble: str, now: datetime, *, gone: bool) -> bool:
    """Whether it is to be tried again. `gone`: the receiver says that it never will be there."""
    row.failing_since = row.failing_since or now
    row.trouble = trouble[:200]
    if gone or now - row.failing_since >= GIVE_UP_AFTER:
        row.stage = SubscriptionStage.error
    session.add(row)
    return row.stage is not SubscriptionStage.error


def any_old(session: Session, now: datetime) -> bool:
    found = select(Notice.focus).where(~col(Notice.waits), col(Notice.at) < now - FORGET_AFTER)
    return session.exec(found.limit(1)).first() is not None


def forget_old(session: Session, now: datetime) -> None:
    """What they were told a month ago; a later change of it is told as if it were the first."""
    session.execute(delete(Notice).where(~col(Notice.waits), col(Notice.at) < now - FORGET_AFTER))
