"""One person, as far as the hub knows: their records, cases, numbers; and every row of every table that is theirs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table, and_, false, or_
from sqlmodel import Session, SQLModel, col, select

from hub.errors import NotFound
from records.keeping.reach import REACH, By
from records.model import Call, Case
from records.people import store
from records.people.model import NHS_NUMBER, Identifier, Person, PersonNumber

AT_ONCE = 200
"""Rows in memory at a time, whatever there is of somebody."""
NOBODY = "The hub knows nobody by that. Look at the number again, or at the number of the record on /people."
LOOKED_AT = ("case", "person", "call", "assessment", "offer")
TOLD = ("case", "call", "task", "alarm")


@dataclass(frozen=True)
class Subject:
    """`own`: numbers of rows by table, as looks and events name them. `since` and `until`: from their first case on, up
    to a day after their last was closed; None while one is open."""

    place: str
    people: tuple[int, ...] = ()
    cases: tuple[int, ...] = ()
    nhs_numbers: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    own: tuple[tuple[str, tuple[int, ...]], ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def values(self, of: By) -> Sequence[Any]:
        if of is By.case:
            return self.cases
        if of is By.person:
            return self.people
        if of is By.nhs_number:
            return self.nhs_numbers
        if of is By.number:
            return self.numbers
        if of is By.key:
            return [f"nhs:{one}" for one in self.nhs_numbers] + [f"case:{one}" for one in self.cases]
        return [f"{kind}:{one}" for kind, ids in self.own if kind in LOOKED_AT for one in ids]


def by_nhs_number(session: Session, place: str, number: str) -> Subject:
    """Raises `NotFound`."""
    said = select(Identifier.person_id).where(
        Identifier.place == place, Identifier.system == NHS_NUMBER, Identifier.value == number,
        col(Identifier.entered_in_error_at).is_(None),
    )  # fmt: skip
    people = session.exec(select(Person).where(col(Person.id).in_(said))).all()
    heads = {store.head(session, one).key: store.head(session, one) for one in people}
    return _whole(session, place, list(heads.values()), [number])


def by_person(session: Session, place: str, number: int) -> Subject:
    """By the number of a record. Raises `NotFound`."""
    person = session.get(Person, number)
    if person is None or person.place != place:
        raise NotFound(NOBODY)
    return _whole(session, place, [store.head(session, person)], [])


def head_of(session: Session, number: int) -> int:
    """Whom that record turned out to be, at last."""
    return store.head(session, session.get_one(Person, number)).key


def by_case(session: Session, case: Case) -> Subject:
    """That case alone: where one of somebody's cases is taken away, and the rest of them stays."""
    return _with_rows(session, Subject(case.place, cases=(case.key,)), [case])


def of_scope(session: Session, place: str, scope: dict[str, Any]) -> Subject:
    """Again, by what was kept of them (`scope_of`): while their words are taken away nothing else finds them."""
    cases = list(session.exec(select(Case).where(col(Case.id).in_(scope["cases"]))))
    known = Subject(place, tuple(scope["people"]), tuple(scope["cases"]), tuple(scope["nhs_numbers"]))
    return replace(_with_rows(session, known, cases), numbers=tuple(scope["numbers"]))


def scope_of(session: Session, subject: Subject) -> dict[str, Any]:
    """Of their telephone numbers those that are nobody else's too: what is known of a number is for all of them."""
    others = select(Call.number).where(
        col(Call.number).in_(subject.numbers), col(Call.case_id).not_in(subject.cases)
    )
    numbers = select(PersonNumber.number).where(
        col(PersonNumber.number).in_(subject.numbers), col(PersonNumber.person_id).not_in(subject.people)
    )
    shared = {*session.exec(others), *session.exec(numbers)}
    return {
        "people": list(subject.people),
        "cases": list(subject.cases),
        "nhs_numbers": list(subject.nhs_numbers),
        "numbers": [one for one in subject.numbers if one not in shared],
    }


