"""What a person of the hub must do or read, and what is near or past its time."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Refused
from records import alarms, store
from records.model import Case, Position, Task, TaskKind
from records.service import Due, move, owe, redue, take, write_line

AGAIN_IN = timedelta(minutes=10)
ANSWERED_ELSEWHERE = {
    TaskKind.finish: "Say how the case ended: choose its outcome.",
    TaskKind.lowering: "A second clinician agrees or refuses: on the clinicians' page, or in the case.",
    TaskKind.care_time: "Say when care began, or that no care was given.",
    TaskKind.dependants: "Say who looks after them, that nobody is there, or who was told that it is not known.",
    TaskKind.has_died: "Say whether this person has died too, or who it was.",
}
NEEDS_WORDS = {
    TaskKind.danger: "Say how they are, and how you know.",
    TaskKind.after_death: "Say who was told, and when.",
    TaskKind.no_access: "Say who has seen or heard them, or where they are.",
}
"""Nothing but "done" would be no answer to these."""


def do(session: Session, task: Task, now: datetime, actor: Actor, words: str) -> None:
    """Done, with what was done in a few words."""
    take(session, task.case_id, now)
    move(session, task, "do", now, actor, words or f"Done: {task.words}", done_by=actor.name)
    alarms.end(session, task.place, "danger", task.key, now)


def do_by_hand(session: Session, task: Task, told: str, now: datetime, actor: Actor) -> None:
    """Raises `Refused` for a task that is answered in a way of its own, or without the words that it asks for."""
    if problem := ANSWERED_ELSEWHERE.get(task.kind):
        raise Refused(problem)
    if task.kind in NEEDS_WORDS and not told:
        raise Refused(NEEDS_WORDS[task.kind])
    do(session, task, now, actor, f"{task.words} {told}" if told else "")


def note(session: Session, case: Case, words: str, now: datetime, actor: Actor) -> None:
    """Something to be known of the case, in somebody's own words. Raises `Refused` where there are none."""
    if not words:
        raise Refused("Type the note first.")
    take(session, case.key, now)
    write_line(session, case.key, now, actor, "note", words)


def ask_where_they_are(session: Session, case: Case, position: Position, now: datetime) -> None:
    """S27: a visit that found no access ends, and nobody has found the person since. Somebody must say that they were
    seen, heard, or where they are, or the case stays open."""
    seen = ("begin_care", "finish", "find_person")
    if store.last_of(session, position, case.key, ("find_no_access", *seen)) == "find_no_access":
        ask_where(session, case, position, now)


def ask_where(session: Session, case: Case, position: Position, now: datetime) -> None:
    """S27: somebody went there and did not see them."""
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        kind=TaskKind.no_access,
        position_id=position.id,
        words="Nobody opened, and nobody has seen this person since. Where are they?",
    )
    owe(session, task, now, HUB, task.words, Due("task", now + AGAIN_IN))


def overdue(session: Session, task_id: int, now: datetime) -> None:
    task = session.get_one(Task, task_id)
    case = take(session, task.case_id, now)
    alarms.ring(session, task.place, "task", task.key, f"{case.ref}: {task.words}", now, case)
    write_line(session, case.key, now, HUB, "overdue", f"Not done in time: {task.words}")
    redue(session, task, Due("task", now + AGAIN_IN))


def near(session: Session, case_id: int, now: datetime, percent: int) -> None:
    """S5: so many per cent of the time are used up."""
    case = take(session, case_id, now)
    if case.clock_stop is None:
        words = f"{percent} % of the time is used up and care has not begun."
        write_line(session, case.key, now, HUB, "near", words)
        if percent >= 90:
            alarms.ring(session, case.place, "near", case.key, f"{case.ref}: {words}", now, case)


def breach(session: Session, case_id: int, now: datetime) -> None:
    """The time is over. Nothing pauses it; the case stays open and its alarm rings."""
    case: Case = take(session, case_id, now)
    if case.clock_stop is None:
        words = "The time is over and care has not begun."
        write_line(session, case.key, now, HUB, "breached", words)
        alarms.end(session, case.place, "near", case.key, now)
        alarms.ring(session, case.place, "breach", case.key, f"{case.ref}: {words}", now, case)
