"""A position is offered until somebody accepts: seek, accept, decline, expire, stand down.

`seek` is the one place where offers are made: whatever happens to a position that nobody has, it comes by here and
has the right number of live offers, the right word and the right deadlines when it leaves.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import ladder, messages, offers, roster, store, texts
from dispatch.desk import Desk
from dispatch.escalation import next_at, offer_step
from dispatch.model import Offer, OfferState, Responder
from dispatch.offers import OfferSeen
from dispatch.ranking import Ranked, rank
from hub import deadlines, ids, outbox
from hub.actors import HUB, Actor
from hub.deadlines import Deadline
from hub.errors import Conflict
from hub.outbox import Effect, EffectState
from hub.places import Place, place_of
from protocols.model import EscalationStep
from records import alarms, holds, tasks, welfare
from records.lifecycles import PositionState
from records.model import Case, Outcome, Position
from records.positions import start_offering
from records.service import Due, is_taken, move, redue, supersede, take, write_line

LOOK_AGAIN = timedelta(minutes=1)
"""How often a position that nobody can be asked for is looked at again."""
SET_OFF_IN = timedelta(minutes=10)
"""S25: ENROUTE, after acceptance. [LOCAL]"""
SEEKING = (PositionState.open, PositionState.offered)


def seek(session: Session, desk: Desk, position_id: int, now: datetime) -> None:
    """Bring a position that nobody has to the right number of live offers. Harmless to repeat."""
    position = session.get(Position, position_id)
    if position is None:
        return
    is_ours = is_taken(session, position.case_id)
    case = take(session, position.case_id, now)
    if not is_ours:
        session.refresh(position)  # it may have changed while we waited for its case
    if position.state not in SEEKING or position.held_for_999 or holds.is_held(session, case.key, now):
        return
    if case.outcome is Outcome.died:
        supersede_position(
            session, position, now, HUB, "The person has died."
        )  # handed back after that (S28)
        return
    place = place_of(session, position.place)
    protocol = desk.library.escalation[position.priority]
    began_at = position.ladder_began_at or now
    step = offer_step(protocol, began_at, now)
    made = store.offers_of_position(session, position.key)
    asked = [store.responder(session, offer.responder_id) for offer in made if offer.state is OfferState.sent]
    if (wanted := step.at_once - len(asked)) > 0:
        skills = desk.library.house.position(position.kind).skills
        ranked = rank(roster.candidates(session, position, case, skills, made, now), now)
        asked += [_offer(session, desk, place, case, position, best, step, now) for best in ranked[:wanted]]
    if asked:
        alarms.end(session, place.id, "nobody_eligible", position.key, now)
    else:
        ladder.nobody_eligible(session, desk, place, case, position, now)
    ladder_at = next_at(protocol, began_at, position.ladder_done_at)
    _show(session, position, [who.short_name for who in asked], began_at, now, ladder_at)


def _offer(
    session: Session,
    desk: Desk,
    place: Place,
    case: Case,
    position: Position,
    best: Ranked,
    step: EscalationStep,
    now: datetime,
) -> Responder:
    """Write the offer and its text; returns who is asked."""
    code = ids.offer_code(case.ref, store.count_offers_of_case(session, case.key))
    offer = Offer(
        place=place.id,
        case_id=case.key,
        position_id=position.key,
        responder_id=best.candidate.responder_id,
        code=code,
        sent_at=now,
        expires_at=now + timedelta(seconds=step.wait_s),
        travel_min=best.candidate.travel_min,
        reasons=list(best.reasons),
    )
    session.add(offer)
    session.flush()
    body = texts.offer(
        code,
        desk.label(position.priority),
        case.need or "",
        case.outward,
        texts.by_when(position.due_at, now, place.local()),
        best.candidate.travel_min,
        position.title,
        desk.link(f"o/{code}"),
    )
    to = store.responder(session, offer.responder_id)
    offer.effect_id = messages.text(
        session, place, to, body, now, case=case, offer=offer, valid_until=offer.expires_at
    )
    deadline = Deadline(
        place=place.id,
        case_id=case.id,
        kind="offer_expires",
        owner="offer",
        subject=offer.key,
        due_at=offer.expires_at,
        human=False,
    )
    deadlines.set_deadline(session, deadline)
    why = ", ".join(best.reasons)
    write_line(session, case.key, now, HUB, "offered", f"Offered to {to.short_name} as {code}: {why}.")
    return to


def _show(
    session: Session,
    position: Position,
    asked: Sequence[str],
    began_at: datetime,
    now: datetime,
    ladder_at: datetime | None,
) -> None:
    """The position says who has been asked, and when it must be looked at next."""
    names = ", ".join(asked)[:200]
    dues = [Due("ladder", ladder_at or now + ladder.AT_LEAST_EVERY, human=False)]
    if not asked:
        dues.append(Due("seek", now + LOOK_AGAIN, human=False))
    shown = {"offered_to": names, "ladder_began_at": began_at}
    if asked and position.state is PositionState.open:
        move(session, position, "offer", now, HUB, f"Offered to {names.rstrip('.')}.", *dues, **shown)
    elif not asked and position.state is PositionState.offered:
        move(
            session, position, "withdraw_offers", now, HUB, "Nobody has been asked just now.", *dues, **shown
        )
    else:
        position.offered_to, position.ladder_began_at = names, began_at
        session.add(position)
        redue(session, position, *dues)


def accept(session: Session, desk: Desk, offer: Offer, now: datetime, actor: Actor) -> bool:
    """A yes, in time or late: the first wins, if the musts still hold. The one who said it is answered either way."""
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
    if why_not := _why_not(session, who, position, verdict.accepted, now):
        _answer(session, place, who, case, offer, why_not or texts.already_taken(offer.code), now)
        write_line(
            session, case.key, now, actor, "late_yes", f"{who.short_name} said yes to {offer.code}, too late."
        )
        return False
    late = offer.state is not OfferState.sent
    _end_offer(session, offer, "accept", now)
    for other in others:
        if other.id in verdict.lost:
            _tell_lost(session, place, case, other, who, now)
        elif other.id in verdict.withdrawn:
            _withdraw_for(session, place, other, offer.code, now)
    _assign(session, case, position, offer, who, now, actor, late=late)
    _answer(session, place, who, case, offer, texts.yours(offer.code, desk.link(f"o/{offer.code}")), now)
    return True


def _why_not(session: Session, who: Responder, position: Position, free: bool, now: datetime) -> str:
    """What the responder is told where the yes cannot count; empty where it counts."""
    code = position.title
    if not free:
        return "already taken"
    if store.assignment_of(session, who.key) is not None:
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
    words = f"{who.short_name} accepted {offer.code}{' after its time' if late else ''}."
    move(
        session,
        position,
        "accept",
        now,
        actor,
        words,
        Due("set_off", now + SET_OFF_IN),
        responder_id=who.id,
        responder_name=f"{who.short_name} · {who.profession}",
        offered_to="",
        travel_min=travel,
        forecast_at=None,
        accepted_at=now,
        held_for_999=False,
    )
    end_seeking_alarms(session, position, now)
    if case.breach_at is None or case.breach_at > now:
        welfare.no_longer(session, case, now, actor, f"{who.short_name} is coming.")


def end_seeking_alarms(session: Session, position: Position, now: datetime) -> None:
    for kind in ("nobody_accepted", "nobody_eligible", "held_for_999"):
        alarms.end(session, position.place, kind, position.key, now)


def _answer(
    session: Session, place: Place, who: Responder, case: Case, offer: Offer, words: str, now: datetime
) -> None:
    body = words if words.startswith("FP ") else texts.too_late(offer.code, words)
    messages.text(session, place, who, body, now, case=case, offer=offer, outlives_case=True)


def decline(session: Session, desk: Desk, offer: Offer, now: datetime, actor: Actor) -> None:
    """A no: the next is asked at once. Raises `Conflict` where the visit is theirs: a no is not a hand-back."""
    case = take(session, offer.case_id, now)
    session.refresh(offer)
    if offer.state is OfferState.accepted and not offer.given_back and _is_under_way(session, offer):
        raise Conflict("They have accepted this visit. If they cannot go, it must be handed back.")
    who = store.responder(session, offer.responder_id)
    if offer.state is OfferState.sent:
        _end_offer(session, offer, "decline", now)
        write_line(session, case.key, now, actor, "declined", f"{who.short_name} declined {offer.code}.")
        seek(session, desk, offer.position_id, now)
    _answer(session, place_of(session, offer.place), who, case, offer, texts.declined(offer.code), now)


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
    _end_offer(session, offer, "expire", now, because)
    name = store.responder(session, offer.responder_id).short_name
    write_line(session, case.key, now, HUB, "expired", f"{name}, {offer.code}: {because}.")
    seek(session, desk, offer.position_id, now)


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
    if (held := store.accepted_offer(session, position.key)) is not None:
        give_back(session, held, now)
        who = store.responder(session, held.responder_id)
        place = place_of(session, position.place)
        _answer(session, place, who, case, held, texts.stood_down(held.code), now)


def withdraw_offers(session: Session, case: Case, position: Position, now: datetime) -> None:
    place = place_of(session, position.place)
    for offer in store.offers_of_position(session, position.key, [OfferState.sent]):
        if _end_offer(session, offer, "withdraw", now):
            who = store.responder(session, offer.responder_id)
            _answer(session, place, who, case, offer, texts.stood_down(offer.code), now)


def give_back(session: Session, offer: Offer, now: datetime) -> None:
    """The accepted offer no longer holds; the row stays for the record."""
    offer.given_back, offer.ended_at = True, now
    session.add(offer)


def _tell_lost(
    session: Session, place: Place, case: Case, offer: Offer, winner: Responder, now: datetime
) -> None:
    """The winner's own later offer of the same visit ends without a word: they have it."""
    if _end_offer(session, offer, "lose", now) and offer.responder_id != winner.id:
        who = store.responder(session, offer.responder_id)
        _answer(session, place, who, case, offer, texts.already_taken(offer.code), now)


def _withdraw_for(session: Session, place: Place, offer: Offer, taken: str, now: datetime) -> None:
    """The winner's other offers go back. Their cases are looked at in transactions of their own: two cases locked by
    one transaction would wait for each other."""
    told = _end_offer(session, offer, "withdraw", now)
    who = store.responder(session, offer.responder_id)
    if told:
        body = texts.withdrawn(offer.code, taken)
        messages.text(session, place, who, body, now, offer=offer, outlives_case=True)
    start_offering(session, session.get_one(Position, offer.position_id), now)


def _end_offer(session: Session, offer: Offer, event: str, now: datetime, because: str | None = None) -> bool:
    """Move the offer. True where its text has left (or may have), so that its end must be told."""
    new = offers.after(offer.state, event)
    if new is None or not store.swap_offer(session, offer, new, ended_at=now, ended_because=because):
        return False
    deadlines.clear_owner(session, "offer", offer.key)
    if offer.effect_id is None:
        return False
    outbox.void(session, [offer.effect_id], now)
    return session.get_one(Effect, offer.effect_id, populate_existing=True).state is not EffectState.void


def _seen(offer: Offer) -> OfferSeen:
    return OfferSeen(offer.key, offer.position_id, offer.responder_id, offer.state)
