"""Past cases run again on another version of their protocol, and what the prover found about the two: kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json


class Replay(SQLModel, table=True):
    """The assessments of one protocol that were finished between `since` and `asked_at`, on both versions.

    It goes down from the newest: assessments after `cursor` are done, those up to `low_id` are still to come.
    """

    __table_args__ = (Index("replay_versions", "place", "before_sha256", "after_sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    protocol: str = Field(max_length=60)
    before_sha256: str = Field(max_length=64)
    after_sha256: str = Field(max_length=64)
    house_sha256: str = Field(max_length=64)
    days: int
    since: datetime
    asked_at: datetime
    asked_by_name: str = Field(max_length=80)
    top_id: int
    low_id: int
    cursor: int
    found: int = 0
    ended_at: datetime | None = None
    trouble: str | None = Field(default=None, max_length=200)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    @property
    def percent(self) -> int:
        """Of the way, not of the cases: how many there are is no business of who may not see them all (S18)."""
        far = self.top_id - self.low_id
        return 100 if self.ended_at or far <= 0 else min(99, 100 * (self.top_id - self.cursor) // far)


class Replayed(SQLModel, table=True):
    """One past assessment: where each version ends. `more`: the newer would have asked more than was answered;
    `left_out`: answers that the newer has no place for."""

    __table_args__ = (Index("replayed_cell", "replay_id", "was", "becomes"),)
    id: int | None = Field(default=None, primary_key=True)
    replay_id: int = Field(foreign_key="replay.id")
    assessment_id: int = Field(foreign_key="assessment.id")
    case_id: int = Field(foreign_key="case_.id")
    was: str = Field(max_length=80)
    was_priority: str = Field(max_length=40)
    becomes: str = Field(max_length=80)
    becomes_priority: str = Field(max_length=40)
    more: bool
    left_out: int


class FoundCalls(SQLModel, table=True):
    """What the prover found between two versions on one house: it need not look twice."""

    __tablename__ = "found_calls"
    before_sha256: str = Field(primary_key=True, max_length=64)
    after_sha256: str = Field(primary_key=True, max_length=64)
    house_sha256: str = Field(primary_key=True, max_length=64)
    prover_sha256: str = Field(primary_key=True, max_length=64)
    calls: list[dict[str, Any]] = Field(sa_type=Json)
    at: datetime
