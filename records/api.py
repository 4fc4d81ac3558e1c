"""What a person of the hub does to a case and what it owes, over HTTP. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import alarm_taking, call_backs, hand_overs, outcomes, reopening, store, tasks
from records.model import CallBack, HandOver, Outcome, Task
from records.rules import Welfare
from records.service import reopen as open_again
from records.service import still_in_the_way, take

router = APIRouter()
Hub = (Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)
Doer = Annotated[Visitor, allow(*Hub)]
Said = dict[str, str]


class Ended(Body):
    """`version` is the case's as it was on the screen: if it has changed since, look again first."""

    outcome: Outcome
    words: Text = Field(default="", max_length=1000)
    version: int | None = Field(default=None, ge=1)


class Again(Body):
    why: Text = Field(max_length=300)
    version: int | None = Field(default=None, ge=1)


class Words(Body):
    words: Text = Field(default="", max_length=400)


class Reference(Body):
    reference: Text = Field(max_length=60)


class Why(Body):
    why: Text = Field(max_length=300)


@router.post("/alarms/{alarm_id}/take")
def take_alarm(request: Request, alarm_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        alarm_taking.take_alarm(session, alarm_id, now, visitor.user)
    return {"said": f"Taken by {visitor.user.name}."}


@router.post("/cases/{case_id}/outcome")
def say_how_it_ended(request: Request, case_id: Number, ended: Ended, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        case = take(session, case_id, now, ended.version)
        outcomes.say(session, case, ended.outcome, ended.words, now, visitor.user.actor)
        in_the_way = still_in_the_way(session, case)
    return {"said": f"Kept. {in_the_way}" if in_the_way else "Kept; the case is closed."}


@router.post("/cases/{case_id}/reopen")
def reopen(request: Request, case_id: Number, again: Again, visitor: Doer) -> Said:
    welfare: Welfare = request.app.state.welfare_calls
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        case = take(session, case_id, now, again.version)
        reopening.must_be_allowed(session, case, visitor.user, now)
        open_again(session, case, welfare, now, visitor.user.actor, again.why)
    return {"said": "Open again, on its old clock."}


@router.post("/cases/{case_id}/note")
def note(request: Request, case_id: Number, note: Words, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        case = store.case(session, visitor.user.place, case_id)
        tasks.note(session, case, note.words, now, visitor.user.actor)
    return {"said": "Note kept."}


@router.post("/hand-overs/{row_id}/confirm")
def confirm(request: Request, row_id: Number, told: Reference, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.row(session, HandOver, row_id, visitor.user.place)
        hand_overs.confirm(session, row, told.reference, now, visitor.user.actor)
    return {"said": f"Confirmed with reference {told.reference}."}


@router.post("/hand-overs/{row_id}/refuse")
def refuse(request: Request, row_id: Number, told: Why, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.row(session, HandOver, row_id, visitor.user.place)
        hand_overs.refuse(session, row, told.why, now, visitor.user.actor)
    return {"said": "Refusal kept; a clinician's call-back is due."}


@router.post("/hand-overs/{row_id}/again")
def ask_again(request: Request, row_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.row(session, HandOver, row_id, visitor.user.place)
        hand_overs.ask_again(session, row, now, visitor.user.actor)
    return {"said": "Asked for again."}


@router.post("/call-backs/{row_id}/reached")
def reached(request: Request, row_id: Number, told: Words, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.row(session, CallBack, row_id, visitor.user.place)
        call_backs.reach_by_hand(session, row, told.words, now, visitor.user.actor)
    return {"said": "Rung back."}


@router.post("/call-backs/{row_id}/failed")
def failed(request: Request, row_id: Number, told: Words, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.row(session, CallBack, row_id, visitor.user.place)
        way = call_backs.fail(session, row, now, visitor.user.actor, told.words or "no answer")
    return {"said": f"Kept. Now: {way}."}


@router.post("/tasks/{task_id}/done")
def done(request: Request, task_id: Number, told: Words, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        task = store.row(session, Task, task_id, visitor.user.place)
        tasks.do_by_hand(session, task, told.words, now, visitor.user.actor)
    return {"said": "Done."}
