"""The case waits until a time, on purpose: overnight, or booked. Then it is back to work, with an alarm."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from records import alarms, store
from records.lifecycles import PositionState
from records.model import Case, Hold, Position, Task, TaskKind
from records.positions import start_offering
from records.service import Due, move, owe, take

GO_ON_IN = timedelta(minutes=10)
"""How soon somebody must have looked once a hold has ended. [LOCAL]"""


def begin(
    session: Session, case: Case, until: datetime, said: str, why: str, now: datetime, actor: Actor
) -> Hold:
    """`said`: the time in the place's own words."""
    row = Hold(place=case.place, opened_at=now, case_id=case.key, until=until, why=why[:300])
    return owe(session, row, now, actor, f"Held until {said}: {why}", Due("hold", until))


def is_held(session: Session, case_id: int, now: datetime) -> bool:
    return any(row.until > now for row in store.rows_of(session, Hold, case_id, live=True))


def end(session: Session, hold_id: int, now: datetime) -> None:
    """Its time has come: whoever is wanted is looked for, an alarm rings, and somebody must look."""
    row = session.get_one(Hold, hold_id)
    case = take(session, row.case_id, now)
    move(session, row, "end", now, HUB, f"The time has come: {row.why}")
    go_on(session, case, now)
    words = f"Held until now: {row.why}"[:300]
    task = Task(place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.other, words=words)
    owe(session, task, now, HUB, "Back to work.", Due("task", now + GO_ON_IN))
    alarms.ring(session, case.place, "hold", row.key, f"{case.ref}: back to work. {words}", now, case)


def end_all(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> None:
    """Something has changed: nobody waits any longer."""
    for row in store.rows_of(session, Hold, case.key, live=True):
        move(session, row, "end", now, actor, f"Not held any more: {why}")
        go_on(session, case, now)


def go_on(session: Session, case: Case, now: datetime) -> None:
    for position in store.rows_of(session, Position, case.key, live=True):
        if position.state is PositionState.open and not position.held_for_999:
            start_offering(session, position, now)
