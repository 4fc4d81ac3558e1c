"""Offers by hand: made, withdrawn, given to another. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlmodel import Session

from dispatch import by_hand, ladder, offering_by_hand, pausing, promise_answers, store
from dispatch.desk import Desk
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of
from records import store as records
from records.model import Position, Task

router = APIRouter()
Senior = Annotated[Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager)]
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Said = dict[str, str]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class OfferTo(Body):
    """`again`: knowing that they have said no, or gave it back. `as_next`: after the visit that they are on."""

    to: Id
    again: bool = False
    as_next: bool = False


class Reassign(Body):
    to: Id
    again: bool = False
    as_next: bool = False
    why: Text = Field(max_length=300)


class Why(Body):
    why: Text = Field(max_length=300)


class Words(Body):
    to: Id
    body: Text = Field(max_length=400)


class Pause(Body):
    minutes: int = Field(ge=1, le=30)
    why: Text = Field(max_length=300)


@router.post("/positions/{position_id}/offer")
def offer(request: Request, position_id: Number, told: OfferTo, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        who = offering_by_hand.offer_to(
            session,
            _desk(request),
            position,
            told.to,
            now,
            visitor.user.actor,
            again=told.again,
            as_next=told.as_next,
        )
        return {"said": f"Offered to {who.short_name.rstrip('.')}{' as their next' if told.as_next else ''}."}


@router.post("/positions/{position_id}/offer-all")
def offer_all(request: Request, position_id: Number, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        asked = offering_by_hand.offer_to_all(session, _desk(request), position, now, visitor.user.actor)
        return {"said": f"Offered to {', '.join(who.short_name for who in asked)}; the first yes has it."}


@router.post("/positions/{position_id}/reassign")
def reassign(request: Request, position_id: Number, told: Reassign, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        first = position.responder_name
        who = offering_by_hand.reassign(
            session,
            _desk(request),
            position,
            told.to,
            told.why,
            now,
            visitor.user.actor,
            again=told.again,
            as_next=told.as_next,
        )
        behind = " as their next" if told.as_next else ""
        return {"said": f"{first} is stood down; offered to {who.short_name.rstrip('.')}{behind}."}


@router.post("/offers/{offer_id}/withdraw")
def withdraw(request: Request, offer_id: Number, told: Why, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.offer(session, visitor.user.place, offer_id)
        has_left = offering_by_hand.withdraw(session, _desk(request), row, told.why, now, visitor.user.actor)
    return {"said": "Withdrawn; they are told." if has_left else "Withdrawn before its text had left."}


@router.post("/tasks/{task_id}/promise/accept")
def accept_promise(request: Request, task_id: Number, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()

    def act(session: Session) -> bool:
        task = records.row(session, Task, task_id, visitor.user.place)
        return promise_answers.accept(session, _desk(request), task, now, visitor.user.actor)

    accepted = hub.db.write_again(act)
    return {"said": "Accepted; they are told." if accepted else "Too late: it is not open to them any more."}


@router.post("/tasks/{task_id}/promise/refuse")
def refuse_promise(request: Request, task_id: Number, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        task = records.row(session, Task, task_id, visitor.user.place)
        promise_answers.refuse(session, _desk(request), task, now, visitor.user.actor)
    return {"said": "Not accepted; they are told, and the hub goes on looking."}


@router.post("/positions/{position_id}/pause")
def pause(request: Request, position_id: Number, told: Pause, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        pausing.begin(session, _desk(request), position, told.minutes, told.why, now, visitor.user.actor)
    return {"said": f"Paused for {told.minutes} min; it goes on by itself."}


@router.post("/positions/{position_id}/go-on")
def go_on(request: Request, position_id: Number, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        pausing.go_on(session, _desk(request), position, now, visitor.user.actor)
    return {"said": "The ladder goes on."}


@router.post("/positions/{position_id}/next-step")
def next_step(request: Request, position_id: Number, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        done = ladder.next_step_now(session, _desk(request), position, now, visitor.user.actor)
    return {"said": f"Done now: {done}."}


@router.post("/cases/{case_id}/message")
def message(request: Request, case_id: Number, told: Words, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        place = place_of(session, visitor.user.place)
        who = by_hand.write_to(session, place, case_id, told.to, told.body, now, visitor.user.actor)
        return {"said": f"Sent to {who.short_name.rstrip('.')}."}


@router.post("/messages/{message_id}/take-back")
def take_back(request: Request, message_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        by_hand.take_back(session, visitor.user.place, message_id, now, visitor.user.actor)
    return {"said": "Taken back before it had left."}


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk
