"""Texts and voice calls on their way out, and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from dispatch import store
from dispatch.journey import REACHED
from dispatch.model import Direction, Message, Offer, OfferState, Responder
from dispatch.offers import unheard_at
from hub import deadlines, events, outbox
from hub.access import User
from hub.deadlines import Deadline
from hub.outbox import Effect, Queue
from hub.places import Place
from records.model import Case, Position

STATUS_RANK = {
    "waiting": 0,
    "accepted": 1,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "taken back": 4,
    "read": 5,
}
"""A status never goes backwards: carriers' callbacks overtake each other."""
FAILED = ("undelivered", "failed")
ARRIVED = ("delivered", "read")
NEVER_AGAIN = frozenset({21211, 21408, 21610, 21612, 21614, 30005, 30006})
"""Carrier errors that no second attempt will mend: not a number, opted out, landline, unknown handset."""
VOICE_GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Number:
    """A telephone that is no responder's and nobody's of the hub: somebody texted us from it."""

    phone: str


def text(
    session: Session,
    place: Place,
    to: Responder | User | Number,
    body: str,
    now: datetime,
    *,
    case: Case | None = None,
    offer: Offer | None = None,
    queue: Queue = Queue.dispatch,
    valid_until: datetime | None = None,
    outlives_case: bool = False,
    kept_as: str | None = None,
    by_hand: bool = False,
    own_access: int | None = None,
) -> int | None:
    """Write a text into this transaction; returns its effect's number, None where there is no phone to send it to.

    `by_hand`: a person's own words, which they can take back until they leave. `kept_as`: the words that are kept and
    shown, where those that leave are for one pair of eyes. `own_access`: see `own_texts`.
    """
    if not to.phone:
        return None
    effect = Effect(
        place=place.id,
        case_id=case.id if case else None,
        queue=queue,
        kind="sms_to_person" if isinstance(to, Number) and case else "sms",
        payload={"to": to.phone, "from": place.hub_number, "text": body, "training": place.training}
        | ({"by_hand": True} if by_hand else {})
        | ({"own_access": own_access} if own_access is not None else {}),
        outlives_case=outlives_case,
        valid_until=valid_until,
        created_at=now,
    )
    return _send(session, effect, to, kept_as or body, now, case, offer)


def ring(
    session: Session,
    place: Place,
    to: Responder | User | Number,
    words: str,
    now: datetime,
    case: Case | None,
    position: Position | None,
    *,
    offer: Offer | None = None,
    number: str | None = None,
    queue: Queue = Queue.alerts,
    kept_as: str | None = None,
) -> int | None:
    """Write a voice call that wants a key; `number` where it is not the one that texts go to. Without a position it is
    about an alarm of the case, without a case about the number itself. `kept_as`: as of a text. Returns its effect's
    number, None where there is no phone to ring."""
    number = number or to.phone
    if not number:
        return None
    effect = Effect(
        place=place.id,
        case_id=case.id if case else None,
        queue=queue,
        kind="voice",
        payload={"to": number, "from": place.hub_number, "words": words, "training": place.training},
        valid_until=offer.expires_at if offer else now + VOICE_GOOD_FOR,
        created_at=now,
    )
    about = position.id if position else None
    return _send(session, effect, to, kept_as or words, now, case, offer, position_id=about, voice=True)


def _send(
    session: Session,
    effect: Effect,
    to: Responder | User | Number,
    body: str,
    now: datetime,
    case: Case | None,
    offer: Offer | None,
    **more: Any,
) -> int:
    effect_id = outbox.append(session, effect)
    message = Message(
        place=effect.place,
        direction=Direction.out,
        phone=str(effect.payload["to"]),
        body=body,
        at=now,
        case_id=case.id if case else None,
        offer_id=offer.id if offer else None,
        responder_id=to.id if isinstance(to, Responder) else None,
        user_id=to.id if isinstance(to, User) else None,
        effect_id=effect_id,
        **more,
    )
    session.add(message)
    return effect_id


def sid_of(session: Session, effect: Effect) -> str | None:
    """The carrier's number for it, once that is known."""
    message = store.message_of_effect(session, effect.id or 0)
    return message.sid if message else None


def went_out(session: Session, effect: Effect, sid: str, now: datetime) -> None:
    """The carrier has taken it under this number."""
    message = store.message_of_effect(session, effect.id or 0)
    if message is not None and message.sid is None:
        message.sid, message.sent_at = sid, now
        if STATUS_RANK[message.status] < STATUS_RANK["accepted"]:
            message.status = "accepted"
        session.add(message)
        _show(session, message, now)
        _await_receipt(session, message, now)


def status_came(
    session: Session, effect_id: int, sid: str, status: str, error_code: int | None, now: datetime
) -> Message | None:
    """A carrier's callback: forwards only. Returns the message where it has just failed for good."""
    message = store.message_of_effect(session, effect_id)
    if message is None or STATUS_RANK.get(status, -1) <= STATUS_RANK[message.status]:
        return None
    if REACHED.get(status) != REACHED.get(message.status):
        _show(session, message, now)
    message.status, message.error_code = status, error_code
    session.add(message)
    if message.sid is None:
        message.sid, message.sent_at = sid, message.sent_at or now
        if status not in (*ARRIVED, *FAILED):
            _await_receipt(session, message, now)
    if status in ARRIVED and message.offer_id is not None:
        deadlines.clear(session, "text_unheard", message.offer_id)
    return message if status in FAILED else None


def _await_receipt(session: Session, message: Message, now: datetime) -> None:
    """The text of a live offer has left: when no receipt comes in time, it is said aloud (`dispatch.by_voice`).

    The case is not taken for it, so an offer that ends this very moment may leave a deadline that finds nothing to do.
    """
    offer = session.get(Offer, message.offer_id) if message.offer_id and not message.voice else None
    if offer is None or offer.effect_id != message.effect_id or offer.state is not OfferState.sent:
        return
    deadline = Deadline(
        place=offer.place,
        case_id=offer.case_id,
        kind="text_unheard",
        owner="offer",
        subject=offer.key,
        due_at=unheard_at(now, offer.expires_at),
        human=False,
    )
    deadlines.set_deadline(session, deadline)


def gave_up(session: Session, effect: Effect, error_code: int | None, now: datetime) -> Message | None:
    """The carrier will not take it, or could not be reached for too long."""
    message = store.message_of_effect(session, effect.id or 0)
    if message is None:
        return None
    message.status, message.error_code, message.sent_at = "failed", error_code, message.sent_at or now
    session.add(message)
    _show(session, message, now)
    return message


def call_over(session: Session, effect_id: int, sid: str, status: str, now: datetime) -> Message | None:
    """A voice call of ours has ended, `completed` or otherwise. Returns its message, None where that was known."""
    message = store.message_of_effect(session, effect_id)
    if message is None or message.status in ("delivered", "failed"):
        return None
    message.status = "delivered" if status == "completed" else "failed"
    message.sid = message.sid or sid or None
    session.add(message)
    _show(session, message, now)
    return message


def _show(session: Session, message: Message, now: datetime) -> None:
    """Another station of its journey: an open case and the console look again. The case itself has not changed."""
    events.tell(session, message.place, now, "message", message.key, {"case": message.case_id})
