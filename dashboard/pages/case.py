"""A case: as a panel beside the list, and as a page of its own. Opening it is an audited look."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from dashboard import case_panel
from dashboard.case_panel import Panel
from dashboard.endings import services_of
from dashboard.frame import fragment, local, page, the_place
from hub import audit
from hub.access import Role
from hub.audit import Audit
from hub.bodies import Number
from hub.events import cursor
from hub.gate import Visitor, allow, hub_of
from hub.places import Place

router = APIRouter()
Reader = Annotated[
    Visitor,
    allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance),
]
ONE_LOOK = timedelta(minutes=15)
"""A panel that stays open and refreshes itself is one look, not a hundred."""
LOOKED = "case_opened"


@router.get("/cases/{case_id}")
def case_page(request: Request, case_id: Number, visitor: Reader) -> HTMLResponse:
    panel, at = _look(request, case_id, visitor)
    return page(
        request,
        "case.html",
        visitor,
        panel=panel,
        cursor=at,
        services=services_of(request),
        **_words(the_place(request)),
    )


@router.get("/cases/{case_id}/panel")
def case_fragment(request: Request, case_id: Number, visitor: Reader) -> HTMLResponse:
    panel, _ = _look(request, case_id, visitor)
    return HTMLResponse(fragment("case_panel.html", panel=panel, beside=True, **_words(the_place(request))))


def _look(request: Request, case_id: Number, visitor: Visitor) -> tuple[Panel, int]:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        at = cursor(session, place.id)
        panel = case_panel.panel_of(session, request.app, place, case_id, visitor.user, now)
        seen = _looked_lately(session, visitor, case_id, now)
    if not seen:
        with hub.db.write() as session:
            audit.note(session, place.id, now, visitor.user.actor, LOOKED, f"case:{case_id}")
    return panel, at


def _looked_lately(session: Session, visitor: Visitor, case_id: Number, now: datetime) -> bool:
    found = select(Audit.id).where(
        Audit.place == visitor.user.place,
        Audit.subject == f"case:{case_id}",
        Audit.actor == visitor.user.actor.ref,
        Audit.action == LOOKED,
        col(Audit.at) > now - ONE_LOOK,
    )
    return session.exec(found.limit(1)).first() is not None


def _words(place: Place) -> dict[str, Any]:
    """How templates say times: by the place's own clock, with the day where it is not today's."""

    def clock(at: datetime | None) -> str:
        return local(at, place).strftime("%H:%M") if at else ""

    def ms(at: datetime | None) -> int | str:
        return int(at.timestamp() * 1000) if at else ""

    return {"clock": clock, "ms": ms}
