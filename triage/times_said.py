"""A time as people say it to a call handler: 0800, 8:30, 9, tomorrow 9, in 2 h. Pure."""

import re
from datetime import date, datetime, time, timedelta

from hub.errors import Refused

CANNOT = "Type a time as 0800, 14:30 or “tomorrow 9”."
_AT = re.compile(
    r"(?P<day>today|tomorrow|tmrw|tom)?\s*(?:at)?\s*(?P<h>\d{1,2})(?:[:.]?(?P<m>\d{2}))?\s*(?P<half>am|pm)?"
)
_IN = re.compile(r"in\s+(?P<n>\d{1,3})\s*(?P<unit>h|hours?|hrs?|m|min|mins|minutes?)")


def until(words: str, local_now: datetime) -> datetime:
    """The next such time after `local_now`, in its zone. Raises `Refused` where it cannot be read or has passed."""
    said = " ".join(words.casefold().split())
    if found := _IN.fullmatch(said):
        hours = found["unit"].startswith("h")
        return local_now + (timedelta(hours=int(found["n"])) if hours else timedelta(minutes=int(found["n"])))
    found = _AT.fullmatch(said)
    if found is None:
        raise Refused(CANNOT)
    at = _clock(found)
    today = local_now.date()
    day = found["day"] or ""
    if day.startswith("t") and day != "today":
        return _on(today + timedelta(days=1), at, local_now)
    here = _on(today, at, local_now)
    if here > local_now:
        return here
    if day == "today":
        raise Refused(f"{at:%H:%M} today has passed. Type a later time, or “tomorrow {at:%H%M}”.")
    return _on(today + timedelta(days=1), at, local_now)


def _clock(found: re.Match[str]) -> time:
    hour, minute = int(found["h"]), int(found["m"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise Refused(CANNOT)
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise Refused(CANNOT)
    return time(hour, minute)


def _on(day: date, at: time, local_now: datetime) -> datetime:
    return datetime.combine(day, at, tzinfo=local_now.tzinfo)
