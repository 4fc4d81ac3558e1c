"""What boards show of a case, a task and a ringing call: the facts of events. No names of the person, no HTML."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from records.case_word import STEPS
from records.lifecycles import CallState, Owed, TaskState
from records.model import Call, Case, CaseState, Task
from records.rules import Live

Facts = dict[str, Any]


def case_facts(case: Case, owed: Sequence[Live]) -> Facts | None:
    if case.state is CaseState.closed:
        return None
    return {
        "ref": case.ref,
        "word": case.word.value,
        "step": STEPS[case.word],
        "priority": case.priority,
        "where": case.outward,
        "need": case.need or "",
        "who": ", ".join(row.who for row in owed if row.who),
        "red_flag": _flagged(case, owed),
        "asks_999": any(row.owed is Owed.hand_over and row.kind == "999" for row in owed),
        "seeking": sum(row.owed is Owed.position and row.state in ("open", "offered") for row in owed),
        "clock_start": _iso(case.clock_start),
        "clock_stop": _iso(case.clock_stop),
        "breach_at": _iso(case.breach_at),
        "due_at": _iso(case.next_due_at),
        "due_what": case.next_due_what,
        "moved_at": _iso(case.moved_at),
    }


def _flagged(case: Case, owed: Sequence[Live]) -> bool:
    """Raised by the answers so far; once the questions are over, the priority and the hand-over say it."""
    asking = any(row.owed in (Owed.call, Owed.assessment) for row in owed)
    return bool(case.red_flags) and (asking or case.priority is None)


def task_facts(task: Task, ref: str) -> Facts | None:
    if task.state is not TaskState.open:
        return None
    return {
        "kind": task.kind.value,
        "words": task.words,
        "ref": ref,
        "case": task.case_id,
        "at": _iso(task.opened_at),
        "message": task.message_id,
    }


def call_facts(call: Call) -> Facts | None:
    """A call stands on the board by itself until somebody answers it."""
    if call.state is not CallState.ringing:
        return None
    return {"number": call.number, "at": call.opened_at.isoformat()}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
