"""Every query of the replays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlalchemy import select as counts
from sqlmodel import Session, col, select

from records import seen
from records.lifecycles import AssessmentState
from records.model import Assessment, Case
from triage.replay_model import FoundCalls, Replay, Replayed


def newest(session: Session, place: str, before: str, after: str, house: str) -> Replay | None:
    found = select(Replay).where(
        Replay.place == place,
        Replay.before_sha256 == before,
        Replay.after_sha256 == after,
        Replay.house_sha256 == house,
    )
    return session.exec(found.order_by(col(Replay.id).desc()).limit(1)).first()


def running(session: Session, place: str) -> Replay | None:
    found = select(Replay).where(Replay.place == place, col(Replay.ended_at).is_(None))
    return session.exec(found.order_by(col(Replay.id).desc()).limit(1)).first()


def span(session: Session, place: str, since: datetime) -> tuple[int, int]:
    """The numbers of the assessments finished since then: one below the first, and the last; equal where none is."""
    found = select(func.min(Assessment.id), func.max(Assessment.id)).where(
        Assessment.place == place, col(Assessment.finished_at) >= since
    )
    first, last = session.exec(found).one()
    return (first - 1, last) if first is not None and last is not None else (0, 0)


def window(session: Session, replay: Replay, down_to: int) -> Sequence[Assessment]:
    """Those of the replay with numbers above `down_to` that are not done yet, the newest first."""
    found = select(Assessment).where(
        col(Assessment.id) <= replay.cursor,
        col(Assessment.id) > down_to,
        Assessment.place == replay.place,
        Assessment.protocol == replay.protocol,
        Assessment.state == AssessmentState.finished,
        col(Assessment.finished_at) >= replay.since,
        col(Assessment.finished_at) <= replay.asked_at,
    )
    return session.exec(found.order_by(col(Assessment.id).desc())).all()


def advance(session: Session, replay: Replay, cursor: int, found: int, ended_at: datetime | None) -> bool:
    """False where another worker has been here: then its rows stand, and ours are not written."""
    moved = (
        update(Replay)
        .where(
            col(Replay.id) == replay.key, col(Replay.cursor) == replay.cursor, col(Replay.ended_at).is_(None)
        )
        .values(cursor=cursor, found=Replay.found + found, ended_at=ended_at)
        .returning(col(Replay.id))
    )
    return session.execute(moved).scalar_one_or_none() is not None


def forget(session: Session, place: str, before: str, after: str, older_than: datetime) -> None:
    """Replays that another takes the place of, and those of long ago."""
    same = (col(Replay.before_sha256) == before) & (col(Replay.after_sha256) == after)
    stale = or_(same, col(Replay.asked_at) < older_than)
    gone = list(session.exec(select(Replay.id).where(Replay.place == place, stale)))
    session.execute(delete(Replayed).where(col(Replayed.replay_id).in_(gone)))
    session.execute(delete(Replay).where(col(Replay.id).in_(gone)))


def cells(session: Session, replay: Replay) -> list[tuple[str, str, str, str, int, int, int]]:
    """By the old and the new disposition and their priorities: the cases, those with more to ask, with answers left
    out. Sealed cases that whoever asks may not see are in none of them (S18)."""
    columns = [
        col(one) for one in (Replayed.was, Replayed.was_priority, Replayed.becomes, Replayed.becomes_priority)
    ]
    found = (
        counts(
            *columns,
            func.count(),
            func.count().filter(col(Replayed.more)),
            func.count().filter(col(Replayed.left_out) > 0),
        )
        .where(col(Replayed.replay_id) == replay.key, _shown(session, replay))
        .group_by(*columns)
    )
    return [tuple(row) for row in session.execute(found).all()]


def in_cell(
    session: Session, replay: Replay, was: str, becomes: str, limit: int
) -> list[tuple[Replayed, Assessment, Case]]:
    """The cases of one cell, the newest first."""
    found = (
        select(Replayed, Assessment, Case)
        .join(Assessment, col(Assessment.id) == Replayed.assessment_id)
        .join(Case, col(Case.id) == Replayed.case_id)
        .where(
            Replayed.replay_id == replay.key,
            Replayed.was == was,
            Replayed.becomes == becomes,
            _shown(session, replay),
        )
        .order_by(col(Replayed.assessment_id).desc())
        .limit(limit)
    )
    return [(one, assessment, case) for one, assessment, case in session.exec(found)]


def _shown(session: Session, replay: Replay) -> ColumnElement[bool]:
    return col(Replayed.case_id).not_in(seen.hidden(session, replay.place))


def found_calls(session: Session, before: str, after: str, house: str, prover: str) -> FoundCalls | None:
    return session.get(FoundCalls, (before, after, house, prover))
