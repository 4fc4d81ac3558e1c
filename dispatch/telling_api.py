"""The person is told by hand who is coming: the same words, on a press. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from sqlmodel import Session

from dispatch import telling
from hub.access import Role
from hub.bodies import Number
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]


@router.post("/cases/{case_id}/tell")
def tell(request: Request, case_id: Number, visitor: Doer) -> dict[str, str]:
    hub, now = hub_of(request), hub_of(request).clock.now()

    def act(session: Session) -> int:
        place = place_of(session, visitor.user.place)
        return telling.tell_by_hand(session, place, case_id, now, visitor.user.actor)

    sent = hub.db.write_again(act)
    return {"said": "Their text is on its way." if sent == 1 else f"{sent} texts are on their way."}
