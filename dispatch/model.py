"""Responders, their shifts, the offers they get and every message in and out."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.actors import Actor
from hub.columns import Json, one_live, one_of, where_live


class OfferState(StrEnum):
    sent = "sent"
    accepted = "accepted"
    declined = "declined"
    expired = "expired"
    lost = "lost"
    withdrawn = "withdrawn"


class Responder(SQLModel, table=True):
    """Somebody who goes to people's homes, with nothing but a phone that gets texts."""

    __table_args__ = (Index("responder_phone", "place", "phone", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    user_id: int | None = Field(default=None, foreign_key="person_of_hub.id")
    name: str = Field(max_length=80)
    short_name: str = Field(max_length=40, description="as boards show it: Ana R.")
    profession: str = Field(max_length=40)
    skills: list[str] = Field(sa_type=Json)
    phone: str = Field(max_length=20, description="E.164")
    reachable: bool = Field(default=True, description="no after an opt-out or a refusal by the carrier (S24)")
    active: bool = True

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    @property
    def actor(self) -> Actor:
        return Actor(f"responder:{self.id}", self.short_name)


class Shift(SQLModel, table=True):
    """When and from where a responder is to be had; `skills` is `|nurse|catheter|` so that the database can look."""

    __table_args__ = (Index("shift_now", "place", "ends_at"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    responder_id: int = Field(foreign_key="responder.id", index=True)
    starts_at: datetime
    ends_at: datetime
    skills: str = Field(max_length=300)
    latitude: float | None = None
    longitude: float | None = None
    base: str | None = Field(default=None, max_length=4, description="the outward postcode it starts from")

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class Area(SQLModel, table=True):
    """Where an outward postcode lies by the place's own word, roughly; for all others `records.gazetteer` knows."""

    place: str = Field(primary_key=True, max_length=40)
    outward: str = Field(primary_key=True, max_length=4)
    latitude: float
    longitude: float


class Exclusion(SQLModel, table=True):
    """S22: this responder is never offered this address or this person; the reason is for managers."""

    __table_args__ = (Index("exclusion_of", "place", "responder_id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    responder_id: int = Field(foreign_key="responder.id")
    nhs_number: str | None = Field(default=None, max_length=10)
    postcode: str | None = Field(default=None, max_length=8)
    why: str = Field(max_length=300)


OFFER_LIVE = "state = 'sent'"


class Offer(SQLModel, table=True):
    """One position offered to one responder, with a code of its own so that a reply lands on the right case."""

    __table_args__ = (
        one_live("offer_one_live", "position_id", "responder_id", where="state = 'sent'"),
        one_live("offer_one_accepted", "position_id", where="state = 'accepted' AND NOT given_back"),
        where_live("offer_live", "responder_id", where=OFFER_LIVE),
        Index("offer_position", "position_id"),
        Index("offer_case", "case_id"),
        Index("offer_code", "place", "code"),
        Index("offer_responder", "responder_id", "sent_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    position_id: int = Field(foreign_key="position.id")
    responder_id: int = Field(foreign_key="responder.id")
    code: str = Field(max_length=12)
    state: OfferState = Field(default=OfferState.sent, sa_type=one_of(OfferState))
    given_back: bool = Field(default=False, description="accepted, and handed back or stood down afterwards")
    sent_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ended_because: str | None = Field(default=None, max_length=120)
    travel_min: int | None = None
    next_after: str | None = Field(
        default=None, max_length=12, description="offered as their next, after the visit of this code"
    )
    reasons: list[str] = Field(default_factory=list, sa_type=Json)
    effect_id: int | None = None
    call_effect_id: int | None = Field(default=None, description="the voice call that says it aloud just now")

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class Direction(StrEnum):
    out = "out"
    in_ = "in"


UNRECEIPTED = "status IN ('accepted', 'queued', 'sending', 'sent')"
NOT_ARRIVED = "status IN ('undelivered', 'failed')"


class Message(SQLModel, table=True):
    """One text or voice call, in or out, with its journey. Its words stay in the database and go nowhere else."""

    __table_args__ = (
        Index("message_sid", "sid", unique=True),
        Index("message_effect", "effect_id", unique=True),
        Index("message_phone", "place", "phone", "id"),
        Index("message_case", "case_id"),
        where_live("message_unreceipted", "sent_at", where=UNRECEIPTED),
        where_live("message_not_arrived", "place", "id", where=NOT_ARRIVED),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    direction: Direction = Field(sa_type=one_of(Direction))
    phone: str = Field(max_length=20)
    body: str = Field(max_length=1600)
    voice: bool = False
    at: datetime
    case_id: int | None = None
    offer_id: int | None = None
    position_id: int | None = None
    responder_id: int | None = None
    user_id: int | None = None
    effect_id: int | None = None
    sid: str | None = Field(default=None, max_length=40)
    status: str = Field(default="waiting", max_length=20)
    sent_at: datetime | None = None
    error_code: int | None = None
    read_as: str | None = Field(
        default=None, max_length=40, description="what an incoming text was understood as"
    )

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id
