"""Find over all cases, open and lately closed. A post, so that no name, number or postcode stands in an address."""

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
from triage import finding

router = APIRouter()
Finder = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
LOOKED = "cases_found"


class Typed(Body):
    typed: Annotated[Text, Field(max_length=200)]


@router.post("/find")
def find(request: Request, body: Typed, visitor: Finder) -> Response:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        found, more = finding.find(session, place.id, body.typed, now)
    kept_apart.is_over()  # what was looked for is written nowhere
    if found:
        refs = ", ".join(one.case.ref for one in found)
        keep_finding(
            hub, visitor.user, LOOKED, f"place:{place.id}", refs[:300]
        )  # one look, at whoever was found
    html = fragment("_found.html", found=found, more=more, most=finding.MOST, clock=said_clock(place, now))
    return JSONResponse({"html": html, "found": len(found)})
