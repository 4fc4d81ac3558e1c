"""What has happened since a subscription was last looked at is found in a read, and noted by a short write, so that
nobody waits in the line of writers while resources are built."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from hub import asking, events
from hub.events import Event
from hub.outbox import LIVING, Effect
from hub.tokens import ApiToken
from records.fhir import asked, subscribing
from records.fhir.kinds import PAGES, Face, Narrow, of_heads
from records.fhir.subscription_model import Notice, Subscription, SubscriptionStage
from records.fhir.written import Resource
from records.model import Position

CASES_AT_ONCE = 200
Matching = Sequence[tuple[int, Resource]]
"""Of which case, and what of it they follow."""


@dataclass(frozen=True)
class News:
    """`cursor`: from where it was looked, `to`: up to where. `over`: they are told nothing any more."""

    cursor: int
    to: int
    matching: Matching = ()
    over: bool = False


def look(session: Session, row: Subscription, face: Face, machine_time: datetime) -> News | None:
    """None where there is nothing to note; asked each second, so it writes nothing. By the eyes of whoever is told."""
    token = session.get_one(ApiToken, row.token_id)
    if not token.holds(machine_time) or (row.ends_at is not None and row.ends_at <= face.now):
        return News(row.cursor, row.cursor, over=True)
    newest = events.cursor(session, row.place)
    happened = select(Event.n, Event.subject).where(
        Event.place == row.place, Event.n > row.cursor, Event.topic == "case"
    )
    found = session.exec(happened.order_by(col(Event.n)).limit(CASES_AT_ONCE)).all()
    nothing = not found and newest - row.cursor < CASES_AT_ONCE and not _was_our_fault(row)
    if nothing and not is_idle(session, row):
        return None
    to = found[-1][0] if len(found) == CASES_AT_ONCE else newest
    cases = list(dict.fromkeys(int(subject) for _, subject in found))
    return News(row.cursor, to, _matching(session, row, face, token, cases) if cases else ())


def _was_our_fault(row: Subscription) -> bool:
    """The hub failed when it last looked, and they have not."""
    return bool(row.trouble) and row.failing_since is None


def is_idle(session: Session, row: Subscription) -> bool:
    """Something waits, and nobody is about to tell it."""
    effect = session.get(Effect, row.effect_id) if row.effect_id else None
    if effect is not None and effect.state in LIVING:
        return False
    return row.stage is SubscriptionStage.requested or bool(subscribing.next_of(session, row, 1))


def note(session: Session, row: Subscription, news: News, now: datetime) -> None:
    """What was found is owed to them; and somebody is there to tell it. Nothing, where somebody else was first."""
    if row.cursor != news.cursor or row.stage not in (SubscriptionStage.requested, SubscriptionStage.active):
        return
    if news.over:
        subscribing.off(session, row, "over", now)
        return
    _note(session, row, news.matching, now)
    row.cursor, row.trouble = news.to, "" if _was_our_fault(row) else row.trouble
    session.add(row)
    session.flush()
    if is_idle(session, row):
        subscribing.owe(session, row, now)


def _matching(
    session: Session, row: Subscription, face: Face, token: ApiToken, cases: Sequence[int]
) -> Matching:
    """In the order of `cases`, by the eyes of whoever is told: of what they may not see they are told nothing (S18)."""
    kind, wanted = subscribing.read(row.criteria)
    only = tuple(cases)
    of_position: dict[int, int] = {}
    if kind == "Task":
        found = select(Position).where(col(Position.case_id).in_(cases))
        of_position = {one.key: one.case_id for one in session.exec(found)}
        only = tuple(of_position)
    with asking.asks(None, token.scopes):
        wanted = of_heads(session, face, wanted)
        made = PAGES[kind](session, face, Narrow(only=only), len(only)) if only else []
    matching = [
        (of_position.get(number, number), resource)
        for number, resources in made
        for resource in resources
        if asked.is_it(wanted, resource)
    ]
    return sorted(matching, key=lambda one: cases.index(one[0]))  # as it happened


def _note(session: Session, row: Subscription, found: Matching, now: datetime) -> None:
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
