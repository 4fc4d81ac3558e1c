"""A coordinator offers, withdraws and reassigns by hand. What gates the hub's own offers gates these (S22); a no is
asked again only on purpose."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from dispatch import seeking, store, taking_back, texts, two_together, visits
from dispatch.chosen import chosen
from dispatch.desk import Desk
from dispatch.escalation import next_at, offer_step
from dispatch.model import Offer, OfferState, Responder
from dispatch.objections import Objections
from dispatch.ranking import Ranked
from dispatch.seeking import Asking
from dispatch.who_could_go import who_could_go
from hub.actors import Actor
from hub.errors import Conflict, NotFound, Refused
from hub.places import place_of
from records import alarms, holds
from records.lifecycles import PositionState
from records.model import Case, Outcome, Position
from records.service import take, write_line

AT_MOST = 10
"""So many are asked together when it is offered to all who could go. [LOCAL]"""
CAN_BE_REASSIGNED = (PositionState.accepted, PositionState.en_route, PositionState.at_door)


def offer_to(
    session: Session,
    desk: Desk,
    position: Position,
    to: int,
    now: datetime,
    actor: Actor,
    *,
    again: bool,
    as_next: bool = False,
) -> Responder:
    """Ask this one, beside whoever has been asked already; `as_next`: for after the visit that they are on. Raises
    `Refused` where something speaks against it or a no would be asked again unknowingly, `Conflict` where the position
    is not to be had."""
    case = _seeking(session, position, now)
    ranked = _may_be_asked(session, desk, position, case, to, now, again=again, as_next=as_next)
    return _make(session, desk, position, case, [ranked], now, actor)[0]


def offer_to_all(
    session: Session, desk: Desk, position: Position, now: datetime, actor: Actor
) -> list[Responder]:
    """Ask everybody who could go, `AT_MOST` at most, in their order; the first yes wins. Raises `Conflict`."""
    case = _seeking(session, position, now)
    listed = who_could_go(session, desk, position, case, now, AT_MOST)
    found = [one for one in listed if isinstance(one, Ranked)]
    if not found:
        raise Conflict("Nobody else can be asked just now. The list says why not.")
    return _make(session, desk, position, case, found, now, actor)


def withdraw(session: Session, desk: Desk, offer: Offer, why: str, now: datetime, actor: Actor) -> bool:
    """Take one offer back. True where its text has left, so that they were told; the hub looks on at once."""
    _needs_a_reason(why, "Say why it is withdrawn; the reason is kept.")
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    if offer.state is not OfferState.sent:
        raise Conflict(f"This offer has ended already: {offer.state.value}.")
    who = store.responder(session, offer.responder_id)
    told = taking_back.end_offer(session, offer, "withdraw", now, why[:120])
    if told:
        place = place_of(session, offer.place)
        taking_back.answer(session, place, who, case, offer, texts.stood_down(offer.code), now)
    words = f"Withdrawn from {who.short_name} ({offer.code}): {why}"
    write_line(session, case.key, now, actor, "withdrawn", words)
    seeking.seek(session, desk, offer.position_id, now)
    return told


def reassign(
    session: Session,
    desk: Desk,
    position: Position,
    to: int,
    why: str,
    now: datetime,
    actor: Actor,
    *,
    again: bool,
    as_next: bool = False,
) -> Responder:
    """Take an accepted visit from whoever has it and ask this one instead, `as_next` for after the visit that they are
    on. Nothing is taken away unless they may be asked. Raises as `offer_to` does."""
    _needs_a_reason(why, "Say why somebody else goes; the reason is kept.")
    case = take(session, position.case_id, now)
    session.refresh(position)
    held = store.accepted_offer(session, position.key)
    if position.state not in CAN_BE_REASSIGNED or held is None:
        state = position.state.replace("_", " ")
        raise Conflict(f"Only a visit that somebody is on the way to can be given to another; it is {state}.")
    if position.responder_id == to:
        raise Refused(f"{position.responder_name} has this visit already. Choose somebody else.")
    ranked = _may_be_asked(session, desk, position, case, to, now, again=again, as_next=as_next)
    first = store.responder(session, held.responder_id)
    words = f"Taken from {first.short_name}: {why}"
    visits.hand_back(session, position, now, actor, words=words)
    place = place_of(session, position.place)
    taking_back.answer(session, place, first, case, held, texts.stood_down(held.code), now)
    return _make(session, desk, position, case, [ranked], now, actor)[0]


def _seeking(session: Session, position: Position, now: datetime) -> Case:
    """The case, where somebody may be asked for the position now."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    if position.state not in taking_back.SEEKING:
        who = position.responder_name
        taken = f"{who} has it. Reassign it instead." if who else "it is over."
        raise Conflict(f"Nobody is looked for any more: {taken}")
    if position.held_for_999:
        raise Conflict("999 is on its way: a clinician must say first whether this visit stands.")
    if holds.is_held(session, case.key, now):
        raise Conflict("The case is held. Let it go on first.")
    if case.outcome is Outcome.died:
        raise Conflict("The person has died; nobody is asked.")
    return case


def _may_be_asked(
    session: Session,
    desk: Desk,
    position: Position,
    case: Case,
    to: int,
    now: datetime,
    *,
    again: bool,
    as_next: bool = False,
) -> Asking:
    who = session.get(Responder, to)
    if who is None or who.place != position.place:
        raise NotFound("There is no such responder here.")
    skills = desk.library.house.position(position.kind).skills
    objections = Objections(session, position, case, skills, [who], now)
    if as_next and two_together.needed(session, case, position, now):
        raise Refused("Two go together here, so it cannot wait for the end of another visit.")
    if against := objections.against(who, as_next=as_next):
        raise Refused(f"{who.short_name} cannot be asked: {against}.")
    if (said_no := objections.said_no(who)) and not again:
        raise Refused(f"{who.short_name} is asked again only on purpose: {said_no}. Press “Ask again”.")
    return chosen(session, desk, case, who, objections, now)


def _make(
    session: Session,
    desk: Desk,
    position: Position,
    case: Case,
    found: Sequence[Asking],
    now: datetime,
    actor: Actor,
) -> list[Responder]:
    place = place_of(session, position.place)
    protocol = desk.library.escalation[position.priority]
    began_at = position.ladder_began_at or now
    step = offer_step(protocol, began_at, now)
    live = store.offers_of_position(session, position.key, [OfferState.sent])
    before = [store.responder(session, offer.responder_id) for offer in live]
    together = two_together.before_offering(session, case, position, now)
    asked = [
        seeking.make_offer(session, desk, place, case, position, one, step, now, actor, together=together)
        for one in found
    ]
    alarms.end(session, place.id, "nobody_eligible", position.key, now)
    names = [who.short_name for who in (*before, *asked)]
    ladder_at = next_at(protocol, began_at, position.ladder_done_at)
    seeking.show_asked(session, position, names, began_at, now, ladder_at)
    return asked


def _needs_a_reason(why: str, else_say: str) -> None:
    if not why:
        raise Refused(else_say)
