"""The board as facts, for machines: the same rows that its pages show, by the names that the feed gives them."""

from typing import Any

from sqlmodel import Session

from dashboard.board import CASES, epoch
from hub import events
from records import alarms, store
from records.board import Facts, call_facts, case_facts, task_facts


def facts_of(session: Session, place: str) -> dict[str, Any]:
    """`rows`: what stands on the board at `cursor`, as the feed's events would have told it."""
    rows: dict[str, Facts | None] = {}
    cases = store.open_cases(session, place, CASES)
    owed = store.owed_of_cases(session, [case.key for case in cases])
    rows |= {f"case-{case.key}": case_facts(case, owed[case.key]) for case in cases}
    live, tasks = alarms.live(session, place), store.open_tasks(session, place)
    refs = store.refs_of(session, [alarm.case_id for alarm in live] + [task.case_id for task in tasks])
    rows |= {f"alarm-{alarm.id}": alarms.facts(alarm, refs.get(alarm.case_id or 0)) for alarm in live}
    rows |= {f"task-{task.key}": task_facts(task, refs[task.case_id]) for task in tasks}
    rows |= {f"call-{call.key}": call_facts(call) for call in store.live_calls(session, place)}
    rows = {name: facts for name, facts in rows.items() if facts is not None}
    return {"cursor": events.cursor(session, place), "epoch": epoch(session, place), "rows": rows}
