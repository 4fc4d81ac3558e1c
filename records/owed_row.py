"""What every owed row is made of: its place, when it was opened, and of which case it is."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import where_live
from records.lifecycles import Owed


class OwedRow(SQLModel):
    """What all owed rows share. `state` is written by `records.service.move` alone."""

    owed: ClassVar[Owed]
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    opened_at: datetime

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class CaseRow(OwedRow):
    case_id: int = Field(foreign_key="case_.id")


def of_case(owed: Owed, states: str) -> tuple[Index, Index]:
    return (
        where_live(f"{owed}_live", "case_id", where=f"state IN ({states})"),
        Index(f"{owed}_case", "case_id"),
    )
