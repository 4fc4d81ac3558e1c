"""Cases found by what somebody says of them: open ones, and those that have closed lately. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, text
from sqlmodel import Session, col, select

from hub.errors import Refused
from records import seen
from records.model import Call, Case
from triage import rules

WITHIN = timedelta(days=30)
"""Closed cases that are looked through. [LOCAL]"""
MOST = 25
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Match:
    """`because`: what of the case is the same as what was typed."""

    case: Case
    because: tuple[str, ...]


def find(session: Session, place: str, typed: str, now: datetime) -> tuple[list[Match], bool]:
    """The newest matches, `MOST` at most, and whether there are more. Raises `Refused` where too little was typed."""
    said = typed.strip()
    if len(said) < SHORTEST_NAME:
        raise Refused("Type a reference, an NHS number, a name, a postcode or a telephone number.")
    hidden = seen.hidden(session, place)
    found: dict[int, tuple[Case, list[str]]] = {}
    for why, same in _ways(place, said, now):
        newest = select(Case).where(Case.place == place, _lately(now), same, col(Case.id).not_in(hidden))
        for case in session.exec(newest.order_by(col(Case.id).desc()).limit(MOST + 1)):
            found.setdefault(case.key, (case, []))[1].append(why)
    matches = [Match(case, tuple(whys)) for _, (case, whys) in sorted(found.items(), reverse=True)]
    return matches[:MOST], len(matches) > MOST


def _lately(now: datetime) -> ColumnElement[bool]:
    return or_(text("state = 'open'"), col(Case.closed_at) > now - WITHIN)


def _ways(place: str, said: str, now: datetime) -> list[tuple[str, Any]]:
    """One by one, each by an index of its own; SQLite would walk the whole place for all of them together."""
    ways: list[tuple[str, Any]] = [("reference", col(Case.ref) == said.upper().removeprefix("FP").strip())]
    if nhs_number := _read(rules.nhs_number, said):
        ways.append(("NHS number", col(Case.nhs_number) == nhs_number))
    if number := _read(rules.phone, said):
        calls = select(Call.case_id).where(Call.place == place, Call.number == number)
        ways.append(("telephone number", col(Case.id).in_(calls)))
    if postcode := _read(rules.postcode, said):
        ways.append(("postcode", col(Case.postcode) == postcode))
    if not any(letter.isdigit() for letter in said):
        named = func.lower(Case.person_name).contains(said.lower(), autoescape=True)
        ways.append(("name", named & (col(Case.clock_start) > now - 2 * WITHIN)))
    return ways


def _read(rule: Any, said: str) -> str | None:
    try:
        return rule(said) if any(one.isdigit() for one in said) else None
    except Refused:
        return None
