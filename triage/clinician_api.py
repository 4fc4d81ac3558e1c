"""What a clinician decides about a case, what anybody may raise, and what felt wrong, over HTTP. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import store
from triage import concerns, lowering, remote_care
from triage.api import library_of
from triage.lowering import Answer

router = APIRouter()
Clinician = Annotated[Visitor, allow(Role.hub_clinician)]
Taker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician)]
Seer = Annotated[
    Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance)
]
Answerer = Annotated[Visitor, allow(Role.governance, Role.hub_clinician)]
Said = dict[str, str]


class Urgency(Body):
    priority: Annotated[str, Field(min_length=1, max_length=40)]
    why: Text = Field(max_length=300)


class Care(Body):
    what: Text = Field(max_length=1000)
    agreed_with: Text = Field(max_length=200)


class Why(Body):
    why: Text = Field(max_length=500)


class Words(Body):
    words: Text = Field(max_length=1000)


@router.post("/cases/{case_id}/raise")
def raise_by_hand(request: Request, case_id: Number, body: Urgency, visitor: Taker) -> Said:
    hub, library = hub_of(request), library_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        lowering.raise_by_hand(
            session, library, case_id, body.priority, body.why, hub.clock.now(), visitor.user.actor
        )
    return {"said": f"Raised to {library.house.priority(body.priority).label}."}


@router.post("/cases/{case_id}/lower")
def lower(request: Request, case_id: Number, body: Urgency, visitor: Clinician) -> Said:
    hub, library = hub_of(request), library_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        row = lowering.lower(
            session, library, case_id, body.priority, body.why, visitor.user, hub.clock.now()
        )
    if row.answer is Answer.alone:
        return {"said": f"Lowered to {library.house.priority(body.priority).label}, on its old clock."}
    return {"said": "Below a red flag: a second clinician is asked. Nothing has changed yet."}


@router.post("/lowerings/{task_id}/agree")
def agree(request: Request, task_id: Number, visitor: Clinician) -> Said:
    hub, library = hub_of(request), library_of(request)
    with hub.db.write() as session:
        row = lowering.of_task(session, visitor.user.place, task_id)
        lowering.agree(session, library, row, visitor.user, hub.clock.now())
    return {"said": "Agreed: it is lowered, on its old clock."}


@router.post("/lowerings/{task_id}/refuse")
def refuse(request: Request, task_id: Number, body: Why, visitor: Clinician) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        row = lowering.of_task(session, visitor.user.place, task_id)
        lowering.refuse(session, row, body.why, visitor.user, hub.clock.now())
    return {"said": "Refused: it stays as urgent as it is."}


@router.post("/cases/{case_id}/remote-care")
def give_remote_care(request: Request, case_id: Number, body: Care, visitor: Clinician) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        remote_care.give(session, case_id, body.what, body.agreed_with, visitor.user, hub.clock.now())
    return {"said": "Remote care is recorded; the clock has stopped."}


@router.post("/cases/{case_id}/concern")
def raise_concern(request: Request, case_id: Number, body: Why, visitor: Seer) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        concerns.raise_concern(session, case_id, body.why, visitor.user, hub.clock.now())
    return {"said": "Kept, with the triage as it stands. Somebody will look, and you can read the answer."}


@router.post("/concerns/{concern_id}/answer")
def answer_concern(request: Request, concern_id: Number, body: Words, visitor: Answerer) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        said = concerns.find(session, visitor.user.place, concern_id)
        concerns.answer(session, said, body.words, visitor.user, hub.clock.now())
    return {"said": f"Answered; {said.by_name} can read it."}
