"""What is counted of the protocols' use, for those who answer for them. Only translates."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.frame import local, page, the_place
from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from protocols.measures import counts
from triage import measures
from triage.api import library_of

router = APIRouter()
Lead = Annotated[Visitor, allow(Role.governance, Role.hub_clinician, Role.manager)]
SPANS = (7, 28, 90)


@router.get("/protocols/measures")
def in_use(request: Request, visitor: Lead, days: Literal["7", "28", "90"] = "28") -> Response:
    hub, place = hub_of(request), the_place(request)
    until = hub.clock.now()
    since = until - timedelta(days=int(days))
    with hub.db.read() as session:
        # an assessment that began at this very moment counts
        use = measures.use_of(
            session, library_of(request), place.id, since, until + timedelta(microseconds=1)
        )
    return page(
        request,
        "measures.html",
        visitor,
        use=use,
        days=int(days),
        spans=SPANS,
        since=local(since, place),
        most=measures.MOST,
        counts=counts,
    )
