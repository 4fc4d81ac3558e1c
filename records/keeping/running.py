"""What may go by its age: counted each month, and done by night once the privacy lead has said yes to that count. A few
rows to a transaction; may be killed anywhere, and goes on."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, text, tuple_
from sqlmodel import Session, SQLModel, col, select

from hub import audit, outbox
from hub.access import User
from hub.actors import HUB
from hub.beats import Alive, unwatched
from hub.db import Database
from hub.errors import Conflict, NotFound
from hub.outbox import LIVE, Effect, Queue
from hub.places import place_of
from records.keeping import erasures, holds, subject
from records.keeping.model import Erasure, ErasureState, Ground, RetentionRun, RunState
from records.keeping.subject import AT_ONCE, TOLD, Subject
from records.model import Case, CaseState
from records.people.model import Person
from records.retention import ADULT_YEARS, KINDS, OF_PEOPLE, Kind

NIGHT = time(2)
"""Local. [LOCAL]"""
WHAT = {kind.name: kind.what for kind in KINDS} | {
    OF_PEOPLE: "health records: people, with all of their cases"
}
SHORTEST_YEARS = timedelta(days=365 * ADULT_YEARS)
"""Nobody's record goes sooner: what is younger is not looked at one by one."""
GOING = (ErasureState.agreed, ErasureState.done)
STEPS = (*(kind.name for kind in KINDS), OF_PEOPLE, "cases that belong to no record")


class Counted(NamedTuple):
    """`oldest` of those that may go; `held`: how many of them stay for now, by a hold."""

    kind: str
    rows: int
    oldest: datetime | None
    held: int = 0


class Unit(NamedTuple):
    """Whose words may go: a person with all of their cases, or a case that belongs to no record. `near`: whose time had
    to be over for that."""

    near: Subject
    person: int | None
    case: int | None
    last: datetime


def count(
    session: Session, place: str, until: datetime, days: Mapping[str, int], alive: Alive = unwatched
) -> list[Counted]:
    """The dry run: reads, and changes nothing."""
    found = []
    for kind in KINDS:
        alive()
        table = SQLModel.metadata.tables[kind.table]
        old = _old(table, kind, place, until - timedelta(days=days[kind.name]))
        many, oldest = session.execute(
            select(func.count(), func.min(table.c[kind.since])).select_from(table).where(old)
        ).one()
        found.append(Counted(kind.name, many, oldest))
    rows, held, first = 0, 0, None
    for unit in _all_due(session, place, until, alive):
        stands = holds.stands(session, unit.near)
        rows, held = rows + (not stands), held + bool(stands)
        first = min(first or unit.last, unit.last)
    return [*found, Counted(OF_PEOPLE, rows, first, held)]


def _old(table: Table, kind: Kind, place: str, before: datetime) -> ColumnElement[bool]:
    """Never of an open case, and of none that is held."""
    stays = select(Case.id).where(
        Case.place == place, or_(col(Case.state) == CaseState.open, col(Case.id).in_(holds.cases_held(place)))
    )
    parts: list[Any] = [table.c[kind.since] < before]
    if kind.only:
        parts.append(text(kind.only))
    if "place" in table.c:
        parts.append(table.c.place == place)
    if "case_id" in table.c:
        parts.append(or_(table.c.case_id.is_(None), table.c.case_id.not_in(stays)))
    if table.name == "event":
        parts += [~and_(table.c.topic == topic, table.c.subject.in_(_of(topic, stays))) for topic in TOLD]
    return and_(*parts)


def _of(topic: str, cases: Any) -> Any:
    """The numbers of rows of these cases, as events name them."""
    table = SQLModel.metadata.tables["case_" if topic == "case" else topic]
    column = table.c.id if topic == "case" else table.c.case_id
    return sa.select(sa.cast(table.c.id, sa.String)).where(column.in_(cases))


def _all_due(session: Session, place: str, until: datetime, alive: Alive) -> Iterator[Unit]:
    for find in (_people_due, _cases_due):
        after: int | None = 0
        while after is not None:
            alive()
            units, after = find(session, place, until, after)
            yield from units


