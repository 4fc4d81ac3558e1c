"""The two-hour standard of the day: of the cases whose clock was settled today, how many in time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlmodel import Session, col

from hub.places import Place
from records.model import Case

PRIORITY = "two_hours"
BEGAN_WITHIN = timedelta(days=1)
"""What is settled today began no longer ago than this before midnight; so an index bounds the query to the day."""


@dataclass(frozen=True)
class Standard:
    """A case counts once, on the day on which the first of the two came: its clock's stop or its breach."""

    in_time: int
    of: int

    @property
    def percent(self) -> str:
        """Never rounded up to a hundred while one was late; a dash where nothing was settled yet."""
        return f"{100 * self.in_time // self.of}%" if self.of else "–"


_met = and_(
    col(Case.clock_stop) >= bindparam("since"),
    col(Case.clock_stop) <= bindparam("now"),
    col(Case.clock_stop) <= col(Case.breach_at),
)
_missed = and_(
    col(Case.breach_at) >= bindparam("since"),
    col(Case.breach_at) < bindparam("now"),
    or_(col(Case.clock_stop).is_(None), col(Case.clock_stop) > col(Case.breach_at)),
    or_(col(Case.closed_at).is_(None), col(Case.closed_at) > col(Case.breach_at)),
)
_COUNT = select(func.sum(case((_met, 1), else_=0)), func.sum(case((_missed, 1), else_=0))).where(
    col(Case.place) == bindparam("of_place"),
    col(Case.clock_start) >= bindparam("began_after"),
    col(Case.clock_start) <= bindparam("now"),
    col(Case.priority) == PRIORITY,
)


def of_today(session: Session, place: Place, now: datetime, absent: Collection[int] = ()) -> Standard:
    """By the place's own day. Only attended care has stopped a clock (S2); a case that ended before its time, with
    nobody awaited any more, counts neither way; nor do those that are `absent` (S18)."""
    zone = place.local()
    since = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    which = {"of_place": place.id, "since": since, "now": now, "began_after": since - BEGAN_WITHIN}
    counted = _COUNT.where(col(Case.id).not_in(absent)) if absent else _COUNT
    met, missed = session.execute(counted, which).one()
    return Standard(met or 0, (met or 0) + (missed or 0))
