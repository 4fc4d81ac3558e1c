"""Requests for what is held of somebody, what is held back of it, what is taken away, and what may not be."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_live, one_of, where_live


class RequestState(StrEnum):
    asked = "asked"
    prepared = "prepared"
    checked = "checked"
    sent = "sent"
    refused = "refused"


class Row(SQLModel):
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


REQUEST_OPEN = "state IN ('asked', 'prepared', 'checked')"


class AccessRequest(Row, table=True):
    """Somebody asks what the hub holds of a person. `asked_by`, `behalf` and `identity` are words: who asks, for whom
    and by what right, and how it was made sure who they are. `ends_at`: until when the file is there."""

    __tablename__ = "access_request"
    __table_args__ = (
        where_live("access_request_open", "place", "due_at", where=REQUEST_OPEN),
        Index("access_request_person", "person_id"),
    )
    person_id: int | None = Field(default=None, foreign_key="person.id")
    nhs_number: str | None = Field(default=None, max_length=10)
    state: RequestState = Field(default=RequestState.asked, sa_type=one_of(RequestState))
    asked_by: str = Field(max_length=200)
    behalf: str = Field(default="", max_length=300)
    identity: str = Field(max_length=300)
    received_at: datetime
    due_at: datetime
    extended_why: str = Field(default="", max_length=300)
    made_by: str = Field(max_length=40)
    made_by_name: str = Field(max_length=80)
    prepared_at: datetime | None = None
    contents: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="rows by table")
    trouble: str = Field(default="", max_length=300)
    checked_by_name: str = Field(default="", max_length=80)
    checked_at: datetime | None = None
    ended_by_name: str = Field(default="", max_length=80)
    ended_at: datetime | None = None
    refused_why: str = Field(default="", max_length=300)
    ends_at: datetime | None = None


class AccessHeld(Row, table=True):
    """One part of an answer that waits for the checker's word, or has it. `part`: "case:12", "message:34"."""

    __tablename__ = "access_held"
    __table_args__ = (Index("access_held_part", "request_id", "part", unique=True),)
    request_id: int = Field(foreign_key="access_request.id")
    part: str = Field(max_length=60)
    because: str = Field(max_length=120, description="why it waits; names nobody")
    held: bool | None = None
    why: str = Field(default="", max_length=300)
    by_name: str = Field(default="", max_length=80)
    at: datetime | None = None


HOLD_LIVE = "ended_at IS NULL"


class LegalHold(Row, table=True):
    """An inquiry, a complaint or a court: until it has ended nothing of this person, or of this case, is taken away."""

    __tablename__ = "legal_hold"
    __table_args__ = (where_live("legal_hold_live", "place", where=HOLD_LIVE),)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    case_id: int | None = Field(default=None, foreign_key="case_.id")
    why: str = Field(max_length=300)
    by_name: str = Field(max_length=80)
    at: datetime
    ended_at: datetime | None = None
    ended_by_name: str = Field(default="", max_length=80)
    ended_why: str = Field(default="", max_length=300)


class Ground(StrEnum):
    """Why somebody's words may be taken away."""

    period_over = "period_over"
    no_care = "no_care"
    unlawful = "unlawful"
    consent = "consent"


class ErasureState(StrEnum):
    asked = "asked"
    agreed = "agreed"
    done = "done"
    refused = "refused"


ERASURE_OPEN = "state IN ('asked', 'agreed')"


class Erasure(Row, table=True):
    """What is known of a person, or one case of theirs, is taken away. Two people: who asks, and who says yes.
    `step`: the tables that are done; `letter`: what other services hold of it."""

    __table_args__ = (
        one_live("erasure_one_person", "person_id", where=f"{ERASURE_OPEN} AND person_id IS NOT NULL"),
        one_live("erasure_one_case", "case_id", where=f"{ERASURE_OPEN} AND case_id IS NOT NULL"),
        where_live("erasure_open", "place", where=ERASURE_OPEN),
    )
    person_id: int | None = Field(default=None, foreign_key="person.id")
    case_id: int | None = Field(default=None, foreign_key="case_.id")
    state: ErasureState = Field(default=ErasureState.asked, sa_type=one_of(ErasureState))
    ground: Ground = Field(sa_type=one_of(Ground))
    why: str = Field(max_length=300)
    asked_by: int
    asked_by_name: str = Field(max_length=80)
    asked_at: datetime
    answered_by_name: str = Field(default="", max_length=80)
    answered_at: datetime | None = None
    refused_why: str = Field(default="", max_length=600)
    step: int = 0
    scope: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="whose; nothing once done")
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    letter: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    done_at: datetime | None = None


class RunState(StrEnum):
    counted = "counted"
    agreed = "agreed"
    done = "done"
    declined = "declined"


class RetentionRun(Row, table=True):
    """One month's dry run, and what was done of it after somebody's yes. `until`: the moment that it counts for."""

    __tablename__ = "retention_run"
    __table_args__ = (Index("retention_run_month", "place", "month", unique=True),)
    month: str = Field(max_length=7, description="2026-11")
    until: datetime
    state: RunState = Field(default=RunState.counted, sa_type=one_of(RunState))
    counts: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    done: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="rows by kind")
    answered_by_name: str = Field(default="", max_length=80)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    step: int = 0
    at_id: int = Field(default=0, description="the last that this step has looked at")