def _people_due(session: Session, place: str, until: datetime, after: int) -> tuple[list[Unit], int | None]:
    """Everybody whose record has been kept as long as it has to be, and whose words are still there: of the next
    `AT_ONCE` who could be; and with whom to go on."""
    old = until - SHORTEST_YEARS
    newer = exists().where(
        col(Case.person_id) == Person.id, or_(col(Case.closed_at).is_(None), col(Case.closed_at) >= old)
    )
    gone = exists().where(col(Erasure.person_id) == Person.id, col(Erasure.state).in_(GOING))
    could = select(Person.id).where(
        Person.place == place,
        col(Person.id) > after,
        col(Person.merged_into).is_(None),
        Person.made_at < old,
        ~newer,
        ~gone,
    )
    numbers = [one for one in session.exec(could.order_by(col(Person.id)).limit(AT_ONCE)) if one]
    units = []
    for number in numbers:
        whose = subject.by_person(session, place, number)
        if (last := _over(session, whose, until)) is not None:
            units.append(Unit(whose, number, None, last))
    return units, numbers[-1] if len(numbers) == AT_ONCE else None


def _cases_due(session: Session, place: str, until: datetime, after: int) -> tuple[list[Unit], int | None]:
    """The same of cases that belong to no record; a newer one with the same NHS number keeps them."""
    gone = exists().where(col(Erasure.case_id) == Case.id, col(Erasure.state).in_(GOING))
    could = select(Case).where(
        Case.place == place,
        col(Case.id) > after,
        col(Case.closed_at) < until - SHORTEST_YEARS,
        col(Case.person_id).is_(None),
        ~gone,
    )
    cases = list(session.exec(could.order_by(col(Case.id)).limit(AT_ONCE)))
    units = []
    for case in cases:
        near = subject.around(session, case)
        if (last := _over(session, near, until)) is not None:
            units.append(Unit(near, None, case.key, last))
    return units, cases[-1].key if len(cases) == AT_ONCE else None


def _over(session: Session, near: Subject, until: datetime) -> datetime | None:
    """When they were last in contact, if their time is over and nothing of theirs is open or on its way."""
    if erasures.not_over(session, near, Ground.period_over, until):
        return None
    cases = session.exec(select(Case).where(col(Case.id).in_(near.cases)))
    return max([case.closed_at or case.moved_at for case in cases], default=None) or until - SHORTEST_YEARS


def month_of(session: Session, place: str, now: datetime) -> str:
    return f"{now.astimezone(place_of(session, place).local()):%Y-%m}"


def run_of(session: Session, place: str, month: str) -> RetentionRun | None:
    return session.exec(
        select(RetentionRun).where(RetentionRun.place == place, RetentionRun.month == month)
    ).first()


def listed(session: Session, place: str, limit: int = 24) -> list[RetentionRun]:
    """The newest first."""
    found = select(RetentionRun).where(RetentionRun.place == place).order_by(col(RetentionRun.id).desc())
    return list(session.exec(found.limit(limit)))


def is_counted(session: Session, place: str, now: datetime) -> bool:
    """Whether this month's dry run is there, or on its way."""
    waits = select(Effect.id).where(text(LIVE), Effect.kind == "retention_count").limit(1)
    return (
        run_of(session, place, month_of(session, place, now)) is not None
        or session.exec(waits).first() is not None
    )


def owe_count(session: Session, place: str, now: datetime) -> bool:
    """Once a month. Whether it is owed now, and was not yet."""
    if is_counted(session, place, now):
        return False
    effect = Effect(place=place, queue=Queue.reports, kind="retention_count", payload={}, created_at=now)
    outbox.append(session, effect)
    return True


def keep_count(session: Session, place: str, until: datetime, found: list[Counted]) -> None:
    """The dry run of this month; the first counts."""
    month = month_of(session, place, until)
    if run_of(session, place, month) is None:
        counts = [one._asdict() | {"oldest": one.oldest.isoformat() if one.oldest else None} for one in found]
        session.add(RetentionRun(place=place, month=month, until=until, counts=counts))


