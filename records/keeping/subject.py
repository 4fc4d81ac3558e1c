"""One person, as far as the hub knows: their records, cases, numbers; and every row of every table that is theirs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table, and_, exists, false, or_
from sqlmodel import Session, SQLModel, col, select

from hub.errors import NotFound
from records.keeping.reach import REACH, By
from records.model import Call, Case
from records.people import store
from records.people.link_model import CaseLink
from records.people.model import NHS_NUMBER, Identifier, Person, PersonNumber

AT_ONCE = 200
"""Rows in memory at a time, whatever there is of somebody."""
NOBODY = "The hub knows nobody by that. Look at the number again, or at the number of the record on /people."
LOOKED_AT = ("case", "person", "call", "assessment", "offer")
TOLD = ("case", "call", "task", "alarm")


@dataclass(frozen=True)
class Subject:
    """`own`: numbers of rows by table, as looks and events name them. `since` and `until`: from their first case on, up
    to a day after their last was closed; None while one is open. `said_in`: cases that go alone, with what was said in
    them of a record. `strays`: of `numbers` those that are nobody else's too: texts of no case are theirs by them."""

    place: str
    people: tuple[int, ...] = ()
    cases: tuple[int, ...] = ()
    nhs_numbers: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    own: tuple[tuple[str, tuple[int, ...]], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    said_in: tuple[int, ...] = ()
    strays: tuple[str, ...] = ()

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
    return _whole(session, place, _known_by(session, place, number), [number])


def by_person(session: Session, place: str, number: int) -> Subject:
    """By the number of a record. Raises `NotFound`."""
    person = session.get(Person, number)
    if person is None or person.place != place:
        raise NotFound(NOBODY)
    return _whole(session, place, [store.head(session, person)], [])


def by_both(session: Session, place: str, number: int | None, nhs_number: str | None) -> Subject:
    """By the number of a record, and by an NHS number, which two records may have. Raises `NotFound`."""
    heads = [store.head(session, session.get_one(Person, number))] if number is not None else []
    if nhs_number:
        heads = store.heads_of(session, [*heads, *_known_by(session, place, nhs_number)])
    return _whole(session, place, heads, [nhs_number] if nhs_number else [])


def head_of(session: Session, number: int) -> int:
    """Whom that record turned out to be, at last."""
    return store.head(session, session.get_one(Person, number)).key


def to_erase(session: Session, place: str, person: int | None, case: Case | None) -> tuple[Subject, Subject]:
    """Whose words go, and whose time has to be over before: for one case that of all that the hub knows of whoever it
    was about. Raises `NotFound`."""
    if case is None:
        whole = by_person(session, place, person or 0)
        return whole, whole
    near = around(session, case)
    nhs_numbers = (case.nhs_number,) if case.nhs_number and case.person_id is None else ()
    said_in = (case.key,) if near.cases == (case.key,) else ()
    alone = Subject(place, cases=(case.key,), nhs_numbers=nhs_numbers, said_in=said_in)
    return _with_rows(session, alone, [case]), near


def around(session: Session, case: Case) -> Subject:
    """Whoever that case was about, as far as is known: by its record, or by the NHS number that was said."""
    if case.person_id is None and not case.nhs_number:
        return Subject(case.place, cases=(case.key,))
    found = by_both(session, case.place, case.person_id, None if case.person_id else case.nhs_number)
    return replace(found, cases=tuple(sorted({*found.cases, case.key})))


def of_scope(session: Session, place: str, scope: dict[str, Any]) -> Subject:
    """Again, by what was kept of them (`scope_of`): while their words are taken away nothing else finds them."""
    cases = list(session.exec(select(Case).where(col(Case.id).in_(scope["cases"]))))
    known = Subject(
        place,
        tuple(scope["people"]),
        tuple(scope["cases"]),
        tuple(scope["nhs_numbers"]),
        said_in=tuple(scope["said_in"]),
    )
    numbers = tuple(scope["numbers"])
    return replace(_with_rows(session, known, cases), numbers=numbers, strays=numbers)


def near_of(place: str, scope: dict[str, Any]) -> Subject:
    """Whose time was over, when the scope was written."""
    near = scope["near"]
    return Subject(place, tuple(near["people"]), tuple(near["cases"]), tuple(near["nhs_numbers"]))


def scope_of(session: Session, subject: Subject, near: Subject) -> dict[str, Any]:
    """Of their telephone and NHS numbers those that are nobody else's too: what is known of a number is for all."""
    cases = select(Case.nhs_number).where(
        col(Case.nhs_number).in_(subject.nhs_numbers), col(Case.id).not_in(subject.cases)
    )
    identifiers = select(Identifier.value).where(
        col(Identifier.value).in_(subject.nhs_numbers), Identifier.system == NHS_NUMBER,
        col(Identifier.person_id).not_in(subject.people), col(Identifier.entered_in_error_at).is_(None),
    )  # fmt: skip
    shared = {*session.exec(cases), *session.exec(identifiers)}
    return {
        "people": list(subject.people),
        "cases": list(subject.cases),
        "nhs_numbers": [one for one in subject.nhs_numbers if one not in shared],
        "numbers": list(subject.strays),
        "said_in": list(subject.said_in),
        "near": {
            "people": list(near.people),
            "cases": list(near.cases),
            "nhs_numbers": list(near.nhs_numbers),
        },
    }


def theirs(people: Collection[int], nhs_numbers: Collection[str]) -> ColumnElement[bool]:
    """Which cases are theirs: by the link, or where there is none by the NHS number; S14: none that was linked to them
    and turned out to be about somebody else."""
    wrong = exists().where(
        col(CaseLink.case_id) == Case.id, col(CaseLink.wrong), col(CaseLink.person_id).in_(people)
    )
    said = and_(col(Case.person_id).is_(None), col(Case.nhs_number).in_(nhs_numbers), ~wrong)
    return or_(col(Case.person_id).in_(people), said)


def _known_by(session: Session, place: str, nhs_number: str) -> list[Person]:
    said = select(Identifier.person_id).where(
        Identifier.place == place, Identifier.system == NHS_NUMBER, Identifier.value == nhs_number,
        col(Identifier.entered_in_error_at).is_(None),
    )  # fmt: skip
    return store.heads_of(session, session.exec(select(Person).where(col(Person.id).in_(said))))


def _whole(session: Session, place: str, heads: list[Person], said: list[str]) -> Subject:
    families = store.families(session, heads)
    people = sorted(one.key for family in families.values() for one in family)
    known = select(Identifier.value).where(
        col(Identifier.person_id).in_(people), Identifier.system == NHS_NUMBER,
        col(Identifier.entered_in_error_at).is_(None),
    )  # fmt: skip
    nhs_numbers = sorted({*said, *session.exec(known)})
    which = theirs(people, nhs_numbers)
    cases = list(session.exec(select(Case).where(Case.place == place, which).order_by(col(Case.id))))
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
    strays = numbers - _shared(session, numbers, found)
    closed = [case.closed_at for case in cases]
    until = None if None in closed else max((at for at in closed if at), default=None)
    return Subject(
        found.place, found.people, found.cases, found.nhs_numbers, tuple(sorted(numbers)), tuple(own),
        since=min((case.clock_start for case in cases), default=None),
        until=until + timedelta(days=1) if until else None,
        said_in=found.said_in,
        strays=tuple(sorted(strays)),
    )  # fmt: skip


def _shared(session: Session, numbers: Collection[str], subject: Subject) -> set[str | None]:
    calls = select(Call.number).where(col(Call.number).in_(numbers), col(Call.case_id).not_in(subject.cases))
    people = select(PersonNumber.number).where(
        col(PersonNumber.number).in_(numbers), col(PersonNumber.person_id).not_in(subject.people)
    )
    return {*session.exec(calls), *session.exec(people)}


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
    if of is By.stray:
        no_staff = and_(table.c.responder_id.is_(None), table.c.user_id.is_(None))
        return and_(
            c.in_(subject.strays), table.c.case_id.is_(None), no_staff, table.c.place == subject.place
        )
    if of is By.shift:
        return _in_their_time(table, subject)
    if of is By.person and not subject.people and "entered_in_error_at" in table.c:
        return _said_in(table, subject)
    place = (table.c.place == subject.place,) if "place" in table.c else ()
    return and_(c.in_(subject.values(of)), *place)


def _said_in(table: Table, subject: Subject) -> ColumnElement[bool]:
    """One case alone: what was said in it of a record, where no later case relies on it."""
    goes = or_(table.c.case_id.in_(subject.said_in), table.c.entered_in_error_at.is_not(None))
    said = and_(table.c.case_id.in_(subject.cases), goes)
    if "supersedes_id" not in table.c:
        return said
    later = table.alias("later")
    relied_on = exists().where(
        later.c.supersedes_id == table.c.id, later.c.case_id.is_distinct_from(table.c.case_id)
    )
    return and_(said, ~relied_on)


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
