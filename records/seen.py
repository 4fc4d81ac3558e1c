"""What whoever asks may see of the cases: what is sealed to them is left out (S18), and what has been closed for a
while is opened only to whom it concerns.

`store.case` and `store.row` ask here, so that a route which finds its case by a number needs to think of nothing.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, or_, text
from sqlmodel import Session, col, select

from hub import asking
from hub.asking import Asker
from hub.errors import GlassNeeded, NotFound
from records import consents, machine_calls, same_person
from records.break_glass_model import holds
from records.consent_model import Purpose
from records.lifecycles import CallState
from records.model import SEALED, Call, Case, CaseState
from records.sight import ALWAYS, AT_WORK, AT_WORK_FOR, Relationship, may_see

# Built once: every board and every list begins with it.
_SEALED = select(Case.id).where(Case.place == bindparam("of_place"), text(SEALED))


def sealed(session: Session, place: str) -> frozenset[int]:
    """The numbers of the sealed cases, open and closed."""
    found = session.exec(_SEALED, params={"of_place": place})
    return frozenset(case_id for case_id in found if case_id is not None)


def hidden(session: Session, place: str) -> frozenset[int]:
    """The sealed cases that whoever asks may not see; for lists."""
    asker = asking.who()
    if asker is None or may_see(asker.rights, Relationship.none, sealed=True):
        return frozenset()
    ids = sealed(session, place)
    if not ids:
        return ids
    if asker.id is None:
        near = machine_calls.cases_of(session, asker.token, ids) if asker.token is not None else set()
        return ids - {case_id for case_id in near if sees(session, session.get_one(Case, case_id))}
    taken = select(Call.case_id).where(col(Call.case_id).in_(ids), Call.handler_id == asker.id).distinct()
    theirs = [session.get_one(Case, case_id) for case_id in session.exec(taken)]
    return ids - {case.key for case in theirs if sees(session, case)}


def sees(session: Session, case: Case) -> bool:
    """Whether it is there at all for whoever asks; for lists, which show only enough to choose."""
    return not case.sealed or reaches(session, case)


def reaches(session: Session, case: Case) -> bool:
    """Whether whoever asks may see what is sealed of this case."""
    asker = asking.who()
    if asker is None or may_see(asker.rights, Relationship.none, sealed=True):
        return True
    return may_see(asker.rights, _relationship(session, case, asker), sealed=True)


def must_see(session: Session, case: Case | None, problem: str) -> None:
    """Raises `NotFound` with the words for what is not there at all: nobody is told that something sealed is. Raises
    `GlassNeeded` where it is over and does not concern them."""
    asker = asking.who()
    if case is None or asker is None:
        return
    if not sees(session, case):
        raise NotFound(problem)
    if needs_glass(session, case, asker):
        raise GlassNeeded(case.key)


def must_see_case_of(session: Session, row: Any, problem: str) -> None:
    """The same of the case that a row belongs to, if any. Nobody who is on the very call waits for the look."""
    asker = asking.who()
    if row.case_id is None or asker is None:
        return
    if isinstance(row, Call) and row.state is CallState.on_line and row.handler_id == asker.id is not None:
        return
    must_see(session, session.get(Case, row.case_id), problem)


def needs_glass(session: Session, case: Case, asker: Asker) -> bool:
    """Whether the case is over and nothing that they have to do with it opens it."""
    return is_past(case, asker) and opened_by(session, case, asker) is None


def is_past(case: Case, asker: Asker) -> bool:
    """Closed for longer than the room goes on working with it."""
    if case.state is CaseState.open or case.sealed or case.closed_at is None or asker.at is None:
        return False
    return asker.at - case.closed_at > AT_WORK_FOR


def opened_by(session: Session, case: Case, asker: Asker) -> Relationship | None:
    """The nearest relationship by which they see a past case; None where nothing opens it."""
    agreed = consents.agreed(session, case, Purpose.direct_care)
    for relationship in _relationships(session, case, asker):
        if may_see(asker.rights, relationship, sealed=False, past=True, agreed=agreed):
            return relationship
    return None


def relation_to(session: Session, case_id: int) -> str | None:
    """What whoever asks has to do with a case that they see, as the audit keeps it (`sight.WHY`)."""
    asker, case = asking.who(), session.get(Case, case_id)
    if asker is None or case is None:
        return None
    found = opened_by(session, case, asker) if is_past(case, asker) else _relationship(session, case, asker)
    if found is None or (found is Relationship.none and asker.id is not None):
        return AT_WORK
    return found.value


def _relationships(session: Session, case: Case, asker: Asker) -> Iterator[Relationship]:
    """The nearest first; what takes a look of its own comes only if it is asked for."""
    yield _relationship(session, case, asker)
    if same_person.has_open_case(session, case, sealed_too=not ALWAYS.isdisjoint(asker.rights)):
        yield Relationship.same_person
    if asker.id is not None and asker.at is not None and holds(session, case.key, asker.id, asker.at):
        yield Relationship.broke_glass


def _relationship(session: Session, case: Case, asker: Asker) -> Relationship:
    """What somebody of the hub has to do with it. Responders have pages of their own, which find an offer by its code
    and show it to nobody else (S24)."""
    if asker.id is not None and case.responsible_id == asker.id:
        return Relationship.responsible
    of_machine = set() if asker.token is None else machine_calls.calls_of(session, asker.token, case.key)
    taken = or_(col(Call.handler_id).is_not(None), col(Call.id).in_(of_machine))
    found = select(Call.id, Call.handler_id, Call.state).where(Call.case_id == case.key, taken)
    calls = session.execute(found.order_by(col(Call.id).desc()).limit(50)).all()
    theirs = [call.id in of_machine or (call.handler_id == asker.id is not None) for call in calls]
    if any(one and call.state is CallState.on_line for one, call in zip(theirs, calls, strict=True)):
        return Relationship.on_its_call
    return Relationship.took_it if theirs and theirs[0] else Relationship.none
