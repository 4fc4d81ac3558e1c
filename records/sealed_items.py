"""One note or one text of a case is sealed (S18): silently absent for whoever would not see the case if all of it were.
Nothing of it stands in the timeline; the hub's own audit names who, and not what."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from hub import audit
from hub.actors import Actor
from hub.columns import one_live, one_of
from hub.errors import Conflict, NotFound, Refused
from records import seen
from records.model import Case, Timeline
from records.service import take

STANDS = "ended_at IS NULL"
NOTE = "note"
"""The event of the lines that can be sealed: words of somebody's own, which are kept nowhere else."""


class Kind(StrEnum):
    note = "note"
    message = "message"


class SealedItem(SQLModel, table=True):
    """One time that an item was sealed. `item_id`: of the line of the timeline, or of the message."""

    __tablename__ = "sealed_item"
    __table_args__ = (
        one_live("sealed_item_one_live", "kind", "item_id", where=STANDS),
        Index("sealed_item_case", "case_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    kind: Kind = Field(sa_type=one_of(Kind))
    item_id: int
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
    why: str = Field(max_length=300)
    ended_at: datetime | None = None
    ended_by_name: str | None = Field(default=None, max_length=80)


def seal_note(session: Session, case: Case, line_id: int, why: str, now: datetime, actor: Actor) -> None:
    """Raises `NotFound`, `Refused` for a line that is no note or without a reason, `Conflict` if it is sealed."""
    line = session.get(Timeline, line_id)
    if line is None or line.case_id != case.key:
        raise NotFound("There is no such note on this case.")
    if line.event != NOTE:
        raise Refused("Only a note or a text can be sealed by itself. Seal the whole case.")
    seal(session, case, Kind.note, line_id, why, now, actor)


def seal(
    session: Session, case: Case, kind: Kind, item_id: int, why: str, now: datetime, actor: Actor
) -> None:
    """What has been found on this case. Raises `Refused` without a reason, `Conflict` if it is sealed."""
    if not why.strip():
        raise Refused(
            "Say why it is sealed. The reason is kept apart, and shown only to those who decide it."
        )
    take(session, case.key, now)
    if (kind, item_id) in standing(session, case.key):
        raise Conflict("This is sealed already.")
    session.add(
        SealedItem(
            place=case.place,
            case_id=case.key,
            kind=kind,
            item_id=item_id,
            by=actor.ref,
            by_name=actor.name,
            at=now,
            why=why.strip()[:300],
        )
    )
    audit.note(session, case.place, now, actor, "item_sealed", f"case:{case.key}")


def unseal(session: Session, case: Case, kind: Kind, item_id: int, now: datetime, actor: Actor) -> None:
    """Raises `Conflict` where it is not sealed."""
    take(session, case.key, now)
    stands = standing(session, case.key).get((kind, item_id))
    if stands is None:
        raise Conflict("This is not sealed.")
    stands.ended_at, stands.ended_by_name = now, actor.name
    session.add(stands)
    audit.note(session, case.place, now, actor, "item_unsealed", f"case:{case.key}")


def standing(session: Session, case_id: int) -> Mapping[tuple[Kind, int], SealedItem]:
    found = select(SealedItem).where(SealedItem.case_id == case_id, text(STANDS))
    return {(one.kind, one.item_id): one for one in session.exec(found)}


def absent(session: Session, case: Case, kind: Kind) -> frozenset[int]:
    """Those of a case that whoever asks may not see."""
    ids = frozenset(item for one, item in standing(session, case.key) if one is kind)
    return frozenset() if not ids or seen.reaches(session, case) else ids


def timeline(session: Session, case: Case, limit: int) -> list[Timeline]:
    """For people and machines to read, newest first; without a gap."""
    found = select(Timeline).where(Timeline.case_id == case.key).order_by(col(Timeline.id).desc())
    if unseen := absent(session, case, Kind.note):
        found = found.where(col(Timeline.id).not_in(unseen))
    return list(session.exec(found.limit(limit)))
