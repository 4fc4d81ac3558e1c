"""S14: what went out about a case was about somebody else, and is marked so at every record server."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from records.milestones import Milestone
from records.service import take, write_line


def enter_in_error(session: Session, case_id: int, now: datetime, actor: Actor, why: str) -> None:
    """What is written of the case from now on is written anew, beside it. Raises `Refused` without a reason."""
    if not why.strip():
        raise Refused("Say why it was entered in error; the reason is kept.")
    take(session, case_id, now)
    words = f"What was written to the shared record was in error: {why.strip()}"
    write_line(session, case_id, now, actor, Milestone.entered_in_error, words)
