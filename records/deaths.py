"""S28: the person has died. One path, one transaction: what was owed to them is owed no more, nothing queued leaves,
and what must now be done is listed. What a responder may still need (danger, a text nobody has read) stays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import outbox
from hub.actors import HUB, Actor
from hub.outbox import Effect, Queue
from records import alarms, dependants, holds, store, tell_wishes
from records.model import Assessment, CallBack, Case, HandOver, Hold, Outcome, Task, TaskKind
from records.service import Due, end_target, owe, record_outcome, supersede, write_line

DO_IN = timedelta(minutes=30)
"""How soon somebody must have done each thing that a death asks for. [LOCAL]"""
LOOK_IN = timedelta(minutes=10)
"""How long another open case of the same person waits for somebody to look. [LOCAL]"""
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
        if task.kind is TaskKind.no_access:
            supersede(session, task, now, actor, BECAUSE)
    also = [f"Tell {row.to} that the person has died." for row in _asked(session, case)]
    outbox.void_case(session, case.key, now)
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
    """Whoever looks after another open case of the same person must know, and stops it there. Each of those waits
    meanwhile, by a transaction of its own (ADR 8)."""
    for other in store.open_cases_of(session, case.place, case.nhs_number or "", case.key):
        words = f"{other.ref}: this person is said to have died ({case.ref}). Look, and stop what is queued."
        alarms.ring(session, case.place, "died", other.key, words, now, other)
        wait = Effect(
            place=case.place,
            case_id=other.key,
            queue=Queue.dispatch,
            kind="other_died",
            payload={"case": other.key, "of": case.ref},
            created_at=now,
        )
        outbox.append(session, wait)


def hold_other(session: Session, case: Case, of: str, until: datetime, said: str, now: datetime) -> None:
    """Nobody new is asked to go before a human has looked; at `until` it goes on with an alarm, for
    the death may be somebody else's. `said`: that time in the place's own words."""
    holds.begin(session, case, until, said, f"This person is said to have died ({of}).", now, HUB)
    who = case.responsible_name or "Whoever is on duty"
    words = f"{who}: has this person died ({of})? Then record it here too; else say who it was."
    task = Task(place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.other, words=words)
    owe(session, task, now, HUB, words, Due("task", now + LOOK_IN / 2))
