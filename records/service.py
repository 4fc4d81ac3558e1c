"""The use cases on a case and what it owes. `move` is the only writer of any of their states.

Each transaction about a case begins with `take` (its version goes up, so that two positions which finish together
cannot each leave the closing to the other) and ends by itself: what the case owes now gives its word, what is due
next, and whether it closes.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlmodel import Session

from hub import deadlines, events, ids, outbox
from hub.actors import HUB, Actor
from hub.db import before_commit
from hub.errors import Conflict, Refused
from records import alarms, asked_elsewhere, duty, key_safes, referred, store
from records.board import call_facts, case_facts, task_facts
from records.case_word import case_word
from records.lifecycles import Owed, after, owes
from records.model import (
    Call,
    Case,
    CaseState,
    Outcome,
    Task,
    TaskKind,
)
from records.owed_row import OwedRow
from records.rules import Conclusion, Welfare, conclude, in_the_way, next_due, next_welfare_call, warnings

R = TypeVar("R", bound=OwedRow)
FINISH_IN = timedelta(minutes=30)
"""S25: DONE → outcome. [LOCAL]"""
_chance = random.SystemRandom()


class Due(NamedTuple):
    """A deadline to be set on an owed row: what will happen, when, and whether a person owes it."""

    kind: str
    at: datetime
    human: bool = True


def open_case(
    session: Session, place: str, clock_start: datetime, now: datetime, actor: Actor, why: str, **known: Any
) -> Case:
    """A new case on its own clock (S1). What it owes first must be put on it in the same transaction. `known`: what
    stands in its row from the first."""
    ref = ids.new_reference(session, place, now, _chance)
    case = Case(place=place, ref=ref, clock_start=clock_start, moved_at=now, **known)
    who_answers = duty.name_first(session, case, now)
    session.add(case)
    session.flush()
    _touch(session, case, now)
    write_line(session, case.key, now, actor, "opened", why)
    duty.tell(session, case, who_answers, now)
    return case


def take(session: Session, case_id: int, now: datetime, version: int | None = None) -> Case:
    """Begin (or go on with) this transaction's work on a case."""
    touched: dict[int, tuple[Case, datetime]] = session.info.setdefault("cases", {})
    if case_id in touched:
        return touched[case_id][0]
    case = store.bump(session, case_id, version)
    _touch(session, case, now)
    return case


def is_taken(session: Session, case_id: int) -> bool:
    return case_id in session.info.get("cases", {})


def _touch(session: Session, case: Case, now: datetime) -> None:
    session.info.setdefault("cases", {})[case.key] = (case, now)
    before_commit(session, "cases", _conclude_cases)


def owe(session: Session, row: R, now: datetime, actor: Actor, words: str, *dues: Due) -> R:
    """Put an owed row on its case. Every owed row has a deadline: `dues` may not be empty."""
    if not dues:
        raise ValueError("an owed row needs a deadline")
    if (case_id := _case_of(row)) is not None:
        _must_be_open(take(session, case_id, now))
    session.add(row)
    session.flush()
    deadlines.add_deadlines(session, row.place, case_id, row.owed, row.key, dues)
    if case_id is not None:
        moved = {"owed": row.owed, "row_id": row.id, "to_state": str(_state(row))}
        store.add_line(session, row.place, case_id, now, actor, "opened", words, **moved)
    _tell(session, row, now)
    return row


def put_down(session: Session, row: R, now: datetime, actor: Actor, words: str) -> R:
    """A row of a case that comes at its end already: it stands in the history, and was never owed."""
    if owes(row.owed, str(_state(row))):
        raise ValueError("what is owed needs a deadline: see `owe`")
    case_id = _case_of(row) or 0
    _must_be_open(take(session, case_id, now))
    session.add(row)
    session.flush()
    moved = {"owed": row.owed, "row_id": row.id, "to_state": str(_state(row))}
    store.add_line(session, row.place, case_id, now, actor, "opened", words, **moved)
    _tell(session, row, now)
    return row


