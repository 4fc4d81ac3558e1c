"""Who is asked for a position that nobody has.

`seek` is the one place where offers are made by the hub itself: whatever happens to such a position, it comes by here
and has the right number of live offers, the right word and the right deadlines when it leaves.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from dispatch import (
    asked_as_next,
    bringing,
    ladder,
    messages,
    nexts,
    pauses,
    roster,
    store,
    texts,
    two_together,
    waiting,
    whom_first,
)
from dispatch.desk import Desk
from dispatch.escalation import next_at, offer_step, opens_at
from dispatch.model import Offer, OfferState, Responder
from dispatch.ranking import Candidate, Ranked, rank, second
from dispatch.taking_back import SEEKING, supersede_position
from hub import deadlines, ids
from hub.actors import HUB, Actor
from hub.deadlines import Deadline
from hub.places import Place, place_of
from protocols.model import EscalationStep
from records import alarms, holds
from records.lifecycles import PositionState
from records.model import Case, Outcome, Position
from records.service import Due, is_taken, move, redue, take, write_line


class Asking(Protocol):
    """Whoever is asked, by the ranking or by hand, and why."""

    @property
    def candidate(self) -> Candidate: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...


LOOK_AGAIN = timedelta(minutes=1)
"""How often a position that nobody can be asked for is looked at again."""


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
    step = offer_step(protocol, position.ladder_began_at or now, now)
    opens = opens_at(step, position.due_at, now, place.local()) if step.daytime else None
    began_at = position.ladder_began_at or opens or now
    made = store.offers_of_position(session, position.key)
    asked = [store.responder(session, offer.responder_id) for offer in made if offer.state is OfferState.sent]
    paused = pauses.of(session, position)
    together = two_together.before_offering(session, case, position, now)
    ranked: list[Ranked] = []
    if (wanted := whom_first.how_many(step, len(asked))) > 0 and opens is None:
        ranked = _could_go(session, desk, position, case, made, now, together=together)
    if ranked and paused is None:
        is_free = ranked[0].candidate.free_at is None
        if team := whom_first.of_team(session, place.id, step, ranked):
            ranked, wanted = team, len(team)
        elif is_free and (others := waiting.others_waiting(session, position)):
            ranked = waiting.beside_others(session, desk, position, ranked, others, now)
        after = second(ranked[wanted:])
        asked += [
            make_offer(session, desk, place, case, position, best, step, now, after=after, together=together)
            for best in ranked[:wanted]
        ]
    if asked:
        position.yielded_at = None
    if asked or ranked or opens is not None:
        alarms.end(session, place.id, "nobody_eligible", position.key, now)
    else:
        ladder.nobody_eligible(session, desk, place, case, position, now)
    ladder_at = next_at(protocol, began_at, position.ladder_done_at)
    if paused is not None:
        ladder_at = paused.until + ladder.AT_LEAST_EVERY  # its own deadline ends it before that
    names = [who.short_name for who in asked]
    show_asked(session, position, names, began_at, now, ladder_at, look_at=opens)


def _could_go(
    session: Session,
    desk: Desk,
    position: Position,
    case: Case,
    made: Sequence[Offer],
    now: datetime,
    *,
    together: bool,
) -> list[Ranked]:
    """Best first; before whoever is free, somebody on a visit where only they would come in time (S25)."""
    kind = desk.library.house.position(position.kind)
    skills = kind.skills
    free = roster.candidates(session, position, case, skills, made, desk.travel, now)
    ranked = rank(bringing.with_it(session, free, kind.equipment), now)
    if not together:
        ranked[:0] = asked_as_next.before_them(session, desk, position, case, skills, made, ranked, now)
    return ranked


def make_offer(
    session: Session,
    desk: Desk,
    place: Place,
    case: Case,
    position: Position,
    best: Asking,
    step: EscalationStep,
    now: datetime,
    actor: Actor = HUB,
    *,
    after: str = "",
    together: bool,
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
        next_after=nexts.code_before(session, best.candidate.responder_id)
        if best.candidate.free_at
        else None,
    )
    session.add(offer)
    session.flush()
    body = _in_words(desk, place, case, position, offer, now, together=together)
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
    deadlines.add_deadline(session, deadline)
    why = ", ".join(best.reasons) + after
    write_line(session, case.key, now, actor, "offered", f"Offered to {to.short_name} as {code}: {why}.")
    return to


def _in_words(
    desk: Desk, place: Place, case: Case, position: Position, offer: Offer, now: datetime, *, together: bool
) -> str:
    return texts.offer(
        offer.code,
        desk.label(position.priority),
        case.need or "",
        case.outward,
        texts.by_when(position.due_at, now, place.local()),
        offer.travel_min,
        desk.library.house.position(position.kind).with_equipment(position.title),
        desk.link(f"o/{offer.code}"),
        together=together,
        after=offer.next_after or "",
    )


def show_asked(
    session: Session,
    position: Position,
    asked: Sequence[str],
    began_at: datetime,
    now: datetime,
    ladder_at: datetime | None,
    look_at: datetime | None = None,
) -> None:
    """The position says who has been asked, and when it must be looked at next."""
    names = ", ".join(asked)[:200]
    dues = [Due("ladder", ladder_at or now + ladder.AT_LEAST_EVERY, human=False)]
    if not asked:
        dues.append(Due("seek", look_at or now + LOOK_AGAIN, human=False))
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
