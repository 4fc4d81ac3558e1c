"""Which telephones a responder has, which of them texts go to, and what carriers say of them (S24)."""

from datetime import datetime

from sqlmodel import Session

from dispatch import phone_store
from dispatch.model import Responder
from dispatch.phone_model import PhoneKind, PhoneOfResponder, PhoneState
from records import alarms

OPTED_OUT = 21610
LANDLINE = frozenset({21614, 30006})
NO_PHONE = frozenset({21211, 30005})
"""Not a number, or nobody's: neither texts nor calls reach it."""


def of(session: Session, who: Responder) -> list[PhoneOfResponder]:
    """Every number of theirs in the order in which it is tried: where texts go first. Somebody of whom no list was
    made has the one that they came with."""
    listed = phone_store.of_responder(session, who.key)
    if not listed:
        return [PhoneOfResponder(place=who.place, responder_id=who.key, number=who.phone)]
    return sorted(listed, key=lambda phone: (phone.number != who.phone, phone.nth))


def refuse_texts(session: Session, who: Responder, number: str, code: int, now: datetime) -> None:
    """The carrier's error says that no text will ever reach this number: it is marked, and alarms."""
    if code == OPTED_OUT:
        why = "the carrier refuses texts to this phone"
        mark(session, who, number, now, why, state=PhoneState.opted_out)
    elif code in LANDLINE:
        mark(session, who, number, now, "it is a landline", kind=PhoneKind.landline)
    elif code in NO_PHONE:
        mark(session, who, number, now, "nobody has this number", state=PhoneState.unreachable)


def mark(
    session: Session,
    who: Responder,
    number: str,
    now: datetime,
    why: str,
    *,
    state: PhoneState = PhoneState.ok,
    kind: PhoneKind = PhoneKind.mobile,
) -> None:
    """S24: texts do not reach this phone any more; they go to the next of theirs, if there is one."""
    listed = of(session, who)
    for phone in listed:
        if phone.number == number and phone.gets_texts:
            phone.state, phone.kind, phone.why = state, kind, why
            session.add(phone)
            session.flush()
            words = (
                f"{who.short_name} gets no texts any more on the number ending {number[-3:]} ({why}). "
                "Ring them, and have the phone opted in again."
            )
            alarms.ring(session, who.place, "unreachable", alarm_subject(phone), words, now)
    send_texts_where_they_arrive(session, who, listed)


def send_texts_where_they_arrive(
    session: Session, who: Responder, listed: list[PhoneOfResponder] | None = None
) -> None:
    """Texts go on to the number they go to, while they arrive; else to the first where they do."""
    arrive = [phone.number for phone in listed or of(session, who) if phone.gets_texts]
    who.reachable = bool(arrive)
    if arrive and who.phone not in arrive:
        who.phone = arrive[0]
    session.add(who)


def heard_from(session: Session, who: Responder, number: str) -> None:
    """They have just answered from this number: their texts go there from now on."""
    if number != who.phone and any(p.number == number and p.gets_texts for p in of(session, who)):
        who.phone = number
        session.add(who)


def alarm_subject(phone: PhoneOfResponder) -> str:
    return f"phone:{phone.id}"