def move(
    session: Session, row: R, event: str, now: datetime, actor: Actor, words: str, *dues: Due, **values: Any
) -> R:
    """Move an owed row by one event of its table, with its timeline row; its deadlines become `dues`.

    Raises `Conflict` where the row's state does not allow the event, or somebody else moved it first.
    """
    old = str(_state(row))
    new = after(row.owed, old, event)
    if new is None:
        raise Conflict(f"This cannot be done now: the {_name(row)} is {_plain(old)}.")
    if owes(row.owed, new) and not dues:
        raise ValueError(f"{row.owed}: {new} needs a deadline")
    case_id = _case_of(row) or values.get("case_id")
    if case_id is not None:
        case = take(session, case_id, now)
        if owes(row.owed, new):
            _must_be_open(case)
    if not store.swap_state(session, row, old, new, values):
        raise Conflict(f"Somebody else was first: the {_name(row)} has just changed. Load it again and look.")
    _set_dues(session, row, dues)
    if case_id is not None:
        moved = {"owed": row.owed, "row_id": row.id, "from_state": old, "to_state": new}
        store.add_line(session, row.place, case_id, now, actor, event, words, **moved)
    _tell(session, row, now)
    return row


def _must_be_open(case: Case) -> None:
    """A closed case owes nothing. Raises `Conflict`."""
    if case.state is CaseState.closed:
        raise Conflict("This case is closed. Open it again, or begin a new call for a new need.")


def redue(session: Session, row: OwedRow, *dues: Due) -> None:
    """The row stays as it is; its deadlines become `dues`."""
    _set_dues(session, row, dues)


def supersede(session: Session, row: OwedRow, now: datetime, actor: Actor, because: str) -> None:
    """It is no longer owed, because something else has taken its place. Nothing where it is at its end already."""
    if owes(row.owed, str(_state(row))):
        move(session, row, "supersede", now, actor, because)


def write_line(session: Session, case_id: int, now: datetime, actor: Actor, event: str, words: str) -> None:
    """A line of the timeline that moves nothing: a reply read, a text sent, a note."""
    store.add_line(session, _place(session, case_id), case_id, now, actor, event, words)


def set_priority(
    session: Session, case: Case, priority: str, target_min: int | None, welfare: Welfare, now: datetime
) -> None:
    """The case's response target, on its old clock (S1): due time = clock start + target. `welfare`: the house's times
    of welfare calls (S4)."""
    case.priority, case.target_min = priority, target_min
    case.breach_at = case.clock_start + timedelta(minutes=target_min) if target_min is not None else None
    dues: list[Due] = []
    if case.breach_at is not None and case.clock_stop is None:
        near = [(f"near_{percent}", at) for percent, at in warnings(case.clock_start, case.breach_at)]
        dues = [Due(kind, at, human=False) for kind, at in near if at > now]
        dues.append(Due("breach", case.breach_at, human=False))
        if look_at := next_welfare_call(case.clock_start, priority, welfare, now):
            dues.append(Due("welfare", look_at, human=False))
    deadlines.set_deadlines(session, case.place, case.id, "case", case.key, dues)
    session.add(case)


def end_target(session: Session, case: Case, now: datetime) -> None:
    """What the target asked for has been given, and nobody of ours is awaited: for 999 NOW, a reference. The clock
    itself is not stopped by that (S2); it only warns of nothing any more."""
    case.breach_at = None
    session.add(case)
    _warn_no_more(session, case, now)


def stop_clock(session: Session, case: Case, at: datetime, now: datetime, actor: Actor, words: str) -> None:
    """S2: attended care has begun. The first to attend stops it; it never stops twice."""
    if case.clock_stop is not None:
        return
    case.clock_stop = at
    session.add(case)
    _warn_no_more(session, case, now)
    write_line(session, case.key, now, actor, "clock_stopped", words)


def clock_goes_on(session: Session, case: Case, welfare: Welfare, now: datetime, actor: Actor) -> None:
    """The care that had stopped it was recorded by mistake: it runs from where it began (S1), and warns again."""
    case.clock_stop = None
    session.add(case)
    write_line(session, case.key, now, actor, "clock_goes_on", "The clock goes on: no care had begun.")
    if case.priority:
        set_priority(session, case, case.priority, case.target_min, welfare, now)


def _warn_no_more(session: Session, case: Case, now: datetime) -> None:
    deadlines.clear_owner(session, "case", case.key)
    alarms.end_kinds(session, case.place, ("near", "breach"), case.key, now)


