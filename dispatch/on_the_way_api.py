"""What a coordinator records of somebody on the way or at the scene: details read out, all well. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request

from dispatch import check_in, details
from hub.access import Role
from hub.bodies import Number
from hub.gate import Visitor, allow, hub_of
from records import store as records
from records.model import Position

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Said = dict[str, str]


@router.post("/positions/{position_id}/read-out")
def read_out(request: Request, position_id: Number, visitor: Doer) -> Said:
    """S24: details read by voice count as opened."""
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        details.read_out(session, position, now, visitor.user.actor)
    return {"said": "Recorded: they know where they are going."}


@router.post("/positions/{position_id}/all-well")
def all_well(request: Request, position_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        check_in.all_well(session, position, now, now, visitor.user.actor)
    return {"said": "Recorded; they are asked again in their time."}
