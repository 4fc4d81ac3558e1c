"""Clinical responsibility over HTTP (S29): offer it, take it, decline it. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import responsible, store

router = APIRouter()
Clinician = Annotated[Visitor, allow(Role.hub_clinician)]
Holder = Annotated[Visitor, allow(Role.hub_clinician, Role.manager)]
Said = dict[str, str]


class To(Body):
    to: Annotated[int, Field(ge=1, le=2**31 - 1)]


class Why(Body):
    why: Text = Field(default="", max_length=200)


@router.post("/cases/{case_id}/responsible/offer")
def offer(request: Request, case_id: Number, body: To, visitor: Holder) -> Said:
    hub, place = hub_of(request), visitor.user.place
    with hub.db.write() as session:
        store.case(session, place, case_id)
        to = responsible.clinician(session, place, body.to)
        responsible.offer(session, case_id, to, visitor.user, hub.clock.now())
    return {"said": f"{to.name} is asked. It stays with you until they accept."}


@router.post("/cases/{case_id}/responsible/ask-no-more")
def ask_no_more(request: Request, case_id: Number, visitor: Holder) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        responsible.ask_no_more(session, case_id, visitor.user, hub.clock.now())
    return {"said": "Taken back. It stays with you."}


@router.post("/cases/{case_id}/responsible/accept")
def accept(request: Request, case_id: Number, visitor: Clinician) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        case = responsible.accept(session, case_id, visitor.user, hub.clock.now())
    return {"said": f"You are responsible for {case.ref} now."}


@router.post("/cases/{case_id}/responsible/decline")
def decline(request: Request, case_id: Number, body: Why, visitor: Clinician) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        case = responsible.decline(session, case_id, visitor.user, body.why, hub.clock.now())
    return {"said": f"Declined. {case.responsible_name or 'Nobody'} stays responsible."}
