"""How long what is kept, by kind, and why: one literal table. `docs/retention.md` is drawn from it.

The periods of health records are those of the NHS Records Management Code of Practice, written from memory and marked
for a check; a house may keep longer by a file of its own (`FP_RETENTION`), and of health records never shorter.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from hub.errors import Refused

ADULT_YEARS, CHILD_UNTIL, CHILD_UNTIL_IF_17 = 8, 25, 26
"""NHS Records Management Code of Practice: adults 8 years after the last contact; children until 25, or 26 if they were
17 at its end. [LOCAL, to be checked by the records manager]"""
OF_PEOPLE = "person"


@dataclass(frozen=True)
class Kind:
    """What is kept for `days`, counted from `since` (a column of `table`, in UTC). `only`: of which rows, in words of
    the database. A house may change `days`; nothing that the audit, its heads or a report's figure needs is a kind."""

    name: str
    what: str
    days: int
    because: str
    table: str
    since: str
    only: str = ""


KINDS: tuple[Kind, ...] = (
    Kind("log_in", "log-ins that have ended", 30, "who was logged in is in the audit", "log_in", "ends_at"),
    Kind("wrong_password", "wrong passwords", 1, "they only slow down guessing", "wrong_password", "at"),
    Kind(
        "wall_screen",
        "screens on walls that have ended",
        365,
        "to say what hung where",
        "wall_screen",
        "ends_at",
    ),
    Kind(
        "trusted_phone",
        "remembered phones that have ended",
        365,
        "to follow a lost phone",
        "trusted_phone",
        "ends_at",
    ),
    Kind("board_event", "events of boards", 365, "a day can be played back for a year", "event", "at"),
    Kind(
        "effect",
        "effects that are settled, but for writes to record servers",
        730,
        "how a text or a call went",
        "effect",
        "settled_at",
        "state IN ('settled', 'void') AND kind <> 'fhir_write'",
    ),
    Kind(
        "deadline",
        "deadlines that have passed",
        365,
        "why somebody was woken",
        "deadline",
        "due_at",
        "state <> 'waiting'",
    ),
    Kind(
        "shift_list",
        "hand-over lists of shifts",
        730,
        "who knew of what",
        "shift_handover",
        "at",
        "state <> 'waiting'",
    ),
    Kind(
        "stray_text",
        "texts that belong to no case",
        730,
        "as complaints come within two years",
        "message",
        "at",
        "case_id IS NULL",
    ),
    Kind(
        "stray_referral",
        "raw referral messages that made no referral",
        730,
        "to show what came and why it could not be used",
        "referral_message",
        "at",
        "referral_id IS NULL AND (became <> 'to_read' OR seen_at IS NOT NULL)",
    ),
    Kind(
        "stray_alarm",
        "alarms that are over and belong to no case",
        730,
        "how the room worked",
        "alarm",
        "over_at",
        "case_id IS NULL AND state = 'over'",
    ),
)
"""Rows that go by their age alone. [LOCAL] each number of days."""
ELSEWHERE: dict[str, str] = {
    "the audit, and the heads that were published of it": "kept as long as the hub: it proves every look, and this too",
    "cases after their words were taken away": "reference, times, disposition and outcome stay, for counts",
    "answers to machines": "a day (`hub/once.py`)",
    "what responders pressed": "a month (`dispatch/pressed.py`)",
    "replays of past cases": "92 days (`triage/replays.py`)",
    "the file of a request for access": "30 days after it was sent (`records/keeping/requests.py`)",
    "drafts on a handler's own disk": "until the hub has them (`dashboard/static/drafts.js`)",
    "the downtime list": "five minutes: each new one takes the place of the last (`dashboard/downtime_file.py`)",
    "what a responder's phone keeps": "the visit, two hours at most: docs/access.md",
}
"""What goes by itself, or never."""


def periods(file: Path | None) -> dict[str, int]:
    """Days by kind: the table's own, and those of the house's file. Raises `Refused` for a kind that is not there, or a
    health record that would be kept shorter than the Code says."""
    known = {kind.name: kind.days for kind in KINDS}
    if file is None:
        return known
    try:
        said = tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"FP_RETENTION: {file} cannot be read: {error}.") from None
    for name, days in said.items():
        if name not in known:
            raise Refused(f"FP_RETENTION: {name} is no kind. There are: {', '.join(known)}.")
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise Refused(f"FP_RETENTION: {name} must be a whole number of days, 1 or more.")
    return known | said


def keep_until(last: datetime, born: date | None, died: date | None = None) -> datetime:
    """Pure. Until when a health record stays, whose last contact was `last`. Whoever's age nobody knows is kept as if
    they had been born that day: unknown is never no."""
    at_least = _years_after(last, ADULT_YEARS)
    if died is not None:
        return max(at_least, _years_after(_begins(died), ADULT_YEARS))
    born = born or last.date()
    age = last.year - born.year - ((last.month, last.day) < (born.month, born.day))
    if age >= 18:
        return at_least
    return max(at_least, _years_after(_begins(born), CHILD_UNTIL_IF_17 if age == 17 else CHILD_UNTIL))


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _years_after(at: datetime, years: int) -> datetime:
    """The day after a leap day, where that year has none."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)


def table() -> str:
    """As Markdown, for docs/retention.md."""
    health = [
        ("health records of adults: person, cases, calls, texts, and all that hangs on them",
         f"{ADULT_YEARS} years after the last contact", "NHS Records Management Code; to be checked"),
        ("the same of somebody who was a child then",
         f"until they are {CHILD_UNTIL}, or {CHILD_UNTIL_IF_17} if they were 17", "the same"),
        ("the same of somebody whose age nobody knows", f"as of a newborn: {CHILD_UNTIL} years", "unknown is never no"),
        ("the same of somebody who has died", f"{ADULT_YEARS} years after it, or the last contact", "the same"),
    ]  # fmt: skip
    rows = [f"| {what} | {how_long} | {why} |" for what, how_long, why in health]
    rows += [f"| {kind.what} (`{kind.name}`) | {kind.days} days | {kind.because} |" for kind in KINDS]
    rows += [f"| {what} | {how_long} | goes, or stays, by itself |" for what, how_long in ELSEWHERE.items()]
    return "\n".join(["| what | how long [LOCAL] | why |", "|---|---|---|", *rows])
