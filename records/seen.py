"""What whoever asks may see of the cases (S18): the queries that leave out what is sealed to them.

`store.case` and `store.row` ask here, so that a route which finds its case by a number needs to think of nothing.
"""

from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from hub import asking
from hub.asking import Asker
from hub.errors import NotFound
from records.lifecycles import CallState
from records.model import SEALED, Call, Case
from records.sight import Relationship, may_see

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
    if not ids or asker.id is None:
        return ids
    taken = select(Call.case_id).where(col(Call.case_id).in_(ids), Call.handler_id == asker.id).distinct()
    theirs = [session.get_one(Case, case_id) for case_id in session.exec(taken)]
    return ids - {case.key for case in theirs if sees(session, case)}


def sees(session: Session, case: Case) -> bool:
    """Whether whoever asks may see this case."""
    asker = asking.who()
    if asker is None or not case.sealed or may_see(asker.rights, Relationship.none, sealed=True):
        return True
    return may_see(asker.rights, _relationship(session, case, asker), sealed=True)


def must_see(session: Session, case: Case | None, problem: str) -> None:
    """Raises `NotFound` with the words for what is not there at all: nobody is told that something is."""
    if case is not None and not sees(session, case):
        raise NotFound(problem)


def must_see_case_of(session: Session, row: Any, problem: str) -> None:
    """The same of the case that a row belongs to, if any. Only who might be refused waits for the look, and nobody
    who is on the very call."""
    asker = asking.who()
    if row.case_id is None or asker is None or may_see(asker.rights, Relationship.none, sealed=True):
        return
    if isinstance(row, Call) and row.state is CallState.on_line and row.handler_id == asker.id is not None:
        return
    must_see(session, session.get(Case, row.case_id), problem)


def _relationship(session: Session, case: Case, asker: Asker) -> Relationship:
    """What somebody of the hub has to do with it. Responders have pages of their own, which find an offer by its code
    and show it to nobody else (S24)."""
    if asker.id is None:
        return Relationship.none
    if case.responsible_id == asker.id:
        return Relationship.responsible
    found = select(Call).where(Call.case_id == case.key, col(Call.handler_id).is_not(None))
    calls = list(session.exec(found.order_by(col(Call.id).desc()).limit(50)))
    if any(call.handler_id == asker.id and call.state is CallState.on_line for call in calls):
        return Relationship.on_its_call
    return Relationship.took_it if calls and calls[0].handler_id == asker.id else Relationship.none
