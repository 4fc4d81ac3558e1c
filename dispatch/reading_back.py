"""A number is a responder's, and texts reach it again, once they have read back the code that was texted to it; a
landline once they have read back what a voice said on it.
"""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

import phonenumbers
from sqlmodel import Session

from dispatch import messages, phone_store, phones, store, texts
from dispatch.model import Responder
from dispatch.phone_model import PhoneKind, PhoneOfResponder, PhoneState
from hub.errors import Conflict, NotFound, Refused
from hub.outbox import Queue
from hub.places import Place
from records import alarms

CODE_HOLDS = timedelta(minutes=15)
MOST_WRONG = 3
MOST_NUMBERS = 4


def responder(session: Session, place: str, responder_id: int) -> Responder:
    """Raises `NotFound`."""
    who = session.get(Responder, responder_id)
    if who is None or who.place != place:
        raise NotFound("There is no such responder here.")
    return who


def add(session: Session, who: Responder, number: str) -> PhoneOfResponder:
    """Another number of theirs, tried after those they have; it counts once it is read back."""
    held_by = phone_store.owner(session, who.place, number)
    if held_by is not None or phone_store.by_number(session, who.place, number) is not None:
        raise Conflict("This number is on the list already.")
    listed = phones.of(session, who)
    if len(listed) >= MOST_NUMBERS:
        raise Refused(f"Nobody has more than {MOST_NUMBERS} numbers here. Take one away first.")
    nth = max(phone.nth for phone in listed) + 1
    session.add_all(listed)  # whoever had no list has one from now on
    phone = PhoneOfResponder(place=who.place, responder_id=who.key, number=number, nth=nth)
    if is_landline(number):
        phone.kind = PhoneKind.landline
    session.add(phone)
    session.flush()
    return phone


def is_landline(number: str) -> bool:
    """By its digits alone; where they do not say, the carrier will."""
    return bool(
        phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.FIXED_LINE
    )


def send_code(session: Session, place: Place, phone: PhoneOfResponder, now: datetime) -> None:
    """Text a code to it, whatever is thought of it so far; to a new landline it is said. What is kept of either does
    not hold the code."""
    if phone.state is PhoneState.ok and phone.verified_at is not None:
        if phone.kind is PhoneKind.mobile:
            raise Conflict("Texts reach this phone already.")
        if phone.why is None:
            raise Conflict("This landline is theirs already: it is rung where a text does not arrive.")
    phone.code, phone.wrong_codes = f"{secrets.randbelow(10_000):04}", 0
    phone.code_until = now + CODE_HOLDS
    session.add(phone)
    number = messages.Number(phone.number)
    if phone.is_checked_by_voice:
        aloud, kept = texts.read_back_aloud(phone.code), texts.read_back_aloud("****")
        messages.ring(session, place, number, aloud, now, None, None, kept_as=kept)
        return
    messages.text(
        session,
        place,
        number,
        texts.read_back(phone.code),
        now,
        queue=Queue.alerts,
        valid_until=phone.code_until,
        kept_as=texts.read_back("****"),
    )


def take_back(session: Session, phone: PhoneOfResponder, said: str, now: datetime) -> bool:
    """What they read out. True: it is theirs, and gets texts or is rung. Raises `Conflict` where no code is out."""
    if phone.code is None or phone.code_until is None or phone.code_until <= now:
        raise Conflict("No code is out for this phone, or its time is over. Send a new one.")
    if not compare_digest(phone.code, said):
        phone.wrong_codes += 1
        if phone.wrong_codes >= MOST_WRONG:
            phone.code = None
        session.add(phone)
        return False
    phone.kind = PhoneKind.landline if phone.is_checked_by_voice else PhoneKind.mobile
    phone.code, phone.verified_at, phone.why = None, now, None
    phone.state = PhoneState.ok
    session.add(phone)
    session.flush()
    alarms.end(session, phone.place, "unreachable", phones.alarm_subject(phone), now)
    phones.send_texts_where_they_arrive(session, store.responder(session, phone.responder_id))
    return True


def take_away(session: Session, phone: PhoneOfResponder, now: datetime) -> None:
    """It is not theirs any more: nothing is sent to it, and what comes from it is somebody else's."""
    who = store.responder(session, phone.responder_id)
    others = [one for one in phones.of(session, who) if one.id != phone.id and one.is_theirs]
    if not others:
        raise Refused("This is their only number. Add the new one first.")
    alarms.end(session, phone.place, "unreachable", phones.alarm_subject(phone), now)
    session.delete(phone)
    session.flush()
    if who.phone == phone.number:
        who.phone = others[0].number
    phones.send_texts_where_they_arrive(session, who, others)
