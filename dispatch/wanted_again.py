"""A visit that was stood down by mistake is wanted after all: looked for anew, at its old priority and by its old time.

The one that was stood down stays ended, since those who were told of it were told so.
"""

from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Conflict, Refused
from records.lifecycles import PositionState
from records.model import CaseState, Outcome, Position
from records.positions import open_another
from records.service import take
from records.store import rows_of


def want_again(session: Session, position: Position, why: str, now: datetime, actor: Actor) -> Position:
    """Raises `Refused` without a reason, `Conflict` where it was not stood down or is looked for already."""
    if not why:
        raise Refused("Say why the visit is wanted after all; the reason is kept.")
    case = take(session, position.case_id, now)
    session.refresh(position)
    if case.state is not CaseState.open:
        raise Conflict("The case is closed. Open it again first.")
    if case.outcome is Outcome.died:
        raise Conflict("The person has died; nobody is asked.")
    if position.state is not PositionState.stood_down:
        raise Conflict("This visit was not stood down, so there is nothing to take back.")
    if is_wanted_again(session, position):
        raise Conflict(f"A {position.title.lower()} is looked for already.")
    return open_another(
        session, position, f"{position.title.capitalize()} wanted after all: {why}", now, actor
    )


def is_wanted_again(session: Session, position: Position) -> bool:
    """One of its kind has been opened since."""
    return any(
        row.kind == position.kind and row.key > position.key and row.state is not PositionState.superseded
        for row in rows_of(session, Position, position.case_id)
    )
