"""Versions of protocols, what people did about them, and what the prover said. Nothing here is ever changed but a proof
that is made anew: what stands of a version follows from what was done (`standing.py`)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_of


class Source(StrEnum):
    """Where a text came from: the folder, which Git versions, or the page."""

    folder = "folder"
    page = "page"


class Did(StrEnum):
    """What can be done about a protocol or a version of it."""

    commented = "commented"
    approved = "approved"
    started = "started"
    withdrawn = "withdrawn"
    stopped = "stopped"
    released = "released"


class Version(SQLModel, table=True):
    """One exact text. `protocol` is its id, `author_id` nobody's where it came from the folder."""

    __tablename__ = "protocol_version"
    __table_args__ = (Index("protocol_version_text", "place", "sha256", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    kind: str = Field(max_length=20, description="triage, escalation or house")
    protocol: str = Field(max_length=60)
    version: str = Field(max_length=40)
    status: str = Field(max_length=20, description="as the text itself says")
    title: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    review_by: date | None = None
    source: Source = Field(sa_type=one_of(Source))
    author_id: int | None = None
    author: str = Field(max_length=80)
    proposed_at: datetime
    why: str = Field(default="", max_length=600, description="what changes, in its author's words")

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class Act(SQLModel, table=True):
    """Somebody did something about a version (`sha256`), or about a protocol whatever its version (a stop)."""

    __tablename__ = "protocol_act"
    __table_args__ = (Index("protocol_act_place", "place", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    protocol: str = Field(max_length=60)
    sha256: str | None = Field(default=None, max_length=64)
    did: Did = Field(sa_type=one_of(Did))
    by_id: int | None = None
    by: str = Field(max_length=80)
    at: datetime
    words: str = Field(default="", max_length=1000)
    starts_at: datetime | None = Field(default=None, description="of a start: from when it counts")
    against: str | None = Field(
        default=None, max_length=64, description="of an approval: the version whose changed calls were seen"
    )


class Verdict(StrEnum):
    """`making`: a process of its own is at it. `failed`: it came to no end; that is not a proof."""

    making = "making"
    proved = "proved"
    not_proved = "not_proved"
    invalid = "invalid"
    failed = "failed"


class Proof(SQLModel, table=True):
    """What the prover said of one text, with this house, compared with this version. Made anew it is replaced."""

    __tablename__ = "protocol_proof"
    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="protocol_version.id", unique=True)
    house_sha256: str = Field(max_length=64)
    against: str | None = Field(default=None, max_length=64)
    verdict: Verdict = Field(sa_type=one_of(Verdict))
    found: dict[str, Any] = Field(sa_type=Json)
    asked_at: datetime
    asked_by: str = Field(max_length=80)
    made_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id
