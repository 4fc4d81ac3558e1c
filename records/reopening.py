"""A case closed in error is opened again: by a senior at any time, and by whoever said how it ended, at once."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from hub.access import Role, User
from hub.errors import NotAllowed
from records.model import Case, CaseState, Timeline

SENIORS = (Role.hub_clinician, Role.coordinator, Role.manager)
AT_ONCE = timedelta(minutes=10)
"""So long whoever closed it may say that it was a mistake. [LOCAL]"""


def must_be_allowed(session: Session, case: Case, user: User, now: datetime) -> None:
    """Raises `NotAllowed` in words that say who can. A case that is open is refused elsewhere, as a conflict."""
    if case.state is CaseState.closed and not may_reopen(session, case, user, now):
        raise NotAllowed(
            "Only whoever closed it may open it again, within ten minutes. Ask a coordinator or a manager."
        )


def may_reopen(session: Session, case: Case, user: User, now: datetime) -> bool:
    if case.state is not CaseState.closed:
        return False
    if user.has(*SENIORS):
        return True
    return case.closed_at is not None and now <= case.closed_at + AT_ONCE and _said_it(session, case, user)


def _said_it(session: Session, case: Case, user: User) -> bool:
    last = select(Timeline.actor).where(Timeline.case_id == case.key, Timeline.event == "outcome")
    return session.exec(last.order_by(col(Timeline.id).desc()).limit(1)).first() == user.actor.ref
