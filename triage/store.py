"""Every query of the room."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, func, or_, text, union_all
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from hub.access import User
from hub.deadlines import Deadline, DeadlineState
from records import seen
from records.lifecycles import CallBackState, CallState, Owed, PositionState
from records.model import (
    CALL_LIVE,
    LIVE_POSITION,
    Assessment,
    Call,
    CallBack,
    Case,
    CaseState,
    Outcome,
    Position,
    Task,
    TaskKind,
    Timeline,
)
from triage.model import Answered, AnswerNote, Entry, ProtocolText


@cache
def _save_entries(dialect: str) -> Any:
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    table: Any = Entry.__table__  # type: ignore[attr-defined]
    return insert(table).on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)


def save_entries(session: Session, entries: list[dict[str, Any]]) -> set[str]:
    """The ids of those that are new; what is here already the page has sent twice."""
    statement = _save_entries(session.get_bind().dialect.name)
    return set(session.execute(statement, entries).scalars()) if entries else set()


def entries(session: Session, call_id: int, limit: int = 500) -> list[Entry]:
    """What was typed on a call, newest first."""
    found = select(Entry).where(Entry.call_id == call_id).order_by(col(Entry.n).desc()).limit(limit)
    return list(session.exec(found))


def answered(session: Session, assessment_id: int) -> list[Answered]:
    found = select(Answered).where(Answered.assessment_id == assessment_id).order_by(col(Answered.id))
    return list(session.exec(found))


def has_answered(session: Session, entry: str) -> bool:
    return session.exec(select(Answered.id).where(Answered.entry == entry)).first() is not None


def has_noted(session: Session, entry: str) -> bool:
    return session.exec(select(AnswerNote.id).where(AnswerNote.entry == entry)).first() is not None


def notes_on(session: Session, assessment_id: int) -> dict[str, tuple[str, ...]]:
    """The notes on each answer, oldest first, by question."""
    found = select(AnswerNote).where(AnswerNote.assessment_id == assessment_id).order_by(col(AnswerNote.id))
    notes: dict[str, tuple[str, ...]] = {}
    for note in session.exec(found):
        notes[note.question] = (*notes.get(note.question, ()), note.words)
    return notes


def newest_entries(session: Session, call_id: int) -> list[Entry]:
    """Of each field of a call the newest thing typed that stands, and the newest that was set aside."""
    newest = (
        select(func.max(Entry.n)).where(Entry.call_id == call_id).group_by(col(Entry.field), col(Entry.aside))
    )
    return list(session.exec(select(Entry).where(col(Entry.n).in_(newest))))


def keep_text(session: Session, sha256: str, kind: str, name: str, text: str) -> None:
    if session.get(ProtocolText, sha256) is None:
        insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        values = {"sha256": sha256, "kind": kind, "name": name, "text": text}
        session.execute(
            insert(ProtocolText).values(**values).on_conflict_do_nothing(index_elements=["sha256"])
        )


def text_of(session: Session, sha256: str) -> ProtocolText | None:
    return session.get(ProtocolText, sha256)


def names_of(session: Session, place: str, users: set[int]) -> dict[int, str]:
    """The names of these people of the place."""
    found = select(User.id, User.name).where(User.place == place, col(User.id).in_(users))
    return {key: name for key, name in session.exec(found) if key is not None}


def call_begun_as(session: Session, place: str, page_id: str) -> Call | None:
    """The call that a page has begun by this id."""
    return session.exec(select(Call).where(Call.place == place, Call.begun_as == page_id)).first()


def calls_of_handler(session: Session, place: str, handler_id: int, limit: int = 20) -> list[Call]:
    """The calls that this handler is on; the one on the line before those that are parked."""
    found = select(Call).where(
        Call.place == place, text(CALL_LIVE), Call.handler_id == handler_id, Call.state == CallState.on_line
    )
    on_the_line_first = (col(Call.parked_at).is_not(None), col(Call.id))
    return list(session.exec(found.order_by(*on_the_line_first).limit(limit)))


def taking(session: Session, case_id: int) -> Assessment | None:
    """The newest assessment of the case, whatever its state."""
    found = (
        select(Assessment).where(Assessment.case_id == case_id).order_by(col(Assessment.id).desc()).limit(1)
    )
    return session.exec(found).first()


def cases_like(
    session: Session, call: Call, own: Case | None, since: datetime, limit: int = 40
) -> list[Case]:
    """Other cases of the place with the same number, person or postcode: the open ones, and those begun since."""
    place, here = call.place, own.key if own else 0
    same: list[Any] = []  # each by its own index: of an OR, SQLite would walk the whole place
    of_place = select(Case.id).where(Case.place == place)
    if call.number:
        same.append(select(Call.case_id).where(Call.place == place, Call.number == call.number))
    if own is not None and own.nhs_number:
        same.append(of_place.where(Case.nhs_number == own.nhs_number))
    if own is not None and own.born and own.person_name:
        same.append(of_place.where(Case.born == own.born))
    if own is not None and own.postcode and own.address:
        same.append(of_place.where(Case.postcode == own.postcode))
    if not same:
        return []
    lately = or_(col(Case.state) == CaseState.open, col(Case.clock_start) > since)
    ends = or_(col(Case.outcome).is_(None), col(Case.outcome) != Outcome.duplicate)
    alike = col(Case.id).in_(union_all(*same)) & col(Case.id).not_in(seen.hidden(session, place))
    found = select(Case).where(alike, Case.place == place, col(Case.id) != here, lately, ends)
    return list(session.exec(found.order_by(col(Case.id).desc()).limit(limit)))


def open_cases_saying(
    session: Session, place: str, ref: str, name: str, postcode: str | None, number: str | None, limit: int
) -> list[Case]:
    """Open cases with this reference, number or postcode, or with this in the person's name; the newest first."""
    same: list[ColumnElement[bool]] = [
        col(Case.ref) == ref,
        func.lower(Case.person_name).contains(name.lower(), autoescape=True),
    ]
    if postcode:
        same.append(or_(col(Case.postcode) == postcode, col(Case.postcode).startswith(f"{postcode} ")))
    if number:
        by_number = select(Call.case_id).where(Call.place == place, Call.number == number)
        same.append(col(Case.id).in_(by_number))
    shown = col(Case.id).not_in(seen.hidden(session, place))
    found = select(Case).where(Case.place == place, text("state = 'open'"), or_(*same), shown)
    return list(session.exec(found.order_by(col(Case.id).desc()).limit(limit)))


