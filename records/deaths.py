"""S28: the person has died. One path, one transaction: what was owed to them is owed no more, nothing queued leaves,
and what must now be done is listed. What a responder may still need (danger, a text nobody has read) stays."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from hub import outbox
from hub.actors import HUB, Actor
from hub.outbox import Effect, Queue
from records import alarms, asked_elsewhere, dependants, holds, store, tell_wishes
from records.model import Assessment, CallBack, Case, CaseState, HandOver, Hold, Outcome, Task, TaskKind
from records.people import store as people
from records.people.died import died
from records.people.model import NHS_NUMBER, Identifier, Person
from records.service import Due, end_target, move, owe, record_outcome, supersede, write_line
from records.sight import named_elsewhere

DO_IN = timedelta(minutes=30)
"""How soon somebody must have done each thing that a death asks for. [LOCAL]"""
LOOK_IN = timedelta(minutes=10)
"""How long another open case of the same person waits for somebody to look. [LOCAL]"""
ON_RECORD = "their own record"
"""Where it is said, if not in another case."""
MOST_CASES = 50
BECAUSE = "The person has died."
NEEDS_NOBODY_NOW = (Assessment, CallBack, Hold)
RING_ON = ("danger", "task", "hand_over", "ambulance", "call_long")
"""Alarms that are about those of ours at the door, about the ambulance, or about a task that stays."""


def record(
    session: Session, case: Case, words: str, to_do: Sequence[str], now: datetime, actor: Actor
) -> None:
    """After those on the way have been stood down; `case` is taken. It closes when everything in `to_do` is done."""
    write_line(session, case.key, now, actor, "died", f"{BECAUSE} {words}")
    for kind in NEEDS_NOBODY_NOW:
        for row in store.rows_of(session, kind, case.key, live=True):
            supersede(session, row, now, actor, BECAUSE)
    for task in store.rows_of(session, Task, case.key, live=True):
        if task.kind in (TaskKind.no_access, TaskKind.visit_note, TaskKind.has_died, TaskKind.refusal):
            supersede(session, task, now, actor, BECAUSE)
    also = [f"Tell {row.to} that the person has died." for row in _asked(session, case)]
    outbox.void_case(session, case.key, now)
    asked_elsewhere.call_off(session, case, now)
    for asked in store.rows_of(session, HandOver, case.key, live=True):
        if asked.dialled_by == asked_elsewhere.MESSAGE:
            supersede(session, asked, now, actor, BECAUSE)
    tell_wishes.hush(session, case, now)
    alarms.end_of_case(session, case.key, now, but=RING_ON)
    end_target(session, case, now)
    for said in (*also, *to_do):
        task = Task(place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.after_death, words=said)
        owe(session, task, now, actor, f"To do now: {said}", Due("task", now + DO_IN))
    dependants.review(session, case, now)
    record_outcome(session, case, Outcome.died, words, now, actor)


def _asked(session: Session, case: Case) -> list[HandOver]:
    """Other services that were asked. The ambulance stays asked: its crew may have to confirm the death."""
    asked = [row for row in store.rows_of(session, HandOver, case.key) if row.to != "999"]
    return [row for row in asked if row.state in ("requested", "confirmed")]


def warn_of_other_cases(session: Session, case: Case, now: datetime) -> None:
    """Whoever looks after another open case of the same person must know, and stops it there."""
    others = store.open_cases_of(session, case.place, case.nhs_number or "", case.key)
    warn(session, others, named_elsewhere(case), now)


def open_about(session: Session, person: Person) -> list[Case]:
    """Linked to them, or by the NHS number of their record."""
    ids = [one.key for one in people.members(session, person)]
    linked = select(Case).where(col(Case.person_id).in_(ids), Case.state == CaseState.open)
    found = {case.key: case for case in session.exec(linked.order_by(col(Case.id)).limit(MOST_CASES))}
    for one in people.rows(session, Identifier, ids, ()):
        if one.system == NHS_NUMBER and not one.in_error:
            found |= {case.key: case for case in store.open_cases_of(session, person.place, one.value, 0)}
    return [found[key] for key in sorted(found)]


def take_back(session: Session, cases: Iterable[Case], why: str, now: datetime, actor: Actor) -> None:
    """It was said by mistake: what waited in these, which are taken, goes on, where nobody else says it."""
    for case in cases:
        asked = any(
            task.kind is TaskKind.has_died for task in store.rows_of(session, Task, case.key, live=True)
        )
        rings = alarms.is_live(session, case.place, "died", str(case.key))
        if (asked or rings) and not said_elsewhere(session, case):
            was_somebody_else(session, case, why, now, actor)


def warn(session: Session, others: Iterable[Case], of: str, now: datetime) -> None:
    """It is said in `of`. Each of these waits meanwhile, by a transaction of its own (ADR 8)."""
    for other in others:
        if other.outcome is Outcome.died:
            continue
        words = f"{other.ref}: this person is said to have died ({of}). Look, and stop what is queued."
        alarms.ring(session, other.place, "died", other.key, words, now, other)
        wait = Effect(
            place=other.place,
            case_id=other.key,
            queue=Queue.dispatch,
            kind="other_died",
            payload={"case": other.key, "of": of},
            created_at=now,
        )
        outbox.append(session, wait)


HELD_BECAUSE = "This person is said to have died"


def ask_whether(session: Session, case: Case, of: str, now: datetime) -> None:
    """Of another open case of theirs: a named human answers, by one press, whether it is over too."""
    live = store.rows_of(session, Task, case.key, live=True)
    if any(task.kind is TaskKind.has_died for task in live):
        return
    who = case.responsible_name or "Whoever is on duty"
    words = f"{who}: has this person died ({of})? Then stop everything here too; else say who it was."
    task = Task(place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.has_died, words=words)
    owe(session, task, now, HUB, words, Due("task", now + LOOK_IN / 2))


def hold_other(session: Session, case: Case, of: str, until: datetime, said: str, now: datetime) -> None:
    """Nobody new is asked to go before a human has looked; at `until` it goes on with an alarm, for
    the death may be somebody else's. `said`: that time in the place's own words."""
    holds.begin(session, case, until, said, f"{HELD_BECAUSE} ({of}).", now, HUB)


def said_elsewhere(session: Session, case: Case) -> str:
    """Where it is said that this person has died: on their record, or in the newest other case of the same NHS number
    that ended with their death. Empty: nowhere."""
    who = [session.get_one(Person, case.person_id)] if case.person_id is not None else []
    who += people.who_may_be(session, case.place, case.nhs_number, None)
    if any(died(session, one) for one in who):
        return ON_RECORD
    if not case.nhs_number:
        return ""
    found = select(Case).where(
        Case.place == case.place,
        Case.nhs_number == case.nhs_number,
        Case.outcome == Outcome.died,
        Case.id != case.id,
    )
    other = session.exec(found.order_by(col(Case.id).desc()).limit(1)).first()
    return named_elsewhere(other) if other else ""


def is_said_of(session: Session, case: Case) -> bool:
    """They have died, or it is said elsewhere and nobody has answered that it was somebody else."""
    if case.outcome is Outcome.died:
        return True
    if not said_elsewhere(session, case):
        return False
    asked = [task for task in store.rows_of(session, Task, case.key) if task.kind is TaskKind.has_died]
    return not any(task.state == "done" for task in asked)


def was_somebody_else(session: Session, case: Case, words: str, now: datetime, actor: Actor) -> None:
    """`case` is taken. What waited because of it goes on."""
    write_line(session, case.key, now, actor, "not_died", f"It was not this person who died. {words}")
    for task in store.rows_of(session, Task, case.key, live=True):
        if task.kind is TaskKind.has_died:
            move(session, task, "do", now, actor, f"Somebody else: {words}"[:400], done_by=actor.name)
    for row in store.rows_of(session, Hold, case.key, live=True):
        if row.why.startswith(HELD_BECAUSE):
            move(session, row, "end", now, actor, "Not held any more: it was somebody else.")
            holds.go_on(session, case, now)
    alarms.end(session, case.place, "died", case.key, now)
