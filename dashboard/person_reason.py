"""Whether somebody of the hub may open a person's record just now: what they have to do with them, or why they say."""

from datetime import datetime

from sqlmodel import Session

from hub.access import User
from records.lifecycles import CallState
from records.looks import looks_on
from records.model import Call, CaseState
from records.people.store import Record
from records.store import rows_of

OPENED = "person_opened"


def relationship(session: Session, found: Record, user: User) -> str | None:
    """What they have to do with this person, in words; None: they must say why they look."""
    for case in found.cases:
        calls = rows_of(session, Call, case.key) if case.state is CaseState.open else []
        if any(call.state is CallState.on_line and call.handler_id == user.id for call in calls):
            return f"on a call about them, case {case.ref}"
    of_open = (case.ref for case in found.cases if case.state is CaseState.open)
    ref = next(of_open, None)
    return f"open case {ref}" if ref else None


def has_said_why(session: Session, found: Record, user: User, now: datetime) -> bool:
    """Lately; it is kept with the look."""
    return looks_on(session, user, OPENED, f"person:{found.person.key}", now)
