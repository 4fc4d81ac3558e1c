"""One text of a case is sealed and unsealed over HTTP (S18). Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from dispatch import sealed_texts
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import sealed_items, sealing, store
from records.sealed_items import Kind

router = APIRouter()
Sealer = Annotated[Visitor, allow(*sealing.MAY_SEAL)]
Said = dict[str, str]


class Why(Body):
    why: Text = Field(max_length=300)


@router.post("/cases/{case_id}/texts/{message_id}/seal")
def seal(request: Request, case_id: Number, message_id: Number, told: Why, visitor: Sealer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        case = store.case(session, visitor.user.place, case_id)
        sealed_texts.seal(session, case, message_id, told.why, now, visitor.user.actor)
    return {"said": "Sealed: only those who must see it do."}


@router.post("/cases/{case_id}/texts/{message_id}/unseal")
def unseal(request: Request, case_id: Number, message_id: Number, visitor: Sealer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        case = store.case(session, visitor.user.place, case_id)
        sealed_items.unseal(session, case, Kind.message, message_id, now, visitor.user.actor)
    return {"said": "Not sealed any more: everybody here sees it again."}
