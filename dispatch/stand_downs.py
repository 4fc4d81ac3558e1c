"""Everybody who was sent or asked for a case is told that it is over for them: exactly those, and nothing else."""

from datetime import datetime

from sqlmodel import Session

from dispatch import service, visits
from hub.actors import Actor
from records.lifecycles import PositionState, after
from records.model import Position
from records.service import Due, move, redue, take
from records.store import rows_of


def all_of_case(session: Session, case_id: int, now: datetime, actor: Actor, why: str) -> None:
    """In the transaction of whoever ends the case. Who is with the person ends the visit in their own time."""
    take(session, case_id, now)
    for position in rows_of(session, Position, case_id, live=True):
        if position.state is PositionState.with_person:
            continue
        if after(position.owed, position.state, "stand_down"):
            service.stand_down(session, position, now, actor, why)
        else:
            service.supersede_position(session, position, now, actor, why)
        visits.end_overdue_alarms(session, position, now)
        service.end_seeking_alarms(session, position, now)


def pause(session: Session, case_id: int, until: datetime, now: datetime, actor: Actor) -> None:
    """The case is held: nobody is asked before then, and the escalation protocol begins anew when it goes on."""
    case = take(session, case_id, now)
    for position in rows_of(session, Position, case_id, live=True):
        if position.state not in service.SEEKING:
            continue
        service.withdraw_offers(session, case, position, now)
        due = Due("seek", until, human=False)
        if position.state is PositionState.offered:
            words = "Nobody is asked while the case is held."
            move(session, position, "withdraw_offers", now, actor, words, due, offered_to="")
        else:
            redue(session, position, due)
        position.ladder_began_at = position.ladder_done_at = None
        session.add(position)
        service.end_seeking_alarms(session, position, now)
