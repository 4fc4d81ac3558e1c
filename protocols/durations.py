"""Times as clinicians write them: `90 s`, `20 min`, `2 h`, `1 day`."""

_SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400}


def seconds(text: str) -> int:
    """The time in seconds; the text has passed the schema's pattern, else ValueError or KeyError."""
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    return int(digits) * _SECONDS[text[len(digits) :].strip()]


def minutes(text: str) -> int:
    """The time in whole minutes, rounded up so that nothing is due earlier than it says."""
    return -(-seconds(text) // 60)


def said_bound(bound: float, unit: str | None) -> str:
    """A number with its unit, as somebody would say it: 720 min is `12 hours`."""
    if unit == "min" and bound and bound % 60 == 0:
        hours = bound / 60
        return "1 hour" if hours == 1 else f"{hours:g} hours"
    return f"{bound:g} {unit or ''}".strip()
