"""A past case is opened in an emergency: with a reason, for half an hour, with an alarm to the privacy lead, who
looks at each and says whether it was right. One that nobody has looked at nags."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from hub import audit, deadlines
from hub.access import Role, User
from hub.deadlines import Deadline
from hub.errors import Conflict, NotFound, Refused
from records import alarms
from records.break_glass_model import WAITS, BrokenGlass
from records.model import Case

MAY_BREAK = (Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance)
OPEN_FOR = timedelta(minutes=30)
"""[LOCAL]"""
REVIEW_WITHIN = timedelta(hours=72)
"""[LOCAL]"""
NAG_EVERY = timedelta(hours=24)
MOST = 200
SHORTEST = 5
BROKE = "broke_glass"
BROKEN, UNREVIEWED = "glass_broken", "glass_unreviewed"
ASKS = (
    "A closed case was opened in an emergency. The privacy lead looks at it: the audit, Emergency openings."
)
NAGS = "{n} emergency openings of closed cases wait for the privacy lead: the audit, Emergency openings."


def break_it(session: Session, case: Case, why: str, now: datetime, user: User) -> BrokenGlass:
    """Raises `Refused` without a reason. Whoever could see the case anyhow needs none, and is not asked for one."""
    if len(why.strip()) < SHORTEST:
        raise Refused("Say why you must see it now. The privacy lead reads this, and asks you about it.")
    broken = BrokenGlass(
        place=case.place,
        case_id=case.key,
        user_id=user.id or 0,
        by_name=user.name,
        at=now,
        until=now + OPEN_FOR,
        why=why.strip(),
    )
    session.add(broken)
    session.flush()
    audit.note(session, case.place, now, user.actor, BROKE, f"case:{case.key}", broken.why, BROKE)
    alarms.ring(session, case.place, BROKEN, broken.key, ASKS, now)
    _look_again(session, broken, now + REVIEW_WITHIN)
    return broken


def review(
    session: Session, place: str, number: int, now: datetime, user: User, words: str, *, justified: bool
) -> BrokenGlass:
    """Once, and by somebody else. Raises `NotFound`, `Conflict`, or `Refused`."""
    broken = session.get(BrokenGlass, number, with_for_update=True)
    if broken is None or broken.place != place:
        raise NotFound("There is no such emergency opening here.")
    if broken.reviewed_at is not None:
        raise Conflict(f"{broken.reviewed_by_name} has looked at this already.")
    if broken.user_id == user.id:
        raise Refused("You opened this yourself: somebody else must look at it.")
    if not words.strip():
        raise Refused("Say in a few words what you found.")
    broken.justified, broken.words = justified, words.strip()
    broken.reviewed_by, broken.reviewed_by_name, broken.reviewed_at = user.id, user.name, now
    session.add(broken)
    said = "justified" if justified else "not justified"
    audit.note(session, place, now, user.actor, "reviewed_glass", f"case:{broken.case_id}", said)
    deadlines.clear(session, "glass_review", broken.key)
    alarms.end(session, place, BROKEN, broken.key, now)
    session.flush()
    if not overdue(session, place, now):
        alarms.end(session, place, UNREVIEWED, "place", now)
    return broken


def nag(session: Session, number: int, now: datetime) -> None:
    """Nobody has looked at it in time: one alarm for all of the place, again each day until they have."""
    broken = session.get_one(BrokenGlass, number)
    if broken.reviewed_at is None:
        late = overdue(session, broken.place, now)
        alarms.ring(session, broken.place, UNREVIEWED, "place", NAGS.format(n=len(late)), now)
        _look_again(session, broken, now + NAG_EVERY)


def overdue(session: Session, place: str, now: datetime) -> list[BrokenGlass]:
    return [one for one in waiting(session, place) if review_by(one) <= now]


def review_by(one: BrokenGlass) -> datetime:
    return one.at + REVIEW_WITHIN


def waiting(session: Session, place: str) -> list[BrokenGlass]:
    """Those that nobody has looked at, the oldest first."""
    found = select(BrokenGlass).where(BrokenGlass.place == place, text(WAITS))
    return list(session.exec(found.order_by(col(BrokenGlass.id)).limit(MOST)))


def reviewed(session: Session, place: str, limit: int = 50) -> list[BrokenGlass]:
    """The newest first."""
    found = select(BrokenGlass).where(BrokenGlass.place == place, col(BrokenGlass.reviewed_at).is_not(None))
    return list(session.exec(found.order_by(col(BrokenGlass.id).desc()).limit(limit)))


def _look_again(session: Session, broken: BrokenGlass, at: datetime) -> None:
    due = Deadline(
        place=broken.place,
        kind="glass_review",
        owner="broken_glass",
        subject=broken.key,
        due_at=at,
        human=False,
    )
    deadlines.set_deadline(session, due)
