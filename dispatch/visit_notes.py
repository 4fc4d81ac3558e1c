"""What was done at a visit, in one word of a closed list and a few of their own: by the responder on their page, or by
whoever wrote down what they said on the telephone (S25: DONE → outcome)."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub import deadlines
from hub.actors import HUB, Actor
from hub.columns import one_of
from hub.errors import Conflict
from records import refusals, tasks
from records.lifecycles import OWING, Owed, PositionState
from records.model import Case, CaseState, Outcome, Position, Task, TaskKind
from records.service import Due, owe, take, write_line
from records.store import rows_of

NOTE_IN = timedelta(minutes=30)
"""S25: DONE → outcome. [LOCAL]"""
ASK_IN = timedelta(minutes=10)
"""How soon somebody must have asked for it then. [LOCAL]"""


class Done(StrEnum):
    treated = "treated"
    advised = "advised"
    referred_on = "referred_on"
    to_hospital = "to_hospital"
    not_found = "not_found"
    refused = "refused"


IN_WORDS = {
    Done.treated: "Seen and treated",
    Done.advised: "Seen, advice given",
    Done.referred_on: "Seen, referred on",
    Done.to_hospital: "Taken to hospital",
    Done.not_found: "Not found",
    Done.refused: "Refused the visit",
}
"""A death has a way of its own (S28)."""
STILL_GOING = frozenset(OWING[Owed.position])
SEEN = (Done.treated, Done.advised, Done.referred_on, Done.to_hospital)


class VisitNote(SQLModel, table=True):
    """The newest of a visit stands; those before stay for the record."""

    __tablename__ = "visit_note"
    __table_args__ = (Index("visit_note_position", "position_id"), Index("visit_note_case", "case_id"))
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    position_id: int = Field(foreign_key="position.id")
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
    what: Done = Field(sa_type=one_of(Done))
    words: str = Field(default="", max_length=1000)


def due(done_at: datetime) -> Due:
    """Set on a visit that is done. What a human owes meanwhile is to say how the case ended, or nothing yet."""
    return Due("visit_note", done_at + NOTE_IN, human=False)


def write(
    session: Session, position: Position, what: Done, words: str, now: datetime, actor: Actor
) -> VisitNote:
    """Raises `Conflict` while the visit is not done, or once its case is closed."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    if case.state is CaseState.closed:
        raise Conflict("This case is closed. Open it again first, or ring the coordinator.")
    if position.state is not PositionState.done:
        raise Conflict("This visit is not done yet. Say “Done” first, then what was done.")
    note = VisitNote(
        place=case.place,
        case_id=case.key,
        position_id=position.key,
        by=actor.ref,
        by_name=actor.name,
        at=now,
        what=what,
        words=words,
    )
    session.add(note)
    session.flush()
    said = f"{position.responder_name}: {IN_WORDS[what].lower()}. {words}".strip()
    write_line(session, case.key, now, actor, "visit_note", said[:400])
    deadlines.clear(session, "visit_note", position.key)
    _ask_no_more(session, case, position, now, actor)
    if what is Done.refused:
        refusals.ask_for(session, case, position, now)
    else:
        refusals.ask_no_more(session, case, position, now, actor)
    if what is Done.not_found:
        tasks.ask_where(session, case, position, now)
    return note


def missing(session: Session, position_id: int, now: datetime) -> None:
    """So long done, and nobody has said what was done. Where all else is over, "say how it ended" is due in the same
    minute and asks for both: one thing is owed, not two."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    if position.state is not PositionState.done or newest_of(session, position.key) is not None:
        return
    live = rows_of(session, Task, case.key, live=True)
    if case.outcome is not None or any(task.kind is TaskKind.finish for task in live):
        return
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        kind=TaskKind.visit_note,
        position_id=position.id,
        words=f"{position.responder_name} is done and has not said what was done. Ring, and write it down.",
    )
    owe(session, task, now, HUB, task.words, Due("task", now + ASK_IN))


def _ask_no_more(session: Session, case: Case, position: Position, now: datetime, actor: Actor) -> None:
    for task in rows_of(session, Task, case.key, live=True):
        if task.kind is TaskKind.visit_note and task.position_id == position.id:
            tasks.do(session, task, now, actor, "What was done is written down.")


def newest_of(session: Session, position_id: int) -> VisitNote | None:
    found = select(VisitNote).where(VisitNote.position_id == position_id)
    return session.exec(found.order_by(col(VisitNote.id).desc()).limit(1)).first()


def of_case(session: Session, case_id: int) -> dict[int, VisitNote]:
    """The newest of each visit, by position."""
    found = select(VisitNote).where(VisitNote.case_id == case_id).order_by(col(VisitNote.id)).limit(100)
    return {note.position_id: note for note in session.exec(found)}


def proposes(notes: list[VisitNote]) -> Outcome | None:
    """How the case ended by what its visits say: none where anything else must be asked first. Pure."""
    return Outcome.visited if notes and any(note.what in SEEN for note in notes) else None
