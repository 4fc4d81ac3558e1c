"""The person is told who is coming and when, that it is later, or that it is somebody else: where they agreed and the
number is known to be safe (S17). Nothing clinical, no address, no name of theirs, and no more texts than are needed.

`tell` compares what is true of each visit with what they were last told, so it may be done again at any time.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from dispatch import messages, store, texts
from dispatch.messages import Number
from dispatch.telling_model import COMING, Told, What
from dispatch.visits import UNKNOWN_TRAVEL
from hub import outbox
from hub.actors import HUB, Actor
from hub.errors import Conflict, Refused
from hub.outbox import Effect, EffectState
from hub.places import Place, place_of
from records import contact_points, deaths, tell_wishes
from records.lifecycles import PositionState
from records.model import Case, Position
from records.service import take, write_line
from records.store import case as case_of
from records.store import rows_of

BEFORE = timedelta(minutes=5)
AFTER = timedelta(minutes=15)
"""Between when and when they are told to expect somebody, round the forecast. [LOCAL]"""
ROUND = timedelta(minutes=5)
WORTH_A_TEXT = timedelta(minutes=10)
"""A time that moves by less is not worth another text. [LOCAL]"""
GOOD_FOR = timedelta(hours=1)
"""A text that could not leave for so long says nothing true any more."""
AGREED = (PositionState.accepted, PositionState.en_route)
SEEKING = (PositionState.open, PositionState.offered)
STROKES = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss"})
"""Letters that no decomposition makes plain."""
OVER = (PositionState.stood_down, PositionState.superseded)


@dataclass(frozen=True)
class Window:
    from_at: datetime
    to_at: datetime


def window_of(position: Position, now: datetime) -> Window | None:
    """When to expect them; None where nobody knows how far away they are. Pure."""
    there_at = position.forecast_at
    if position.travel_min is None and there_at == (position.set_off_at or now) + UNKNOWN_TRAVEL:
        return None  # a guess for our own deadlines
    if there_at is None and position.travel_min is not None:
        there_at = (position.accepted_at or now) + timedelta(minutes=position.travel_min)
    if there_at is None:
        return None
    there_at = max(there_at, now)
    return Window(_rounded(max(there_at - BEFORE, now)), _rounded(there_at + AFTER))


def _rounded(at: datetime) -> datetime:
    whole = at.replace(minute=0, second=0, microsecond=0)
    return whole + round((at - whole) / ROUND) * ROUND


def due(
    state: PositionState,
    responder_id: int | None,
    last: Told | None,
    window: Window | None,
    *,
    others_sought: bool,
) -> What | None:
    """What they must be told now, after what they were told last. Pure."""
    expects = last is not None and last.what in COMING
    if state in AGREED:
        if last is None or not expects or last.responder_id != responder_id:
            return What.coming
        return What.new_time if _moved(last, window) else None
    if state in SEEKING or (state in OVER and others_sought):
        return What.somebody_else if expects else None
    if state in OVER and last is not None and last.what is not What.not_coming:
        return What.not_coming
    return None


def _moved(last: Told, window: Window | None) -> bool:
    if window is None:
        return False
    return last.to_at is None or abs(window.to_at - last.to_at) >= WORTH_A_TEXT


def tell(session: Session, case_id: int, now: datetime) -> None:
    """Whatever they have to know of this case's visits and have not been told. Harmless to repeat."""
    place_id = session.get_one(Case, case_id).place
    case = take(session, case_id, now)
    if why_not(session, case):
        return
    place = place_of(session, place_id)
    positions = rows_of(session, Position, case.key)
    sought = any(row.state in SEEKING for row in positions)
    for position in positions:
        last = last_of(session, position.key)
        window = window_of(position, now)
        what = due(position.state, position.responder_id, last, window, others_sought=sought)
        if what is not None:
            if last is not None and _taken_back(session, last, now):
                last = last_of(session, position.key)
                what = due(position.state, position.responder_id, last, window, others_sought=sought)
            if what is not None:
                _text(session, place, case, position, what, last, window, now, HUB)


def tell_by_hand(session: Session, place: Place, case_id: int, now: datetime, actor: Actor) -> int:
    """The same words once more, on a coordinator's press. Returns how many texts. Raises `Refused` where nothing may
    be sent there, `Conflict` where nobody is on the way."""
    case = take(session, case_of(session, place.id, case_id).key, now)
    if why := why_not(session, case):
        raise Refused(f"Nothing was sent: {why}. Ring them instead.")
    coming = [row for row in rows_of(session, Position, case.key, live=True) if row.state in AGREED]
    if not coming:
        raise Conflict("Nobody is on the way to them, so there is nothing to tell.")
    for position in coming:
        last = last_of(session, position.key)
        _text(session, place, case, position, What.coming, last, window_of(position, now), now, actor)
    return len(coming)


