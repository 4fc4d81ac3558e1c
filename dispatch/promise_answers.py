"""A coordinator says yes or no to a promise to come by a time."""

from datetime import datetime

from sqlmodel import Session

from dispatch import promises, seeking, service, store, taking_back, texts
from dispatch.desk import Desk
from dispatch.model import Offer
from dispatch.offers import SET_OFF_IN
from dispatch.promises import Promise
from dispatch.visits import travel
from hub.actors import Actor
from hub.errors import Conflict
from hub.places import place_of
from records import tasks
from records.lifecycles import TaskState
from records.model import Position, Task, TaskKind
from records.service import Due, redue, take


def accept(session: Session, desk: Desk, task: Task, now: datetime, actor: Actor) -> bool:
    """It is theirs, with the time they said as its forecast and deadlines that fit that (S25). False where somebody
    else has it, or their musts hold no more; they are told either way."""
    promise, offer = _waiting(session, task, now)
    tasks.do(session, task, now, actor, f"Accepted: {task.words}")
    if not service.accept(session, desk, offer, now, actor, promise.there_by):
        return False
    position = session.get_one(Position, promise.position_id, populate_existing=True)
    if position.is_next:
        return True  # it begins when the visit before it is over
    position.forecast_at = promise.there_by
    session.add(position)
    leave_by = promise.there_by - travel(position)
    redue(session, position, Due("set_off", max(leave_by, now + SET_OFF_IN)))
    return True


def refuse(session: Session, desk: Desk, task: Task, now: datetime, actor: Actor) -> None:
    """They are told that they are not needed then; the hub goes on looking."""
    promise, offer = _waiting(session, task, now)
    tasks.do(session, task, now, actor, f"Not accepted: {task.words}")
    taking_back.end_offer(session, offer, "withdraw", now, "not accepted with its condition")
    who = store.responder(session, offer.responder_id)
    place, case = place_of(session, offer.place), take(session, offer.case_id, now)
    taking_back.answer(session, place, who, case, offer, texts.not_needed_then(offer.code), now)
    seeking.seek(session, desk, promise.position_id, now)


def _waiting(session: Session, task: Task, now: datetime) -> tuple[Promise, Offer]:
    take(session, task.case_id, now)
    session.refresh(task)
    promise = promises.of_task(session, task)
    if task.kind is not TaskKind.promise or task.state is not TaskState.open:
        raise Conflict("Somebody has decided about this already, or the visit is somebody else's by now.")
    return promise, session.get_one(Offer, promise.offer_id, populate_existing=True)
