"""A date of birth, however it is said: 3/7/1941, 030741, 3 jul 41, July 3rd 1941. Pure."""

import re
from datetime import date

from hub.errors import Refused

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
IN_ONE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})\Z")
OLDEST_DAYS = 125 * 366
HOW = "Say the date of birth as day, month, year: 3/7/1941. Kept as you typed it."


def born(text: str, today: date) -> date:
    """Day, month, year, as the British say it; with the month as a word in any order, with the year first as
    computers do. A two-digit year is the one that lies in the past. Raises `Refused`."""
    day, month, year = _parts(text)
    try:
        found = _dated(day, month, year, today)
    except ValueError:
        raise Refused(HOW) from None
    if not 0 <= (today - found).days <= OLDEST_DAYS:
        raise Refused("That date of birth is in the future or too long ago. Kept; check it with the caller.")
    return found


def _dated(day: int, month: int, year: str, today: date) -> date:
    if len(year) == 4:
        return date(int(year), month, day)
    century = today.year // 100 * 100
    for start in (century, century - 100):
        try:
            found = date(start + int(year), month, day)
        except ValueError:  # the 29th of February is in one century and not in the other
            continue
        if found <= today:
            return found
    raise ValueError(year)


def _parts(text: str) -> tuple[int, int, str]:
    said = text.casefold().strip()
    if whole := IN_ONE.match(said):
        return int(whole[1]), int(whole[2]), whole[3]
    said = re.sub(r"(?<=[0-9])(st|nd|rd|th)\b", "", said)
    words = [word for word in re.findall(r"[^\W\d_]+|[0-9]+", said) if word not in ("of", "the")]
    if len(words) != 3 or not re.fullmatch(r"[\w\s/.,\-’']*", said):
        raise Refused(HOW)
    named = [word for word in words if _month(word)]
    if len(named) == 1:
        others = [word for word in words if word not in named]
        return _checked(others[0], str(_month(named[0])), others[1])
    if len(words[0]) == 4:
        return _checked(words[2], words[1], words[0])
    return _checked(*words)


def _checked(day: str, month: str, year: str) -> tuple[int, int, str]:
    if len(day) == 4 and len(year) <= 2:
        day, year = year, day  # 1941 July 3
    if not (day + month + year).isascii() or not (day + month + year).isdigit():
        raise Refused(HOW)
    if len(day) > 2 or len(month) > 2 or len(year) not in (2, 4):
        raise Refused(HOW)
    return int(day), int(month), year


def _month(word: str) -> int:
    """1 to 12 for a month's name or its beginning, of three letters or more; 0 for anything else."""
    begins = [n for n, month in enumerate(MONTHS, 1) if len(word) >= 3 and month.startswith(word)]
    return begins[0] if begins else 9 if word == "sept" else 0
