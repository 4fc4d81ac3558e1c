"""A case opened in an emergency by somebody who has nothing to do with it: why, for how long, and what came of it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import where_live

WAITS = "reviewed_at IS NULL"


class BrokenGlass(SQLModel, table=True):
    """`justified`: null until the privacy lead has looked; `words` are theirs."""

    __tablename__ = "broken_glass"
    __table_args__ = (
        where_live("broken_glass_waits", "place", "id", where=WAITS),
        Index("broken_glass_case", "case_id", "user_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    user_id: int = Field(foreign_key="person_of_hub.id")
    by_name: str = Field(max_length=80)
    at: datetime
    until: datetime
    why: str = Field(max_length=300)
    justified: bool | None = None
    words: str = Field(default="", max_length=300)
    reviewed_by: int | None = Field(default=None, foreign_key="person_of_hub.id")
    reviewed_by_name: str | None = Field(default=None, max_length=80)
    reviewed_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


def holds(session: Session, case_id: int, user_id: int, now: datetime) -> bool:
    """Whether they have broken the glass of this case, and its time is not over."""
    found = select(BrokenGlass.id).where(
        BrokenGlass.case_id == case_id, BrokenGlass.user_id == user_id, col(BrokenGlass.until) > now
    )
    return session.exec(found.limit(1)).first() is not None
