"""Cases for other systems: a page at a time, and found by what identifies them. Reads only."""

from typing import Any

from sqlmodel import Session, col, select

from records import seen
from records.lifecycles import TaskState
from records.model import Call, Case, CaseState, Task


def page(
    session: Session, place: str, after: int, limit: int, state: CaseState | None, priority: str | None
) -> list[Case]:
    """Those that follow number `after`, oldest first."""
    found = select(Case).where(Case.place == place, col(Case.id) > after, _seen(session, place))
    if state is not None:
        found = found.where(Case.state == state)
    if priority is not None:
        found = found.where(Case.priority == priority)
    return list(session.exec(found.order_by(col(Case.id)).limit(limit)))


def found(
    session: Session, place: str, limit: int, ref: str | None, nhs_number: str | None, number: str | None
) -> list[Case]:
    """Those with all of what is given, newest first."""
    wanted = select(Case).where(Case.place == place, _seen(session, place))
    if ref is not None:
        wanted = wanted.where(Case.ref == ref)
    if nhs_number is not None:
        wanted = wanted.where(Case.nhs_number == nhs_number)
    if number is not None:
        rung = select(Call.case_id).where(Call.place == place, Call.number == number)
        wanted = wanted.where(col(Case.id).in_(rung))
    return list(session.exec(wanted.order_by(col(Case.id).desc()).limit(limit)))


def open_tasks(session: Session, place: str, after: int, limit: int) -> list[Task]:
    """What is still to be done by people of the hub, of all cases that whoever asks may see."""
    found = select(Task).where(Task.place == place, Task.state == TaskState.open, col(Task.id) > after)
    found = found.where(col(Task.case_id).not_in(seen.hidden(session, place)))
    return list(session.exec(found.order_by(col(Task.id)).limit(limit)))


def _seen(session: Session, place: str) -> Any:
    """S18: without those that whoever asks may not see."""
    return col(Case.id).not_in(seen.hidden(session, place))
