"""“Where is the nurse?”, asked from any page: a piece of a page, to be read aloud. A post, so that no name, number or
postcode stands in an address."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from dashboard.frame import fragment, the_place
from dashboard.pages.call import said_clock
from hub import kept_apart
from hub.access import Role
from hub.bodies import Body, Text
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_finding
from records.model import Call
from records.store import row
from triage import where
from triage.api import library_of

router = APIRouter()
Asker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]


class Asked(Body):
    """`call`: the one that is on the line, if any; nothing typed asks about that caller."""

    call: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    typed: Annotated[Text, Field(max_length=200)] = ""


@router.post("/where")
def ask(request: Request, body: Asked, visitor: Asker) -> Response:
    hub, place, house = hub_of(request), visitor.user.place, library_of(request).house
    now = hub.clock.now()
    clock = said_clock(the_place(request), now)
    with hub.db.read() as session:
        call = row(session, Call, body.call, place) if body.call is not None else None
        if call is not None and not body.typed:
            found = where.of_call(session, call, house, now, clock)
        else:
            found = where.asked_for(session, place, body.typed, house, call, now, clock)
    if found:
        kept_apart.is_over()  # what was asked is written nowhere
        for one in found:  # who was looked at is kept with the name of who looked
            keep_finding(hub, visitor.user, "asked where", f"case:{one.case.key}")
    html = fragment("_where.html", found=found, typed=body.typed, on_call=call is not None, clock=clock)
    return JSONResponse({"html": html, "found": len(found)})
