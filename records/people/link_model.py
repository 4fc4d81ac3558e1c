"""Which case is about which person, and which two persons were one: each with who said so, and how it ended."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_live, one_of, where_live

LINKED = "ended_at IS NULL"
TO_BE_TOLD = "wrong AND told_at IS NULL"


class LinkedBy(StrEnum):
    rule = "rule"
    hand = "hand"


class CaseLink(SQLModel, table=True):
    """S14: one time that a case was linked to a person. `wrong`: it was another person, and what went out about it must
    be marked as entered in error; `told_at`: it has been."""

    __tablename__ = "case_link"
    __table_args__ = (
        one_live("case_link_one_live", "case_id", where=LINKED),
        Index("case_link_case", "case_id"),
        Index("case_link_person", "person_id"),
        where_live("case_link_to_be_told", "place", where=TO_BE_TOLD),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    person_id: int = Field(foreign_key="person.id")
    how: LinkedBy = Field(sa_type=one_of(LinkedBy))
    because: str = Field(max_length=300, description="what was read back, or said by whoever linked it")
    by: str = Field(max_length=80)
    at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = Field(default=None, max_length=80)
    ended_why: str | None = Field(default=None, max_length=300)
    wrong: bool = False
    told_at: datetime | None = None


class Merge(SQLModel, table=True):
    """One time that a person was said to be another. `brought`: the numbers of the rows that came along, by table; all
    of them keep whom they were said of, so that undoing it gives back these and nothing else."""

    __tablename__ = "person_merge"
    __table_args__ = (
        one_live("person_merge_one_live", "from_id", where="undone_at IS NULL"),
        Index("person_merge_into", "into_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    from_id: int = Field(foreign_key="person.id")
    into_id: int = Field(foreign_key="person.id")
    why: str = Field(max_length=300)
    by: str = Field(max_length=80)
    at: datetime
    brought: dict[str, list[int]] = Field(sa_type=Json)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=80)
    undone_why: str | None = Field(default=None, max_length=300)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id
