"""The board as facts, for machines: the same rows that its pages show, by the names that the feed gives them."""

from typing import Any

from sqlmodel import Session

from dashboard.board import CASES, epoch
from dashboard.views import SEES_SEALED, View
from hub import events
from records import alarms, seen, store
from records.board import Facts, call_facts, case_facts, task_facts


def facts_of(session: Session, place: str, view: View) -> dict[str, Any]:
    """`rows`: what stands on the board at `cursor`, as the feed's events would have told it to this kind of viewer."""
    sealed = seen.sealed(session, place)
    absent = frozenset[int]() if view in SEES_SEALED else sealed
    rows: dict[str, Facts | None] = {}
    cases = store.open_cases(session, place, CASES, absent)
    owed = store.owed_of_cases(session, [case.key for case in cases])
    rows |= {f"case-{case.key}": case_facts(case, owed[case.key]) for case in cases}
    live, tasks = alarms.live(session, place, but=absent), store.open_tasks(session, place, absent)
    refs = store.refs_of(session, [alarm.case_id for alarm in live] + [task.case_id for task in tasks])
    rows |= {
        f"alarm-{alarm.id}": alarms.facts(alarm, refs.get(alarm.case_id or 0), sealed=alarm.case_id in sealed)
        for alarm in live
    }
    rows |= {
        f"task-{task.key}": task_facts(task, refs[task.case_id], sealed=task.case_id in sealed)
        for task in tasks
    }
    rows |= {f"call-{call.key}": call_facts(call) for call in store.live_calls(session, place)}
    rows = {name: facts for name, facts in rows.items() if facts is not None}
    return {"cursor": events.cursor(session, place), "epoch": epoch(session, place), "rows": rows}
