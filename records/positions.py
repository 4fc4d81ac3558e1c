"""What a position asks of dispatch: triage and dispatch both do, and neither imports the other."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from hub.actors import Actor
from hub.outbox import Effect, Queue, append, do_or_append
from records.model import Position
from records.service import Due, is_taken, owe


def start_offering(session: Session, position: Position, now: datetime) -> None:
    """The dashboard seeks by the end of this transaction, a dispatch worker after it. A case that this transaction has
    not taken is looked at by one of its own: two cases locked by one would wait for each other."""
    seek = Effect(kind="seek", **_about(position, now))
    if is_taken(session, position.case_id):
        do_or_append(session, seek)
    else:
        append(session, seek)


def open_another(session: Session, like: Position, words: str, now: datetime, actor: Actor) -> Position:
    """One more position of the same kind on its case, at the same priority and by the same time; sought at once."""
    another = Position(
        place=like.place,
        opened_at=now,
        case_id=like.case_id,
        assessment_id=like.assessment_id,
        kind=like.kind,
        title=like.title,
        priority=like.priority,
        due_at=like.due_at,
        stops_clock=like.stops_clock,
        with_999=like.with_999,
    )
    owe(session, another, now, actor, words, Due("seek", now + timedelta(minutes=1), human=False))
    start_offering(session, another, now)
    return another


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
