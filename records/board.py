"""What boards show of a case, a task and a ringing call: the facts of events. No names of the person, no HTML."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from records.case_word import STEPS
from records.lifecycles import CallState, Owed, TaskState
from records.model import Call, Case, CaseState, Task
from records.rules import Live

Facts = dict[str, Any]
JUST_SEALED = "just_sealed"
"""The topic of an event for those alone who may not see its subject any more (`topic-number`): for them it is gone."""


def case_facts(case: Case, owed: Sequence[Live]) -> Facts | None:
    if case.state is CaseState.closed:
        return over(sealed=case.sealed)
    return {
        **mark(case.sealed),
        **({"referred_by": case.referred_by} if case.referred_by else {}),
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


def over(*, sealed: bool) -> Facts | None:
    """It is no longer shown; of a sealed case that is said to those alone who have seen it (S18)."""
    return {**mark(sealed), "gone": True} if sealed else None


def mark(sealed: bool) -> Facts:
    """Only what is sealed carries the word: of anything else it is not even said that it is not."""
    return {"sealed": True} if sealed else {}


def _flagged(case: Case, owed: Sequence[Live]) -> bool:
    """Raised by the answers so far; once the questions are over, the priority and the hand-over say it."""
    asking = any(row.owed in (Owed.call, Owed.assessment) for row in owed)
    return bool(case.red_flags) and (asking or case.priority is None)


def task_facts(task: Task, ref: str, *, sealed: bool) -> Facts | None:
    if task.state is not TaskState.open:
        return over(sealed=sealed)
    return {
        **mark(sealed),
        "kind": task.kind.value,
        "words": task.words,
        "ref": ref,
        "case": task.case_id,
        "at": _iso(task.opened_at),
        "message": task.message_id,
    }


def call_facts(call: Call, *, sealed: bool = False) -> Facts | None:
    """A call stands on the board by itself until somebody answers it."""
    if call.state is not CallState.ringing:
        return over(sealed=sealed)
    return {"number": call.number, "at": call.opened_at.isoformat()}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
