"""S20: who depends on the person, and which animals. What is not known is a task on every case whose person may be
taken away, and the case does not close before somebody has said who looks after them."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from hub import events
from hub.actors import HUB, Actor
from hub.errors import Refused
from records import store, tasks
from records.board import task_facts
from records.model import Case, HandOver, Position, Task, TaskKind
from records.service import Due, owe, supersede, take, write_line

ASK_IN = timedelta(minutes=30)
"""How soon somebody must have asked, or have said who looks after them. [LOCAL]"""


class Whom(StrEnum):
    people = "people"
    animals = "animals"


class Said(StrEnum):
    yes = "yes"
    no = "no"
    unknown = "unknown"


class Answer(StrEnum):
    """What ends the task: nobody is there, somebody looks after them, or it stays unknown and somebody was told."""

    nobody = "nobody"
    looked_after = "looked_after"
    not_known = "not_known"


@dataclass(frozen=True)
class Depends:
    """`said` apart from what was typed; `care`: who looks after them, or who was told that it is not known."""

    said: Said | None = None
    words: str = ""
    care: str = ""

    @property
    def is_open(self) -> bool:
        return self.said is not Said.no and not self.care


OPEN = {
    Whom.people: {
        None: "ask whether anybody depends on them",
        Said.yes: "somebody depends on them: who looks after them now?",
        Said.unknown: "find out whether anybody depends on them",
    },
    Whom.animals: {
        None: "ask whether they have animals",
        Said.yes: "they have animals: who looks after those now?",
        Said.unknown: "find out whether they have animals",
    },
}
NEVER_ASKED = "Ask whether anybody, or any animal, depends on them."
WORDS = {Whom.people: "Depends on them", Whom.animals: "Animals"}
SAID = {None: "not asked", Said.yes: "yes", Said.no: "nobody", Said.unknown: "not known"}


def of_case(case: Case) -> dict[Whom, Depends]:
    """Pure. Words that were typed without a yes or no count as yes."""
    kept = case.dependants or {}
    found = {}
    for whom in Whom:
        said = kept.get(whom, {})
        spoken = Said(said["said"]) if said.get("said") else None
        if spoken is None and said.get("words"):
            spoken = Said.yes
        found[whom] = Depends(spoken, said.get("words", ""), said.get("care", ""))
    return found


def in_words(case: Case) -> tuple[str, ...]:
    """What is known of them, a line each; what was never asked is not listed. Pure."""
    return tuple(
        f"{WORDS[whom]}: {'; '.join(part for part in (SAID[one.said], one.words, one.care) if part)}"
        for whom, one in of_case(case).items()
        if one.said is not None
    )


def still_open(case: Case) -> str:
    """What somebody must still ask or say, fit for a board: no words of the caller's. Empty where nothing is. Pure."""
    known = of_case(case)
    if all(one.said is None for one in known.values()):
        return NEVER_ASKED
    parts = [OPEN[whom][one.said] for whom, one in known.items() if one.is_open]
    words = "; ".join(parts)
    return f"{words[0].upper()}{words[1:]}{'' if words.endswith('?') else '.'}" if words else ""


def read(text: str) -> Said | None:
    """Raises `Refused`."""
    if text not in ("", *Said):
        raise Refused("Say yes, nobody or don’t know.")
    return Said(text) if text else None


def say_of_all(session: Session, case: Case, said: Said, now: datetime, actor: Actor) -> None:
    """One key for both; a yes that was said stands."""
    for whom, one in of_case(case).items():
        if one.said is not Said.yes:
            say(session, case, whom, now, actor, said=said)


