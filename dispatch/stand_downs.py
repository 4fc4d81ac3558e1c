"""Everybody who was sent or asked for a case is told that it is over for them: exactly those, and nothing else."""

from datetime import datetime

from sqlmodel import Session

from dispatch import taking_back, visits
from hub.actors import HUB, Actor
from hub.places import place_of
from records import beside_999, deaths, holds, tell_wishes
from records.lifecycles import PositionState, after
from records.model import Case, CaseState, Position
from records.service import Due, move, redue, take
from records.store import rows_of


def all_of_case(
    session: Session, case_id: int, now: datetime, actor: Actor, why: str, but: int | None = None
) -> None:
    """In the transaction of whoever ends the case. Who is with the person ends the visit in their own time, and so does
    `but`, whose visit it is that found the end."""
    take(session, case_id, now)
    for position in rows_of(session, Position, case_id, live=True):
        if position.state is PositionState.with_person or position.id == but:
            continue
        if after(position.owed, position.state, "stand_down"):
            taking_back.stand_down(session, position, now, actor, why)
        else:
            taking_back.supersede_position(session, position, now, actor, why)
        visits.end_overdue_alarms(session, position, now)


def pause(session: Session, case_id: int, until: datetime, now: datetime, actor: Actor) -> None:
    """The case is held: nobody is asked before then, and the escalation protocol begins anew when it goes on."""
    case = take(session, case_id, now)
    due = Due("seek", until, human=False)
    for position in rows_of(session, Position, case_id, live=True):
        if position.state in taking_back.SEEKING and not position.held_for_999:
            _ask_nobody(session, case, position, due, "Nobody is asked while the case is held.", now, actor)
            taking_back.end_seeking_alarms(session, position, now)


def wait_after_death(session: Session, case_id: int, of: str, now: datetime) -> None:
    """S28: their death is recorded on the case `of`. Whoever was asked here and has not said yes is told that it is
    taken back; whoever is on the way is stood down by a human, by one press."""
    case = take(session, case_id, now)
    if not deaths.said_elsewhere(session, case):
        return  # it was an error, and has been taken back since
    tell_wishes.hush(session, case, now)
    rows = rows_of(session, Position, case_id, live=True)
    if case.outcome is not None or case.state is CaseState.closed:
        return
    deaths.ask_whether(session, case, of, now)
    if not any(row.state in taking_back.SEEKING for row in rows):
        return
    until = now + deaths.LOOK_IN
    if holds.is_held(session, case.key, until):
        return
    said = f"{until.astimezone(place_of(session, case.place).local()):%H:%M}"
    deaths.hold_other(session, case, of, until, said, now)
    pause(session, case_id, until, now, HUB)


def wait_for_999(session: Session, position_id: int, now: datetime) -> None:
    """S11: whoever has been asked is stood down until a clinician has said whether the visit stands."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    if position.held_for_999 and position.state in taking_back.SEEKING:
        words = "Nobody is asked while 999 is on its way."
        _ask_nobody(session, case, position, beside_999.waiting(now), words, now, HUB)


def _ask_nobody(
    session: Session, case: Case, position: Position, due: Due, words: str, now: datetime, actor: Actor
) -> None:
    """The escalation protocol begins anew when it goes on."""
    taking_back.withdraw_offers(session, case, position, now)
    if position.state is PositionState.offered:
        move(session, position, "withdraw_offers", now, actor, words, due, offered_to="")
    else:
        redue(session, position, due)
    position.ladder_began_at = position.ladder_done_at = None
    session.add(position)
