"""The audit as `AuditEvent`s. Of what is sealed to whoever asks there is no row (S18)."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from dashboard.audit_search import names_of
from dispatch.model import Offer
from hub.audit import Audit
from records import seen
from records.fhir.audit_event import audit_event
from records.fhir.kinds import Face, Made, Narrow
from records.model import Assessment, Call, Case, Position
from records.people.model import Person


def page(session: Session, face: Face, narrow: Narrow, limit: int) -> Made:
    found = select(Audit).where(Audit.place == face.place.id, col(Audit.id) >= narrow.first)
    if narrow.only is not None:
        found = found.where(col(Audit.id).in_(narrow.only))
    if hidden := _hidden(session, seen.hidden(session, face.place.id)):
        found = found.where(col(Audit.subject).not_in(hidden))
    rows = session.exec(found.order_by(col(Audit.id)).limit(limit)).all()
    names = names_of(session, {row.actor for row in rows})
    return [(row.id or 0, [audit_event(row, names.get(row.actor, row.actor), face.by)]) for row in rows]


def _hidden(session: Session, cases: Collection[int]) -> list[str]:
    """All that a look at a sealed case is written under: the case, and what is of it; whoever is known by it alone."""
    if not cases:
        return []
    subjects = [f"case:{one}" for one in cases]
    for name, table in (("call", Call), ("assessment", Assessment), ("position", Position), ("offer", Offer)):
        of_case = select(table.id).where(table.case_id.in_(cases))  # type: ignore[union-attr]
        subjects += [f"{name}:{number}" for number in session.exec(of_case)]
    elsewhere = select(Case.person_id).where(col(Case.id).not_in(cases), col(Case.person_id).is_not(None))
    alone = select(Person.id).where(col(Person.case_id).in_(cases), col(Person.id).not_in(elsewhere))
    return subjects + [f"person:{number}" for number in session.exec(alone)]
