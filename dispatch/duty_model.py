"""What is known of a responder besides their phone: their pauses, what became of their shifts, their record; and where
it is not safe to go alone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_of


class PauseKind(StrEnum):
    on_break = "break"
    off = "off"


class Pause(SQLModel, table=True):
    """On shift, and not to be offered anything until it ends; ON ends it earlier."""

    __table_args__ = (Index("pause_of", "responder_id", "ends_at"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    responder_id: int = Field(foreign_key="responder.id")
    kind: PauseKind = Field(sa_type=one_of(PauseKind))
    starts_at: datetime
    ends_at: datetime


class ChangeKind(StrEnum):
    added = "added"
    sick = "sick"
    swapped = "swapped"
    removed = "removed"
    overridden = "overridden"


class RotaChange(SQLModel, table=True):
    """What was done to a shift, by whom, and why: a shift that is gone stands in the table by this alone."""

    __tablename__ = "rota_change"
    __table_args__ = (Index("rota_change_at", "place", "ends_at"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    responder_id: int = Field(foreign_key="responder.id")
    kind: ChangeKind = Field(sa_type=one_of(ChangeKind))
    starts_at: datetime
    ends_at: datetime
    at: datetime
    by: str = Field(max_length=80)
    why: str = Field(default="", max_length=300)


class SkillEnds(SQLModel, table=True):
    """From `ends_at` on (the first moment of that day) this skill counts for no offer. No row: it does not end."""

    __tablename__ = "skill_ends"
    responder_id: int = Field(foreign_key="responder.id", primary_key=True)
    skill: str = Field(max_length=40, primary_key=True)
    place: str = Field(max_length=40)
    ends_at: datetime


class Sector(StrEnum):
    statutory = "statutory"
    voluntary = "voluntary"


class ResponderRecord(SQLModel, table=True):
    """Who they work for, and what they bring."""

    __tablename__ = "responder_record"
    responder_id: int = Field(foreign_key="responder.id", primary_key=True)
    place: str = Field(max_length=40)
    grade: str = Field(default="", max_length=40)
    organisation: str = Field(default="", max_length=80)
    sector: Sector | None = Field(default=None, sa_type=one_of(Sector))
    languages: list[str] = Field(default_factory=list, sa_type=Json)
    vehicle: str = Field(default="", max_length=80)
    equipment: list[str] = Field(default_factory=list, sa_type=Json)
    base: str = Field(default="", max_length=4)


class StaffSafety(SQLModel, table=True):
    """S22: at this address, or with this person, staff are not safe. Two go together always, or after dark."""

    __tablename__ = "staff_safety"
    __table_args__ = (
        Index("staff_safety_person", "place", "nhs_number"),
        Index("staff_safety_postcode", "place", "postcode"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    nhs_number: str | None = Field(default=None, max_length=10)
    postcode: str | None = Field(default=None, max_length=8)
    words: str = Field(
        max_length=300, description="what staff must know; shown to whoever goes, after acceptance"
    )
    two_people: bool
    not_alone_after_dark: bool
    starts_at: datetime
    ends_at: datetime | None = None
    added_by: str = Field(max_length=80)
    ended_by: str | None = Field(default=None, max_length=80)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id
