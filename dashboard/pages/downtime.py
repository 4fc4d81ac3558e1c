"""The downtime list, to be printed at any moment. To open it is one look at everybody on it, and is kept as that."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboard.downtime import downtime_of
from dashboard.frame import page, the_place
from dashboard.pages.call import said_clock
from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_look

router = APIRouter()
Reader = Annotated[
    Visitor,
    allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager),
]
LOOKED = "downtime_list_opened"


@router.get("/downtime")
def downtime(request: Request, visitor: Reader) -> HTMLResponse:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    keep_look(hub, visitor.user, LOOKED, f"place:{place.id}")
    with hub.db.read() as session:
        found = downtime_of(session, request.app, place, now)
    clock = said_clock(place, now)
    return page(
        request,
        "downtime.html",
        visitor,
        down=found,
        clock=clock,
        said=lambda iso: clock(datetime.fromisoformat(iso)) if iso else "",
    )
