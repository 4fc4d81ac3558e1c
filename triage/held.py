"""Held or booked for a time: only what may safely wait, and never past its time without a clinician."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Conflict, Refused
from hub.places import place_of
from records import holds, store
from records.model import Assessment, Case, CaseState, HandOver, Hold, Position
from records.service import take
from triage import times_said
from triage.endings import Ending, Pause

WAITS = ("open", "offered")


def hold(session: Session, case: Case, until_said: str, why: str, pause: Pause, by: Ending) -> Hold:
    """Until a time as people say it. Raises `Refused` or `Conflict` with why it may not wait."""
    if not why.strip():
        raise Refused("Say why it waits; the reason is kept. Nothing was changed.")
    case = take(session, case.key, by.now)
    zone = place_of(session, case.place).local()
    until = times_said.until(until_said, by.now.astimezone(zone))
    _may_wait(session, case, by)
    _in_time(case, until, zone, by)
    for row in store.rows_of(session, Hold, case.key, live=True):
        raise Conflict(f"It is held already, until {_clock(row.until, zone)}.")
    pause(session, case.key, until, by.now, by.actor)
    return holds.begin(session, case, until, _clock(until, zone), why.strip(), by.now, by.actor)


def go_on(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> None:
    """Somebody ends the hold before its time."""
    case = take(session, case.key, now)
    if not store.rows_of(session, Hold, case.key, live=True):
        raise Conflict("This case is not held.")
    holds.end_all(session, case, why.strip() or "asked for", now, actor)


def _may_wait(session: Session, case: Case, by: Ending) -> None:
    house = by.library.house
    if case.state is CaseState.closed:
        raise Conflict("This case is closed already. Reopen it first if that was wrong.")
    if case.priority is None:
        raise Conflict("It is not known how urgent this is, so it may not wait. Finish the questions first.")
    if case.priority not in house.may_hold:
        raise Conflict(f"{house.priority(case.priority).label} may not wait. A clinician may lower it first.")
    if store.rows_of(session, Assessment, case.key, live=True):
        raise Conflict("The questions are not finished. Finish them, or break them off, and then hold it.")
    if store.rows_of(session, HandOver, case.key, live=True):
        raise Conflict("Another service has been asked. Type their reference or refusal first.")
    coming = [row for row in store.rows_of(session, Position, case.key, live=True) if row.state not in WAITS]
    if coming:
        raise Conflict(f"{coming[0].responder_name} has said yes. Ring them, or stand them down first.")


def _in_time(case: Case, until: datetime, zone: ZoneInfo, by: Ending) -> None:
    over = case.breach_at
    if over is None or until <= over or by.is_clinician:
        return
    raise Conflict(
        f"It must be seen by {_clock(over, zone)}, before that time. Choose an earlier one, or ask a clinician."
    )


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %H:%M}"
