"""A case is sealed with a reason, and unsealed (S18). Whoever may not see it any more has it taken off their board by
the same transaction; whoever may sees it with its mark."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from hub import events
from hub.access import Role
from hub.actors import Actor
from hub.errors import Conflict, Refused
from records import alarms, store
from records.board import JUST_SEALED, task_facts
from records.fhir import exporting
from records.model import Case, Outcome, Task
from records.sealing_model import STANDS, Sealing
from records.service import take, write_line

MAY_SEAL = (Role.hub_clinician, Role.manager)
JOINED_WITHIN = timedelta(days=30)
"""What began no longer before it is looked through for cases that were the same."""


def seal(session: Session, case_id: int, why: str, now: datetime, actor: Actor) -> Case:
    """With all that was joined to it, which names it. Raises `Refused` without a reason."""
    if not why.strip():
        raise Refused("Say why it is sealed. The reason is kept apart, and shown only where the case is.")
    taken = _with_joined(session, case_id, now)
    if taken[case_id].sealed:
        raise Conflict("This case is sealed already.")
    for case in taken.values():
        _seal(session, case, why.strip(), now, actor)
    return taken[case_id]


def unseal(session: Session, case_id: int, now: datetime, actor: Actor) -> Case:
    taken = _with_joined(session, case_id, now)
    if not taken[case_id].sealed:
        raise Conflict("This case is not sealed.")
    for case in taken.values():
        _unseal(session, case, now, actor)
    return taken[case_id]


def seal_with(session: Session, case: Case, target: Case, now: datetime, actor: Actor) -> None:
    """It was the same as a sealed one, and says so in its own words: it is sealed with it."""
    if target.sealed and not case.sealed:
        _seal(session, case, f"The same as {target.ref}.", now, actor)


def standing(session: Session, case: Case) -> Sealing | None:
    """Who sealed it, when and why, while it stands."""
    if not case.sealed:
        return None
    found = select(Sealing).where(Sealing.case_id == case.key, text(STANDS))
    return session.exec(found).first()


def _with_joined(session: Session, case_id: int, now: datetime) -> dict[int, Case]:
    """In the order of their numbers, the same for all, so that no two can wait for each other."""
    case = session.get_one(Case, case_id)
    joined = select(Case.id).where(
        Case.place == case.place,
        Case.linked_case_id == case_id,
        Case.outcome == Outcome.duplicate,
        col(Case.clock_start) > case.clock_start - JOINED_WITHIN,
    )
    ids = {case_id, *(one for one in session.exec(joined.limit(50)) if one is not None)}
    return {one: take(session, one, now) for one in sorted(ids)}


def _seal(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> None:
    if case.sealed:
        return
    case.sealed = True
    session.add(case)
    session.add(
        Sealing(place=case.place, case_id=case.key, by=actor.ref, by_name=actor.name, at=now, why=why[:300])
    )
    write_line(session, case.key, now, actor, "sealed", "Sealed.")
    exporting.end_all(session, case.place, now)
    _gone(session, case, "case", case.key, now)
    _tell_what_is_of_it(session, case, now)


def _unseal(session: Session, case: Case, now: datetime, actor: Actor) -> None:
    if (stands := standing(session, case)) is not None:
        stands.ended_at, stands.ended_by_name = now, actor.name
        session.add(stands)
    case.sealed = False
    session.add(case)
    write_line(session, case.key, now, actor, "unsealed", "Not sealed any more.")
    _tell_what_is_of_it(session, case, now)


def _tell_what_is_of_it(session: Session, case: Case, now: datetime) -> None:
    """Its tasks and alarms, as they are shown from now on; the case itself is told as the transaction ends."""
    for task in store.rows_of(session, Task, case.key, live=True):
        events.tell(
            session, case.place, now, "task", task.key, task_facts(task, case.ref, sealed=case.sealed)
        )
        if case.sealed:
            _gone(session, case, "task", task.key, now)
    for alarm in alarms.live_of_case(session, case.key):
        alarms.tell(session, alarm, case, now)
        if case.sealed:
            _gone(session, case, "alarm", alarm.id, now)


def _gone(session: Session, case: Case, topic: str, subject: object, now: datetime) -> None:
    """For those who saw it and may not any more, beside what the others are told."""
    events.tell(session, case.place, now, JUST_SEALED, f"{topic}-{subject}", None)
