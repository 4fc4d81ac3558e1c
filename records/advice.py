"""Words of advice that were said to somebody, each with who said it and when: nobody is left with advice unsaid."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import Actor
from hub.errors import Refused
from records.model import Case
from records.service import take, write_line


class AdviceSaid(SQLModel, table=True):
    """One sentence, said; never changed."""

    __tablename__ = "advice_said"
    __table_args__ = (Index("advice_said_case", "case_id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    words: str = Field(max_length=1000)
    by: str = Field(max_length=80)
    at: datetime


def keep(
    session: Session, case: Case, due: Sequence[str], said: Sequence[str], now: datetime, actor: Actor
) -> None:
    """Raises `Refused` with the first sentence of `due` that has not been said."""
    take(session, case.key, now)
    if missing := [words for words in due if words not in said]:
        more = f" ({len(missing)} in all)" if len(missing) > 1 else ""
        raise Refused(f"Not ticked as said yet: “{missing[0]}”{more}. Say it, tick it, and try again.")
    for words in due:
        session.add(AdviceSaid(place=case.place, case_id=case.key, words=words, by=actor.name, at=now))
    write_line(session, case.key, now, actor, "advice_said", f"Said: {' '.join(due)}")


def of_case(session: Session, case_id: int) -> list[AdviceSaid]:
    """Oldest first."""
    return list(
        session.exec(select(AdviceSaid).where(AdviceSaid.case_id == case_id).order_by(col(AdviceSaid.id)))
    )
