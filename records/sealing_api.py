"""A case is sealed and unsealed over HTTP (S18). Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import sealed_items, sealing, store
from records.sealed_items import Kind

router = APIRouter()
Sealer = Annotated[Visitor, allow(*sealing.MAY_SEAL)]
Said = dict[str, str]


class Why(Body):
    why: Text = Field(max_length=300)


@router.post("/cases/{case_id}/seal")
def seal(request: Request, case_id: Number, told: Why, visitor: Sealer) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        sealing.seal(session, case_id, told.why, hub.clock.now(), visitor.user.actor)
    return {"said": "Sealed: only those who must see it do."}


@router.post("/cases/{case_id}/unseal")
def unseal(request: Request, case_id: Number, visitor: Sealer) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        store.case(session, visitor.user.place, case_id)
        sealing.unseal(session, case_id, hub.clock.now(), visitor.user.actor)
    return {"said": "Not sealed any more: everybody here sees it again."}


@router.post("/cases/{case_id}/notes/{line_id}/seal")
def seal_note(request: Request, case_id: Number, line_id: Number, told: Why, visitor: Sealer) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        case = store.case(session, visitor.user.place, case_id)
        sealed_items.seal_note(session, case, line_id, told.why, hub.clock.now(), visitor.user.actor)
    return {"said": "Sealed: only those who must see it do."}


@router.post("/cases/{case_id}/notes/{line_id}/unseal")
def unseal_note(request: Request, case_id: Number, line_id: Number, visitor: Sealer) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        case = store.case(session, visitor.user.place, case_id)
        sealed_items.unseal(session, case, Kind.note, line_id, hub.clock.now(), visitor.user.actor)
    return {"said": "Not sealed any more: everybody here sees it again."}
