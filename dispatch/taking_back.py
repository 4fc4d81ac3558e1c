"""An offer or a visit is taken back: stood down, withdrawn, lost to somebody else. Exactly those who were told of it
are told that it is over for them."""

from datetime import datetime

from sqlmodel import Session

from dispatch import details, messages, nexts, offers, promises, store, texts
from dispatch.model import Offer, OfferState, Responder
from hub import deadlines, outbox
from hub.actors import Actor
from hub.outbox import Effect, EffectState
from hub.places import Place, place_of
from records import alarms, tasks, tell_wishes
from records.lifecycles import PositionState
from records.model import Case, Position
from records.positions import start_offering
from records.service import move, supersede, take

SEEKING = (PositionState.open, PositionState.offered)
UNANSWERED = frozenset({"ReadTimeout", "Timeout", "ConnectionError"})
"""How an attempt ended that may have got through: the question was heard, or may have been, and no answer came."""


def stand_down(session: Session, position: Position, now: datetime, actor: Actor, why: str) -> None:
    """The position is not needed any more; exactly those who were told of it are told."""
    case = take(session, position.case_id, now)
    tell_stood_down(session, case, position, now)
    move(session, position, "stand_down", now, actor, f"Stood down: {why}")


def supersede_position(
    session: Session, position: Position, now: datetime, actor: Actor, because: str
) -> None:
    """Something else has taken its place: the same, with the reason kept on the timeline."""
    case = take(session, position.case_id, now)
    tell_stood_down(session, case, position, now)
    supersede(session, position, now, actor, because)


def tell_stood_down(session: Session, case: Case, position: Position, now: datetime) -> None:
    tasks.ask_where_they_are(session, case, position, now)
    withdraw_offers(session, case, position, now)
    nexts.one_is_over(session, position, now)
    if (held := store.accepted_offer(session, position.key)) is not None:
        give_back(session, held, now)
        who = store.responder(session, held.responder_id)
        place = place_of(session, position.place)
        answer(session, place, who, case, held, texts.stood_down(held.code), now)
    end_seeking_alarms(session, position, now)
    tell_wishes.something_changed(session, case, now)


def withdraw_offers(session: Session, case: Case, position: Position, now: datetime) -> None:
    place = place_of(session, position.place)
    for offer in store.offers_of_position(session, position.key, [OfferState.sent]):
        if end_offer(session, offer, "withdraw", now):
            who = store.responder(session, offer.responder_id)
            answer(session, place, who, case, offer, texts.stood_down(offer.code), now)
    promises.of_position(session, place, case, position, now, texts.stood_down)


def give_back(session: Session, offer: Offer, now: datetime) -> None:
    """The accepted offer no longer holds; the row stays for the record."""
    offer.given_back, offer.ended_at = True, now
    session.add(offer)
    details.ask_no_more(session, offer, now)


def tell_lost(
    session: Session, place: Place, case: Case, offer: Offer, winner: Responder, now: datetime
) -> None:
    """The winner's own later offer of the same visit ends without a word: they have it."""
    if end_offer(session, offer, "lose", now) and offer.responder_id != winner.id:
        who = store.responder(session, offer.responder_id)
        answer(session, place, who, case, offer, texts.already_taken(offer.code), now)


def withdraw_for(session: Session, place: Place, offer: Offer, taken: str, now: datetime) -> None:
    """The winner's other offers go back. Their cases are looked at in transactions of their own: two cases locked by
    one transaction would wait for each other."""
    told = end_offer(session, offer, "withdraw", now, offers.TOOK_ANOTHER)
    who = store.responder(session, offer.responder_id)
    if told:
        body = texts.withdrawn(offer.code, taken)
        messages.text(session, place, who, body, now, offer=offer, outlives_case=True)
    start_offering(session, session.get_one(Position, offer.position_id), now)


def end_offer(session: Session, offer: Offer, event: str, now: datetime, because: str | None = None) -> bool:
    """Move the offer. True where its text or its call has left (or may have), so that its end must be told."""
    new = offers.after(offer.state, event)
    if new is None or not store.swap_offer(session, offer, new, ended_at=now, ended_because=because):
        return False
    deadlines.clear_owner(session, "offer", offer.key)
    if event != "expire":
        promises.of_offer(session, offer, now)
    ways = [effect_id for effect_id in (offer.effect_id, offer.call_effect_id) if effect_id is not None]
    outbox.void(session, ways, now)
    return any(
        _may_have_left(session.get_one(Effect, effect_id, populate_existing=True)) for effect_id in ways
    )


def _may_have_left(effect: Effect) -> bool:
    """An attempt that the carrier never answered may have got through, although it would have been tried again."""
    return effect.state is not EffectState.void or (effect.attempts > 0 and effect.error in UNANSWERED)


def end_seeking_alarms(session: Session, position: Position, now: datetime) -> None:
    kinds = ("nobody_accepted", "nobody_eligible", "held_for_999")
    alarms.end_kinds(session, position.place, kinds, position.key, now)


def answer(
    session: Session, place: Place, who: Responder, case: Case, offer: Offer, words: str, now: datetime
) -> None:
    body = words if words.startswith("FP ") else texts.too_late(offer.code, words)
    messages.text(session, place, who, body, now, case=case, offer=offer, outlives_case=True)
