"""S21: somebody says no. Who it was, whether the person can decide, what they understood, which risks were explained,
and whom to ring if it gets worse: each is kept, and only a person who can decide ends the case by it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import HUB, Actor
from hub.columns import one_of
from hub.errors import Refused
from records import call_backs, store, tasks
from records.model import Case, Position, Task, TaskKind
from records.service import Due, owe, supersede, take, write_line

CLINICIAN_IN = timedelta(minutes=20)
"""A clinician's word where it is not sure that the person can decide. [LOCAL]"""
ASK_IN = timedelta(minutes=10)
"""How soon somebody must have asked, where a visit was refused at the door. [LOCAL]"""
ASKED = {
    "understood": "Type what they understood of it, in their words.",
    "risks": "Type which risks you explained.",
    "ring": "Type whom they ring if it gets worse.",
}


class Refuser(StrEnum):
    person = "person"
    carer = "carer"


class Capacity(StrEnum):
    """Whether the person can decide this now, as the one who spoke with them found it."""

    yes = "yes"
    no = "no"
    unknown = "unknown"


class Refusal(SQLModel, table=True):
    """One refusal as it was said; never changed."""

    __table_args__ = (Index("refusal_case", "case_id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    at: datetime
    by: str = Field(max_length=80, description="who of the hub took it")
    refuser: Refuser = Field(sa_type=one_of(Refuser))
    refuser_name: str = Field(default="", max_length=200)
    capacity: Capacity = Field(sa_type=one_of(Capacity))
    understood: str = Field(max_length=1000)
    risks: str = Field(max_length=1000)
    ring: str = Field(max_length=400)
    ends_case: bool = Field(description="no: a clinician rings first")


def check(said: Refusal) -> None:
    """Raises `Refused` with what is missing, or where somebody refuses for a person who can decide."""
    for name, words in ASKED.items():
        if not getattr(said, name).strip():
            raise Refused(f"{words} Nothing was changed.")
    if said.refuser is Refuser.carer and not said.refuser_name.strip():
        raise Refused("Type who refuses for them. Nothing was changed.")
    if said.refuser is Refuser.carer and said.capacity is Capacity.yes:
        raise Refused(
            "They can decide for themselves, so nobody else can refuse for them. Ask to speak with the person, "
            "or go on with the case. Nothing was changed."
        )


def keep(session: Session, case: Case, said: Refusal, now: datetime, actor: Actor) -> None:
    """Keep it; where it ends nothing yet, a clinician's call-back opens with it."""
    take(session, case.key, now)
    check(said)
    session.add(said)
    who = "The person" if said.refuser is Refuser.person else f"{said.refuser_name} (for the person)"
    can = {"yes": "can decide", "no": "cannot decide", "unknown": "not known whether they can decide"}
    for words in (
        f"{who} declined; {can[said.capacity]}.",
        f"What they understood: {said.understood}",
        f"Risks explained: {said.risks}",
        f"If it gets worse they ring: {said.ring}",
    ):
        write_line(session, case.key, now, actor, "refusal", words)
    for task in _asked_for(session, case):
        tasks.do(session, task, now, actor, "The refusal is kept.")
    if not said.ends_case:
        _clinician_rings(session, case, now, actor)


def _clinician_rings(session: Session, case: Case, now: datetime, actor: Actor) -> None:
    why = "Help was declined, and a clinician must speak with them before that counts."
    numbers = store.numbers_of(session, case.key)
    call_backs.ask_clinician(session, case, why, now + CLINICIAN_IN, now, actor, numbers=numbers)


def ask_for(session: Session, case: Case, position: Position, now: datetime) -> None:
    """A visit was refused at the door. Nothing ends by that alone: somebody asks all that a refusal must hold."""
    if _asked_for(session, case) or of_case(session, case.key):
        return
    words = (
        f"{position.responder_name}: the visit was refused. Ring: who says no, can they decide, which risks?"
    )
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        kind=TaskKind.refusal,
        position_id=position.id,
        words=f"{words} Then “Declined”, or ask for another visit.",
    )
    owe(session, task, now, HUB, task.words, Due("task", now + ASK_IN))


def ask_no_more(session: Session, case: Case, position: Position, now: datetime, actor: Actor) -> None:
    """What was written down was a mistake: they did not refuse."""
    for task in _asked_for(session, case):
        if task.position_id == position.id:
            supersede(session, task, now, actor, "It was not refused.")


def _asked_for(session: Session, case: Case) -> list[Task]:
    return [row for row in store.rows_of(session, Task, case.key, live=True) if row.kind is TaskKind.refusal]


def of_case(session: Session, case_id: int) -> list[Refusal]:
    """Oldest first."""
    return list(session.exec(select(Refusal).where(Refusal.case_id == case_id).order_by(col(Refusal.id))))
