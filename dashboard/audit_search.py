"""Who looked at whom, and why: rows of the audit by case, by who looked and by time, with names for people to read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from dispatch.model import Offer, Responder
from hub.access import User
from hub.audit import Audit
from hub.tokens import ApiToken
from records import seen, store
from records.model import Case
from records.own.model import OwnAccess
from records.people import store as people_store
from records.people.model import Person
from records.sight import WHY

ONE_PAGE = 50
MOST_EXPORTED = 10_000
MOST_CASES = 50
DID = {
    "case_opened": "opened the case",
    "person_opened": "opened the record",
    "people_found": "looked for people, and found records",
    "person_linked": "linked a case to the record",
    "person_unlinked": "unlinked a case from the record",
    "opened call": "opened the call",
    "past_looked_at": "looked at earlier cases",
    "cases_found": "looked for somebody, and found",
    "cases_listed": "listed cases",
    "asked where": "asked where the visit is",
    "details_opened": "opened the details of a visit",
    "details_read_out": "was read the details of a visit",
    "key_safe_looked": "looked at a key-safe code",
    "refused": "was refused",
    "broke_glass": "opened it in an emergency",
    "reviewed_glass": "reviewed an emergency opening",
    "audit_looked_at": "looked at the audit",
    "audit_exported": "exported the audit",
    "own_page_opened": "opened their own page, or that of whom they care for",
    "own_page_downloaded": "took a copy of the own page",
    "own_page_refused": "tried to open the own page, and could not",
    "own_page_agreed": "agreed who may open the own page",
    "own_page_ended": "ended that somebody may open the own page",
    "own_page_looked_at": "looked at who can open the own page",
}
"""What stands in a row, in words; what is not here says itself."""


@dataclass(frozen=True)
class Wanted:
    """`person`: the number of a person's record; `who`: a reference ("user:12"); `before`: the row that the page before
    ended with."""

    ref: str = ""
    person: int | None = None
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """One row as people read it. `about`: a case's reference; `person`: the number of a record."""

    id: int
    at: datetime
    who: str
    did: str
    about: str
    person: int | None
    relation: str
    why: str
    is_emergency: bool
    is_refusal: bool


@dataclass(frozen=True)
class Same:
    """All that is of one person, as far as the hub knows: cases, and the records that were merged into one."""

    cases: tuple[Case, ...] = ()
    people: tuple[int, ...] = ()


def same_person(session: Session, place: str, wanted: Wanted) -> Same:
    """By the newest case of a reference, or by a record: what is linked, and what has the same NHS number."""
    case = store.case_by_ref(session, place, wanted.ref) if wanted.ref else None
    person = wanted.person if case is None else case.person_id
    record = session.get(Person, person) if person is not None else None
    ids: tuple[int, ...] = ()
    if record is not None and record.place == place:
        ids = tuple(one.key for one in people_store.members(session, people_store.head(session, record)))
    which: list[ColumnElement[bool]] = [col(Case.person_id).in_(ids)] if ids else []
    if case is not None:
        which.append(col(Case.id) == case.key)
        if case.nhs_number:
            which.append(col(Case.nhs_number) == case.nhs_number)
    if not which:
        return Same()
    of_place = select(Case).where(Case.place == place)
    every = [
        one
        for one_way in which  # one by one, each by its own index
        for one in session.exec(of_place.where(one_way).order_by(col(Case.id).desc()).limit(MOST_CASES))
    ]
    newest = sorted({one.key: one for one in every}.values(), key=lambda one: -one.key)
    return Same(tuple(newest[:MOST_CASES]), ids)


