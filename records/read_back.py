"""S14: two identifiers are read back to the caller before anything is believed to be about this person."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from records.model import Assessment, Case
from records.people.loosening import loosen
from records.service import write_line
from records.store import rows_of

IDENTIFIERS = {
    "person_name": "name",
    "born": "date of birth",
    "nhs_number": "NHS number",
    "address": "address",
}
NEEDED = 2


def is_read_back(case: Case) -> bool:
    """Whether what the hub knows of this person from elsewhere may be opened. Pure."""
    return bool(case.read_back)


def fields(case: Case) -> list[str]:
    """Those that were. Pure."""
    found: list[str] = (case.read_back or {}).get("fields", [])
    return found


def pairs(case: Case) -> list[tuple[str, ...]]:
    """Which two could be read back just now, of what is filled. Pure."""
    filled = [field for field in IDENTIFIERS if getattr(case, field)]
    return list(combinations(filled, NEEDED))


def words(fields: Sequence[str]) -> str:
    return " and ".join(IDENTIFIERS[field] for field in fields if field in IDENTIFIERS)


def read(text: str) -> tuple[str, ...]:
    """`person_name, born` as typed by the page's button; nothing takes it back. Raises `Refused`."""
    fields = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if fields and (len(fields) < NEEDED or any(field not in IDENTIFIERS for field in fields)):
        raise Refused("Read two back: two of name, date of birth, NHS number and address.")
    return fields


def tick(session: Session, case: Case, fields: Sequence[str], now: datetime, actor: Actor) -> None:
    """The caller has said yes to both. Raises `Refused` where one of them is not filled."""
    if not fields:
        _is_nobody(session, case, "The read-back was taken back.", now, actor)
        return
    missing = [IDENTIFIERS[field] for field in fields if not getattr(case, field)]
    if missing:
        raise Refused(f"There is no {missing[0]} yet to be read back. Type it first.")
    case.read_back = {"fields": list(fields), "by": actor.name, "at": now.isoformat()}
    write_line(session, case.key, now, actor, "read_back", f"Read back and right: {words(fields)}.")


def changed(session: Session, case: Case, field: str, now: datetime, actor: Actor) -> None:
    """An identifier is another one now: what was read back no longer says that this is the person."""
    if not case.read_back or field not in case.read_back["fields"]:
        return
    _is_nobody(session, case, f"The {IDENTIFIERS[field]} has changed: read two back again.", now, actor)


def _is_nobody(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> None:
    """What was known of whoever it seemed to be counts no more in what is still being asked."""
    case.read_back = None
    loosen(session, case, why, now, actor)
    for row in rows_of(session, Assessment, case.key, live=True):
        row.facts = None
        session.add(row)
    write_line(session, case.key, now, actor, "read_back", why)
