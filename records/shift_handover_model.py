"""The list that one shift writes and the next must read and accept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_live, one_of


class HandoverState(StrEnum):
    waiting = "waiting"
    accepted = "accepted"
    replaced = "replaced"


WAITS = "state = 'waiting'"


class ShiftHandover(SQLModel, table=True):
    """A snapshot for whoever takes over `role`. `lines`: what the board showed then, and no more of anybody."""

    __tablename__ = "shift_handover"
    __table_args__ = (
        one_live("shift_handover_one_waiting", "place", "role", where=WAITS),
        Index("shift_handover_at", "place", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    role: str = Field(max_length=40)
    state: HandoverState = Field(default=HandoverState.waiting, sa_type=one_of(HandoverState))
    by_id: int
    by_name: str = Field(max_length=80)
    at: datetime
    words: str = Field(default="", max_length=2000)
    lines: dict[str, Any] = Field(sa_type=Json)
    to_id: int | None = Field(default=None, description="who is asked to take over the writer's own cases")
    to_name: str | None = Field(default=None, max_length=80)
    accepted_by: str | None = Field(default=None, max_length=80)
    accepted_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id
