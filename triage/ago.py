"""How long ago something was, as people say it, by the place's own days. Pure."""

from datetime import date, datetime, tzinfo


def on(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`19 Nov`, with the year where it is not this one."""
    day = at.astimezone(zone)
    year = f" {day.year}" if day.year != now.astimezone(zone).year else ""
    return f"{day.day} {day:%b}{year}"


def age(born: date, today: date) -> int:
    """In whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def ago(at: datetime, now: datetime, zone: tzinfo) -> str:
    days = (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    if days < 2:
        return "yesterday" if days == 1 else "today"
    for length, name, from_days in ((365, "years", 730), (30, "months", 60), (7, "weeks", 14)):
        if days >= from_days:
            return f"{days // length} {name} ago"
    return f"{days} days ago"
