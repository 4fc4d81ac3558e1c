"""Somebody is asked after at the record servers: once, and again when what was read has grown old, or more is said of
them. One statement in the transaction that says who they are; a process of its own does the asking."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from hub.db import straight
from hub.errors import Refused
from records.homes import Home
from records.model import Case
from records.people import rules
from records.people.names import folded
from records.people.rules import Who
from records.people.store import who_of_case
from records.reading.model import AskState, RecordAsk, RecordRead

YOUNG = timedelta(minutes=10)
"""What was read so lately is shown again, with its age, and not asked for anew. [LOCAL]"""
PRESSED = timedelta(seconds=5)
"""Whoever presses the button twice asks once."""


def about(who: Who) -> str | None:
    """A digest of whom it is about: of the NHS number, where it checks; else of name, date of birth and postcode
    together. None where less is known: then nobody is asked after. Pure."""
    number = next(iter(sorted(who.nhs_numbers)), "")
    if number:
        return _digest("nhs", number) if _checks(number) else None
    name = max((folded(one) for one in who.names), key=len, default=())
    born = next(iter(sorted(who.born)), None)
    postcode = next((home.postcode for home in who.homes if home.postcode), None) or ""
    if len(name) < 2 or born is None or " " not in postcode:
        return None
    return _digest("who", " ".join(sorted(name)), born.isoformat(), postcode)


def _checks(number: str) -> bool:
    try:
        return bool(rules.nhs_number(number))
    except Refused:
        return False


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def who_of(case: Case) -> Who:
    """As the case says it; S15: a postcode where they only are just now traces nobody."""
    at_home = case.postcode and not case.home_address
    homes = (Home(case.address, case.postcode),) if at_home else ()
    return replace(who_of_case(case), homes=homes)


def ask_for(session: Session, case: Case, now: datetime) -> None:
    """Nothing where no server is read from, or too little is known. Adds one statement, and no query."""
    if session.info.get("record_readers"):
        _ask(session, case.place, who_of(case), now, now - YOUNG, case_id=case.key)


def ask_for_person(
    session: Session, place: str, person_id: int, who: Who, now: datetime, *, pressed: bool
) -> None:
    if session.info.get("record_readers"):
        _ask(session, place, who, now, now - (PRESSED if pressed else YOUNG), person_id=person_id)


def ask_again(session: Session, case: Case, now: datetime) -> None:
    """By the button: however young what was read is."""
    if session.info.get("record_readers"):
        _ask(session, case.place, who_of(case), now, now - PRESSED, case_id=case.key)


def _ask(
    session: Session,
    place: str,
    who: Who,
    now: datetime,
    older_than: datetime,
    case_id: int | None = None,
    person_id: int | None = None,
) -> None:
    whom = about(who)
    if whom is None:
        return
    values = {
        "place": place,
        "about": whom,
        "said": _digest(repr((sorted(who.names), sorted(who.born), sorted(who.nhs_numbers), who.homes))),
        "case_id": case_id,
        "person_id": person_id,
        "asked_at": now,
        "older_than": older_than,
    }
    straight(session).execute(_statement(session.get_bind().dialect.name), values)


@cache
def _statement(dialect: str) -> Any:
    table: Any = RecordAsk.__table__  # type: ignore[attr-defined]
    named = ("place", "about", "said", "case_id", "person_id", "asked_at")
    new = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table).values(
        {name: bindparam(name) for name in named} | {"state": AskState.waiting, "tries": 0, "unsure": False}
    )
    again = {name: new.excluded[name] for name in (*named[2:], "state", "tries")}
    is_old = table.c.asked_at <= bindparam("older_than")
    says_more = table.c.unsure & (table.c.said != new.excluded.said)
    return new.on_conflict_do_update(
        index_elements=["place", "about"],
        set_={**again, "not_before": None, "lease_until": None},
        where=is_old | says_more,
    )


def asked_for(session: Session, place: str, who: Who) -> tuple[RecordAsk, list[RecordRead]] | None:
    """What is known of the asking, and what each server last said; None where nobody was asked after."""
    whom = about(who)
    if whom is None:
        return None
    ask = session.exec(select(RecordAsk).where(RecordAsk.place == place, RecordAsk.about == whom)).first()
    if ask is None:
        return None
    found = select(RecordRead).where(RecordRead.ask_id == ask.key).order_by(col(RecordRead.title))
    return ask, list(session.exec(found.limit(50)))
