"""What a position asks of dispatch: triage and dispatch both do, and neither imports the other."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.outbox import Effect, Queue, append
from records.model import Position


def start_offering(session: Session, position: Position, now: datetime) -> None:
    """After commit a dispatch worker seeks: a fault there cannot undo what this transaction does."""
    append(session, Effect(kind="seek", **_about(position, now)))


def stop_offering(session: Session, position: Position, now: datetime) -> None:
    """Whoever has been asked and has not said yes is stood down: the position waits."""
    append(session, Effect(kind="wait", **_about(position, now)))


def tell_worse(session: Session, position: Position, now: datetime) -> None:
    """Whoever has accepted hears that it is more urgent now."""
    append(session, Effect(kind="worse", **_about(position, now)))


def _about(position: Position, now: datetime) -> dict[str, Any]:
    return {
        "place": position.place,
        "case_id": position.case_id,
        "queue": Queue.dispatch,
        "payload": {"position": position.key},
        "created_at": now,
    }
