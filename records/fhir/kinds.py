"""What can be read and searched at `/fhir`, by kind: rows in order of their numbers, and the resources made of them.

Rows that whoever asks may not see (S18, `records.seen`) are left out by the query, so that no page has a gap.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from hub.errors import NotFound
from hub.places import Place
from records import seen
from records.fhir import face, people
from records.fhir.asked import REFERENCES, Asked, numbers
from records.fhir.face import Known, NewsTotal
from records.fhir.leaving import Leaving, what_may_leave
from records.fhir.written import Resource
from records.lifecycles import AssessmentState
from records.model import Assessment, Case, CaseState, Position
from records.people import store as people_store
from records.people.fact_model import Fact, FactKind, Says
from records.people.model import Identifier, Person


@dataclass(frozen=True)
class Face:
    """Where the resources are served, and what is needed to make them. `words`: also what was said freely."""

    place: Place
    base: str
    news2: NewsTotal
    now: datetime
    words: bool = True

    @property
    def by(self) -> str:
        return f"First Point, {self.place.name}"


@dataclass(frozen=True)
class Narrow:
    """Which rows are looked at. `first`: from this number on; `people`: about these persons; `since`: not changed
    before that; `cases`: visits to these; `identifier`: our name of the system, or None for any, and the value, of
    persons alone; `ref`: of cases alone."""

    first: int = 0
    only: tuple[int, ...] | None = None
    people: tuple[int, ...] | None = None
    since: datetime | None = None
    open_only: bool = False
    cases: tuple[int, ...] | None = None
    identifier: tuple[str | None, str] | None = None
    ref: str | None = None


Made = list[tuple[int, list[Resource]]]
"""Each row's number with the resources made of it, in the order of the numbers."""
Page = Callable[[Session, Face, Narrow, int], Made]


def _cases(session: Session, face: Face, narrow: Narrow, limit: int, *, assessed: bool) -> Sequence[Case]:
    hidden = seen.hidden(session, face.place.id)
    found = select(Case).where(Case.place == face.place.id, col(Case.id) >= narrow.first)
    found = _of_case(found, narrow, hidden)
    if narrow.only is not None:
        found = found.where(col(Case.id).in_(narrow.only))
    if assessed:
        finished = col(Assessment.state) == AssessmentState.finished
        found = found.where(exists().where(col(Assessment.case_id) == col(Case.id), finished))
    cases: Sequence[Case] = session.exec(found.order_by(col(Case.id)).limit(limit)).all()
    return cases


def _of_case(found: Any, narrow: Narrow, hidden: Collection[int]) -> Any:
    if hidden:
        found = found.where(col(Case.id).not_in(hidden))
    if narrow.people is not None:
        found = found.where(col(Case.person_id).in_(narrow.people))
    if narrow.since is not None:
        found = found.where(col(Case.moved_at) >= narrow.since)
    if narrow.open_only:
        found = found.where(Case.state == CaseState.open)
    if narrow.ref is not None:
        found = found.where(Case.ref == narrow.ref)
    return found


def known_of(session: Session, cases: Sequence[Case]) -> list[Known]:
    """In three looks for all of them."""
    ids = [case.key for case in cases]
    if not ids:
        return []
    finished = select(Assessment).where(
        col(Assessment.case_id).in_(ids), col(Assessment.state) == AssessmentState.finished
    )
    newest = {one.case_id: one for one in session.exec(finished.order_by(col(Assessment.id)))}
    visits: dict[int, list[Position]] = {case_id: [] for case_id in ids}
    for one in session.exec(
        select(Position).where(col(Position.case_id).in_(ids)).order_by(col(Position.id))
    ):
        visits[one.case_id].append(one)
    now_are = _now_are(session, {case.person_id for case in cases if case.person_id is not None})
    return [
        Known(case, newest.get(case.key), tuple(visits[case.key]), now_are.get(case.person_id or 0))
        for case in cases
    ]


