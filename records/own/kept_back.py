"""What of a person's record stays off their own page, whoever opens it: the one place that says so."""

from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from hub import asking
from records import seen
from records.model import Case
from records.people import store
from records.people.model import Person
from records.people.store import Record


def not_shown(session: Session, person: Person) -> frozenset[int]:
    """The sealed cases of the place (S18), and those of this person that are marked for safeguarding: whoever is
    feared may be the one who reads the page (S17)."""
    ids = [one.key for one in store.members(session, person)]
    marked = select(Case.id).where(col(Case.person_id).in_(ids), col(Case.safeguarding).is_(True))
    with asking.asks(None, ()):
        return seen.hidden(session, person.place) | {one for one in session.exec(marked) if one is not None}


def record_shown(session: Session, person: Person) -> Record:
    """Their record without those cases, and without anything that was said in one of them."""
    not_for_them = not_shown(session, person)
    with asking.asks(None, ()):
        record = store.record(session, person)
    rows = ("people", "names", "identifiers", "addresses", "numbers", "carers", "facts")
    kept: dict[str, Any] = {
        kind: [row for row in getattr(record, kind) if row.case_id not in not_for_them] for kind in rows
    }
    return replace(record, cases=[one for one in record.cases if one.key not in not_for_them], **kept)