def rows(session: Session, place: str, wanted: Wanted, same: Same, limit: int) -> list[Audit]:
    """The newest first; `same`: whom `wanted` asks for, if it asks for anybody."""
    found = select(Audit).where(Audit.place == place)
    if wanted.ref or wanted.person is not None:
        # by what it is about first: in the order of time the audit of the whole place would be walked
        about = select(Audit.id).where(
            Audit.place == place, col(Audit.subject).in_(_subjects(session, place, same))
        )
        found = select(Audit).where(col(Audit.id).in_(about))
    if wanted.who:
        found = found.where(Audit.actor == wanted.who)
    if wanted.since:
        found = found.where(col(Audit.at) >= wanted.since)
    if wanted.until:
        found = found.where(col(Audit.at) < wanted.until)
    last = session.get(Audit, wanted.before) if wanted.before else None
    if last is not None:
        older = and_(col(Audit.at) == last.at, col(Audit.id) < last.id)
        found = found.where(or_(col(Audit.at) < last.at, older))
    return list(session.exec(found.order_by(col(Audit.at).desc(), col(Audit.id).desc()).limit(limit)))


def lines(session: Session, found: Sequence[Audit]) -> list[Line]:
    """The same with names and references, in a few looks for all of them."""
    who, about = (
        names_of(session, {row.actor for row in found}),
        _about(session, {row.subject for row in found}),
    )
    return [
        Line(
            id=row.id or 0,
            at=row.at,
            who=who.get(row.actor, row.actor),
            did=DID.get(row.action, row.action.replace("_", " ")),
            about=about.get(row.subject, ""),
            person=next(iter(_numbers([row.subject], "person")), None),
            relation=WHY.get(row.relation or "", ""),
            why=row.why or "",
            is_emergency=row.relation == "broke_glass",
            is_refusal=row.action == "refused",
        )
        for row in found
    ]


def people(session: Session, place: str) -> list[tuple[str, str]]:
    """Whom one can ask for: the people of the hub and the machines, by reference and name."""
    users = session.exec(select(User).where(User.place == place).order_by(col(User.name)).limit(500))
    tokens = session.exec(
        select(ApiToken).where(ApiToken.place == place).order_by(col(ApiToken.id)).limit(200)
    )
    return [(f"user:{one.id}", one.name) for one in users] + [(f"token:{one.id}", one.name) for one in tokens]


def _subjects(session: Session, place: str, same: Same) -> list[str]:
    """A visit's details are looked at under the number of the offer."""
    ids = [case.key for case in same.cases]
    offers = session.exec(select(Offer.id).where(col(Offer.case_id).in_(ids))) if ids else ()
    kinds = (("case", ids), ("offer", offers), ("person", same.people))
    rows = _rows_of(session, place, same.people)
    return [f"{kind}:{one}" for kind, numbers in (*kinds, *rows) for one in numbers]


def _rows_of(session: Session, place: str, people: Sequence[int]) -> list[tuple[str, list[int]]]:
    """What stands on their record: each of it may have been marked as an error."""
    if not people:
        return []
    hidden = seen.hidden(session, place)
    return [
        (str(kind.__tablename__), [row.key for row in people_store.rows(session, kind, people, hidden)])
        for kind in people_store.KINDS
    ]


def names_of(session: Session, refs: Iterable[str]) -> dict[str, str]:
    kinds: dict[str, Any] = {"user": User, "token": ApiToken, "responder": Responder, "own": OwnAccess}
    names: dict[str, str] = {}
    for kind, table in kinds.items():
        ids = _numbers(refs, kind)
        if ids:
            found = session.exec(select(table.id, table.name).where(table.id.in_(ids)))
            names |= {f"{kind}:{number}": name for number, name in found}
    return names


def _about(session: Session, subjects: set[str]) -> dict[str, str]:
    offers = _numbers(subjects, "offer")
    of_offer: dict[int, int] = {}
    if offers:
        found = select(Offer.id, Offer.case_id).where(col(Offer.id).in_(offers))
        of_offer = {offer: case for offer, case in session.exec(found) if offer is not None}
    refs = store.refs_of(session, {*_numbers(subjects, "case"), *of_offer.values()})
    about = {f"case:{number}": ref for number, ref in refs.items()}
    return about | {f"offer:{offer}": refs.get(case, "") for offer, case in of_offer.items()}


def _numbers(refs: Iterable[str], kind: str) -> list[int]:
    parted = (ref.partition(":") for ref in refs)
    return sorted(int(number) for of, _, number in parted if of == kind and number.isdigit())