def cases_of_person(session: Session, own: Case, limit: int = 200) -> list[Case]:
    """Other cases of the place that carry this NHS number or date of birth, the newest first."""
    of_somebody = or_(
        col(Case.outcome).is_(None), col(Case.outcome).not_in((Outcome.duplicate, Outcome.wrong_number))
    )
    found: dict[int, Case] = {}
    for same in ("nhs_number", "born"):  # one by one: SQLite would walk the whole place for either of them
        if mine := getattr(own, same):
            like = select(Case).where(Case.place == own.place, getattr(Case, same) == mine, of_somebody)
            cases = session.exec(like.order_by(col(Case.id).desc()).limit(limit))
            found |= {case.key: case for case in cases if case.key != own.key}
    return sorted(found.values(), key=lambda case: -case.key)


def calls_about(session: Session, case_ids: Sequence[int], limit: int = 200) -> list[Call]:
    """The calls about these cases, the newest first."""
    found = select(Call).where(col(Call.case_id).in_(case_ids)).order_by(col(Call.id).desc())
    return list(session.exec(found.limit(limit))) if case_ids else []


def dangers_at(session: Session, case_ids: Sequence[int], limit: int = 5) -> list[Task]:
    """S26: where somebody of ours sent the danger word, the newest first."""
    found = select(Task).where(col(Task.case_id).in_(case_ids), Task.kind == TaskKind.danger)
    return list(session.exec(found.order_by(col(Task.id).desc()).limit(limit))) if case_ids else []