def record_outcome(
    session: Session, case: Case, outcome: Outcome, words: str, now: datetime, actor: Actor
) -> None:
    """Say how it ended. The case closes with this transaction if nothing else is owed; else it says what is."""
    if case.state is CaseState.closed:
        raise Conflict("This case is closed already. Reopen it first if that was wrong.")
    case.outcome, case.outcome_words = outcome, words[:1000]
    session.add(case)
    write_line(session, case.key, now, actor, "outcome", f"Outcome: {_plain(outcome)}. {words}".strip())
    for task in store.rows_of(session, Task, case.key, live=True):
        if task.kind is TaskKind.finish:
            move(session, task, "do", now, actor, "Said how it ended.", done_by=actor.name)


def reopen(session: Session, case: Case, welfare: Welfare, now: datetime, actor: Actor, why: str) -> None:
    """Closed in error: open again on its old clock (S1), owing at least to say how it ended."""
    if case.state is not CaseState.closed:
        raise Conflict("This case is open.")
    if not why.strip():
        raise Refused("Say why the case is opened again; the reason is kept.")
    case.state, case.outcome, case.closed_at = CaseState.open, None, None
    session.add(case)
    write_line(session, case.key, now, actor, "reopened", f"Opened again: {why}")
    if case.priority:
        set_priority(session, case, case.priority, case.target_min, welfare, now)


def still_in_the_way(session: Session, case: Case) -> str:
    return in_the_way(store.owed_of(session, case.key), case.outcome)


def _conclude_cases(session: Session) -> None:
    touched: dict[int, tuple[Case, datetime]] = session.info["cases"]
    key_safes.keep_waiting(session, touched.values())
    for case, now in list(touched.values()):
        owed = store.owed_of(session, case.key)
        conclusion = conclude(owed, case.outcome) if case.state is CaseState.open else Conclusion.stay
        if conclusion is Conclusion.ask_how_it_ended:
            task = Task(
                place=case.place,
                opened_at=now,
                case_id=case.key,
                kind=TaskKind.finish,
                words="Say how it ended.",
            )
            owe(
                session, task, now, HUB, "Nothing more is owed: how did it end?", Due("task", now + FINISH_IN)
            )
            owed = store.owed_of(session, case.key)
        if conclusion is Conclusion.close:
            _close(session, case, now)
        due = next_due(owed, store.human_deadlines(session, case.key), case.breach_at, case.clock_stop)
        case.next_due_at, case.next_due_what = due or (None, None)
        before, case.word = case.word, case_word((row.owed, row.state) for row in owed)
        case.moved_at = now
        referred.moved(session, case, before, now)
        asked_elsewhere.look(session, case, now)
        session.add(case)
        events.tell(session, case.place, now, "case", case.key, case_facts(case, owed))


def _close(session: Session, case: Case, now: datetime) -> None:
    case.state, case.closed_at = CaseState.closed, now
    deadlines.clear_case(session, case.key)
    outbox.void_case(session, case.key, now)
    alarms.end_of_case(session, case.key, now)
    write_line(session, case.key, now, HUB, "closed", "Nothing more is owed: the case is closed.")


def _set_dues(session: Session, row: OwedRow, dues: Sequence[Due]) -> None:
    """The row's deadlines become `dues`."""
    deadlines.set_deadlines(session, row.place, _case_of(row), row.owed, row.key, dues)


def _tell(session: Session, row: OwedRow, now: datetime) -> None:
    """Calls and tasks have lists of their own on the board; everything else shows in its case's row."""
    if isinstance(row, Task):
        if not owes(row.owed, row.state):
            alarms.end(session, row.place, "task", row.key, now)
        case = take(session, row.case_id, now)
        events.tell(session, row.place, now, "task", row.key, task_facts(row, case.ref, sealed=case.sealed))
    elif isinstance(row, Call):
        sealed = row.case_id is not None and take(session, row.case_id, now).sealed
        events.tell(session, row.place, now, "call", row.key, call_facts(row, sealed=sealed))


def _case_of(row: OwedRow) -> int | None:
    case_id: int | None = getattr(row, "case_id", None)
    return case_id


def _state(row: OwedRow) -> str:
    state: str = row.state  # type: ignore[attr-defined]
    return state


def _place(session: Session, case_id: int) -> str:
    place: str = session.info["cases"][case_id][0].place
    return place


def _name(row: OwedRow) -> str:
    return {Owed.position: "visit", Owed.task: "task"}.get(row.owed, row.owed.value.replace("_", "-"))


def _plain(word: str) -> str:
    return str(word).replace("_", " ")
