"""What a handler types and answers, kept as it came, and the exact protocols that cases were triaged with."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_of


class CaptureField(StrEnum):
    """What the capture page can write; the list is closed."""

    number = "number"
    caller_name = "caller_name"
    caller_relation = "caller_relation"
    person_name = "person_name"
    nhs_number = "nhs_number"
    born = "born"
    address = "address"
    postcode = "postcode"
    access_words = "access_words"
    talk_words = "talk_words"
    need = "need"
    need_words = "need_words"
    first_minute = "first_minute"
    home_address = "home_address"
    read_back = "read_back"
    safe = "safe"
    safeguarding = "safeguarding"
    tell = "tell"
    dependants = "dependants"
    dependants_words = "dependants_words"
    animals = "animals"
    animals_words = "animals_words"


class Entry(SQLModel, table=True):
    """One thing typed: saved once whatever the network does, because the page gave it its id."""

    __table_args__ = (Index("entry_call", "call_id", "n"),)
    n: int | None = Field(default=None, primary_key=True)
    id: str = Field(max_length=36, unique=True)
    place: str = Field(max_length=40)
    call_id: int = Field(foreign_key="call.id")
    field: CaptureField = Field(sa_type=one_of(CaptureField))
    value: str = Field(max_length=2000)
    by: str = Field(max_length=80)
    typed_at: datetime | None = Field(
        default=None, description="by the handler's own clock; for ordering by people"
    )
    saved_at: datetime
    aside: bool | None = Field(
        default=None, description="kept, and something else stands until somebody chooses"
    )


class Answered(SQLModel, table=True):
    """Every answer ever given to a question, in order; the assessment itself holds the newest of each."""

    __table_args__ = (Index("answered_assessment", "assessment_id"),)
    id: int | None = Field(default=None, primary_key=True)
    entry: str | None = Field(
        default=None, max_length=36, unique=True, description="the page's own id: sent twice it counts once"
    )
    place: str = Field(max_length=40)
    assessment_id: int = Field(foreign_key="assessment.id")
    question: str = Field(max_length=60)
    answer: Any = Field(default=None, sa_type=Json, nullable=True, description="None: taken back")
    by: str = Field(max_length=80)
    at: datetime
    aside: bool | None = Field(
        default=None, description="kept, and another answer stands until somebody chooses"
    )


class AnswerNote(SQLModel, table=True):
    """What somebody said around an answer, in words; it changes nothing that is reckoned with."""

    __tablename__ = "answer_note"
    __table_args__ = (Index("answer_note_assessment", "assessment_id"),)
    id: int | None = Field(default=None, primary_key=True)
    entry: str | None = Field(default=None, max_length=36, unique=True)
    place: str = Field(max_length=40)
    assessment_id: int = Field(foreign_key="assessment.id")
    question: str = Field(max_length=60)
    words: str = Field(max_length=400)
    by: str = Field(max_length=80)
    at: datetime


class ProtocolText(SQLModel, table=True):
    """The exact text of a protocol that was used, and of the house file it was used with, for ever."""

    __tablename__ = "protocol_text"
    sha256: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=20)
    name: str = Field(max_length=60)
    text: str
