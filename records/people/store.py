"""Every query about people. A merge is followed on reading: `members` are all who turned out to be one person."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import or_, text, update
from sqlmodel import Session, col, select

from hub import asking
from hub.errors import NotFound
from records import seen
from records.homes import Home
from records.model import Case
from records.people import rules
from records.people.fact_model import STANDS, Fact, FactSealing
from records.people.link_model import LINKED, CaseLink, Merge
from records.people.model import (
    NHS_NUMBER,
    Carer,
    Identifier,
    OfPerson,
    Person,
    PersonAddress,
    PersonName,
    PersonNumber,
)
from records.people.rules import Who
from records.sight import Relationship, may_see

R = TypeVar("R", bound=OfPerson)
NOBODY = "There is no such person in this place."
KINDS: tuple[type[OfPerson], ...] = (PersonName, Identifier, PersonAddress, PersonNumber, Carer, Fact)
DEEPEST = 20
MOST_OF_ONE_WAY = 200
MOST = 500
"""So many rows of one kind are read of one person; nobody has as many."""


def lock(session: Session, place: str, *ids: int) -> list[Person]:
    """Begin this transaction's work on these people: their versions go up, in the order of their numbers, the same for
    all, so that no two can wait for each other. Raises `NotFound`."""
    found: dict[int, Person] = {}
    for person_id in sorted(set(ids)):
        bump = (
            update(Person)
            .where(col(Person.id) == person_id, col(Person.place) == place)
            .values(version=col(Person.version) + 1)
            .returning(Person)
            .execution_options(populate_existing=True, synchronize_session=False)
        )
        person = session.execute(bump).scalar_one_or_none()
        if person is None:
            raise NotFound(NOBODY)
        found[person_id] = person
    return [found[person_id] for person_id in ids]


def head(session: Session, person: Person) -> Person:
    """Whom this one turned out to be, at last."""
    for _ in range(DEEPEST):
        if person.merged_into is None:
            return person
        person = session.get_one(Person, person.merged_into)
    raise RuntimeError("merged further than anybody can have been: a circle?")


def families(session: Session, heads: Iterable[Person]) -> dict[int, list[Person]]:
    """By head: the person, and all who were merged into them, however far round."""
    found = {one.key: [one] for one in heads}
    head_of = {key: key for key in found}
    fresh = list(found)
    for _ in range(DEEPEST):
        if not fresh:
            break
        merged = session.exec(select(Person).where(col(Person.merged_into).in_(fresh)))
        fresh = []
        for one in merged:
            if one.merged_into is not None and one.key not in head_of:
                head_of[one.key] = head_of[one.merged_into]
                found[head_of[one.key]].append(one)
                fresh.append(one.key)
    return found


def everybody(session: Session, ids: Collection[int]) -> set[int]:
    """The numbers of all who turned out to be one of these, or whom one of these turned out to be."""
    found = session.exec(select(Person).where(col(Person.id).in_(ids)))
    return {one.key for family in families(session, heads_of(session, found)).values() for one in family}


def of_case(session: Session, case: Case) -> Person | None:
    """Whom the case is linked to, as they are now; None where it is about nobody yet."""
    return None if case.person_id is None else head(session, session.get_one(Person, case.person_id))


def members(session: Session, person: Person) -> list[Person]:
    return families(session, [person])[person.key]


@dataclass
class Record:
    """All that whoever asks may see of one person; `people`: the one, and those merged into them."""

    person: Person
    people: list[Person]
    names: list[PersonName] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    addresses: list[PersonAddress] = field(default_factory=list)
    numbers: list[PersonNumber] = field(default_factory=list)
    carers: list[Carer] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    sealed: dict[int, FactSealing] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def believed(self, but_of: int | None = None) -> "Record":
        """Without what was entered in error, but for what was said in the case `but_of`."""
        kinds = ("names", "identifiers", "addresses", "numbers", "carers", "facts")
        good: dict[str, Any] = {
            kind: [
                row
                for row in getattr(self, kind)
                if not row.in_error or (but_of is not None and row.case_id == but_of)
            ]
            for kind in kinds
        }
        return replace(self, **good)

    @property
    def name(self) -> str:
        return next((one.words for one in self.names if not one.in_error), "")

    @property
    def born(self) -> list[date]:
        return sorted({one.born for one in self.people if one.born})

    @property
    def died(self) -> date | None:
        return next((fact.dated for fact in self.facts if rules.says_died(fact)), None)

    @property
    def nhs_number(self) -> str | None:
        good = (one for one in self.identifiers if one.system == NHS_NUMBER and not one.in_error)
        return next((one.value for one in good), None)


def visible(session: Session, place: str, person_id: int) -> Person:
    """The person of that number, as it is now; raises `NotFound` where there is none, or nothing that whoever asks may
    see of them: then nobody is told that they are there (S18)."""
    person = session.get(Person, person_id)
    if person is None or person.place != place:
        raise NotFound(NOBODY)
    if _is_hidden(session, person):
        raise NotFound(NOBODY)
    return person


def _is_hidden(session: Session, person: Person) -> bool:
    """Made from a case that whoever asks may not see, with no other case to be known from."""
    hidden = seen.hidden(session, person.place)
    people = members(session, head(session, person))
    if not hidden or any(one.case_id not in hidden for one in people):
        return False
    ids = [one.key for one in people]
    linked = session.exec(select(Case.id).where(col(Case.person_id).in_(ids)).limit(MOST))
    return all(case_id in hidden for case_id in linked)


def rows(
    session: Session, kind: type[R], ids: Collection[int], hidden: Collection[int], limit: int = MOST
) -> list[R]:
    """The newest first; none that was said in a case which whoever asks may not see. Where there are more than `limit`,
    what counts no more is left out first: nobody writes what stands off a screen."""
    found = select(kind).where(col(kind.person_id).in_(ids))
    if hidden:
        found = found.where(or_(col(kind.case_id).is_(None), col(kind.case_id).not_in(hidden)))
    gone = [col(kind.entered_in_error_at).is_not(None)]
    if kind is Fact:
        successors = select(Fact.supersedes_id).where(
            col(Fact.person_id).in_(ids),
            col(Fact.supersedes_id).is_not(None),
            col(Fact.entered_in_error_at).is_(None),
        )
        gone.append(col(Fact.id).in_(successors))
    newest = session.exec(found.order_by(or_(*gone), col(kind.id).desc()).limit(limit))
    return sorted(newest, key=lambda row: -row.key)


def record(session: Session, person: Person) -> Record:
    """Raises nothing: of whom nothing is known the lists are empty, which is unknown and never none (S8)."""
    people = members(session, person)
    ids, hidden = [one.key for one in people], seen.hidden(session, person.place)
    made = {one.key: one for one in people if one.case_id not in hidden}
    of: dict[type[OfPerson], list[Any]] = {kind: rows(session, kind, ids, hidden) for kind in KINDS}
    sealed = sealings(session, [fact.key for fact in of[Fact]])
    return Record(
        person,
        list(made.values()),
        of[PersonName],
        of[Identifier],
        of[PersonAddress],
        of[PersonNumber],
        of[Carer],
        [fact for fact in of[Fact] if fact.key not in sealed or sees_sealed(session, fact)],
        sealed,
        cases_of(session, ids, hidden),
    )


def facts(session: Session, person: Person) -> list[Fact]:
    """Those that whoever asks may see."""
    ids = [one.key for one in members(session, person)]
    found = rows(session, Fact, ids, seen.hidden(session, person.place))
    sealed = sealings(session, [fact.key for fact in found])
    return [fact for fact in found if fact.key not in sealed or sees_sealed(session, fact)]


def sealings(session: Session, fact_ids: Collection[int]) -> dict[int, FactSealing]:
    if not fact_ids:
        return {}
    found = select(FactSealing).where(col(FactSealing.fact_id).in_(fact_ids), text(STANDS))
    return {one.fact_id: one for one in session.exec(found)}


def sees_sealed(session: Session, fact: Fact) -> bool:
    """S18: whoever would see its case if all of that were sealed; of no case, those who always do."""
    if fact.case_id is not None:
        return seen.reaches(session, session.get_one(Case, fact.case_id))
    asker = asking.who()
    return asker is None or may_see(asker.rights, Relationship.none, sealed=True)


def cases_of(session: Session, ids: Iterable[int], hidden: Collection[int], limit: int = 100) -> list[Case]:
    """The newest first."""
    found = select(Case).where(col(Case.person_id).in_(list(ids)), col(Case.id).not_in(hidden))
    return list(session.exec(found.order_by(col(Case.id).desc()).limit(limit)))


def row_of(session: Session, kind: type[R], place: str, row_id: int) -> R:
    """One row that whoever asks may see. Raises `NotFound`."""
    row = session.get(kind, row_id)
    if row is None or row.place != place or row.case_id in seen.hidden(session, place):
        raise NotFound("There is nothing of that number here.")
    if isinstance(row, Fact) and sealings(session, [row.key]) and not sees_sealed(session, row):
        raise NotFound("There is nothing of that number here.")
    return row


def whos(session: Session, place: str, heads: Collection[Person]) -> dict[int, Who]:
    """By head, what tells each from others; what was entered in error does not, nor what whoever asks may not see."""
    family, hidden = families(session, heads), seen.hidden(session, place)
    head_of = {one.key: head for head, people in family.items() for one in people}
    of: dict[type[OfPerson], dict[int, list[Any]]] = {}
    for kind in (PersonName, Identifier, PersonAddress):
        by_head: dict[int, list[Any]] = {head: [] for head in family}
        for row in rows(session, kind, list(head_of), hidden, MOST * len(head_of)):
            if not row.in_error:
                by_head[head_of[row.person_id]].append(row)
        of[kind] = by_head
    return {
        head: Who(
            tuple(one.words for one in of[PersonName][head]),
            frozenset(one.born for one in people if one.born and one.case_id not in hidden),
            frozenset(one.value for one in of[Identifier][head] if one.system == NHS_NUMBER),
            tuple(Home(one.address, one.postcode) for one in of[PersonAddress][head]),
        )
        for head, people in family.items()
    }


def who_of_case(case: Case) -> Who:
    homes = [Home(case.address, case.postcode)] if case.address else []
    return Who(
        (case.person_name,) if case.person_name.strip() else (),
        frozenset({case.born} if case.born else ()),
        frozenset({case.nhs_number} if case.nhs_number else ()),
        tuple(homes),
    )


def who_may_be(session: Session, place: str, nhs_number: str | None, born: date | None) -> list[Person]:
    """Whoever carries this number or this date of birth: by two indexes, one by one, as heads, without repeats."""
    found: list[Person] = []
    if nhs_number:
        same = select(Identifier.person_id).where(
            Identifier.place == place,
            Identifier.system == NHS_NUMBER,
            Identifier.value == nhs_number,
            col(Identifier.entered_in_error_at).is_(None),
        )
        found += [session.get_one(Person, person_id) for person_id in session.exec(same.limit(50))]
    if born:
        of_day = select(Person).where(Person.place == place, Person.born == born)
        found += session.exec(of_day.order_by(col(Person.id).desc()).limit(MOST_OF_ONE_WAY))
    return heads_of(session, found)


def heads_of(session: Session, people: Iterable[Person]) -> list[Person]:
    return list({one.key: one for one in (head(session, person) for person in people)}.values())


def link_of(session: Session, case_id: int) -> CaseLink | None:
    return session.exec(select(CaseLink).where(CaseLink.case_id == case_id, text(LINKED))).first()


def links_of(session: Session, case_id: int) -> list[CaseLink]:
    """All there have been, the newest first."""
    found = select(CaseLink).where(CaseLink.case_id == case_id).order_by(col(CaseLink.id).desc())
    return list(session.exec(found.limit(50)))


def merges_of(session: Session, ids: Collection[int]) -> list[Merge]:
    """Those that stand among these people, the newest first."""
    found = select(Merge).where(col(Merge.into_id).in_(ids), col(Merge.undone_at).is_(None))
    return list(session.exec(found.order_by(col(Merge.id).desc()).limit(50)))
