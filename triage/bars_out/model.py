"""What another service was sent for a hand-over, message by message."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from hub.columns import one_of


class Reason(StrEnum):
    """`new`: they are asked. `update`: what matters has changed. `revoked`: they are not wanted any more."""

    new = "new"
    update = "update"
    revoked = "revoked"


class ReferralSent(SQLModel, table=True):
    """One message. `uid`: its Bundle's and its `X-Request-Id`, however often it is tried. `sealed`: what the
    newest attempt sent. `told`: a digest of what matters in it; empty where attempts differed in that."""

    __tablename__ = "referral_sent"
    __table_args__ = (
        Index("referral_sent_uid", "uid", unique=True),
        Index("referral_sent_hand_over", "hand_over_id", "id"),
        Index("referral_sent_case", "case_id", "id"),
        Index("referral_sent_request", "request_key", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    hand_over_id: int = Field(foreign_key="hand_over.id")
    service: str = Field(max_length=60, description="its id in the house file")
    request_key: str = Field(max_length=200, description="what we call the referral: system|value")
    reason: Reason = Field(sa_type=one_of(Reason))
    made_at: datetime
    sealed: str = Field(default="", sa_type=Text)
    told: str = Field(default="", max_length=64)
    attempts: int = 0
    left_at: datetime | None = Field(
        default=None, description="first tried; from then on it may have arrived"
    )
    tried_at: datetime | None = None
    received_at: datetime | None = Field(
        default=None, description="they have it; not that they take it (S30)"
    )
    refused_at: datetime | None = None
    given_up_at: datetime | None = Field(default=None, description="not sent, and not tried again")
    trouble: str = Field(default="", max_length=300)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    @property
    def is_over(self) -> bool:
        return bool(self.received_at or self.refused_at or self.given_up_at)

    @property
    def may_be_there(self) -> bool:
        """Whether they may have it, for all that we know."""
        return self.refused_at is None and bool(self.received_at or self.left_at)
