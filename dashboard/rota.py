"""The coming two weeks as a table of responders and days, and who is on call, with the gaps in words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from dispatch.duty_model import ChangeKind, RotaChange
from dispatch.model import Responder, Shift
from hub.access import User
from hub.on_call import TITLES, Gap, gaps, on_call, periods
from hub.places import Place

DAYS = 14
MOST_RESPONDERS, MOST_SHIFTS = 200, 3000
GONE = {ChangeKind.sick: "sick", ChangeKind.removed: "taken off", ChangeKind.swapped: "handed over"}


@dataclass(frozen=True)
class Cell:
    """One shift on the day that it begins; `gone` where it is none any more."""

    id: int
    hours: str
    base: str
    gone: str
    why: str
    runs: bool
    over: bool


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    profession: str
    days: list[list[Cell]]


def days_ahead(place: Place, now: datetime) -> list[date]:
    today = now.astimezone(place.local()).date()
    return [today + timedelta(days=n) for n in range(DAYS)]


def table(session: Session, place: Place, now: datetime) -> list[Row]:
    """Each responder with the shifts that begin on each day; a night that began yesterday stands on today."""
    days = days_ahead(place, now)
    begin, end = _midnight(days[0], place), _midnight(days[-1] + timedelta(days=1), place)
    cells: dict[tuple[int, date], list[tuple[datetime, Cell]]] = defaultdict(list)

    def put(responder_id: int, starts_at: datetime, cell: Cell) -> None:
        day = max(starts_at.astimezone(place.local()).date(), days[0])
        cells[responder_id, day].append((starts_at, cell))

    for shift in session.exec(
        select(Shift)
        .where(Shift.place == place.id, Shift.ends_at > begin, Shift.starts_at < end)
        .order_by(col(Shift.starts_at))
        .limit(MOST_SHIFTS)
    ):
        put(shift.responder_id, shift.starts_at, _cell(shift, place, now))
    for change in session.exec(
        select(RotaChange)
        .where(
            RotaChange.place == place.id,
            RotaChange.ends_at > begin,
            RotaChange.starts_at < end,
            col(RotaChange.kind).in_(list(GONE)),
        )
        .order_by(col(RotaChange.id))
        .limit(MOST_SHIFTS)
    ):
        put(change.responder_id, change.starts_at, _gone(change, place))
    who = select(Responder).where(Responder.place == place.id, Responder.active)
    return [
        Row(
            one.key,
            one.short_name,
            one.profession.replace("_", " "),
            [[cell for _, cell in sorted(cells[one.key, day], key=lambda c: c[0])] for day in days],
        )
        for one in session.exec(who.order_by(col(Responder.short_name)).limit(MOST_RESPONDERS))
    ]


def on_call_lists(session: Session, place: Place, now: datetime) -> list[dict[str, Any]]:
    """Each role: who is on call now and in the coming two weeks, and where nobody is."""
    end = _midnight(days_ahead(place, now)[-1] + timedelta(days=1), place)
    names = {user.id: user.name for user in session.exec(select(User).where(User.place == place.id))}
    planned = periods(session, place.id, now, end)
    missing = gaps(session, place.id, now, end)
    return [
        {
            "role": role.value,
            "title": title,
            "now": ", ".join(user.name for user in on_call(session, place.id, role, now)),
            "periods": [
                {
                    "id": period.key,
                    "name": names.get(period.user_id, "somebody"),
                    "from": said(period.starts_at, place),
                    "to": said(period.ends_at, place),
                    "runs": period.starts_at <= now,
                }
                for period in planned
                if period.role == role
            ],
            "is_planned": missing[role] is not None,
            "gaps": _in_words(missing[role] or (), title, place),
        }
        for role, title in TITLES.items()
    ]


def _in_words(found: Sequence[Gap], title: str, place: Place) -> list[str]:
    return [
        f"Nobody is on call as {title} from {said(gap.starts_at, place)}"
        + (f" to {said(gap.ends_at, place)}." if gap.ends_at else "; nothing is planned after that.")
        for gap in found
    ]


def said(at: datetime, place: Place) -> str:
    local = at.astimezone(place.local())
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def _cell(shift: Shift, place: Place, now: datetime) -> Cell:
    runs = shift.starts_at <= now < shift.ends_at
    hours = _hours(shift.starts_at, shift.ends_at, place)
    return Cell(shift.key, hours, shift.base or "", "", "", runs, shift.ends_at <= now)


def _gone(change: RotaChange, place: Place) -> Cell:
    hours = _hours(change.starts_at, change.ends_at, place)
    return Cell(
        0, hours, "", GONE[change.kind], f"{change.why or 'no reason said'}, {change.by}", False, True
    )


def _hours(starts_at: datetime, ends_at: datetime, place: Place) -> str:
    return f"{starts_at.astimezone(place.local()):%H:%M}–{ends_at.astimezone(place.local()):%H:%M}"


def _midnight(day: date, place: Place) -> datetime:
    return datetime.combine(day, time(), place.local()).astimezone(UTC)
