"""A call that waits on the line while its handler does something else: in everybody's sight, with its age, and picked
up by whoever is free first."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.access import User
from hub.actors import Actor
from hub.errors import Conflict
from records import alarms
from records.lifecycles import CallState
from records.model import Call
from records.service import Due, redue, take, write_line
from triage import store
from triage.calls import CALL_LONG

PARKED_LONG = timedelta(minutes=2)
"""S3: nobody waits on the line without a deadline. [LOCAL]"""


def park(session: Session, call: Call, now: datetime, actor: Actor) -> None:
    """The caller waits; the case, its clock and everything typed stay as they are (S1)."""
    take(session, call.case_id or 0, now)
    session.refresh(call)
    if call.state is not CallState.on_line:
        raise Conflict("Nobody is on this line any more, so it cannot be parked.")
    if call.parked_at is not None:
        return
    call.parked_at = now
    session.add(call)
    redue(session, call, Due("call_parked", now + PARKED_LONG))
    write_line(session, call.case_id or 0, now, actor, "parked", f"{actor.name} parked the call.")


def pick_up(session: Session, call: Call, user: User, now: datetime) -> None:
    """Whoever picks it up has the caller from now on. Two who reach for it: the second reads who was first."""
    take(session, call.case_id or 0, now)
    session.refresh(call)
    if call.state is not CallState.on_line:
        raise Conflict("The caller has rung off. A call-back is on the list.")
    if call.parked_at is None:
        if call.handler_id == user.id:
            return
        raise Conflict(f"{call.handler_name or 'Somebody else'} has picked it up.")
    call.parked_at, call.handler_id, call.handler_name = None, user.id, user.name
    session.add(call)
    redue(session, call, Due("call_long", now + CALL_LONG))
    alarms.end(session, call.place, "call_parked", call.key, now)
    write_line(session, call.case_id or 0, now, user.actor, "picked_up", f"{user.name} picked the call up.")


def free_the_line(session: Session, user: User, now: datetime) -> None:
    """One voice at a time: who takes another call has parked the one they were on, whatever they pressed."""
    for call in store.calls_of_handler(session, user.place, user.id or 0):
        if call.parked_at is None:
            park(session, call, now, user.actor)


def too_long(session: Session, call_id: int, now: datetime) -> None:
    call = session.get_one(Call, call_id)
    case = take(session, call.case_id or 0, now)
    session.refresh(call)
    if call.state is not CallState.on_line or call.parked_at is None:
        return
    minutes = round((now - call.parked_at).total_seconds() / 60)
    words = f"{case.ref}: the caller has been parked for {minutes} min. Pick the call up."
    alarms.ring(session, call.place, "call_parked", call.key, words, now, case)
    redue(session, call, Due("call_parked", now + PARKED_LONG))
