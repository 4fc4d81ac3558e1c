"""S19: what was cut out of words about a case is kept for its address (S15), sealed, and opened for one reader alone:
whoever has accepted to go there, each look written down.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text, update
from sqlmodel import Session, col, select

from hub import audit, kept_apart
from hub.actors import Actor
from hub.db import straight
from hub.door_codes import Code
from hub.kept_apart import Apart
from hub.sealing import Seal, seal_of
from records import store
from records.homes import Home, is_exact, is_typed_on, same_door
from records.key_safe_model import STANDS, KeySafe
from records.model import Case

MOST = 12
LOOKED = "key_safe_looked"


@dataclass(frozen=True)
class Opened:
    """A code as its reader sees it. `code` is None where the hub's secrets do not open it; `of` names its address where
    that is not, word for word, the one of the visit."""

    code: str | None
    at: datetime
    by_name: str
    of: str


def home_of(case: Case) -> Home:
    return Home(case.address, case.postcode)


def keep_waiting(session: Session, touched: Iterable[tuple[Case, datetime]]) -> None:
    """What this request brought belongs to the case that it was about first."""
    if (listener := kept_apart.waiting()) is None:
        return
    case, now = next(iter(touched))
    for heard in listener.heard:
        keep(session, case, heard, listener.by, now)
    session.info["kept_apart"] = True


def keep(session: Session, case: Case, heard: Apart, by: Actor, now: datetime) -> None:
    """Said again it is the same code; typed on in its place it takes the place of what the same hand had half typed.
    Of two people who type different ones, both stand."""
    seal = seal_of(session)
    before = [row for row in _standing(session, case) if row.source == heard.source]
    known = [(row, seal.open(row.sealed)) for row in before]
    said = {code.said: code for code in heard.codes}
    places = {code.nth for code in heard.codes}
    over = [
        row
        for row, code in known
        if row.by == by.ref and code not in said and (not heard.had_marks or row.nth in places)
    ]
    for row in over if heard.source else ():
        row.ended_at = now
        session.add(row)
    fresh = [code for code in said.values() if code.said not in [code for _, code in known]]
    session.add_all(_row(case, heard, code, seal, by, now) for code in fresh)
    if fresh and not (heard.source and over):
        words = "A key-safe code was kept apart: only who goes there sees it."
        store.add_line(session, case.place, case.key, now, by, "key_safe_kept", words)


def _row(case: Case, heard: Apart, code: Code, seal: Seal, by: Actor, now: datetime) -> KeySafe:
    return KeySafe(
        place=case.place,
        case_id=case.key,
        address=case.address,
        postcode=case.postcode,
        sealed=seal.shut(code.said),
        source=heard.source,
        nth=code.nth,
        by=by.ref,
        by_name=by.name,
        at=now,
    )


# Built once: each address that is typed comes by here.
_table: Any = KeySafe.__table__  # type: ignore[attr-defined]
_FOLLOW = (
    update(_table)
    .where(_table.c.case_id == bindparam("of_case"), _table.c.address == bindparam("was"), text(STANDS))
    .values({name: bindparam(name) for name in ("address", "postcode")})
)


def follow(session: Session, case: Case, before: Home) -> None:
    """The address is typed on: the code goes with it. Another address is another door, and the code stays (S15)."""
    now = home_of(case)
    if is_typed_on(before, now):
        to = {"of_case": case.key, "was": before.address, "address": now.address, "postcode": now.postcode}
        straight(session).execute(_FOLLOW, to)


def go_along(session: Session, own: Case, target: Case) -> None:
    """The one case is about the other: what was kept for it is kept for that."""
    moved = update(KeySafe).where(col(KeySafe.case_id) == own.key).values(case_id=target.key)
    session.execute(moved.execution_options(synchronize_session=False))


def is_held(session: Session, case: Case) -> bool:
    """Whether there is one for this address; all that anybody of the hub may know of it."""
    return bool(_for_visit(session, case))


def look(session: Session, case: Case, why: str, now: datetime, reader: Actor) -> list[Opened]:
    """Open them for `reader`, who must be on the way there: the caller has made sure. The newest first."""
    rows, here, seal = _for_visit(session, case), home_of(case), seal_of(session)
    audit.note(session, case.place, now, reader, LOOKED, f"case:{case.key}", why)
    words = f"{reader.name} looked at the key-safe code."
    store.add_line(session, case.place, case.key, now, reader, LOOKED, words)
    opened: dict[str | None, Opened] = {}
    for row in rows:
        home, code = Home(row.address, row.postcode), seal.open(row.sealed)
        of = "" if home == here else home.words or "no address yet"
        opened.setdefault(code, Opened(code, row.at, row.by_name, of))
    return list(opened.values())


def seal_anew(session: Session, limit: int = 5000) -> int:
    """After the secret has changed: what older ones sealed is sealed under the newest, so that the old can be
    forgotten. Returns how many no secret opens."""
    seal, shut = seal_of(session), 0
    for row in session.exec(select(KeySafe).order_by(col(KeySafe.id).desc()).limit(limit)):
        if anew := seal.anew(row.sealed):
            row.sealed = anew
            session.add(row)
        elif seal.open(row.sealed) is None:
            shut += 1
    return shut


def _for_visit(session: Session, case: Case) -> list[KeySafe]:
    """The case's own, and those that other cases left at the same door."""
    rows, here = _standing(session, case), home_of(case)
    if is_exact(here):
        near = select(KeySafe).where(
            KeySafe.place == case.place,
            KeySafe.postcode == case.postcode,
            KeySafe.case_id != case.key,
            text(STANDS),
        )
        others = session.exec(near.order_by(col(KeySafe.id).desc()).limit(100))
        rows += [row for row in others if same_door(Home(row.address, row.postcode), here)]
    return sorted(rows, key=lambda row: -(row.id or 0))[:MOST]


def _standing(session: Session, case: Case) -> list[KeySafe]:
    found = select(KeySafe).where(KeySafe.case_id == case.key, text(STANDS))
    return list(session.exec(found.order_by(col(KeySafe.id).desc()).limit(MOST)))
