"""What is known of a person beside who they are: one table, one kind to each block of the page."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import one_live, one_of, where_live
from records.people.model import OfPerson, of_person


class FactKind(StrEnum):
    """In the order in which they are read: how to talk with them comes first (S16)."""

    communication = "communication"
    staff_safety = "staff_safety"
    plan = "plan"
    allergy = "allergy"
    medicine = "medicine"
    frailty = "frailty"
    condition = "condition"
    at_risk = "at_risk"
    depends = "depends"


class Says(StrEnum):
    """`absent`: its source says that it is not so, which is another thing than saying nothing (S8)."""

    present = "present"
    absent = "absent"


class Confidence(StrEnum):
    confirmed = "confirmed"
    reported = "reported"
    unsure = "unsure"


HAS_DIED = "has died"
"""What the fact of at_risk is about by which somebody of the hub said so (S28)."""
ANY = "any"
"""What a fact is about where its source speaks of all of its kind at once: “no known allergies”."""


class Fact(OfPerson, table=True):
    """One thing that one source says. `about`: the matter in one or two plain words (penicillin, respect, rockwood,
    language), by which facts are held against each other; `value`: what it says of it where that is more than yes.

    `outside_id`: the server and the resource that it was read from; read again it is the same fact, or supersedes it.
    """

    __table_args__ = (
        *of_person("fact"),
        where_live("fact_outside", "place", "outside_id", where="outside_id IS NOT NULL"),
        where_live("fact_supersedes", "supersedes_id", where="supersedes_id IS NOT NULL"),
    )
    kind: FactKind = Field(sa_type=one_of(FactKind))
    about: str = Field(max_length=120)
    says: Says = Field(default=Says.present, sa_type=one_of(Says))
    value: str = Field(default="", max_length=120)
    words: str = Field(default="", max_length=1000)
    confidence: Confidence = Field(default=Confidence.reported, sa_type=one_of(Confidence))
    code: str | None = Field(default=None, max_length=160, description="system|code, as its source has it")
    author: str = Field(default="", max_length=120)
    dated: date | None = Field(
        default=None, description="of the plan or the finding itself, as its source has it"
    )
    full_text: str = Field(default="", max_length=400, description="where all of it can be read")
    outside_id: str | None = Field(default=None, max_length=300)
    supersedes_id: int | None = Field(default=None, foreign_key="fact.id")


STANDS = "ended_at IS NULL"


class FactSealing(SQLModel, table=True):
    """S18: one time that a fact was sealed, and why, kept apart from it."""

    __tablename__ = "fact_sealing"
    __table_args__ = (
        one_live("fact_sealing_one_live", "fact_id", where=STANDS),
        Index("fact_sealing_fact", "fact_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    fact_id: int = Field(foreign_key="fact.id")
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
    why: str = Field(max_length=300)
    ended_at: datetime | None = None
    ended_by_name: str | None = Field(default=None, max_length=80)
