"""Every query of the room."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from records.lifecycles import CallState
from records.model import Assessment, Call
from triage.model import Answered, Entry, ProtocolText


def save_entry(session: Session, values: dict[str, Any]) -> bool:
    """False where this entry is here already: the page sent it twice."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    saved = session.execute(
        insert(Entry).values(**values).on_conflict_do_nothing(index_elements=["id"]).returning(col(Entry.n))
    )
    return saved.scalar_one_or_none() is not None


def entries(session: Session, call_id: int, limit: int = 500) -> list[Entry]:
    """What was typed on a call, newest first."""
    found = select(Entry).where(Entry.call_id == call_id).order_by(col(Entry.n).desc()).limit(limit)
    return list(session.exec(found))


def answered(session: Session, assessment_id: int) -> list[Answered]:
    found = select(Answered).where(Answered.assessment_id == assessment_id).order_by(col(Answered.id))
    return list(session.exec(found))


def keep_text(session: Session, sha256: str, kind: str, name: str, text: str) -> None:
    if session.get(ProtocolText, sha256) is None:
        insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        values = {"sha256": sha256, "kind": kind, "name": name, "text": text}
        session.execute(
            insert(ProtocolText).values(**values).on_conflict_do_nothing(index_elements=["sha256"])
        )


def text_of(session: Session, sha256: str) -> ProtocolText | None:
    return session.get(ProtocolText, sha256)


def calls_of_handler(session: Session, place: str, handler_id: int, limit: int = 20) -> list[Call]:
    """The calls that this handler is on."""
    found = select(Call).where(
        Call.place == place, Call.handler_id == handler_id, Call.state == CallState.on_line
    )
    return list(session.exec(found.order_by(col(Call.id)).limit(limit)))


def taking(session: Session, case_id: int) -> Assessment | None:
    """The newest assessment of the case, whatever its state."""
    found = (
        select(Assessment).where(Assessment.case_id == case_id).order_by(col(Assessment.id).desc()).limit(1)
    )
    return session.exec(found).first()


def last_call(session: Session, case_id: int) -> Call | None:
    found = select(Call).where(Call.case_id == case_id).order_by(col(Call.id).desc()).limit(1)
    return session.exec(found).first()
