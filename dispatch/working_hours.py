"""How long somebody may work, and how long they rest. Pure: spans of time, and the zone that people read them in.

Hours are hours as they pass: a night in which the clocks go back is an hour longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(hours=12)
"""The longest shift. [LOCAL]"""
REST = timedelta(hours=11)
"""At least so long between two shifts. [LOCAL]"""
MOST_WEEKS = 8
"""So far a shift can be repeated. [LOCAL]"""


@dataclass(frozen=True, order=True)
class Span:
    starts_at: datetime
    ends_at: datetime

    def touches(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def span_of(day: date, begins: time, ends: time, zone: ZoneInfo) -> Span:
    """From then to then by the clock on the wall; one that ends no later than it begins ends on the next day."""
    last = day if ends > begins else day + timedelta(days=1)
    return Span(
        datetime.combine(day, begins, zone).astimezone(UTC),
        datetime.combine(last, ends, zone).astimezone(UTC),
    )


def days_of(first: date, weekdays: Sequence[int], weeks: int) -> list[date]:
    """The days of a repeat: these weekdays (Monday is 0) for so many weeks; with no weekday the first day alone."""
    if not weekdays:
        return [first]
    days = [first + timedelta(days=n) for n in range(7 * min(weeks, MOST_WEEKS))]
    return [day for day in days if day.weekday() in weekdays]


def in_two_places(new: Span, others: Sequence[Span], zone: ZoneInfo) -> str:
    """The shift that it would lie upon, in words; empty where there is none. Nobody may override this."""
    other = next((other for other in sorted(others) if new.touches(other)), None)
    return f"they are on shift {said(other, zone)} already" if other else ""


def too_much(new: Span, others: Sequence[Span], zone: ZoneInfo) -> str:
    """What speaks against it of hours and rest; empty where nothing does. Shifts without a gap are one shift."""
    whole = _joined(new, others)
    if whole.ends_at - whole.starts_at > LONGEST:
        return f"{_hours(whole.ends_at - whole.starts_at)} is longer than a shift may be ({_hours(LONGEST)})"
    for other in sorted(others):
        rest = max(other.starts_at - whole.ends_at, whole.starts_at - other.ends_at)
        if timedelta(0) < rest < REST:
            return f"only {_hours(rest)} of rest beside {said(other, zone)}; it must be {_hours(REST)}"
    return ""


def _joined(new: Span, others: Sequence[Span]) -> Span:
    whole = new
    for _ in others:
        for other in others:
            if other.ends_at == whole.starts_at:
                whole = Span(other.starts_at, whole.ends_at)
            elif other.starts_at == whole.ends_at:
                whole = Span(whole.starts_at, other.ends_at)
    return whole


def said(span: Span, zone: ZoneInfo) -> str:
    begins, ends = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    return f"{begins:%a} {begins.day} {begins:%b %H:%M}–{ends:%H:%M}"


def _hours(length: timedelta) -> str:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
