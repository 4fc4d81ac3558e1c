"""Who answers for a role just now, as planned in periods, and where the plan has gaps.

While a period of a role holds, those named in it answer and nobody else. Where none holds, whoever is marked for the
role on their own row (`User.on_call`) stands in: the hub never has silently nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, and_, bindparam, cast, delete, or_
from sqlmodel import Field, Session, SQLModel, col, select

from hub.access import Role, User
from hub.errors import NotFound, Refused

TITLES = {
    Role.coordinator: "coordinator",
    Role.manager: "manager",
    Role.hub_clinician: "duty clinician",
}
"""The roles that somebody is on call as."""
LONGEST = timedelta(days=7)
"""One period is no longer than a week: whoever is on call for longer is planned again. [LOCAL]"""
LOOKED_BACK = timedelta(days=14)
"""A role that has had no period for so long is not planned by periods, and has no gaps."""
WARN_AHEAD = timedelta(hours=4)
"""So long before a gap the watchdog tells of it. [LOCAL]"""


class OnCall(SQLModel, table=True):
    """One person answers for one role from then to then."""

    __tablename__ = "on_call"
    __table_args__ = (Index("on_call_role", "place", "role", "ends_at"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    role: str = Field(max_length=20)
    user_id: int = Field(foreign_key="person_of_hub.id")
    starts_at: datetime
    ends_at: datetime
    planned_by: str = Field(max_length=80)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


@dataclass(frozen=True)
class Gap:
    """Nobody is planned as `role` from then to then; `ends_at` None where no later period is planned."""

    role: Role
    starts_at: datetime
    ends_at: datetime | None


# Built once, and one look at the database: every call that is answered needs a clinician's name.
_ANSWERS = (
    select(User, col(OnCall.id))
    .join(
        OnCall,
        and_(
            col(OnCall.user_id) == User.id,
            col(OnCall.place) == bindparam("of_place"),
            col(OnCall.role) == bindparam("of_role"),
            col(OnCall.starts_at) <= bindparam("now"),
            col(OnCall.ends_at) > bindparam("now"),
        ),
        isouter=True,
    )
    .where(
        User.place == bindparam("of_place"),
        User.active,
        or_(col(OnCall.id).is_not(None), cast(col(User.on_call), String).like(bindparam("says"))),
    )
    .order_by(col(User.id))
)


def on_call(session: Session, place: str, role: str, now: datetime) -> list[User]:
    """Who answers for `role` at `now`, with a phone to reach them on. Bounded by the hub's staff."""
    which = {"of_place": place, "of_role": str(role), "now": now, "says": f'%"{role}"%'}
    found = session.exec(_ANSWERS, params=which).all()
    planned = {user.id: user for user, period in found if period is not None}
    return list(planned.values()) or [user for user, _ in found if role in user.on_call]


def plan(
    session: Session,
    place: str,
    role: Role,
    user_id: int,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    by: str,
) -> OnCall:
    """Somebody will be on call. Raises `Refused` in words that say what to do."""
    if role not in TITLES:
        raise Refused("Nobody is on call as that. Choose coordinator, manager or duty clinician.")
    if not now < ends_at or not starts_at < ends_at <= starts_at + LONGEST:
        raise Refused("That period is over, turned round, or longer than a week. Change its times.")
    user = session.get(User, user_id)
    if user is None or user.place != place or not user.active:
        raise NotFound("There is no such person here.")
    if not user.has(role):
        raise Refused(f"{user.name} has not the role {role.replace('_', ' ')}. Choose somebody who has.")
    theirs = [period for period in periods(session, place, starts_at, ends_at) if period.user_id == user_id]
    if any(period.role == role for period in theirs):
        raise Refused(
            f"{user.name} is on call as {TITLES[role]} in part of that time already. Remove that first."
        )
    row = OnCall(place=place, role=role, user_id=user_id, starts_at=starts_at, ends_at=ends_at, planned_by=by)
    session.add(row)
    session.flush()
    return row


def remove(session: Session, place: str, period_id: int, now: datetime) -> OnCall:
    """Taken out of the plan from now on: one that runs ends now, so that the past stays as it was."""
    row = session.get(OnCall, period_id)
    if row is None or row.place != place or row.ends_at <= now:
        raise NotFound("That period is not in the plan any more. Load the page again.")
    if row.starts_at < now:
        row.ends_at = now
        session.add(row)
    else:
        session.execute(delete(OnCall).where(col(OnCall.id) == row.id))
    return row


def periods(
    session: Session, place: str, begin: datetime, end: datetime, limit: int = 500
) -> Sequence[OnCall]:
    """Every period that touches this time, the earliest first."""
    found = select(OnCall).where(OnCall.place == place, OnCall.ends_at > begin, OnCall.starts_at < end)
    return session.exec(found.order_by(col(OnCall.starts_at), col(OnCall.id)).limit(limit)).all()


def gaps_of(
    role: Role, planned: Iterable[tuple[datetime, datetime]], begin: datetime, end: datetime
) -> list[Gap]:
    """Where nobody is planned between `begin` and `end`. A plan begins with its first period, and a gap with the end
    of the one before it, so that it stays the same gap however late it is looked at. Pure."""
    found: list[Gap] = []
    covered: datetime | None = None
    for starts_at, ends_at in sorted(planned):
        if covered is not None and covered < starts_at < end and starts_at > begin:
            found.append(Gap(role, covered, starts_at))
        covered = max(covered or ends_at, ends_at)
    if covered is not None and covered < end:
        found.append(Gap(role, covered, None))
    return found


def gaps(session: Session, place: str, begin: datetime, end: datetime) -> dict[Role, list[Gap] | None]:
    """The gaps of each role; None for a role that is not planned by periods at all."""
    active = set(session.exec(select(User.id).where(User.place == place, User.active)))
    rows = [row for row in periods(session, place, begin - LOOKED_BACK, end) if row.user_id in active]
    found: dict[Role, list[Gap] | None] = {}
    for role in TITLES:
        own = [(row.starts_at, row.ends_at) for row in rows if row.role == role]
        found[role] = gaps_of(role, own, begin, end) if own else None
    return found


def coming_gaps(session: Session, place: str, now: datetime) -> list[Gap]:
    """Those that have begun, or will within `WARN_AHEAD`."""
    by_role = gaps(session, place, now, now + WARN_AHEAD)
    return [gap for of_role in by_role.values() for gap in of_role or ()]
