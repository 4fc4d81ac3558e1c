"""An offer whose text has not arrived is said aloud: number after number of whoever was asked, then the next responder.

Nothing waits for it: the offer runs out at its time, and a yes by key counts as a yes by text does, in time or late.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import ladder, messages, phone_store, phones, service, store, texts
from dispatch.desk import Desk
from dispatch.model import Message, Offer, OfferState
from dispatch.taking_back import SEEKING
from hub import deadlines
from hub.actors import HUB
from hub.errors import Conflict
from hub.outbox import Queue
from hub.places import place_of
from records.model import Position
from records.service import take, write_line

GOODBYE = "Goodbye."


@dataclass(frozen=True)
class Said:
    """What the voice says to a key; `again`: it listens for another."""

    words: str
    again: bool = False


def unheard(session: Session, desk: Desk, offer_id: int, now: datetime) -> None:
    """The text of an offer has left, and no receipt has come."""
    ring_next(session, desk, offer_id, now, "no receipt for the text")


def ring_next(session: Session, desk: Desk, offer_id: int, now: datetime, why: str) -> None:
    """Ring the next number of whoever was asked. With none left the offer's turn is over, and the next is asked."""
    offer = session.get_one(Offer, offer_id)
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    if offer.state is not OfferState.sent:
        return
    deadlines.clear(session, "text_unheard", offer.key)
    who = store.responder(session, offer.responder_id)
    rung = phone_store.numbers_rung(session, offer.key)
    left = [phone.number for phone in phones.of(session, who) if phone.can_be_rung]
    number = next((number for number in left if number not in rung), None)
    if number is None:
        service.expire(session, desk, offer.key, now, why)
        return
    position = session.get_one(Position, offer.position_id)
    place = place_of(session, offer.place)
    by = texts.by_when(position.due_at, now, place.local())
    label, after = desk.label(position.priority), offer.next_after or ""
    words = texts.offer_aloud(offer.code, label, case.outward, by, position.title, after)
    offer.call_effect_id = messages.ring(
        session, place, who, words, now, case, position, offer=offer, number=number, queue=Queue.dispatch
    )
    session.add(offer)
    another = " on another number" if rung else ""
    write_line(
        session, case.key, now, HUB, "call", f"{offer.code}: {why}; ringing {who.short_name}{another}."
    )


def key_pressed(session: Session, desk: Desk, effect_id: int, digit: str, now: datetime) -> Said:
    """A key on a call of ours: 1 and 2 answer the offer that it says, as they do by text."""
    message = store.message_of_effect(session, effect_id)
    if message is None or message.offer_id is None:
        return Said(ladder.key_pressed(session, effect_id, digit, now))
    if digit not in ("1", "2"):
        return Said("Press 1 to accept, 2 to decline.", again=True)
    message.read_as = "answer:accept" if digit == "1" else "answer:decline"
    session.add(message)
    offer = store.offer(session, message.place, message.offer_id)
    phones.heard_from(session, store.responder(session, offer.responder_id), message.phone)
    words = _accept(session, desk, offer, now) if digit == "1" else _decline(session, desk, offer, now)
    return Said(f"{words} {GOODBYE}")


def _accept(session: Session, desk: Desk, offer: Offer, now: datetime) -> str:
    who = store.responder(session, offer.responder_id)
    if service.accept(session, desk, offer, now, who.actor):
        by_text = "Details are on the way by text." if who.reachable else "Ring the hub for the details."
        return f"It is yours. {by_text}"
    position = session.get_one(Position, offer.position_id)
    if position.state in SEEKING:
        return "That cannot be yours just now. Ring the hub if you can go."
    return "Already taken, thank you. There is nothing to do."


def _decline(session: Session, desk: Desk, offer: Offer, now: datetime) -> str:
    who = store.responder(session, offer.responder_id)
    try:
        service.decline(session, desk, offer, now, who.actor)
    except Conflict as refused:
        if "first" in str(refused):
            raise
        return "This visit is yours already. If you cannot go, ring the hub."
    return "Noted, thank you. There is nothing to do."


def call_ended(session: Session, desk: Desk, effect_id: int, sid: str, status: str, now: datetime) -> None:
    """What became of a call of ours. Nobody has pressed a key: the next number is rung."""
    message = messages.call_over(session, effect_id, sid, status, now)
    if message is None:
        return
    if message.offer_id is None:
        ladder.call_ended(session, message, status, now)
        return
    offer = store.offer(session, message.place, message.offer_id)
    if offer.call_effect_id == effect_id and not _was_answered(message):
        ring_next(session, desk, offer.key, now, "nobody answered the call")


def _was_answered(message: Message) -> bool:
    return message.read_as is not None
