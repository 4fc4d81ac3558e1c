"""Every query about the telephones of responders."""

from sqlmodel import Session, col, select

from dispatch.model import Message, Responder
from dispatch.phone_model import PhoneOfResponder
from hub.errors import NotFound


def of_responder(session: Session, responder_id: int) -> list[PhoneOfResponder]:
    found = select(PhoneOfResponder).where(PhoneOfResponder.responder_id == responder_id)
    return list(session.exec(found.order_by(col(PhoneOfResponder.nth))))


def owner(session: Session, place: str, number: str) -> Responder | None:
    """Whose number this is: most often the one that texts go to, else any that counts as theirs."""
    by_first = select(Responder).where(Responder.place == place, Responder.phone == number)
    if (who := session.exec(by_first).first()) is not None:
        return who
    phone = by_number(session, place, number)
    return session.get_one(Responder, phone.responder_id) if phone and phone.is_theirs else None


def by_number(session: Session, place: str, number: str) -> PhoneOfResponder | None:
    found = select(PhoneOfResponder).where(PhoneOfResponder.place == place, PhoneOfResponder.number == number)
    return session.exec(found).first()


def phone(session: Session, place: str, phone_id: int) -> PhoneOfResponder:
    """Raises `NotFound`."""
    found = session.get(PhoneOfResponder, phone_id)
    if found is None or found.place != place:
        raise NotFound("There is no such phone here.")
    return found


def numbers_rung(session: Session, offer_id: int) -> set[str]:
    """The numbers on which this offer has been said aloud, or was to be."""
    found = select(Message.phone).where(Message.offer_id == offer_id, col(Message.voice))
    return set(session.exec(found))
