"""S28 over HTTP, on another open case of somebody who is said to have died. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records.store import case as case_of
from triage import death_elsewhere, endings
from triage.api import library_of
from triage.endings import Ending

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]


class HowKnown(Body):
    words: Text = Field(max_length=300)


@router.post("/cases/{case_id}/died-too")
def died_too(request: Request, case_id: Number, visitor: Doer) -> dict[str, str]:
    with hub_of(request).db.write() as session:
        case = case_of(session, visitor.user.place, case_id)
        death_elsewhere.stop_here_too(session, case, _by(request, visitor))
    return {"said": "Stopped; whoever was told of it is told that they are not needed."}


@router.post("/cases/{case_id}/not-died")
def not_died(request: Request, case_id: Number, told: HowKnown, visitor: Doer) -> dict[str, str]:
    with hub_of(request).db.write() as session:
        case = case_of(session, visitor.user.place, case_id)
        death_elsewhere.somebody_else(session, case, told.words, _by(request, visitor))
    return {"said": "Kept; this case goes on."}


def _by(request: Request, visitor: Visitor) -> Ending:
    stand_down: endings.StandDown = request.app.state.stand_down
    now, is_clinician = hub_of(request).clock.now(), visitor.user.has(Role.hub_clinician)
    return Ending(library_of(request), stand_down, now, visitor.user.actor, is_clinician)