def given_before(
    session: Session, case_ids: Sequence[int], questions: Sequence[str], limit: int = 500
) -> list[tuple[Answered, Assessment]]:
    """What was answered to these questions in the assessments of these cases, the newest first."""
    found = (
        select(Answered, Assessment)
        .join(Assessment, col(Assessment.id) == Answered.assessment_id)
        .where(col(Assessment.case_id).in_(case_ids), col(Answered.question).in_(questions))
        .order_by(col(Answered.id).desc())
        .limit(limit)
    )
    return [(one, row) for one, row in session.exec(found)] if case_ids and questions else []


def rung_from(session: Session, call: Call, case_ids: Sequence[int]) -> set[int]:
    """Which of these cases have had a call with this call's number."""
    if not call.number or not case_ids:
        return set()
    found = select(Call.case_id).where(
        Call.place == call.place, Call.number == call.number, col(Call.case_id).in_(case_ids)
    )
    return {case_id for case_id in session.exec(found) if case_id is not None}


def calls_since(session: Session, case_id: int, since: datetime) -> int:
    """How many calls about the case somebody has made to us since then; those that we made do not count."""
    counted = select(func.count()).where(
        Call.case_id == case_id, col(Call.opened_at) > since, ~col(Call.by_us)
    )
    return session.exec(counted).one()


def was_joined(session: Session, call: Call) -> bool:
    """They rang again about an open case, and this call went there."""
    said = select(Timeline.id).where(
        Timeline.case_id == call.case_id, Timeline.event == "further_contact", Timeline.at >= call.opened_at
    )
    return session.exec(said.limit(1)).first() is not None


def last_call(session: Session, case_id: int) -> Call | None:
    found = select(Call).where(Call.case_id == case_id).order_by(col(Call.id).desc()).limit(1)
    return session.exec(found).first()


def last_calls(session: Session, case_ids: Sequence[int]) -> dict[int, int]:
    """The newest call of each case, by case."""
    found = select(Call.case_id, func.max(Call.id)).where(col(Call.case_id).in_(case_ids))
    return {case: call for case, call in session.exec(found.group_by(col(Call.case_id))) if case and call}


def live_call_backs(
    session: Session, place: str, limit: int = 50
) -> list[tuple[CallBack, Case, datetime | None]]:
    """Those that somebody must ring back, with the time by when; the most urgent first."""
    waiting = (
        (col(Deadline.owner) == Owed.call_back.value)
        & (col(Deadline.subject) == CallBack.id)
        & (col(Deadline.state) == DeadlineState.waiting)
    )
    found = (
        select(CallBack, Case, func.min(Deadline.due_at))
        .join(Case, col(Case.id) == CallBack.case_id)
        .join(Deadline, waiting, isouter=True)
        .where(CallBack.place == place, col(CallBack.state).in_((CallBackState.due, CallBackState.failed)))
        .where(col(CallBack.case_id).not_in(seen.hidden(session, place)))
        .group_by(col(CallBack.id), col(Case.id))
        .order_by(func.min(Deadline.due_at), col(CallBack.id))
        .limit(limit)
    )
    return [(back, case, due_at) for back, case, due_at in session.exec(found)]


def held_positions(session: Session, place: str, limit: int = 50) -> list[tuple[Position, Case]]:
    """S11: the visits that wait for a clinician's word because 999 is on its way; the oldest first."""
    waiting = (PositionState.open, PositionState.offered)
    found = (
        select(Position, Case)
        .join(Case, col(Case.id) == Position.case_id)
        .where(Position.place == place, col(Position.held_for_999), col(Position.state).in_(waiting))
        .where(text(f"position.state IN ({LIVE_POSITION})"))  # in the words of its index
    )
    return [(row, case) for row, case in session.exec(found.order_by(col(Position.id) + 0).limit(limit))]
