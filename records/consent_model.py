"""What a person has said of who may know about them, and what for. Rows are never changed: the newest counts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import one_of


class Purpose(StrEnum):
    direct_care = "direct_care"
    carer = "carer"
    research = "research"
    sharing = "sharing"


class Said(StrEnum):
    agreed = "agreed"
    objected = "objected"
    taken_back = "taken_back"


class Consent(SQLModel, table=True):
    """`person`: `records/person_key.py`. `with_whom`: the service or the carer, by name, where the purpose has one.
    `how`: how it was said, in words ("by phone, her own words")."""

    __tablename__ = "consent"
    __table_args__ = (Index("consent_person", "place", "person", "purpose"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    person: str = Field(max_length=60)
    case_id: int = Field(foreign_key="case_.id")
    purpose: Purpose = Field(sa_type=one_of(Purpose))
    with_whom: str = Field(default="", max_length=80)
    said: Said = Field(sa_type=one_of(Said))
    how: str = Field(max_length=300)
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
