"""A yes with a condition: "yes in 40", "can do by 1500". Pure; what is not written just so is none (S23)."""

import re
from collections.abc import Sequence
from datetime import time
from typing import NamedTuple

MOST_MIN = 240
"""A promise further ahead is for a human to read. [LOCAL]"""
YES = r"(?:YES|1|YES I CAN|I CAN|CAN DO|YES CAN DO|I CAN DO)"
IN = re.compile(rf"{YES} IN (?P<n>[0-9]{{1,3}}) ?(?P<unit>M|MIN|MINS|MINUTES|H|HR|HRS|HOUR|HOURS)?\Z")
BARE = re.compile(r"YES (?P<n>[0-9]{2,3}) ?(?P<unit>M|MIN|MINS|MINUTES)?\Z")
"""Two digits at least: "yes 2" may be a no."""
BY = re.compile(rf"{YES} (?:BY|AT) (?P<h>[0-9]{{2}})[:.]?(?P<m>[0-9]{{2}})\Z")
"""A whole clock of twenty-four hours: 3:30 may be in the night."""


class By(NamedTuple):
    """In so many minutes, or at a local time."""

    minutes: int = 0
    clock: time | None = None


def promised(words: Sequence[str]) -> By | None:
    """When they say that they can be there; None where the words (capitals, no codes) are no such yes."""
    said = " ".join(words)
    if soon := IN.match(said) or BARE.match(said):
        minutes = int(soon["n"]) * (60 if (soon["unit"] or "M").startswith("H") else 1)
        return By(minutes) if 0 < minutes <= MOST_MIN else None
    clock = BY.match(said)
    if clock is None or int(clock["h"]) > 23 or int(clock["m"]) > 59:
        return None
    return By(clock=time(int(clock["h"]), int(clock["m"])))
