"""What the person, or who rang for them, was told of a visit: one row for each text."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import one_of


class What(StrEnum):
    coming = "coming"
    new_time = "new_time"
    somebody_else = "somebody_else"
    not_coming = "not_coming"


COMING = (What.coming, What.new_time)


class Told(SQLModel, table=True):
    """`from_at` to `to_at`: between which times they were told that somebody comes."""

    __table_args__ = (Index("told_case", "case_id"), Index("told_phone", "place", "phone"))
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    position_id: int = Field(foreign_key="position.id")
    responder_id: int = Field(foreign_key="responder.id")
    what: What = Field(sa_type=one_of(What))
    phone: str = Field(max_length=20, description="E.164")
    from_at: datetime | None = None
    to_at: datetime | None = None
    at: datetime
    by: str = Field(max_length=80)
    effect_id: int
