"""A text did not arrive, and will not; or a call could not be placed."""

from datetime import datetime

from sqlmodel import Session

from dispatch import by_voice, phones, store
from dispatch.desk import Desk
from dispatch.model import Message, OfferState, Responder
from dispatch.phone_model import PhoneState
from dispatch.service import expire
from records import alarms, contact_points
from records.contact_points import Safe
from records.model import Case

WHY = "the text could not be delivered"


def deaf(session: Session, desk: Desk, who: Responder, number: str, now: datetime, why: str) -> None:
    """S24: they want no texts on this phone. Whatever they have been asked goes on to the next at once."""
    phones.mark(session, who, number, now, why, state=PhoneState.opted_out)
    for offer in store.live_offers_of(session, who.key):
        expire(session, desk, offer.key, now, "gets no texts any more")


def not_delivered(
    session: Session, desk: Desk, message: Message, now: datetime, *, carrier_away: bool = False
) -> None:
    """An offer goes straight on: to voice, to their next number, to the next responder; anything else alarms.

    With its carrier away nobody can be rung either.
    """
    if message.responder_id is not None and message.error_code is not None:
        who = store.responder(session, message.responder_id)
        phones.refuse_texts(session, who, message.phone, message.error_code, now)
        if not who.reachable:
            _ring_for_the_rest(session, desk, who, message.offer_id, now)
    if message.error_code == phones.OPTED_OUT and message.responder_id is None and message.user_id is None:
        contact_points.say(session, message.place, message.phone, "text", Safe.no, "the carrier", now)
    if message.offer_id is not None:
        offer = store.offer(session, message.place, message.offer_id)
        if offer.state is OfferState.sent:
            if carrier_away:
                expire(session, desk, offer.key, now, WHY)
            else:
                why = "the call could not be placed" if message.voice else WHY
                by_voice.ring_next(session, desk, offer.key, now, why)
            return
    if message.case_id is None and message.responder_id is None and message.user_id is None:
        return  # of no case, and to nobody whom anybody waits for: there is nothing to ring them about
    words = "A text could not be delivered. Ring them instead; the case's messages say which."
    case = session.get(Case, message.case_id) if message.case_id else None
    alarms.ring(session, message.place, "undelivered", message.id, words, now, case)


def _ring_for_the_rest(session: Session, desk: Desk, who: Responder, but: int | None, now: datetime) -> None:
    """What they were asked before by text can no longer be answered by text."""
    for offer in store.live_offers_of(session, who.key):
        if offer.id != but and offer.call_effect_id is None:
            by_voice.ring_next(session, desk, offer.key, now, "gets no texts any more")
