"""A position that nobody has asks dispatch to seek: triage and dispatch both do, and neither imports the other."""

from datetime import datetime

from sqlmodel import Session

from hub.outbox import Effect, Queue, append
from records.model import Position


def start_offering(session: Session, position: Position, now: datetime) -> None:
    """After commit a dispatch worker seeks: a fault there cannot undo what this transaction does."""
    effect = Effect(
        place=position.place,
        case_id=position.case_id,
        queue=Queue.dispatch,
        kind="seek",
        payload={"position": position.key},
        created_at=now,
    )
    append(session, effect)