def answer(
    session: Session, place: str, number: int, user: User, now: datetime, *, agreed: bool
) -> RetentionRun:
    """The privacy lead's word on that month's count; what they say yes to is done by night. Raises `NotFound`,
    `Conflict`."""
    run = session.get(RetentionRun, number, with_for_update=True)
    if run is None or run.place != place:
        raise NotFound("There is no such count here.")
    if run.state is not RunState.counted:
        raise Conflict(f"This was answered already: {run.state}.")
    if run.month != month_of(session, place, now):
        raise Conflict("This count is of a month that is over. Look at the newest.")
    run.state = RunState.agreed if agreed else RunState.declined
    run.answered_by_name, run.answered_at = user.name, now
    session.add(run)
    audit.note(session, place, now, user.actor, f"retention_{run.state}", f"place:{place}", run.month)
    if agreed:
        effect = Effect(
            place=place,
            queue=Queue.reports,
            kind="retention",
            payload={"run": run.key},
            created_at=now,
            not_before=_tonight(session, place, now),
        )
        outbox.append(session, effect)
    return run


def _tonight(session: Session, place: str, now: datetime) -> datetime:
    here = now.astimezone(place_of(session, place).local())
    night = datetime.combine(here.date(), NIGHT, here.tzinfo)
    return night if night > here else datetime.combine(here.date() + timedelta(days=1), NIGHT, here.tzinfo)


def go_on(
    db: Database, number: int, days: Mapping[str, int], now: datetime, alive: Alive = unwatched
) -> bool:
    """Do all that is left of an agreed run. False where it is none."""
    finds = (_people_due, _cases_due)
    while True:
        alive()
        units: list[Unit] = []
        after: int | None = None
        with db.read() as session:
            run = session.get(RetentionRun, number)
            if run is None or run.state is not RunState.agreed:
                return run is not None and run.state is RunState.done
            step, at_id = run.step, run.at_id
            if len(KINDS) <= step < len(STEPS):
                units, after = finds[step - len(KINDS)](session, run.place, run.until, at_id)
        with db.write() as session:
            run = session.get_one(RetentionRun, number, with_for_update=True)
            if (run.step, run.at_id) != (step, at_id) or run.state is not RunState.agreed:
                raise Conflict("Somebody else is at this.")
            if step == len(STEPS):
                _finish(session, run, now)
            elif step < len(KINDS):
                _go_by(session, run, KINDS[step], days)
            else:
                begun = sum(_words_go(session, run, unit, now) for unit in units)
                _did(session, run, OF_PEOPLE, begun, after or 0, is_done=after is None)


def _go_by(session: Session, run: RetentionRun, kind: Kind, days: Mapping[str, int]) -> None:
    """The next rows of one kind."""
    table = SQLModel.metadata.tables[kind.table]
    keys = table.primary_key.columns
    before = run.until - timedelta(days=days[kind.name])
    old = _old(table, kind, run.place, before)
    ids = [tuple(row) for row in session.execute(sa.select(*keys).where(old).order_by(*keys).limit(AT_ONCE))]
    if ids:
        session.execute(delete(table).where(tuple_(*keys).in_(ids)))
    _did(session, run, kind.name, len(ids), 0, is_done=len(ids) < AT_ONCE)


def _did(session: Session, run: RetentionRun, name: str, rows: int, at_id: int, *, is_done: bool) -> None:
    run.done = run.done | {name: run.done.get(name, 0) + rows}
    run.at_id = at_id
    run.step += is_done
    session.add(run)


def _words_go(session: Session, run: RetentionRun, unit: Unit, now: datetime) -> bool:
    """By an effect of their own each; not where something is in the way since they were counted."""
    erasure = Erasure(
        place=run.place,
        person_id=unit.person,
        case_id=unit.case,
        ground=Ground.period_over,
        why=f"retention of {run.month}",
        asked_by=0,
        asked_by_name=HUB.name,
        asked_at=now,
        answered_by_name=run.answered_by_name,
        answered_at=run.answered_at,
    )
    return not erasures.begin(session, erasure, now)


def _finish(session: Session, run: RetentionRun, now: datetime) -> None:
    run.state, run.ended_at = RunState.done, now
    session.add(run)
    audit.note(session, run.place, now, HUB, "retention_done", f"place:{run.place}", run.month)
