"""What felt wrong: those who answer for the protocols see all of it and answer; everybody else sees their own."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.frame import page, the_place
from dashboard.pages.call import said_clock
from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_look
from triage import concerns
from triage.api import library_of

router = APIRouter()
Seer = Annotated[
    Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance)
]


@router.get("/concerns")
def felt_wrong(request: Request, visitor: Seer) -> Response:
    hub, place, user = hub_of(request), the_place(request), visitor.user
    answers = user.has(Role.governance, Role.hub_clinician)
    now = hub.clock.now()
    with hub.db.read() as session:
        found = concerns.listed(session, place.id, None if answers else user.id or 0)
    keep_look(hub, user, "looked at concerns", f"place:{place.id}")  # answers of people's triage are shown
    protocols = {protocol.protocol: protocol.title for protocol in library_of(request).triage.values()}
    return page(
        request,
        "concerns.html",
        visitor,
        waiting=[one for one in found if one.answered_at is None],
        answered=[one for one in found if one.answered_at is not None],
        answers=answers,
        protocols=protocols,
        labels={one.id: one.label for one in library_of(request).house.priorities},
        clock=said_clock(place, now),
    )
