"""S4: while nobody has accepted, or the time is over, the person is rung now and then and asked the red flags again."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from hub import deadlines
from hub.actors import HUB, Actor
from hub.deadlines import Deadline
from hub.errors import Refused
from records import alarms, store
from records.call_backs import open_call_back, reach
from records.lifecycles import PositionState
from records.model import CallBack, CallBackKind, Case, CaseState, Position
from records.rules import Welfare, next_welfare_call
from records.service import supersede, take, write_line

RING_IN = timedelta(minutes=5)
"""How soon a welfare call is made once it is due. [LOCAL]"""
WHY = "Welfare call: how are they now? Ask the red flags again."
NOBODY_YET = (PositionState.open, PositionState.offered)


class How(StrEnum):
    """How they are, against the call before. `not_known` counts as worse: unknown is never "no"."""

    same = "same"
    better = "better"
    worse = "worse"
    not_known = "not_known"


def look(session: Session, welfare: Welfare, case_id: int, now: datetime) -> None:
    """The ticker's turn: ring them if they wait, and look again in time."""
    case = take(session, case_id, now)
    if case.state is CaseState.closed or case.clock_stop is not None:
        return
    if _waits(session, case, now) and not _live(session, case):
        numbers = store.numbers_of(session, case.key)
        due_at = now + RING_IN
        open_call_back(
            session, case, "handler", WHY, due_at, now, HUB, numbers=numbers, kind=CallBackKind.welfare
        )
    if again_at := next_welfare_call(case.clock_start, case.priority, welfare, now):
        deadline = Deadline(
            place=case.place,
            case_id=case.key,
            kind="welfare",
            owner="case",
            subject=case.key,
            due_at=again_at,
            human=False,
        )
        deadlines.set_deadline(session, deadline)


def _waits(session: Session, case: Case, now: datetime) -> bool:
    """A visit is wanted and nobody has said yes to it, or the time is over."""
    wanted = [row for row in store.rows_of(session, Position, case.key, live=True) if row.stops_clock]
    over = case.breach_at is not None and case.breach_at <= now
    return bool(wanted) and (over or all(row.state in NOBODY_YET for row in wanted))


def _live(session: Session, case: Case) -> list[CallBack]:
    live = store.rows_of(session, CallBack, case.key, live=True)
    return [row for row in live if row.kind is CallBackKind.welfare]


def no_longer(session: Session, case: Case, now: datetime, actor: Actor, because: str) -> None:
    """Somebody is with them, or on the way in time: nobody need ring."""
    for row in _live(session, case):
        supersede(session, row, now, actor, because)
        alarms.end(session, row.place, "call_back", row.key, now)


def say_how(
    session: Session, row: CallBack, how: How, *, asked: bool, words: str, now: datetime, actor: Actor
) -> bool:
    """What the welfare call came to. True: it is made. False: they are triaged again now, and the call stays owed until
    the questions are finished."""
    case = take(session, row.case_id, now)
    if row.kind is not CallBackKind.welfare:
        raise Refused("This is not a welfare call: say what they said.")
    if how in (How.worse, How.not_known):
        said = "they are worse" if how is How.worse else "it is not known how they are"
        write_line(session, case.key, now, actor, "welfare", f"Welfare call: {said}. {words}".strip())
        return False
    if not asked:
        raise Refused("Ask the red flags again before you say that they are no worse.")
    reach(session, row, now, actor, f"{how.value}, red flags asked again. {words}".strip())
    return True
