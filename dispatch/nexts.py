"""One visit may wait behind the one that somebody is on: accepted as their next, and not begun. They can set off to it
when the one before it is over (S25); where that takes too long, a human hears of it while the time can still be kept.

The one before is mostly of another case, so what follows from its end is an effect (ADR 8).
"""

from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from dispatch import messages, store, texts
from dispatch.offers import SET_OFF_IN
from dispatch.on_shift import free_at
from hub.actors import HUB
from hub.db import before_commit
from hub.errors import Conflict
from hub.outbox import Effect, Queue, append
from hub.places import place_of
from records import alarms, tell_wishes
from records.lifecycles import PositionState
from records.model import Case, Position
from records.rules import latest_safe_departure
from records.service import Due, redue, take, write_line

LATE = "next_late"
AGAIN_IN = timedelta(minutes=10)
MARK = " (next)"
"""Behind the name of whoever has it as their next, wherever that is shown."""


def code_before(session: Session, responder_id: int) -> str:
    """The code of the visit that they are on; empty where they are on none."""
    position = store.assignment_of(session, responder_id)
    held = store.accepted_offer(session, position.key) if position is not None else None
    return held.code if held is not None else ""


def due(position: Position, travel_min: int | None, now: datetime) -> Due:
    """Until the visit before it is over: when somebody must set off at the latest (S5)."""
    return Due("next_leaves", max(latest_safe_departure(position.due_at, travel_min), now))


def there_at(before: Position, travel_min: int | None, now: datetime) -> datetime | None:
    """When they should be at the next door; None where nobody knows how far it is."""
    return None if travel_min is None else free_at(before, now) + timedelta(minutes=travel_min)


def one_is_over(session: Session, position: Position, now: datetime) -> None:
    """This visit is done, or theirs no more: what waits behind it begins, in a transaction of its own."""
    if position.is_next:
        alarms.end(session, position.place, LATE, position.key, now)
        return
    waits = store.next_of(session, position.responder_id) if position.responder_id is not None else None
    if waits is None:
        return
    begin = Effect(
        kind="begin_next",
        place=waits.place,
        case_id=waits.case_id,
        queue=Queue.dispatch,
        payload={"position": waits.key},
        created_at=now,
    )
    # last of all, so that they hear of the end of the one before the beginning of the other
    before_commit(session, f"begin_next {waits.key}", partial(_append, effect=begin))


def _append(session: Session, effect: Effect) -> None:
    append(session, effect)


def begin(session: Session, position_id: int, now: datetime) -> None:
    """Theirs to set off to now, if the one before it is over. Harmless to repeat."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    if not _waits(position) or _before(session, position) is not None:
        return
    _begin(session, case, position, now)
    held = store.accepted_offer(session, position.key)
    if held is not None:
        who = store.responder(session, held.responder_id)
        place = place_of(session, case.place)
        messages.text(session, place, who, texts.yours_now(held.code), now, case=case, offer=held)
        if not store.on_shift(session, who.key, now):
            words = (
                f"{who.short_name} is off shift and should go to {case.ref} next. Ring them, or reassign it."
            )
            alarms.ring(session, case.place, "off_on_visit", position.key, words, now, case)


def begins_with_a_step(session: Session, case: Case, position: Position, now: datetime) -> None:
    """Whoever says that they are on the way to their next has begun it. Raises `Conflict` while the one before it is
    not over: then a human finds out which of the two is meant."""
    if not position.is_next:
        return
    if (before := _before(session, position)) is not None:
        held = store.accepted_offer(session, before.key)
        code = held.code if held is not None else "the visit before it"
        raise Conflict(f"This is their next visit: it begins when {code} is done or handed back.")
    _begin(session, case, position, now)


def _begin(session: Session, case: Case, position: Position, now: datetime) -> None:
    name = position.responder_name.removesuffix(MARK)
    position.is_next, position.responder_name = False, name
    if position.travel_min is not None:
        position.forecast_at = now + timedelta(minutes=position.travel_min)
    session.add(position)
    session.flush()
    redue(session, position, Due("set_off", now + SET_OFF_IN))
    alarms.end(session, position.place, LATE, position.key, now)
    write_line(session, case.key, now, HUB, "next_begins", f"{name} can set off: the visit before is over.")
    tell_wishes.something_changed(session, case, now)


def can_wait_again(session: Session, position: Position) -> bool:
    """They have not set off to it, and nothing else waits behind it."""
    is_free = store.next_of(session, position.responder_id or 0) is None
    return position.state is PositionState.accepted and not position.is_next and is_free


def waits_again(session: Session, position: Position, before: Position, now: datetime) -> None:
    """The visit `before` it goes on after all, so this one is their next again. The caller has taken both cases."""
    case = take(session, position.case_id, now)
    position.is_next, position.responder_name = True, position.responder_name + MARK
    position.forecast_at = None
    session.add(position)
    session.flush()
    redue(session, position, due(position, position.travel_min, now))
    alarms.end(session, position.place, "overdue_set_off", position.key, now)
    words = f"{position.responder_name}: waits again, the visit before it is not over."
    write_line(session, case.key, now, HUB, "next_waits", words)
    held, first = (store.accepted_offer(session, row.key) for row in (position, before))
    if held is not None and first is not None:
        who, place = store.responder(session, held.responder_id), place_of(session, case.place)
        body = texts.next_again(held.code, first.code)
        messages.text(session, place, who, body, now, case=case, offer=held)
    tell_wishes.something_changed(session, case, now)


def must_leave(session: Session, position_id: int, now: datetime) -> None:
    """The latest safe departure has come, and they are still on the visit before: a coordinator decides."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    if not _waits(position):
        return
    before = _before(session, position)
    if before is None:
        begin(session, position_id, now)
        return
    at = texts.by_when(position.due_at, now, place_of(session, case.place).local())
    name = position.responder_name.removesuffix(MARK)
    words = f"{name} is still on another visit and has {case.ref} next, due {at}. Give it to somebody else, or ring."
    alarms.ring(session, case.place, LATE, position.key, words, now, case)
    write_line(session, case.key, now, HUB, LATE, words)
    redue(session, position, Due("next_leaves", now + AGAIN_IN))


def _waits(position: Position) -> bool:
    return position.is_next and position.state in store.ASSIGNED


def _before(session: Session, position: Position) -> Position | None:
    return store.assignment_of(session, position.responder_id or 0)
