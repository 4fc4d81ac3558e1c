"""A mistaken step of a visit is taken back (S25): it is where it was before, with its deadlines and, if care had
stopped it, with the clock running again (S2)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import nexts, store
from dispatch.check_in import ASK_EVERY
from dispatch.offers import SET_OFF_IN
from dispatch.visits import ARRIVE_LATE, NO_ACCESS_IN, travel
from hub.actors import Actor
from hub.errors import Conflict, Refused
from records.lifecycles import STEPS, UNDO_TO, PositionState
from records.model import Case, Position, Task, TaskKind
from records.rules import Welfare
from records.service import Due, clock_goes_on, move, owe, stop_clock, supersede, take
from records.store import came_from, rows_of

AT_LEAST = timedelta(minutes=5)
"""What is due again has so long at least, however late it is: nobody is asked in the same second. [LOCAL]"""
ASK_IN = timedelta(minutes=10)
"""How soon somebody must have looked, where the mistake cannot be taken back. [LOCAL]"""
TIMES = {
    PositionState.en_route: ("set_off_at", "forecast_at"),
    PositionState.at_door: ("arrived_at",),
    PositionState.with_person: ("care_began_at",),
    PositionState.done: ("done_at",),
}
"""What a step wrote down, and its undoing clears."""
PLAIN = {
    PositionState.en_route: "had set off",
    PositionState.at_door: "was at the door",
    PositionState.with_person: "had begun care",
    PositionState.no_access: "had found no access",
    PositionState.done: "was done",
}


def step_before(session: Session, position: Position) -> str | None:
    """The state that the last step came from; None where no step can be taken back."""
    return came_from(session, position, position.case_id, sorted(STEPS))


def undo(
    session: Session, position: Position, why: str, welfare: Welfare, now: datetime, actor: Actor
) -> str:
    """Take the last step back; returns the state it is in again. Raises `Refused` without a reason, `Conflict` where
    there is no step.

    Whoever was done here has no more than one visit at a time: another that they have not set off to becomes their next
    again. Where they are on their way to it or there, this one stays done, and somebody must ask for another visit.
    """
    if not why:
        raise Refused("Say why the step was a mistake; the reason is kept.")
    case, other = _take_both(session, position, now)
    before = step_before(session, position)
    if before is None:
        raise Conflict("No step of this visit can be taken back.")
    wrong = position.state
    if wrong is PositionState.done and other is not None:
        if not nexts.can_wait_again(session, other):
            _ask_for_another(session, case, position, why, now, actor)
            return PositionState.done
        nexts.waits_again(session, other, position, now)
    cleared = dict.fromkeys(TIMES.get(wrong, ()))
    if before != PositionState.with_person:
        cleared["care_began_at"] = None
    had_care = position.care_began_at
    words = f"Taken back: {position.responder_name} {PLAIN[wrong]}. {why}"
    move(session, position, f"{UNDO_TO}{before}", now, actor, words, _due(before, position, now), **cleared)
    _ask_no_more(session, case, position, wrong, now, actor)
    if other is not None and other.is_next:
        other.forecast_at = nexts.there_at(position, other.travel_min, now)
        session.add(other)
    if had_care is not None and position.care_began_at is None and position.stops_clock:
        _clock(session, case, had_care, welfare, now, actor)
    return before


def _due(before: str, position: Position, now: datetime) -> Due:
    """S25: what was due of them in that state, counted from the step that led there."""
    no_sooner = now + AT_LEAST
    if before == PositionState.accepted:
        return Due("set_off", max((position.accepted_at or now) + SET_OFF_IN, no_sooner))
    if before == PositionState.en_route:
        there_at = (position.set_off_at or now) + travel(position)
        return Due("arrive", max(there_at + ARRIVE_LATE, no_sooner))
    if before == PositionState.no_access:
        return Due("no_access", now + NO_ACCESS_IN)
    since = position.arrived_at or position.care_began_at or now
    return Due("scene_check", max(since + ASK_EVERY, no_sooner))


def _take_both(session: Session, position: Position, now: datetime) -> tuple[Case, Position | None]:
    """The case, and what else whoever was done here is on by now. Two cases are taken in one order by everybody, so
    that no two transactions wait for each other."""
    other = _elsewhere(session, position)
    for case_id in sorted({position.case_id, *([other.case_id] if other else [])}):
        take(session, case_id, now)
    session.refresh(position)
    now_on = _elsewhere(session, position)
    if now_on is not None and (other is None or now_on.key != other.key):
        raise Conflict(f"{position.responder_name} has just begun another visit. Load it again and look.")
    return take(session, position.case_id, now), now_on


def _elsewhere(session: Session, position: Position) -> Position | None:
    if position.state is not PositionState.done:
        return None
    other = store.assignment_of(session, position.responder_id or 0)
    return None if other is None or other.key == position.key else other


def _ask_for_another(
    session: Session, case: Case, position: Position, why: str, now: datetime, actor: Actor
) -> None:
    words = (
        f"{position.responder_name} was not done here and is on another visit by now: ask for somebody else."
    )
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        position_id=position.id,
        words=words,
    )
    owe(session, task, now, actor, f"Done was a mistake: {why} {words}"[:400], Due("task", now + ASK_IN))


def _ask_no_more(
    session: Session, case: Case, position: Position, wrong: PositionState, now: datetime, actor: Actor
) -> None:
    """What the mistaken step alone asked for."""
    if wrong is not PositionState.done:
        return
    for task in rows_of(session, Task, case.key, live=True):
        asks_when = task.kind is TaskKind.care_time and task.position_id == position.id
        if (
            asks_when
            or task.kind is TaskKind.finish
            or (task.kind is TaskKind.visit_note and task.position_id == position.id)
        ):
            supersede(session, task, now, actor, "The visit goes on.")


def _clock(
    session: Session, case: Case, had_care: datetime, welfare: Welfare, now: datetime, actor: Actor
) -> None:
    """The clock goes on, unless somebody else's care has stopped it too; then it stopped with theirs."""
    if case.clock_stop != had_care:
        return
    clock_goes_on(session, case, welfare, now, actor)
    others = [
        row
        for row in rows_of(session, Position, case.key)
        if row.stops_clock and row.care_began_at is not None
    ]
    if others:
        first = min(others, key=lambda row: row.care_began_at or now)
        words = f"The clock stopped: {first.responder_name} began care."
        stop_clock(session, case, first.care_began_at or now, now, actor, words)
