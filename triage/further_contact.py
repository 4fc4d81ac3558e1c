"""S13 and S18 together: somebody rings again about a sealed case, and whoever takes the call may not see it. They are
shown nothing and go on with a case of its own; those who see the sealed one are told there, and join the two.

It is looked for when a call begins (by its number) and when it ends (by all that was typed), by an effect: in a
transaction of its own, so that nobody can tell by waiting (ADR 8).
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from hub import outbox
from hub.actors import HUB
from hub.outbox import Effect, Queue
from records import seen, store
from records.model import Call, Case, CaseState, Task
from records.service import Due, owe, take
from triage.alike import what_is_same
from triage.store import rung_from

LOOK_IN = timedelta(minutes=5)
"""How soon somebody must have looked at both. [LOCAL]"""
SAID = "A further call may be about this case:"


def look_later(session: Session, call: Call, now: datetime) -> None:
    """Nothing is put down where no case of the place is sealed."""
    if call.by_us or call.case_id is None or not seen.sealed(session, call.place):
        return
    look = Effect(
        place=call.place,
        case_id=call.case_id,
        queue=Queue.alerts,
        kind="further_contact",
        payload={"call": call.key},
        outlives_case=True,
        created_at=now,
    )
    outbox.append(session, look)


def look(session: Session, call_id: int, now: datetime) -> None:
    """A task on each open sealed case that the call may be about, once for each case that the call made."""
    call = session.get_one(Call, call_id)
    own = session.get_one(Case, call.case_id)
    ids = seen.sealed(session, call.place) - {own.key}
    if own.sealed or not ids:
        return
    rung = rung_from(session, call, sorted(ids))
    theirs = select(Case).where(col(Case.id).in_(ids), Case.state == CaseState.open).order_by(col(Case.id))
    for case in session.exec(theirs):
        because = what_is_same(own, case, same_number=case.key in rung)
        said = f"{SAID} {own.ref} ("
        if because and not any(one.words.startswith(said) for one in store.rows_of(session, Task, case.key)):
            take(session, case.key, now)
            words = f"{said}{', '.join(because)}). Look at both, and join them if they are the same."
            task = Task(place=case.place, opened_at=now, case_id=case.key, words=words)
            owe(session, task, now, HUB, words, Due("task", now + LOOK_IN))
