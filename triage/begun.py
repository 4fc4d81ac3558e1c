"""A call that its page began by an id of its own, perhaps while the hub was away: however often it is told, it is one
call, on the clock of when somebody first had them on the line (S1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from hub.access import User
from hub.places import place_of
from records.model import Call
from records.service import open_case
from triage import calls, parked, store

LATE = timedelta(minutes=1)
"""Whoever began it so long ago may be on another line by now, and is not taken off it."""
OLDEST = timedelta(hours=48)
"""What a page says of an older beginning is kept in words, and the clock starts now. [LOCAL]"""


@dataclass(frozen=True)
class Begun:
    """`ago`: how long before it was sent the call began, by the one clock of that computer, so that a clock which is
    wrong does no harm. `said`: that clock's own time, where the hub was away. `taken_by`: whose page it was."""

    id: str
    ago: timedelta = timedelta(0)
    said: datetime | None = None
    taken_by: int | None = None


def begin(session: Session, begun: Begun, user: User, now: datetime) -> Call:
    """The call; told again, the same one."""
    known = store.call_begun_as(session, user.place, begun.id)
    if known is not None:
        return known
    if begun.ago < LATE:
        parked.free_the_line(session, user, now)  # they speak with this caller just now
    if begun.said is None:
        return calls.new_call(session, user, now, begun.id)
    start = now - begun.ago if begun.ago <= OLDEST else now
    case = open_case(session, user.place, start, now, user.actor, _began(session, begun, start, user, now))
    return calls.on_the_line(
        session,
        case,
        user,
        now,
        _took(session, begun, user),
        opened_at=start,
        answered_at=start,
        heard_at=now,
        begun_as=begun.id,
    )


def _began(session: Session, begun: Begun, start: datetime, user: User, now: datetime) -> str:
    zone = place_of(session, user.place).local()
    heard = f"the hub heard of it at {now.astimezone(zone):%H:%M}"
    if begun.ago <= OLDEST:
        return (
            f"New call by hand, begun at {start.astimezone(zone):%a %H:%M} while the hub was away; {heard}."
        )
    said = f"{begun.said.astimezone(zone):%d/%m/%Y %H:%M}" if begun.said else "long ago"
    return f"New call by hand, begun while the hub was away. That computer says {said}, which is too long ago: {heard}."


def _took(session: Session, begun: Begun, user: User) -> str:
    other = session.get(User, begun.taken_by) if begun.taken_by not in (None, user.id) else None
    if other is None or other.place != user.place:
        return f"{user.name} took the call while the hub was away."
    return f"{other.name} took the call while the hub was away; {user.name} handed it in from that computer."
