"""What an offer is answered with: yes, no, or nothing in time."""

from datetime import datetime

from sqlmodel import Session

from dispatch import details, musts, nexts, offers, promises, store, texts, two_together
from dispatch.desk import Desk
from dispatch.model import Offer, OfferState, Responder
from dispatch.offers import SET_OFF_IN, OfferSeen
from dispatch.seeking import seek
from dispatch.taking_back import answer, end_offer, end_seeking_alarms, tell_lost, withdraw_for
from hub.actors import HUB, Actor
from hub.errors import Conflict
from hub.places import place_of
from records import tell_wishes, welfare
from records.model import Case, Position
from records.service import Due, move, take, write_line


def accept(
    session: Session, desk: Desk, offer: Offer, now: datetime, actor: Actor, by: datetime | None = None
) -> bool:
    """A yes, in time or late: the first wins, if the musts still hold. The one who said it is answered either way.
    `by`: when they said that they can be there, which is said back to them."""
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    position = session.get_one(Position, offer.position_id, populate_existing=True)
    place = place_of(session, offer.place)
    who = store.responder(session, offer.responder_id)
    if offer.state is OfferState.accepted and not offer.given_back:
        return True  # said twice; it is theirs already
    others = store.offers_of_position(session, position.key, [OfferState.sent])
    others += store.live_offers_of(session, who.key)
    verdict = offers.answer_yes(_seen(offer), position.state, [_seen(other) for other in others])
    skills = desk.library.house.position(position.kind).skills
    why_not = _why_not(session, who, offer, position, verdict.accepted, now)
    if why_not := why_not or musts.why_not(session, who, case, skills, now):
        answer(session, place, who, case, offer, why_not or texts.already_taken(offer.code), now)
        write_line(
            session, case.key, now, actor, "late_yes", f"{who.short_name} said yes to {offer.code}, too late."
        )
        return False
    late = offer.state is not OfferState.sent
    end_offer(session, offer, "accept", now)
    for other in others:
        if other.id in verdict.lost:
            tell_lost(session, place, case, other, who, now)
        elif other.id in verdict.withdrawn:
            withdraw_for(session, place, other, offer.code, now)
    promises.of_position(session, place, case, position, now, texts.already_taken)
    _assign(session, case, position, offer, who, now, actor, late=late)
    link, said = desk.link(f"o/{offer.code}"), texts.by_when(by, now, place.local()) if by else ""
    if position.is_next:
        yours = texts.yours_next(offer.code, nexts.code_before(session, who.key), link, said)
    elif two_together.after_acceptance(session, case, position, now):
        yours = texts.yours_wait(offer.code, link, said)
    elif said:
        yours = texts.yours_by(offer.code, said, link)
    else:
        yours = texts.yours(offer.code, link)
    answer(session, place, who, case, offer, yours, now)
    return True


def _why_not(
    session: Session, who: Responder, offer: Offer, position: Position, free: bool, now: datetime
) -> str:
    """What the responder is told where the yes cannot count; empty where it counts."""
    code = position.title
    if not free:
        return "already taken"
    if store.next_of(session, who.key) is not None:
        return f"you have a next visit already: hand that back before, or ring us about the {code}"
    if offer.next_after is None and store.assignment_of(session, who.key) is not None:
        return f"you are still on another visit: reply DONE to that first, or ring us about the {code}"
    if not store.on_shift(session, who.key, now):
        return "your shift has ended"
    return ""


def _assign(
    session: Session,
    case: Case,
    position: Position,
    offer: Offer,
    who: Responder,
    now: datetime,
    actor: Actor,
    *,
    late: bool,
) -> None:
    travel = offer.travel_min
    before = store.assignment_of(session, who.key) if offer.next_after is not None else None
    how = f"{' after its time' if late else ''}{' as their next' if before else ''}"
    words = f"{who.short_name} accepted {offer.code}{how}."
    move(
        session,
        position,
        "accept",
        now,
        actor,
        words,
        nexts.due(position, travel, now) if before else Due("set_off", now + SET_OFF_IN),
        responder_id=who.id,
        responder_name=f"{who.short_name} · {who.profession}{nexts.MARK if before else ''}",
        is_next=before is not None,
        offered_to="",
        travel_min=travel,
        forecast_at=nexts.there_at(before, travel, now) if before else None,
        accepted_at=now,
        held_for_999=False,
    )
    details.wait_for_a_look(session, offer, now)
    end_seeking_alarms(session, position, now)
    tell_wishes.something_changed(session, case, now)
    if case.breach_at is None or case.breach_at > now:
        welfare.no_longer(session, case, now, actor, f"{who.short_name} is coming.")


def decline(session: Session, desk: Desk, offer: Offer, now: datetime, actor: Actor) -> None:
    """A no: the next is asked at once. Raises `Conflict` where the visit is theirs: a no is not a hand-back."""
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    if offer.state is OfferState.accepted and not offer.given_back and _is_under_way(session, offer):
        raise Conflict("They have accepted this visit. If they cannot go, it must be handed back.")
    who = store.responder(session, offer.responder_id)
    if offer.state is OfferState.sent:
        end_offer(session, offer, "decline", now)
        write_line(session, case.key, now, actor, "declined", f"{who.short_name} declined {offer.code}.")
        seek(session, desk, offer.position_id, now)
    answer(session, place_of(session, offer.place), who, case, offer, texts.declined(offer.code), now)


def _is_under_way(session: Session, offer: Offer) -> bool:
    position = session.get_one(Position, offer.position_id, populate_existing=True)
    return position.state in store.ASSIGNED


def expire(
    session: Session, desk: Desk, offer_id: int, now: datetime, because: str = "no answer in time"
) -> None:
    """Nobody answered, or the text could not be delivered: the ladder goes on."""
    offer = session.get_one(Offer, offer_id)
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    if offer.state is not OfferState.sent:
        return
    end_offer(session, offer, "expire", now, because)
    name = store.responder(session, offer.responder_id).short_name
    write_line(session, case.key, now, HUB, "expired", f"{name}, {offer.code}: {because}.")
    seek(session, desk, offer.position_id, now)


def _seen(offer: Offer) -> OfferSeen:
    return OfferSeen(offer.key, offer.position_id, offer.responder_id, offer.state)
