"""What a coordinator does by hand: a step told by phone, an answer told by phone, a text answered. Only translates."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from dispatch import by_hand, service, store, taking_back, undone, visits, wanted_again
from dispatch.desk import Desk
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of
from records import store as records
from records.lifecycles import PositionState
from records.model import Position, Task, TaskKind

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Senior = Annotated[Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager)]
Said = dict[str, str]
TO_THE_MINUTE = timedelta(minutes=1)
"""People say times to the minute: 14:20 for a call that came at 14:20:35 is not before the call."""


class Step(Body):
    event: Literal["set_off", "arrive", "begin_care", "finish", "find_no_access", "find_person"]
    at: AwareDatetime | None = None


class Why(Body):
    why: Text = Field(max_length=300)


class Delay(Body):
    minutes: int = Field(ge=1, le=240)


class CareBegan(Body):
    """`at` null: no care was given."""

    at: AwareDatetime | None


class Reply(Body):
    body: Text = Field(max_length=400)


@router.post("/positions/{position_id}/step")
def step(request: Request, position_id: Number, told: Step, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()

    def act(session: Session) -> None:
        position = records.row(session, Position, position_id, visitor.user.place)
        at = _at(session, visitor.user.place, position.case_id, told.at)
        visits.end_overdue_alarms(session, position, now)  # first: no access rings an alarm of its own
        visits.step(session, position, told.event, now, visitor.user.actor, at)

    hub.db.write_again(act)
    return {"said": "Recorded."}


@router.post("/positions/{position_id}/undo")
def undo(request: Request, position_id: Number, told: Why, visitor: Senior) -> Said:
    welfare = _desk(request).library.house.welfare_calls
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        before = undone.undo(session, position, told.why, welfare, now, visitor.user.actor)
        visits.end_overdue_alarms(session, position, now)
    if before == PositionState.done:
        return {
            "said": "They are on another visit by now, so this one stays done; a task asks for somebody else."
        }
    return {"said": f"Taken back; they are {before.replace('_', ' ')} again."}


@router.post("/positions/{position_id}/hand-back")
def hand_back(request: Request, position_id: Number, told: Why, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        visits.hand_back(session, position, now, visitor.user.actor, told.why)
    return {"said": "Handed back; somebody else is looked for."}


@router.post("/positions/{position_id}/stand-down")
def stand_down(request: Request, position_id: Number, told: Why, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    if not told.why:
        raise Refused("Say why the visit is not needed any more; the reason is kept.")
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        taking_back.stand_down(session, position, now, visitor.user.actor, told.why)
        visits.end_overdue_alarms(session, position, now)
    return {"said": "Stood down; those who were told of it are told."}


@router.post("/positions/{position_id}/want-again")
def want_again(request: Request, position_id: Number, told: Why, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        again = wanted_again.want_again(session, position, told.why, now, visitor.user.actor)
    return {"said": f"A {again.title.lower()} is looked for again; who was stood down stays so."}


@router.post("/positions/{position_id}/delay")
def delay(request: Request, position_id: Number, told: Delay, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        visits.delay(session, position, told.minutes, now, visitor.user.actor)
        visits.end_overdue_alarms(session, position, now)
    return {"said": f"Delay of {told.minutes} min recorded."}


@router.post("/offers/{offer_id}/accept")
def accept(request: Request, offer_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()

    def act(session: Session) -> bool:
        offer = store.offer(session, visitor.user.place, offer_id)
        return service.accept(session, _desk(request), offer, now, visitor.user.actor)

    accepted = hub.db.write_again(act)
    return {"said": "Accepted; they are told." if accepted else "Too late: it is not open to them any more."}


@router.post("/offers/{offer_id}/decline")
def decline(request: Request, offer_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()

    def act(session: Session) -> None:
        offer = store.offer(session, visitor.user.place, offer_id)
        service.decline(session, _desk(request), offer, now, visitor.user.actor)

    hub.db.write_again(act)
    return {"said": "Declined; the next is asked."}


@router.post("/tasks/{task_id}/care-began")
def care_began(request: Request, task_id: Number, told: CareBegan, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        task = records.row(session, Task, task_id, visitor.user.place)
        if task.kind is not TaskKind.care_time:
            raise Refused("This task does not ask when care began.")
        at = _at(session, visitor.user.place, task.case_id, told.at)
        visits.say_when_care_began(session, task, at, now, visitor.user.actor)
    return {"said": "Kept."}


@router.post("/messages/{message_id}/reply")
def reply(request: Request, message_id: Number, told: Reply, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        place = place_of(session, visitor.user.place)
        by_hand.reply(session, place, message_id, told.body, now, visitor.user.actor)
    return {"said": "Sent."}


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _at(session: Session, place: str, case_id: Number, at: datetime | None) -> datetime | None:
    """The time as told; in the minute of the call it is the call's own."""
    start = records.case(session, place, case_id).clock_start
    return start if at is not None and start - TO_THE_MINUTE < at < start else at
