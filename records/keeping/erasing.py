"""Somebody's words are taken out of every table, a few rows to a transaction; what counts stays, and so does the
audit. May be killed anywhere: it goes on where it was, and what was done twice is as if it had been done once.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Table, delete, null, tuple_, update
from sqlmodel import Session, SQLModel, col, select

from hub import audit
from hub.actors import HUB
from hub.beats import Alive, unwatched
from hub.db import Database
from hub.errors import Conflict
from hub.outbox import RECORD_KIND
from records.fhir import exporting
from records.keeping import erasures, holds, subject
from records.keeping.model import Erasure, ErasureState
from records.keeping.reach import REACH
from records.keeping.subject import AT_ONCE, Subject, condition
from records.keeping.words import EMPTIED, GONE, LISTS
from records.model import Case
from records.service import take

STEPS = tuple(REACH)
OPENED_AGAIN = "A case of theirs was opened meanwhile."
STOPPED = "What had been taken away by then is gone; the rest stays."


def go_on(db: Database, erasure_id: int, now: datetime, alive: Alive = unwatched) -> bool:
    """Take away all that is left. False where it is not to be done, or somebody else is doing it."""
    while True:
        alive()
        with db.read() as session:
            erasure = session.get(Erasure, erasure_id)
            if erasure is None or erasure.state is not ErasureState.agreed:
                return erasure is not None and erasure.state is ErasureState.done
            if erasure.step >= len(STEPS):
                break
            whose = subject.of_scope(session, erasure.place, erasure.scope)
            ids = _ids(session, STEPS[erasure.step], whose)
        if not _take_away(db, erasure, whose, ids, now, alive):
            return False
    with db.write() as session:
        _finish(session, session.get_one(Erasure, erasure_id, with_for_update=True), now)
    return True


def _ids(session: Session, name: str, whose: Subject) -> list[tuple[Any, ...]]:
    """Read before anything is locked: some tables have to be read through."""
    if name not in EMPTIED and name not in GONE:
        return []
    keys = SQLModel.metadata.tables[name].primary_key.columns
    return [
        tuple(row) for row in session.execute(sa.select(*keys).where(condition(name, whose)).order_by(*keys))
    ]


def _take_away(
    db: Database, erasure: Erasure, whose: Subject, ids: list[tuple[Any, ...]], now: datetime, alive: Alive
) -> bool:
    """One table, `AT_ONCE` rows to a transaction; the last of them says that it is done."""
    name = STEPS[erasure.step]
    slices = [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)] or [[]]
    if name in GONE:
        slices = [ids]  # a fact may stand for one before it: they go together, and nobody has many
    for nth, some in enumerate(slices, start=1):
        alive()
        with db.write() as session:
            locked = session.get_one(Erasure, erasure.key, with_for_update=True)
            if locked.step != erasure.step or locked.state is not ErasureState.agreed:
                raise Conflict("Somebody else is at this.")
            if why := _why_not(session, locked):
                _stop(session, locked, why, now)
                return False
            if name == "case_":
                for case_id in sorted(row[0] for row in some):
                    take(session, case_id, now)
                session.flush()
            _empty(session, name, some, whose)
            session.expire_all()
            counts = dict(locked.counts)
            so_far = (nth - 1) * AT_ONCE + len(some)  # done twice it is counted once
            locked.counts = counts | {name: max(counts.get(name, 0), so_far)}
            locked.step += nth == len(slices)
            session.add(locked)
    return True


def _why_not(session: Session, erasure: Erasure) -> str:
    """What has come since the yes: a hold, or a case, whatever has become of it by now."""
    near = subject.near_of(erasure.place, erasure.scope)
    if stands := holds.stands(session, near):
        return stands
    came = select(Case.id).where(
        Case.place == near.place,
        subject.theirs(near.people, near.nhs_numbers),
        col(Case.id).not_in(near.cases),
    )
    if erasures.is_open(session, near) or session.exec(came.limit(1)).first() is not None:
        return OPENED_AGAIN
    return ""


def _stop(session: Session, erasure: Erasure, why: str, now: datetime) -> None:
    erasure.state, erasure.refused_why, erasure.done_at = ErasureState.refused, f"{why} {STOPPED}", now
    erasure.scope = {}
    session.add(erasure)


def _empty(session: Session, name: str, ids: list[tuple[Any, ...]], whose: Subject) -> None:
    if not ids:
        return
    table = SQLModel.metadata.tables[name]
    these = tuple_(*table.primary_key.columns).in_(ids)
    if name in GONE:
        session.execute(delete(table).where(these))
    elif name == "shift_handover":
        _out_of_lists(session, table, these, whose)
    elif name == "effect":
        session.execute(update(table).where(these).values(error=null()))
        session.execute(
            update(table).where(these, table.c.kind != RECORD_KIND).values(payload={}, result=null())
        )
    elif name == "erasure":
        session.execute(update(table).where(these, table.c.state.in_(("done", "refused"))).values(scope={}))
    else:
        session.execute(update(table).where(these).values({c: _nothing(table, c) for c in EMPTIED[name]}))


def _nothing(table: Table, name: str) -> Any:
    column = table.c[name]
    if column.nullable:
        return null()
    if isinstance(column.type, JSON):
        return [] if (table.name, name) in LISTS else {}
    return ""


def _out_of_lists(session: Session, table: Table, these: Any, whose: Subject) -> None:
    """Of a list of a shift their line stays with its reference, so that it still says how many there were; what was
    written above it was of the whole shift, and goes."""
    for row in session.execute(select(table.c.id, table.c.lines).where(these)).all():
        lines = dict(row.lines)
        theirs = [one for one in subject.lines_of(lines) if one.get("id") in whose.cases]
        if not theirs:
            continue
        refs = {one.get("ref") for one in theirs}
        lines["cases"] = [
            {"id": one["id"], "ref": one.get("ref", ""), "urgent": False} if one in theirs else one
            for one in subject.lines_of(lines)
        ]
        for kind in ("tasks", "alarms"):
            lines[kind] = [
                one | {"words": ""} if one.get("ref") in refs else one for one in lines.get(kind, ())
            ]
        session.execute(update(table).where(table.c.id == row.id).values(lines=lines, words=""))


def _finish(session: Session, erasure: Erasure, now: datetime) -> None:
    if erasure.state is not ErasureState.agreed:
        return
    for kind in ("person", "case"):
        for number in erasure.scope["people" if kind == "person" else "cases"]:
            audit.note(
                session, erasure.place, now, HUB, "erased", f"{kind}:{number}", f"erasure {erasure.key}"
            )
    exporting.end_all(session, erasure.place, now)
    erasure.state, erasure.done_at, erasure.scope = ErasureState.done, now, {}
    session.add(erasure)
