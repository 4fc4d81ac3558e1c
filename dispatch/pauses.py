"""The ladder of a position stands still for a while, on purpose, with a reason and an end: what is paused.

S31 and the warnings of a breach are never paused: that nobody can be asked is told as ever, and the case's own times
run on.
"""

from datetime import datetime, timedelta

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import one_live
from records.model import Position

MOST = timedelta(minutes=30)
"""So long in all may one ladder stand still. [LOCAL]"""


class Pause(SQLModel, table=True):
    """One pause. `ladder_began_at` says of which run of the ladder it is, as that stands on the position (moved on by
    the pause at its end); `waits_since` is when that run truly began."""

    __tablename__ = "ladder_pause"
    __table_args__ = (
        one_live("ladder_pause_one_live", "position_id", where="ended_at IS NULL"),
        Index("ladder_pause_position", "position_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    position_id: int = Field(foreign_key="position.id")
    began_at: datetime
    until: datetime
    ended_at: datetime | None = None
    why: str = Field(max_length=300)
    by_name: str = Field(max_length=80)
    waits_since: datetime
    ladder_began_at: datetime

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


def of(session: Session, position: Position) -> Pause | None:
    """The pause that holds now; one of an earlier run of the ladder does not."""
    newest = _newest(session, position)
    return newest if newest is not None and newest.ended_at is None else None


def waits_since(session: Session, position: Position) -> datetime:
    """When the ladder truly began; a position whose ladder has not begun has none to ask for."""
    assert position.ladder_began_at is not None
    newest = _newest(session, position)
    return newest.waits_since if newest is not None else position.ladder_began_at


def _newest(session: Session, position: Position) -> Pause | None:
    """The last pause of this run of the ladder. Costs nothing where the ladder has not begun: a new case is asked for
    without this look."""
    if position.ladder_began_at is None:
        return None
    found = select(Pause).where(
        Pause.position_id == position.key, Pause.ladder_began_at == position.ladder_began_at
    )
    return session.exec(found.order_by(col(Pause.id).desc()).limit(1)).first()