def why_not(session: Session, case: Case) -> str:
    """Why nothing is texted to them; empty where nothing speaks against it."""
    if deaths.is_said_of(session, case):
        return "this person is said to have died"
    wish = tell_wishes.of_case(session, case.key)
    number = tell_wishes.number_of(session, wish)
    return tell_wishes.why_not(wish, number, contact_points.of_number(session, case.place, number))


def _text(
    session: Session,
    place: Place,
    case: Case,
    position: Position,
    what: What,
    last: Told | None,
    window: Window | None,
    now: datetime,
    actor: Actor,
) -> None:
    number = tell_wishes.number_of(session, tell_wishes.of_case(session, case.key)) or ""
    about = position.responder_id if what in COMING else (last.responder_id if last else None)
    who = store.responder(session, about or 0)
    body = _words(what, who.name, who.profession, window, place, now)
    until = window.to_at if window and what in COMING else now + GOOD_FOR
    effect_id = messages.text(
        session, place, Number(number), body, now, case=case, queue=outbox.Queue.alerts, valid_until=until,
        outlives_case=True,
    )  # fmt: skip
    told = Told(
        place=place.id,
        case_id=case.key,
        position_id=position.key,
        responder_id=who.key,
        what=what,
        phone=number,
        from_at=window.from_at if window and what in COMING else None,
        to_at=window.to_at if window and what in COMING else None,
        at=now,
        by=actor.name,
        effect_id=effect_id or 0,
    )
    session.add(told)
    session.flush()
    write_line(session, case.key, now, actor, f"told_{what}", in_words(told, who.short_name, place))


def _words(what: What, name: str, profession: str, window: Window | None, place: Place, now: datetime) -> str:
    first, role, ring = first_name(name), with_article(profession), place.public_number
    from_ = texts.by_when(window.from_at, now, place.local()) if window else ""
    to = texts.clock(window.to_at, place.local()) if window else ""
    if what is What.coming:
        return texts.person_told(first, role, from_, to, ring)
    if what is What.new_time:
        return texts.person_told_new_time(first, from_, to, ring)
    if what is What.somebody_else:
        return texts.person_told_somebody_else(first, ring)
    return texts.person_told_not_coming(first, ring)


def first_name(name: str) -> str:
    """As a text can carry it: one word, plain letters. Pure."""
    first = (name.split() or [""])[0]
    plain = unicodedata.normalize("NFKD", first.translate(STROKES)).encode("ascii", "ignore").decode()
    return plain[:20] or "Somebody"


def with_article(profession: str) -> str:
    """`nurse` → `a nurse`. Pure."""
    role = profession.replace("_", " ").strip().lower() or "member of the team"
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def in_words(told: Told, name: str, place: Place) -> str:
    """What they were told, for people of the hub. Pure."""
    zone = place.local()
    when = (
        f" between {texts.clock(told.from_at, zone)} and {texts.clock(told.to_at, zone)}"
        if told.from_at and told.to_at
        else ""
    )
    return {
        What.coming: f"They are told: {name} is coming{when}.",
        What.new_time: f"They are told a new time: {name} is coming{when}.",
        What.somebody_else: f"They are told: {name} cannot come, somebody else is looked for.",
        What.not_coming: f"They are told: {name} is not coming.",
    }[told.what]


def last_of(session: Session, position_id: int) -> Told | None:
    """The newest that left, or may still leave."""
    found = (
        select(Told)
        .join(Effect, col(Effect.id) == Told.effect_id)
        .where(Told.position_id == position_id, Effect.state != EffectState.void)
    )
    return session.exec(found.order_by(col(Told.id).desc()).limit(1)).first()


def _taken_back(session: Session, told: Told, now: datetime) -> bool:
    """What has not left yet need not be put right by a second text."""
    outbox.void(session, [told.effect_id], now)
    effect = session.get_one(Effect, told.effect_id, populate_existing=True)
    return effect.state is EffectState.void


def of_case(session: Session, case_id: int, limit: int = 20) -> Sequence[Told]:
    """The newest `limit`, oldest first."""
    found = select(Told).where(Told.case_id == case_id).order_by(col(Told.id).desc()).limit(limit)
    return list(session.exec(found))[::-1]
