"""What the live board shows, for a whole page and for one event alike: facts in, finished rows out.

A row is made of the facts that an event carries, so that the page, a live update and a day played back look the same.
Times stand in the rows as milliseconds; the browser counts them down by the hub's clock.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session

from dashboard.crew import Crew, crew_of
from dashboard.frame import fragment
from dashboard.views import ACTS, SEES_SEALED, SEES_TASKS, View
from dashboard.wall import fit_for_wall
from dispatch.coming_on import ASKS_ON
from dispatch.desk import Desk
from dispatch.store import texts_by_id
from hub import events
from hub.events import Event
from hub.places import Place, place_of
from records import alarms, seen, store
from records.alarms import AlarmState
from records.board import Facts, call_facts, case_facts, task_facts
from records.lifecycles import CallState

CASES = 500
"""A board shows so many at most, the next due first, and says when there are more."""
QUIET_AFTER_S = {"seeking": 300, "offered": 1200, "taking the call": 900, "accepted": 900, "at door": 1200}
QUIET_ELSE_S = 3600
"""A case where nothing has happened for so long turns amber by itself. [LOCAL]"""
DUE_WORDS = {
    "latest safe departure": "leave by",
    "breach": "breach",
    "call_back": "call back",
    "call_long": "call is long",
    "call_parked": "caller is parked",
    "assessment": "finish questions",
    "hand_over_unconfirmed": "reference by",
    "task": "task by",
    "set_off": "set off by",
    "next_leaves": "leave by",
    "arrive": "arrive by",
    "scene_check": "check in",
    "check_unanswered": "no sign of life",
    "no_access": "next try",
    "held_for_999": "decide by",
    "take_over": "take over by",
}
TASK_ORDER = {
    "danger": 0,
    "promise": 1,
    "unread_reply": 2,
    "no_access": 3,
    "lowering": 4,
    "dependants": 5,
    "care_time": 6,
    "other": 7,
    "finish": 8,
}


@dataclass(frozen=True)
class Board:
    """One consistent snapshot: what `cursor` had led to."""

    cursor: int
    epoch: str
    now: datetime
    cases: list[str]
    more: int
    alarms: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    crew: Crew | None = None


def epoch(session: Session, place: str) -> str:
    """Which history the numbers belong to: the first event's time, as digits, since it stands in addresses. A hub begun
    anew has another."""
    first = session.get(Event, (place, 1))
    return f"{first.at:%Y%m%d%H%M%S%f}" if first else ""


def snapshot(session: Session, app: FastAPI, place_id: str, now: datetime, view: View) -> Board:
    """Everything on the board, from one read transaction, so that the cursor and the rows agree."""
    cursor, place = events.cursor(session, place_id), place_of(session, place_id)
    sealed = seen.sealed(session, place_id)
    absent = frozenset[int]() if view in SEES_SEALED else sealed
    cases = store.open_cases(session, place_id, CASES, absent)
    owed = store.owed_of_cases(session, [case.key for case in cases])
    rows = [
        case_html(_seen("case", case_facts(case, owed[case.key]), view), case.key, app, place, now)
        for case in cases
    ]
    live = alarms.live(session, place_id, but=absent)
    refs = store.refs_of(session, (alarm.case_id for alarm in live))
    ringing: list[str] = []
    taken: list[str] = []
    for alarm in live:
        facts = _seen(
            "alarm", alarms.facts(alarm, refs.get(alarm.case_id or 0), sealed=alarm.case_id in sealed), view
        )
        html = alarm_html(facts, alarm.id, place, view)
        (ringing if alarm.state is AlarmState.ringing else taken).append(html)
    calls = [call for call in store.live_calls(session, place_id) if call.state is CallState.ringing]
    return Board(
        cursor=cursor,
        epoch=epoch(session, place_id),
        now=now,
        cases=rows,
        more=max(0, store.count_open_cases(session, place_id, absent) - len(rows)),
        alarms=ringing,
        taken=taken,
        tasks=_tasks(session, place, view, absent) if view in SEES_TASKS else [],
        calls=[call_html(call_facts(call) or {}, call.id, view) for call in calls],
        crew=crew_of(session, place, now, absent),
    )


def _seen(topic: str, facts: Facts | None, view: View) -> Facts:
    return fit_for_wall(topic, facts or {}) if view is View.wall else facts or {}


def _tasks(session: Session, place: Place, view: View, absent: Collection[int]) -> list[str]:
    tasks = store.open_tasks(session, place.id, absent)
    refs = store.refs_of(session, (task.case_id for task in tasks))
    texts = texts_by_id(session, (task.message_id for task in tasks))
    shown = [
        (_seen("task", task_facts(task, refs[task.case_id], sealed=False), view), task.key) for task in tasks
    ]
    shown.sort(key=lambda one: (TASK_ORDER.get(one[0]["kind"], TASK_ORDER["other"]), one[1]))
    return [task_html(facts, key, place, texts, view) for facts, key in shown]


def case_html(facts: Facts, case_id: object, app: FastAPI, place: Place, now: datetime) -> str:
    """One row of the list of cases."""
    start, breach = _at(facts.get("clock_start")), _at(facts.get("breach_at"))
    stop, due = _at(facts.get("clock_stop")), _at(facts.get("due_at"))
    used = (now - start) / (breach - start) if start and breach and breach > start else None
    word = facts.get("word", "")
    what = facts.get("due_what") or ""
    who = facts.get("who") or ""
    return fragment(
        "_case_row.html",
        id=case_id,
        ref=facts.get("ref", ""),
        word=word,
        step=facts.get("step", 1),
        priority=label(app, facts.get("priority")),
        emergency=_emergency(app, facts),
        sealed=bool(facts.get("sealed")),
        where=facts.get("where") or "",
        need=facts.get("need") or "",
        referred_by=facts.get("referred_by") or "",
        who=who or ("nobody yet" if facts.get("seeking") else ""),
        nobody=bool(facts.get("seeking")) and not who,
        due=_ms(due),
        due_words=DUE_WORDS.get(what, what.replace("_", " ")),
        due_clock=_clock(due, place),
        start=_ms(start),
        breach=_ms(breach),
        stop=_ms(stop),
        stop_clock=_clock(stop, place),
        in_time=bool(stop and breach and stop <= breach),
        moved=_ms(_at(facts.get("moved_at"))),
        quiet_s=QUIET_AFTER_S.get(word, QUIET_ELSE_S),
        size=_size(used, breach, stop, now),
        used=min(10, max(0, int((used or 0) * 10))),
    )


def _size(used: float | None, breach: datetime | None, stop: datetime | None, now: datetime) -> str:
    """What is closest to its breach is largest, a safe case is quiet. The browser goes on with the same rule."""
    if used is None or breach is None:
        return "mid"
    if stop is not None:
        return "far"
    if used >= 1:
        return "over"
    if used >= 0.75:
        return "near"
    return "mid" if (breach - now).total_seconds() <= 2 * 3600 else "far"


def alarm_html(facts: Facts, alarm_id: object, place: Place, view: View) -> str:
    raised = _at(facts.get("raised_at"))
    ref = facts.get("ref")
    words = facts.get("words", "")
    return fragment(
        "_alarm.html",
        id=alarm_id,
        ref=ref,
        case=facts.get("case"),
        words=words.removeprefix(f"{ref}: ") if ref else words,
        raised=_ms(raised),
        raised_clock=_clock(raised, place),
        taken_by=facts.get("taken_by"),
        acts=view in ACTS,
        asks_on=view is View.seniors and facts.get("kind") == ASKS_ON,
    )


def task_html(facts: Facts, task_id: object, place: Place, texts: dict[int, Any], view: View) -> str:
    opened = _at(facts.get("at"))
    message, responder = texts.get(facts.get("message") or 0, (None, None))
    kind = facts.get("kind", "other")
    return fragment(
        "_wall_task.html" if view is View.wall else "_task.html",
        id=task_id,
        kind=kind,
        order=TASK_ORDER.get(kind, TASK_ORDER["other"]),
        words=facts.get("words", ""),
        ref=facts.get("ref"),
        case=facts.get("case"),
        opened=_ms(opened),
        opened_clock=_clock(opened, place),
        message=message,
        responder=responder,
        decides=view is View.seniors,
    )


def call_html(facts: Facts, call_id: object, view: View) -> str:
    number = facts.get("number") if view in ACTS else None
    return fragment("_call.html", id=call_id, number=number, at=_ms(_at(facts.get("at"))))


def _emergency(app: FastAPI, facts: Facts) -> str:
    """999 stands apart: asked and not confirmed, standing, or a red flag that nobody has acted on yet."""
    desk: Desk = app.state.desk
    if facts.get("asks_999"):
        return "999 asked"
    if facts.get("priority") == desk.library.house.priorities[0].id:
        return "999 stands"
    return "red flag" if facts.get("red_flag") else ""


def label(app: FastAPI, priority: str | None) -> str:
    if priority is None:
        return ""
    desk: Desk = app.state.desk
    try:
        return desk.label(priority)
    except (KeyError, StopIteration):
        return priority.replace("_", " ")  # a priority of an older house file


def _at(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def _ms(at: datetime | None) -> int | str:
    return int(at.timestamp() * 1000) if at else ""


def _clock(at: datetime | None, place: Place) -> str:
    return at.astimezone(place.local()).strftime("%H:%M") if at else ""
