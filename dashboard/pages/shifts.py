"""The plan of the coming two weeks: shifts, and who is on call. Coordinators and managers change it, others look."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from dashboard import rota
from dashboard.frame import local, page, the_place
from dispatch import store
from dispatch.model import Responder, Shift
from dispatch.working_hours import MOST_WEEKS
from hub.access import Role, User
from hub.gate import Visitor, allow, hub_of
from hub.on_call import TITLES

router = APIRouter()
Looker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
MOST_STAFF = 300


@router.get("/shifts")
def shifts(
    request: Request, visitor: Looker, shift: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> Response:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        rows = rota.table(session, place, now)
        roles = rota.on_call_lists(session, place, now)
        chosen = _chosen(request, session, shift)
        staff = session.exec(
            select(User).where(User.place == place.id, User.active).order_by(col(User.name)).limit(MOST_STAFF)
        ).all()
    return page(
        request,
        "shifts.html",
        visitor,
        days=rota.days_ahead(place, now),
        rows=rows,
        roles=roles,
        chosen=chosen,
        staff=[(user.id, user.name) for user in staff if user.has(*TITLES)],
        may_plan=visitor.user.has(Role.coordinator, Role.manager),
        may_override=visitor.user.has(Role.manager),
        most_weeks=MOST_WEEKS,
        today=local(now, place).date(),
    )


def _chosen(request: Request, session: Session, shift_id: int) -> dict[str, Any] | None:
    """The shift that somebody is working on, while it is to come or runs."""
    place, now = the_place(request), hub_of(request).clock.now()
    shift = session.get(Shift, shift_id) if shift_id else None
    if shift is None or shift.place != place.id or shift.ends_at <= now:
        return None
    who: Responder = store.responder(session, shift.responder_id)
    return {
        "id": shift.key,
        "who": who.short_name,
        "responder": who.key,
        "from": rota.said(shift.starts_at, place),
        "to": rota.said(shift.ends_at, place),
        "base": shift.base or "",
        "runs": shift.starts_at <= now,
    }