def _whole(session: Session, place: str, heads: list[Person], said: list[str]) -> Subject:
    families = store.families(session, heads)
    people = sorted(one.key for family in families.values() for one in family)
    known = select(Identifier.value).where(
        col(Identifier.person_id).in_(people), Identifier.system == NHS_NUMBER,
        col(Identifier.entered_in_error_at).is_(None),
    )  # fmt: skip
    nhs_numbers = sorted({*said, *session.exec(known)})
    theirs = or_(
        col(Case.person_id).in_(people),
        and_(col(Case.person_id).is_(None), col(Case.nhs_number).in_(nhs_numbers)),
    )
    cases = list(session.exec(select(Case).where(Case.place == place, theirs).order_by(col(Case.id))))
    if not people and not cases:
        raise NotFound(NOBODY)
    found = Subject(place, tuple(people), tuple(case.key for case in cases), tuple(nhs_numbers))
    return _with_rows(session, found, cases)


def _with_rows(session: Session, found: Subject, cases: Sequence[Case]) -> Subject:
    own: list[tuple[str, tuple[int, ...]]] = [("case", found.cases), ("person", found.people)]
    for name in ("call", "assessment", "offer", "task", "alarm"):
        table = SQLModel.metadata.tables[name]
        ids = session.execute(select(table.c.id).where(table.c.case_id.in_(found.cases))).scalars()
        own.append((name, tuple(ids)))
    numbers = set(
        session.exec(select(PersonNumber.number).where(col(PersonNumber.person_id).in_(found.people)))
    )
    rang = select(Call.number).where(col(Call.case_id).in_(found.cases), col(Call.number).is_not(None))
    numbers |= {one for one in session.exec(rang) if one}
    closed = [case.closed_at for case in cases]
    until = None if None in closed else max((at for at in closed if at), default=None)
    return Subject(
        found.place, found.people, found.cases, found.nhs_numbers, tuple(sorted(numbers)), tuple(own),
        since=min((case.clock_start for case in cases), default=None),
        until=until + timedelta(days=1) if until else None,
    )  # fmt: skip


def condition(name: str, subject: Subject) -> ColumnElement[bool]:
    """Which rows of that table are theirs."""
    table = SQLModel.metadata.tables[name]
    ways = [_by(table, way.column, way.of, subject) for way in REACH[name]]
    return or_(false(), *ways)


def _by(table: Table, column: str, of: By | str, subject: Subject) -> ColumnElement[bool]:
    c = table.c[column]
    if not isinstance(of, By):
        parent = SQLModel.metadata.tables[of]
        return c.in_(select(parent.c.id).where(condition(of, subject)))
    if of is By.event:
        named = {kind: [str(one) for one in ids] for kind, ids in subject.own if kind in TOLD}
        told = [and_(table.c.topic == topic, c.in_(ids)) for topic, ids in named.items() if ids]
        return and_(_in_their_time(table, subject), or_(false(), *told))
    if of is By.shift:
        return _in_their_time(table, subject)
    if of is By.person and not subject.people and "case_id" in table.c:
        c, of = table.c.case_id, By.case  # one case alone: what was said of the person in it
    place = (table.c.place == subject.place,) if "place" in table.c else ()
    return and_(c.in_(subject.values(of)), *place)


def _in_their_time(table: Table, subject: Subject) -> ColumnElement[bool]:
    """Such rows are found by when they were written: no index says of which case they are."""
    if subject.since is None:
        return false()
    since = and_(table.c.place == subject.place, table.c.at >= subject.since)
    return since if subject.until is None else and_(since, table.c.at <= subject.until)


def rows(session: Session, name: str, subject: Subject) -> Iterator[dict[str, Any]]:
    """Theirs of one table in the order of their numbers; of a list of a shift the lines about them alone."""
    table = SQLModel.metadata.tables[name]
    found = sa.select(table).where(condition(name, subject)).order_by(*table.primary_key.columns)
    for row in session.execute(found.execution_options(yield_per=AT_ONCE)).mappings():
        one = dict(row)
        if name == "shift_handover":
            one["lines"] = [line for line in lines_of(one["lines"]) if line.get("id") in subject.cases]
            if not one["lines"]:
                continue
            one["words"] = ""  # said of the whole shift
        yield one


def lines_of(lines: dict[str, Any]) -> list[dict[str, Any]]:
    found = lines.get("cases", ())
    return [line for line in found if isinstance(line, dict)]
