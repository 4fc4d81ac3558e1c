"""On, off and breaks on a responder's own page, and the shifts they have before them."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from dashboard.frame import page, the_place
from dispatch import coming_on, duty, store
from dispatch.model import Responder, Shift
from dispatch.musts import pause_of
from dispatch.working_hours import Span, said
from hub.access import Role
from hub.errors import NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import Place

router = APIRouter()
Goer = Annotated[Visitor, allow(Role.responder)]
BREAKS_MIN = (15, 30, 45)
COMING = timedelta(days=14)


def facts(session: Session, place: Place, who: Responder, now: datetime) -> dict[str, Any]:
    """Whether they are on, until when, and their next shifts."""
    shift, pause = duty.shift_of(session, who.key, now), pause_of(session, who.key, now)
    coming = select(Shift).where(
        Shift.responder_id == who.id, Shift.starts_at > now, Shift.starts_at < now + COMING
    )
    return {
        "on": shift is not None,
        "until": f"{shift.ends_at.astimezone(place.local()):%H:%M}" if shift else "",
        "pause": pause.kind.value if pause else "",
        "pause_until": f"{pause.ends_at.astimezone(place.local()):%H:%M}" if pause else "",
        "breaks": BREAKS_MIN,
        "coming": [
            (said(Span(one.starts_at, one.ends_at), place.local()), one.base or "")
            for one in session.exec(coming.order_by(col(Shift.starts_at)).limit(20))
        ],
    }


@router.post("/mine/duty")
def change(
    request: Request,
    visitor: Goer,
    event: Annotated[Literal["on", "off", "break"], Form()],
    minutes: Annotated[int, Form(ge=0, le=duty.MOST_BREAK_MIN)] = 0,
) -> Response:
    hub, place = hub_of(request), the_place(request)
    try:
        with hub.db.write() as session:
            who = store.responder_of_user(session, visitor.user.id)
            if who is None:
                raise NotFound("You have no responder's page in this hub. Ask your manager.")
            coming_on.change(session, place, who, event, minutes, hub.clock.now())
    except Refused as refused:
        problem = f"{str(refused)[:1].upper()}{str(refused)[1:]}."
        return page(request, "problem.html", visitor, status=refused.status, problem=problem)
    return RedirectResponse("/mine", 303)