def say(session: Session, case: Case, whom: Whom, now: datetime, actor: Actor, **said: Any) -> None:
    """`said` or `words`, as it was told on a call; another word than before asks anew who looks after them."""
    before = of_case(case)[whom]
    kept = (case.dependants or {}).get(whom, {})
    changed = {"words": "", "said": None, **kept, **said}
    _put(case, whom, changed["said"], changed["words"], before.care if kept == changed else "")
    after = of_case(case)[whom]
    if after.said is not before.said:
        write_line(session, case.key, now, actor, "dependants", f"{WORDS[whom]}: {SAID[after.said]}.")
    if _may_be_taken_away(session, case):
        review(session, case, now, actor)


def _put(case: Case, whom: Whom, said: Said | None, words: str, care: str) -> None:
    case.dependants = {**(case.dependants or {}), whom.value: asdict(Depends(said, words, care))}


def _may_be_taken_away(session: Session, case: Case) -> bool:
    asked = store.rows_of(session, HandOver, case.key)
    return any(row.to == "999" for row in asked) or bool(store.rows_of(session, Position, case.key))


def review(session: Session, case: Case, now: datetime, actor: Actor = HUB) -> None:
    """Their person may be taken away: the task is opened, put in other words, or done, as what is known now asks."""
    words = still_open(case)
    task = task_of(session, case)
    if task is None and words:
        new = Task(place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.dependants, words=words)
        owe(session, new, now, HUB, words, Due("task", now + ASK_IN))
    elif task is not None and not words:
        tasks.do(session, task, now, actor, "; ".join(in_words(case)))
    elif task is not None and task.words != words:
        task.words = words
        session.add(task)
        events.tell(
            session, case.place, now, "task", task.key, task_facts(task, case.ref, sealed=case.sealed)
        )


def task_of(session: Session, case: Case) -> Task | None:
    live = store.rows_of(session, Task, case.key, live=True)
    return next((task for task in live if task.kind is TaskKind.dependants), None)


def answer(session: Session, case_id: int, given: Answer, words: str, now: datetime, actor: Actor) -> None:
    """Whether a task is open or not: what is still open of the case is answered. Raises `Refused` without the words
    that the answer needs, or where it would take back what the caller said."""
    case = take(session, case_id, now)
    words = words.strip()
    still = {whom: one for whom, one in of_case(case).items() if one.is_open}
    if given is Answer.nobody and (there := [whom for whom, one in still.items() if one.said is Said.yes]):
        raise Refused(f"The call says yes to {there[0]}. Say who looks after them now.")
    if given is Answer.looked_after and not words:
        raise Refused("Say who looks after them now, and how you know.")
    if given is Answer.not_known and not words:
        raise Refused("It is not known: say who was told, so that somebody finds out.")
    said = {Answer.nobody: Said.no, Answer.looked_after: Said.yes, Answer.not_known: Said.unknown}[given]
    theirs = {whom: one for whom, one in still.items() if one.said is Said.yes}
    answered = (
        theirs if given is Answer.looked_after and theirs else still
    )  # who is not asked about stays open
    for whom, one in answered.items():
        keeps = one.said is Said.yes and given is Answer.not_known
        _put(case, whom, Said.yes if keeps else said, one.words, words)
    session.add(case)
    told = f"Dependants and animals: {given.replace('_', ' ')}. {words}".strip()
    task = task_of(session, case)
    if task is not None and len(answered) == len(still):
        tasks.do(session, task, now, actor, told[:400])
        return
    write_line(session, case.key, now, actor, "dependants", told[:400])
    if task is not None:
        review(session, case, now)


def join(session: Session, own: Case, target: Case, now: datetime, actor: Actor) -> None:
    """`own` is the same need as `target`: what is known of it fills gaps there, and it is asked there alone."""
    there = of_case(target)
    for whom, one in of_case(own).items():
        if one.said is not None and there[whom].said is None:
            _put(target, whom, one.said, one.words, one.care)
    session.add(target)
    if (task := task_of(session, own)) is not None:
        supersede(session, task, now, actor, f"Asked on {target.ref}.")
    if task is not None or _may_be_taken_away(session, target):
        review(session, target, now)
