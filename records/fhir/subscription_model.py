"""Who is told when a case or a visit changes, where, and what they are still to be told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from hub.columns import one_of, where_live

LIVE = "stage IN ('requested', 'active')"
WAITS = "waits"


class SubscriptionStage(StrEnum):
    """`requested`: the receiver has not said yet that it is there. `error`: given up. `off`: taken back, or over."""

    requested = "requested"
    active = "active"
    error = "error"
    off = "off"


class Subscription(SQLModel, table=True):
    """`cursor`: the event of the place up to which was looked. `told`: how many notifications have arrived; each
    carries its number."""

    __tablename__ = "fhir_subscription"
    __table_args__ = (
        Index("fhir_subscription_uid", "uid", unique=True),
        Index("fhir_subscription_place", "place", "id"),
        Index("fhir_subscription_token", "token_id"),
        where_live("fhir_subscription_live", "id", where=LIVE),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36)
    place: str = Field(max_length=40)
    token_id: int = Field(foreign_key="api_token.id")
    by_name: str = Field(max_length=60)
    kind: str = Field(max_length=40)
    criteria: str = Field(max_length=300)
    endpoint: str = Field(max_length=300)
    sealed_secret: str = Field(sa_type=Text)
    stage: SubscriptionStage = Field(default=SubscriptionStage.requested, sa_type=one_of(SubscriptionStage))
    made_at: datetime
    ends_at: datetime | None = None
    cursor: int
    told: int = 0
    told_at: datetime | None = None
    failing_since: datetime | None = None
    trouble: str = Field(default="", max_length=200)
    effect_id: int | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class Notice(SQLModel, table=True):
    """What of one resource was last to be told: `mark` tells one state of it from another. `n`: the order in which they
    are told; a change while one waits is told by that one."""

    __tablename__ = "fhir_notice"
    __table_args__ = (
        where_live("fhir_notice_waits", "subscription_id", "n", where=WAITS),
        Index("fhir_notice_at", "at"),
    )
    subscription_id: int = Field(
        primary_key=True, foreign_key="fhir_subscription.id", sa_column_kwargs={"autoincrement": False}
    )
    focus: str = Field(primary_key=True, max_length=80, description="Encounter/12")
    case_id: int = Field(foreign_key="case_.id")
    mark: str = Field(max_length=64)
    n: int
    at: datetime
    waits: bool = True
