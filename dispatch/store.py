"""Every query of the room."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as pick

from dispatch.duty_model import Pause
from dispatch.model import (
    OFFER_LIVE,
    UNRECEIPTED,
    Area,
    Direction,
    Message,
    Offer,
    OfferState,
    Responder,
    Shift,
)
from hub.errors import NotFound
from records.gazetteer import nearest_outward, point_of
from records.lifecycles import OWING, Owed, PositionState
from records.model import AS_NEXT, ON_VISIT, Case, Position
from records.national_grid import Point, km
from records.seen import must_see_case_of

ASSIGNED = (
    PositionState.accepted,
    PositionState.en_route,
    PositionState.at_door,
    PositionState.with_person,
    PositionState.no_access,
)
_offer: Any = Offer
STILL_RINGS = timedelta(minutes=2)
NO_OFFER = "There is no such offer here."


def area(session: Session, place: str, outward: str) -> Point | None:
    """As the place itself has laid it down, or else as open data has it: a call from anywhere ranks by travel."""
    found = session.get(Area, (place, outward)) if outward else None
    return (found.latitude, found.longitude) if found else point_of(outward)


def area_around(session: Session, place: str, point: Point) -> str:
    """The outward postcode around a point, by the same two sources; whichever lies nearer."""
    named = [(km((own.latitude, own.longitude), point), own.outward) for own in _areas(session, place)]
    if outward := nearest_outward(point):
        named.append((km(point_of(outward) or point, point), outward))
    return min(named, default=(0.0, ""))[1]


def _areas(session: Session, place: str, limit: int = 1000) -> list[Area]:
    return list(session.exec(pick(Area).where(Area.place == place).limit(limit)))


def responder(session: Session, responder_id: int) -> Responder:
    return session.get_one(Responder, responder_id)


def responder_of_user(session: Session, user_id: int | None) -> Responder | None:
    return session.exec(pick(Responder).where(Responder.user_id == user_id)).first()


def responders_on_shift(
    session: Session, place: str, now: datetime, limit: int = 300
) -> list[tuple[Responder, Shift]]:
    found = (
        pick(Responder, Shift)
        .join(Shift, col(Shift.responder_id) == Responder.id)
        .where(Shift.place == place, Shift.ends_at > now, Shift.starts_at <= now)
        .order_by(col(Responder.short_name))
        .limit(limit)
    )
    return list(session.exec(found))


def on_shift(session: Session, responder_id: int, now: datetime) -> bool:
    found = pick(Shift.id).where(
        Shift.responder_id == responder_id, Shift.starts_at <= now, Shift.ends_at > now
    )
    return session.exec(found).first() is not None


def pauses(session: Session, place: str, now: datetime, limit: int = 300) -> dict[int, Pause]:
    """Who pauses just now, by responder."""
    found = pick(Pause).where(Pause.place == place, Pause.starts_at <= now, Pause.ends_at > now)
    return {pause.responder_id: pause for pause in session.exec(found.limit(limit))}


def shift_ends_at(session: Session, responder_id: int, now: datetime, soon: timedelta) -> datetime | None:
    """When the shift ends that is on, or begins as soon as that; None where there is none."""
    found = pick(func.max(Shift.ends_at)).where(
        Shift.responder_id == responder_id, Shift.starts_at <= now + soon, Shift.ends_at > now
    )
    return session.exec(found).one()


def offer(session: Session, place: str, offer_id: int) -> Offer:
    found = session.get(Offer, offer_id, populate_existing=True)
    if found is None or found.place != place:
        raise NotFound(NO_OFFER)
    must_see_case_of(session, found, NO_OFFER)
    return found


def offer_by_code(session: Session, place: str, code: str, since: datetime) -> Offer | None:
    """The newest offer with this code; codes are not used again for 90 days."""
    found = pick(Offer).where(Offer.place == place, Offer.code == code, Offer.sent_at > since)
    return session.exec(found.order_by(col(Offer.id).desc())).first()


def offers_of_position(session: Session, position_id: int, states: Iterable[OfferState] = ()) -> list[Offer]:
    found = pick(Offer).where(Offer.position_id == position_id)
    if wanted := list(states):
        found = found.where(col(Offer.state).in_(wanted))
    return list(session.exec(found.order_by(col(Offer.id))))


def offers_of_case(session: Session, case_id: int, limit: int = 200) -> list[tuple[Offer, Responder]]:
    found = pick(Offer, Responder).join(Responder, col(Offer.responder_id) == Responder.id)
    return list(session.exec(found.where(Offer.case_id == case_id).order_by(col(Offer.id)).limit(limit)))


def offers_of_responder(
    session: Session, responder_id: int, since: datetime, limit: int = 200
) -> list[Offer]:
    """Newest first."""
    found = pick(Offer).where(Offer.responder_id == responder_id, Offer.sent_at > since)
    return list(session.exec(found.order_by(col(Offer.id).desc()).limit(limit)))


def live_offers_of(session: Session, responder_id: int) -> list[Offer]:
    """Every offer that waits for this responder's answer, however long ago it was sent (two days wait two hours)."""
    found = pick(Offer).where(Offer.responder_id == responder_id, text(OFFER_LIVE))
    return list(session.exec(found.order_by(col(Offer.id))))


