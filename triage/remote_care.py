"""S2: remote clinical care that was agreed and given stops the clock, recorded by a clinician. A call-back that gives
no care does not: it only has been made."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel

from hub.access import Role, User
from hub.errors import Conflict, NotAllowed, Refused
from records import call_backs, welfare
from records.model import CallBack, Case, CaseState
from records.service import stop_clock, take, write_line
from records.store import rows_of


class RemoteCare(SQLModel, table=True):
    """What a clinician did for somebody from the hub, and with whom it was agreed."""

    __tablename__ = "remote_care"
    __table_args__ = (Index("remote_care_case", "case_id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    what: str = Field(max_length=1000)
    agreed_with: str = Field(max_length=200)
    by_id: int
    by_name: str = Field(max_length=80)
    at: datetime


def give(
    session: Session, case_id: int, what: str, agreed_with: str, user: User, now: datetime
) -> RemoteCare:
    """Recorded, and the clock stops now. The clinicians' call-backs are made with it; visits stand until somebody
    stands them down."""
    if not user.has(Role.hub_clinician):
        raise NotAllowed("Only a hub clinician can give remote care.")
    case = take(session, case_id, now)
    if case.state is CaseState.closed:
        raise Conflict("This case is closed. Open it again first.")
    what, agreed_with = what.strip(), agreed_with.strip()
    if not what:
        raise Refused("Say what was done for them. A call that gave no care is “Spoke with them”.")
    if not agreed_with:
        raise Refused("Say who agreed to care by telephone: the person, or who speaks for them.")
    care = RemoteCare(
        place=case.place,
        case_id=case.key,
        what=what[:1000],
        agreed_with=agreed_with[:200],
        by_id=user.id or 0,
        by_name=user.name,
        at=now,
    )
    session.add(care)
    _written(session, case, care, user, now)
    for back in rows_of(session, CallBack, case.key, live=True):
        if back.who == Role.hub_clinician:
            call_backs.reach(session, back, now, user.actor, "remote care was given.")
    welfare.no_longer(session, case, now, user.actor, f"{user.name} cared for them from the hub.")
    return care


def _written(session: Session, case: Case, care: RemoteCare, user: User, now: datetime) -> None:
    words = f"Remote care by {user.name}, agreed with {care.agreed_with}: {care.what}"
    write_line(session, case.key, now, user.actor, "remote_care", words)
    stop_clock(session, case, now, now, user.actor, f"The clock stopped: {user.name} gave remote care.")
