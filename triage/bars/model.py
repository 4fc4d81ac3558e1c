"""What another service has referred, message by message, and what it was answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_of, where_live


class Arrived(StrEnum):
    """What became of a message. `to_read`: it made no case, and somebody has to look at it."""

    case = "case"
    version = "version"
    again = "again"
    to_read = "to_read"
    answered = "answered"


NO_ADDRESS = "Nobody has said where this sender takes answers: ring them, or set it on the page of referrals."
TO_READ = "became = 'to_read' AND seen_at IS NULL"


class ReferralMessage(SQLModel, table=True):
    """One message as it came, kept whatever could be made of it. `sealed` and `answer`: under the hub's secrets."""

    __tablename__ = "referral_message"
    __table_args__ = (
        Index("referral_message_body", "sender", "body_sha256"),
        Index("referral_message_of", "referral_id", "id"),
        where_live("referral_message_to_read", "place", where=TO_READ),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    sender: str = Field(max_length=60, description="what its token is called")
    at: datetime
    request_id: str = Field(max_length=100)
    correlation_id: str = Field(max_length=100)
    body_sha256: str = Field(max_length=64)
    size: int
    sealed: str = Field(sa_type=Text)
    event: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=60)
    became: Arrived = Field(default=Arrived.to_read, sa_type=one_of(Arrived))
    why: str = Field(default="", max_length=300, description="what stood in the way; names nobody")
    warnings: list[str] = Field(default_factory=list, sa_type=Json)
    status: int = 0
    answer: str | None = Field(default=None, sa_type=Text)
    referral_id: int | None = Field(default=None, foreign_key="referral.id")
    sent_id: int | None = Field(default=None, description="what we have sent, and this answers")
    seen_at: datetime | None = None
    seen_by: str | None = Field(default=None, max_length=80)
    told: str = Field(default="", max_length=200, description="whom of theirs, where nothing was made of it")

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class Referral(SQLModel, table=True):
    """What one service asks for one person, and the case that it became. `facts`: sealed, for people and answers."""

    __table_args__ = (
        Index("referral_uid", "uid", unique=True),
        Index("referral_case", "case_id"),
        Index("referral_newest", "place", "id"),
        Index("referral_request", "sender", "request_key"),
        Index("referral_encounter", "sender", "encounter_key"),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    sender: str = Field(max_length=60)
    organisation: str = Field(max_length=80)
    is_validation: bool
    request_key: str = Field(max_length=200)
    encounter_key: str = Field(max_length=200)
    person_key: str = Field(max_length=64, description="a digest: the same person again")
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    facts: str = Field(sa_type=Text)
    versions: int = 1
    came_at: datetime
    cancelled_at: datetime | None = None
    rejected_at: datetime | None = None
    rejected_why: str = Field(default="", max_length=300)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class Response(StrEnum):
    """`interim`: accepted. `rejected`: will not be done here. `final`: how it ended."""

    interim = "interim"
    rejected = "rejected"
    final = "final"


class ReferralResponse(SQLModel, table=True):
    """What the sender is told of a referral, once of each kind, in order."""

    __tablename__ = "referral_response"
    __table_args__ = (
        Index("referral_response_once", "referral_id", "kind", unique=True),
        Index("referral_response_uid", "uid", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36)
    referral_id: int = Field(foreign_key="referral.id")
    kind: Response = Field(sa_type=one_of(Response))
    sealed: str = Field(sa_type=Text)
    made_at: datetime
    attempts: int = 0
    sent_at: datetime | None = None
    confirmed_at: datetime | None = Field(default=None, description="the sender has said that they know")
    trouble: str = Field(default="", max_length=200)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class ReferralSender(SQLModel, table=True):
    """Where a sender takes answers, where its messages do not say it."""

    __tablename__ = "referral_sender"
    place: str = Field(primary_key=True, max_length=40)
    sender: str = Field(primary_key=True, max_length=60)
    endpoint: str = Field(max_length=300)
    set_by: str = Field(max_length=80)
    at: datetime