def _now_are(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """By the number of a person: whom they turned out to be."""
    if not person_ids:
        return {}
    found = session.exec(select(Person).where(col(Person.id).in_(person_ids)))
    return {one.key: people_store.head(session, one).key for one in found}


def _of_cases(kind: str, *, assessed: bool) -> Page:
    def page(session: Session, face_: Face, narrow: Narrow, limit: int) -> Made:
        cases = _cases(session, face_, narrow, limit, assessed=assessed)
        return [(one.case.key, _resources(one, face_).get(kind, [])) for one in known_of(session, cases)]

    return page


def _resources(one: Known, face_: Face) -> dict[str, list[Resource]]:
    return face.resources(one, face_.base, face_.by, face_.news2, words=face_.words)


def _tasks(session: Session, face_: Face, narrow: Narrow, limit: int) -> Made:
    """Whose case has no finished assessment has no visit that anybody was told of."""
    hidden = seen.hidden(session, face_.place.id)
    finished = col(Assessment.state) == AssessmentState.finished
    found = select(Position, Case).join(Case, col(Case.id) == col(Position.case_id))
    found = found.where(
        Position.place == face_.place.id,
        col(Position.id) >= narrow.first,
        exists().where(col(Assessment.case_id) == col(Case.id), finished),
    )
    found = _of_case(found, narrow, hidden)
    if narrow.only is not None:
        found = found.where(col(Position.id).in_(narrow.only))
    if narrow.cases is not None:
        found = found.where(col(Position.case_id).in_(narrow.cases))
    rows = session.exec(found.order_by(col(Position.id)).limit(limit)).all()
    known = {
        one.case.key: one for one in known_of(session, list({case.key: case for _, case in rows}.values()))
    }
    made = []
    for position, case in rows:
        alone = replace(known[case.key], positions=(position,))
        made.append((position.key, _resources(alone, face_).get("Task", [])))
    return made


def _patients(session: Session, face_: Face, narrow: Narrow, limit: int) -> Made:
    found = select(Person).where(Person.place == face_.place.id, col(Person.id) >= narrow.first)
    if narrow.only is None:
        found = found.where(col(Person.merged_into).is_(None))
    else:
        found = found.where(col(Person.id).in_(narrow.only))
    if narrow.identifier is not None:
        found = found.where(col(Person.id).in_(_carry(session, face_, narrow.identifier)))
    if narrow.people is not None:
        found = found.where(col(Person.id).in_(narrow.people))
    rows = session.exec(found.order_by(col(Person.id)).limit(limit)).all()
    return [(one.key, _patient(session, face_, one)) for one in rows]


def _carry(session: Session, face_: Face, identifier: tuple[str | None, str]) -> list[int]:
    """Whoever carries it, as they are now; not by what was said in a case that whoever asks may not see."""
    system, value = identifier
    said = select(Identifier).where(
        Identifier.place == face_.place.id,
        col(Identifier.system).in_([system] if system else _systems(session, face_.place.id)),
        Identifier.value == value,
        col(Identifier.entered_in_error_at).is_(None),
    )
    hidden = seen.hidden(session, face_.place.id)
    of = {one.person_id for one in session.exec(said.limit(100)) if one.case_id not in hidden}
    return sorted(set(_now_are(session, of).values()))


def _systems(session: Session, place: str) -> list[str]:
    """Those that numbers are of: one look into the index for each."""
    found: list[str] = []
    last = ""
    while last is not None:
        newer = select(func.min(Identifier.system)).where(Identifier.place == place, Identifier.system > last)
        if last := session.execute(newer).scalar_one():
            found.append(last)
    return found


def born_in(session: Session, face_: Face, first: date, after: date, most: int) -> tuple[int, ...] | None:
    """Who is known to be born then, as they are now; None where they are more than `most`."""
    born = select(Person.id).where(
        Person.place == face_.place.id, col(Person.born) >= first, col(Person.born) < after
    )
    found = {one for one in session.exec(born.limit(most + 1)) if one is not None}
    return tuple(sorted(set(_now_are(session, found).values()))) if len(found) <= most else None


def _patient(session: Session, face_: Face, person: Person) -> list[Resource]:
    try:
        people_store.visible(session, face_.place.id, person.key)
    except NotFound:
        return []
    head = people_store.head(session, person)
    if head.key != person.key:
        return [people.replaced(person.key, head.key)]
    return [people.patient(people_store.record(session, person))]


def _plans(session: Session, face_: Face, narrow: Narrow, limit: int) -> Made:
    found = select(Fact).where(
        Fact.place == face_.place.id, Fact.kind == FactKind.plan, col(Fact.id) >= narrow.first
    )
    if narrow.only is not None:
        found = found.where(col(Fact.id).in_(narrow.only))
    if narrow.people is not None:
        found = found.where(col(Fact.person_id).in_(narrow.people))
    if narrow.since is not None:
        found = found.where(col(Fact.recorded_at) >= narrow.since)
    rows = session.exec(found.order_by(col(Fact.id)).limit(limit)).all()
    return [(fact.key, _plan(session, face_, fact)) for fact in rows]


def _plan(session: Session, face_: Face, fact: Fact) -> list[Resource]:
    """One that is said to be, stands, and may be seen."""
    if fact.in_error or fact.says is not Says.present:
        return []
    try:
        person = people_store.visible(session, face_.place.id, fact.person_id)
        people_store.row_of(session, Fact, face_.place.id, fact.key)
    except NotFound:
        return []
    newer = select(Fact.id).where(Fact.supersedes_id == fact.id, col(Fact.entered_in_error_at).is_(None))
    if session.exec(newer.limit(1)).first() is not None:
        return []
    head = people_store.head(session, person)
    ids = [one.key for one in people_store.members(session, head)]
    cases = people_store.cases_of(session, ids, seen.hidden(session, face_.place.id))
    with_words = all(what_may_leave(case) is Leaving.whole for case in cases)
    return [people.care_plan(fact, head.key, face_.now, with_words=with_words)]


def family(session: Session, face_: Face, person_id: int) -> tuple[int, ...]:
    """All who turned out to be that person; none where whoever asks sees nobody of that number."""
    try:
        person = people_store.visible(session, face_.place.id, person_id)
    except NotFound:
        return ()
    head = people_store.head(session, person)
    return tuple(one.key for one in people_store.members(session, head))


def of_heads(session: Session, face_: Face, asked: Asked) -> Asked:
    """Whoever turned out to be another is asked for by that number, which is what resources say."""
    filters = tuple(
        (name, tuple(_of_head(session, face_, one) for one in values))
        if REFERENCES.get(name) == "Patient"
        else (name, values)
        for name, values in asked.filters
    )
    return replace(asked, filters=filters)


def _of_head(session: Session, face_: Face, said: str) -> str:
    for number in numbers([said], "Patient"):
        try:
            person = people_store.visible(session, face_.place.id, number)
        except NotFound:
            return said
        return str(people_store.head(session, person).key)
    return said


PAGES: dict[str, Page] = {
    "CarePlan": _plans,
    "Encounter": _of_cases("Encounter", assessed=False),
    "Observation": _of_cases("Observation", assessed=True),
    "Patient": _patients,
    "ServiceRequest": _of_cases("ServiceRequest", assessed=True),
    "Task": _tasks,
}
"""Each gives at most so many rows from the first on."""
