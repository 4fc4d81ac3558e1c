"""No alarm stays on the board alone: kind by kind a time until the manager on call is told, in one text for all."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select

from dispatch import alarm_ladder
from dispatch.desk import Desk as Dispatch
from dispatch.model import Message
from hub.deadlines import Deadline, DeadlineState
from records import alarms
from records.alarm_climbs import ANY_OTHER, CLIMBS, TOLD_AGAIN_AFTER, TOLD_AT_MOST_EVERY, climb_of
from records.alarms import Alarm
from records.model import Case
from tests.desk import Desk
from workers import watchdog

ROOT = Path(__file__).resolve().parents[2]


def rings(desk: Desk, kind: str, subject: object, case: int | None = None) -> int:
    now = desk.clock.now()
    with desk.hub.db.write() as session:
        about = session.get_one(Case, case) if case else None
        return alarms.ring(session, desk.place, kind, subject, "Somebody must act.", now, about).id or 0


def let_pass(desk: Desk, minutes: float) -> None:
    """As the ticker does it: what is due of untaken alarms fires, each in its own transaction, oldest first."""
    until = desk.clock.at + timedelta(minutes=minutes)
    dispatch: Dispatch = desk.app.state.desk
    while True:
        with desk.hub.db.write() as session:
            due = session.exec(
                select(Deadline)
                .where(Deadline.kind == "alarm_untaken", Deadline.state == DeadlineState.waiting)
                .where(Deadline.due_at <= until)
                .order_by(col(Deadline.due_at), col(Deadline.id))
            ).first()
            if due is None:
                break
            desk.clock.at = max(desk.clock.at, due.due_at)
            due.state = DeadlineState.fired
            session.add(due)
            session.flush()
            alarm_ladder.untaken(session, dispatch, due.subject, desk.clock.now())
    desk.clock.at = until


def to_manager(desk: Desk) -> list[str]:
    return [row.body for row in desk.rows(Message) if row.phone == "+447700900113"]


def test_each_kind_has_its_time_and_then_the_manager_is_told(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    rings(desk, "no_access", 1)
    let_pass(desk, 9)
    assert to_manager(desk) == []
    let_pass(desk, 1)
    (said,) = to_manager(desk)
    assert said.startswith("FP board: 1 alarm has not been taken, for up to 10 min.")


def test_a_storm_is_one_text_and_the_next_no_sooner(sqlite_desk: Desk) -> None:
    """Two hundred alarms in twenty minutes: a text at most every ten minutes, and it says how many wait."""
    desk = sqlite_desk
    for number in range(200):
        rings(desk, "overdue_arrive", number)
        let_pass(desk, 0.1)
    let_pass(desk, 40)
    said = to_manager(desk)
    assert 2 <= len(said) <= 60 / (TOLD_AT_MOST_EVERY.total_seconds() / 60)
    assert said[-1].startswith("FP board: 200 alarms have not been taken")


def test_nobody_takes_it_and_it_never_falls_silent(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    rings(desk, "breach", 1)
    let_pass(desk, 15 + 4 * TOLD_AGAIN_AFTER.total_seconds() / 60)
    assert len(to_manager(desk)) == 5


def test_taken_or_over_it_climbs_no_more(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    taken = rings(desk, "hand_over", 1)
    rings(desk, "hand_over", 2)
    desk.does(f"/api/alarms/{taken}/take")
    with desk.hub.db.write() as session:
        alarms.end(session, desk.place, "hand_over", 2, desk.clock.now())
    let_pass(desk, 120)
    assert to_manager(desk) == []


def test_whatever_climbs_keeps_no_forgotten_case_from_the_watchdog(sqlite_desk: Desk) -> None:
    """Invariant 2: an alarm's own time is nothing that a case owes."""
    desk = sqlite_desk
    case = desk.does("/api/calls/new")["case"]
    rings(desk, "task", 1, case)
    (of_alarm,) = [row for row in desk.rows(Deadline) if row.kind == "alarm_untaken"]
    assert of_alarm.case_id is None
    assert watchdog.KINDS
    assert next(row for row in desk.rows(Alarm) if row.kind == "task").case_id == case


def rung_kinds() -> Iterator[str]:
    """Every kind that the code rings, where it is written out or is a name of its module."""
    for room in ("records", "triage", "dispatch", "workers", "dashboard"):
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {
                target.id: value.value
                for node in tree.body
                if isinstance(node, ast.Assign) and isinstance(value := node.value, ast.Constant)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(tree):
                is_ring = isinstance(node, ast.Call) and ast.unparse(node.func) == "alarms.ring"
                if is_ring and isinstance(node, ast.Call):
                    kind = node.args[2]
                    if isinstance(kind, ast.Constant):
                        yield str(kind.value)
                    elif isinstance(kind, ast.Name) and isinstance(names.get(kind.id), str):
                        yield str(names[kind.id])


def test_every_kind_that_is_rung_is_in_the_table_with_its_reason() -> None:
    found = set(rung_kinds()) | set(watchdog.KINDS)
    assert len(found) > 25, "the walk sees them"
    assert found <= set(CLIMBS), f"say how long these may wait: {sorted(found - set(CLIMBS))}"
    assert all(climb.because for climb in CLIMBS.values())
    assert climb_of("a kind of tomorrow") is ANY_OTHER
    assert ANY_OTHER.after is not None
