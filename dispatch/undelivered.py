"""A text did not arrive, and will not."""

from datetime import datetime

from sqlmodel import Session

from dispatch import messages, store
from dispatch.desk import Desk
from dispatch.model import Message, OfferState, Responder
from dispatch.service import expire
from records import alarms, contact_points
from records.contact_points import Safe
from records.model import Case


def deaf(session: Session, desk: Desk, who: Responder, now: datetime, why: str) -> None:
    """S24: texts do not reach this phone any more. Whatever it has been asked goes on to the next at once."""
    messages.mark_unreachable(session, who, now, why)
    for offer in store.live_offers_of(session, who.key):
        expire(session, desk, offer.key, now, "gets no texts any more")


def not_delivered(session: Session, desk: Desk, message: Message, now: datetime) -> None:
    """An offer goes straight on to the next, anything else alarms."""
    if message.error_code == messages.OPTED_OUT and message.responder_id is not None:
        who = store.responder(session, message.responder_id)
        deaf(session, desk, who, now, "the carrier refuses texts to this phone")
    if message.error_code == messages.OPTED_OUT and message.responder_id is None and message.user_id is None:
        contact_points.say(session, message.place, message.phone, "text", Safe.no, "the carrier", now)
    if message.offer_id is not None:
        offer = store.offer(session, message.place, message.offer_id)
        if offer.state is OfferState.sent:
            expire(session, desk, offer.key, now, "the text could not be delivered")
            return
    words = "A text could not be delivered. Ring them instead; the case's messages say which."
    case = session.get(Case, message.case_id) if message.case_id else None
    alarms.ring(session, message.place, "undelivered", message.id, words, now, case)
