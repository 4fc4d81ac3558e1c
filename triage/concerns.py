"""“This triage felt wrong”: said by anybody who takes or sees a case, with all that reproduces it, and answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.access import User
from hub.columns import Json, where_live
from hub.errors import Conflict, NotFound, Refused
from records import seen
from records.service import take, write_line
from triage import store

NO_CONCERN = "There is no such concern here."


class Concern(SQLModel, table=True):
    """One sentence why, and the triage exactly as it stood when it was said."""

    __table_args__ = (
        where_live("concern_open", "place", where="answered_at IS NULL"),
        Index("concern_by", "place", "by_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    ref: str = Field(max_length=12)
    why: str = Field(max_length=500)
    by_id: int
    by_name: str = Field(max_length=80)
    at: datetime
    assessment_id: int | None = Field(default=None, foreign_key="assessment.id")
    protocol: str | None = Field(default=None, max_length=60)
    protocol_version: str | None = Field(default=None, max_length=20)
    protocol_sha256: str | None = Field(default=None, max_length=64)
    house_sha256: str | None = Field(default=None, max_length=64)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    because: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    disposition: str | None = Field(default=None, max_length=200)
    priority: str | None = Field(default=None, max_length=40)
    answer: str | None = Field(default=None, max_length=1000)
    answered_by: str | None = Field(default=None, max_length=80)
    answered_at: datetime | None = None


def raise_concern(session: Session, case_id: int, why: str, user: User, now: datetime) -> Concern:
    """Quiet: no alarm, nobody is stopped; it stands on the list of those who answer for the protocols."""
    if not why.strip():
        raise Refused("Say in a sentence what felt wrong.")
    case = take(session, case_id, now)
    assessment = store.taking(session, case.key)
    said = Concern(
        place=case.place,
        case_id=case.key,
        ref=case.ref,
        why=why.strip()[:500],
        by_id=user.id or 0,
        by_name=user.name,
        at=now,
        priority=case.priority,
    )
    if assessment is not None:
        said.assessment_id = assessment.id
        said.protocol, said.protocol_version = assessment.protocol, assessment.protocol_version
        said.protocol_sha256, said.house_sha256 = assessment.protocol_sha256, assessment.house_sha256
        said.answers, said.because = dict(assessment.answers), list(assessment.because)
        said.disposition = assessment.disposition_title or None
    session.add(said)
    write_line(
        session, case.key, now, user.actor, "concern", f"{user.name}: this triage felt wrong. {said.why}"
    )
    session.flush()
    return said


def answer(session: Session, said: Concern, words: str, user: User, now: datetime) -> None:
    """What was looked into and what comes of it; whoever said it reads this."""
    case = take(session, said.case_id, now)
    session.refresh(said)
    if not words.strip():
        raise Refused("Type the answer first: who said it reads it.")
    if said.answered_at is not None:
        raise Conflict(f"{said.answered_by} has answered this already.")
    said.answer, said.answered_by, said.answered_at = words.strip()[:1000], user.name, now
    session.add(said)
    write_line(session, case.key, now, user.actor, "concern", f"{user.name} answered what felt wrong.")


def find(session: Session, place: str, concern_id: int) -> Concern:
    """Raises `NotFound`."""
    said = session.get(Concern, concern_id)
    if said is None or said.place != place:
        raise NotFound(NO_CONCERN)
    seen.must_see_case_of(session, said, NO_CONCERN)
    return said


def listed(session: Session, place: str, by: int | None = None, limit: int = 100) -> list[Concern]:
    """Those that wait for an answer first, the oldest of them first; then the newest answered. `by`: one author's."""
    found = select(Concern).where(Concern.place == place)
    found = found.where(col(Concern.case_id).not_in(seen.hidden(session, place)))
    if by is not None:
        found = found.where(Concern.by_id == by)
    waiting = found.where(col(Concern.answered_at).is_(None)).order_by(col(Concern.id)).limit(limit)
    answered = found.where(col(Concern.answered_at).is_not(None)).order_by(col(Concern.answered_at).desc())
    return [*session.exec(waiting), *session.exec(answered.limit(limit))]
