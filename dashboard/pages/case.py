"""A case: as a panel beside the list, and as a page of its own. Opening it is an audited look."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboard import case_panel
from dashboard.case_panel import Panel
from dashboard.endings import services_of
from dashboard.frame import fragment, local, page, the_place
from dashboard.pages.known import known_of, record_of
from hub.access import Role
from hub.bodies import Number
from hub.events import cursor
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from records.looks import keep_look

router = APIRouter()
Reader = Annotated[
    Visitor,
    allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance),
]
LOOKED = "case_opened"


@router.get("/cases/{case_id}")
def case_page(request: Request, case_id: Number, visitor: Reader) -> HTMLResponse:
    panel, at = _look(request, case_id, visitor)
    return page(
        request,
        "case.html",
        visitor,
        panel=panel,
        known=known_of(request, visitor, case_id),
        record=record_of(request, visitor, case_id),
        cursor=at,
        services=services_of(request),
        **_words(the_place(request)),
    )


@router.get("/cases/{case_id}/panel")
def case_fragment(request: Request, case_id: Number, visitor: Reader) -> HTMLResponse:
    panel, _ = _look(request, case_id, visitor)
    found = {
        "known": known_of(request, visitor, case_id),
        "record": record_of(request, visitor, case_id),
    }
    return HTMLResponse(
        fragment("case_panel.html", panel=panel, beside=True, **found, **_words(the_place(request)))
    )


def _look(request: Request, case_id: Number, visitor: Visitor) -> tuple[Panel, int]:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        at = cursor(session, place.id)
        panel = case_panel.panel_of(session, request.app, place, case_id, visitor.user, now)
    keep_look(hub, visitor.user, LOOKED, f"case:{case_id}")
    return panel, at


def _words(place: Place) -> dict[str, Any]:
    """How templates say times: by the place's own clock, with the day where it is not today's."""

    def clock(at: datetime | None) -> str:
        return local(at, place).strftime("%H:%M") if at else ""

    def ms(at: datetime | None) -> int | str:
        return int(at.timestamp() * 1000) if at else ""

    return {"clock": clock, "ms": ms}