def live_offers(session: Session, place: str, limit: int = 300) -> list[Offer]:
    """Every offer of the place that waits for an answer, oldest first."""
    found = pick(Offer).where(Offer.place == place, text(OFFER_LIVE))
    return list(session.exec(found.order_by(col(Offer.id)).limit(limit)))


def texts_by_id(
    session: Session, message_ids: Iterable[int | None]
) -> dict[int, tuple[Message, Responder | None]]:
    """These messages, each with the responder it came from, if it came from one."""
    wanted = {message_id for message_id in message_ids if message_id is not None}
    found = pick(Message, Responder).join(Responder, col(Responder.id) == Message.responder_id, isouter=True)
    rows = session.exec(found.where(col(Message.id).in_(wanted))) if wanted else ()
    return {message.key: (message, who) for message, who in rows}


_COUNT_OF_CASE = select(func.count()).where(_offer.case_id == bindparam("of_case"))


def count_offers_of_case(session: Session, case_id: int) -> int:
    counted: int = session.execute(_COUNT_OF_CASE, {"of_case": case_id}).scalar_one()
    return counted


def swap_offer(session: Session, offer: Offer, new: str, **values: Any) -> bool:
    """Compare and set: False where the offer is no longer as it was read."""
    swap = (
        update(Offer)
        .where(col(Offer.id) == offer.id, col(Offer.state) == offer.state)
        .values(state=OfferState(new), **values)
        .returning(Offer)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return session.execute(swap).scalar_one_or_none() is not None


# Built once: every reply asks.
_ON_VISIT = pick(Position).where(Position.responder_id == bindparam("of_responder"), text(ON_VISIT))
_AS_NEXT = pick(Position).where(Position.responder_id == bindparam("of_responder"), text(AS_NEXT))
_HELD = pick(Offer).where(
    Offer.position_id == bindparam("of_position"), Offer.state == OfferState.accepted, ~col(Offer.given_back)
)


def assignment_of(session: Session, responder_id: int) -> Position | None:
    """The one visit this responder is on; the database allows no second."""
    return session.exec(_ON_VISIT, params={"of_responder": responder_id}).first()


def next_of(session: Session, responder_id: int) -> Position | None:
    """The one visit that they have accepted to make after the one they are on; the database allows no second."""
    return session.exec(_AS_NEXT, params={"of_responder": responder_id}).first()


def accepted_offer(session: Session, position_id: int) -> Offer | None:
    return session.exec(_HELD, params={"of_position": position_id}).first()


def message_by_sid(session: Session, sid: str) -> Message | None:
    return session.exec(pick(Message).where(Message.sid == sid)).first()


def message_of_effect(session: Session, effect_id: int) -> Message | None:
    return session.exec(pick(Message).where(Message.effect_id == effect_id)).first()


def sids_known(session: Session, sids: Sequence[str]) -> set[str]:
    return {sid for sid in session.exec(pick(Message.sid).where(col(Message.sid).in_(sids))) if sid}


def messages_of_case(session: Session, case_id: int, limit: int = 200) -> list[Message]:
    """The newest `limit`, oldest first."""
    found = pick(Message).where(Message.case_id == case_id).order_by(col(Message.id).desc()).limit(limit)
    return list(session.exec(found))[::-1]


def last_case_of_phone(session: Session, place: str, phone: str) -> int | None:
    """The case of the newest message with this phone that belongs to an open case."""
    found = (
        pick(Message.case_id)
        .join(Case, col(Case.id) == Message.case_id)
        .where(Message.place == place, Message.phone == phone, Case.state == "open")
        .order_by(col(Message.id).desc())
    )
    return session.exec(found).first()


_call: Any = aliased(Message)


def _rung_instead(before: datetime) -> Any:
    """It was lifted, or it may still be ringing."""
    reached = or_(
        _call.status == "delivered",
        and_(_call.status.not_in(("undelivered", "failed")), _call.at > before - STILL_RINGS),
    )
    return exists().where(
        col(Offer.id) == col(Message.offer_id),
        col(Offer.effect_id) == col(Message.effect_id),
        _call.offer_id == col(Offer.id),
        _call.voice,
        reached,
    )


def without_receipt(session: Session, before: datetime, after: datetime, limit: int = 50) -> list[Message]:
    """Texts that a carrier took before `before` and of which nothing was heard since; none older than `after`.

    The text of an offer that has been rung instead is none of them, unless nobody was reached by that either."""
    found = pick(Message).where(
        Message.direction == Direction.out,
        ~col(Message.voice),
        text(UNRECEIPTED.replace("status", "message.status")),
        ~_rung_instead(before),
        col(Message.sent_at) < before,
        col(Message.sent_at) > after,
    )
    return list(session.exec(found.limit(limit)))


def positions_out(session: Session, place: str, limit: int = 300) -> list[Position]:
    """Every live position that somebody has accepted, also as their next."""
    # Two looks, each by its own index: for both together SQLite would read all positions of the past.
    return [
        found
        for taken in (ON_VISIT, AS_NEXT)
        for found in session.exec(pick(Position).where(Position.place == place, text(taken)).limit(limit))
    ]


def is_live(position: Position) -> bool:
    return position.state in OWING[Owed.position]


LATELY = timedelta(minutes=15)
CODES_HOLD = timedelta(days=90)
