"""Every open case as a line of a list that people take away: for the next shift, or for when the hub is down."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session

from dashboard.board import CASES, DUE_WORDS, label
from dashboard.crew import ENDS_SOON, STATES
from dispatch import store as dispatch
from hub.places import Place
from records import alarms, store
from records.board import case_facts
from records.model import Case, Position
from records.rules import Live, in_the_way

URGENT_WITHIN = timedelta(minutes=30)
"""What is due so soon, or is over its time, must be ticked one by one by whoever takes over. [LOCAL]"""


def of_shift(session: Session, app: FastAPI, place: Place, now: datetime) -> dict[str, Any]:
    """What the board shows just now, as facts to be kept: no name, address or number of a person."""
    cases = store.open_cases(session, place.id, CASES)
    owed = store.owed_of_cases(session, [case.key for case in cases])
    tasks, live = store.open_tasks(session, place.id), alarms.live(session, place.id)
    refs = store.refs_of(session, [row.case_id for row in tasks] + [alarm.case_id for alarm in live])
    return {
        "cases": [line(case, owed[case.key], app, now) for case in cases],
        "more": max(0, store.count_open_cases(session, place.id) - len(cases)),
        "tasks": [{"ref": refs[row.case_id], "case": row.case_id, "words": row.words} for row in tasks],
        "alarms": [
            {"ref": refs.get(one.case_id or 0), "words": one.words, "taken_by": one.taken_by} for one in live
        ],
        "going_off": _going_off(session, place, now),
    }


def line(case: Case, owed: Sequence[Live], app: FastAPI, now: datetime) -> dict[str, Any]:
    """One open case: its word, what is due next, who answers for it, and what it still owes in a sentence."""
    facts = case_facts(case, owed) or {}
    what = case.next_due_what or ""
    return {
        "id": case.key,
        "ref": case.ref,
        "word": facts.get("word", ""),
        "priority": label(app, case.priority) or "not triaged yet",
        "where": case.outward,
        "need": case.need or "",
        "who": facts.get("who", ""),
        "due": facts.get("due_at"),
        "due_words": DUE_WORDS.get(what, what.replace("_", " ")),
        "late": case.next_due_at is not None and case.next_due_at < now,
        "urgent": is_urgent(case, facts, now),
        "responsible": case.responsible_name or "nobody",
        "asked": case.offered_to_name or "",
        "owes": in_the_way(owed, case.outcome),
    }


def is_urgent(case: Case, facts: dict[str, Any], now: datetime) -> bool:
    """Pure. Unknown is never "no": a case without a due time is read too."""
    if facts.get("asks_999") or facts.get("red_flag") or case.next_due_at is None:
        return True
    over = case.breach_at is not None and case.clock_stop is None and case.breach_at <= now
    return over or case.next_due_at <= now + URGENT_WITHIN


def with_next(
    who: int,
    out: Mapping[int | None, Position],
    nexts: Mapping[int | None, Position],
    refs: Mapping[int, str],
) -> str:
    """The references of the case that they are on and of the one that is next."""
    here = refs.get(out[who].case_id, "") if who in out else ""
    return f"{here}, next {refs.get(nexts[who].case_id, '')}".removeprefix(", ") if who in nexts else here


def _going_off(session: Session, place: Place, now: datetime) -> list[dict[str, Any]]:
    """Who goes off within the hour, and what they are on: no visit may end with a shift unseen."""
    taken = dispatch.positions_out(session, place.id)
    out = {row.responder_id: row for row in taken if not row.is_next}
    nexts = {row.responder_id: row for row in taken if row.is_next}
    refs = store.refs_of(session, [row.case_id for row in taken])
    return [
        {
            "name": who.short_name,
            "profession": who.profession.replace("_", " "),
            "off": shift.ends_at.isoformat(),
            "doing": STATES[out[who.key].state.value] if who.key in out else "free",
            "ref": with_next(who.key, out, nexts, refs),
        }
        for who, shift in dispatch.responders_on_shift(session, place.id, now)
        if shift.ends_at - now < ENDS_SOON
    ]
