"""Why a case is or was sealed: kept apart from its timeline, which more people read once it is open again."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import one_live

STANDS = "ended_at IS NULL"


class Sealing(SQLModel, table=True):
    """S18: one time that a case was sealed; a case has one at most that stands."""

    __tablename__ = "sealing"
    __table_args__ = (one_live("sealing_one_live", "case_id", where=STANDS), Index("sealing_case", "case_id"))
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
    why: str = Field(max_length=300)
    ended_at: datetime | None = None
    ended_by_name: str | None = Field(default=None, max_length=80)
