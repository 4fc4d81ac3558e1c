"""S29: nobody logs off while responsible. Which cases, and a way to ask a colleague to take over all of them."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dashboard.frame import page, the_place
from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from hub.on_call import on_call
from records import duty, responsible

router = APIRouter()
Holder = Annotated[Visitor, allow(Role.hub_clinician, Role.manager)]


def still_responsible(request: Request, visitor: Visitor, said: str = "") -> Response | None:
    """The page that says what is in the way of logging out; None where nothing is."""
    hub, place, user = hub_of(request), the_place(request), visitor.user
    now = hub.clock.now()
    with hub.db.read() as session:
        held = responsible.cases_of(session, place.id, user.id or 0)
        if not held:
            return None
        staff = duty.clinicians(session, place.id, now, hub.clock.machine())
        here = {one.id for one in staff if one.here}
        colleagues = responsible.colleagues(session, place.id, user.id or 0)
        managers = on_call(session, place.id, Role.manager, now)
    return page(
        request,
        "leaving.html",
        visitor,
        status=409,
        held=held,
        colleagues=[(one.id, one.name, one.id in here) for one in colleagues],
        managers=[one.name for one in managers if one.id != user.id],
        said=said,
    )


@router.post("/log-out/hand-over")
def hand_over_all(
    request: Request, visitor: Holder, to: Annotated[int, Form(ge=1, le=2**31 - 1)]
) -> Response:
    """Ask one colleague to take over everything; it stays where it is until they accept, case by case."""
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        colleague = responsible.clinician(session, user.place, to)
        held = responsible.cases_of(session, user.place, user.id or 0)
        for case_id in sorted(case.key for case in held):
            responsible.offer(session, case_id, colleague, user, hub.clock.now())
    said = f"{colleague.name} is asked. You can log out as soon as they have accepted."
    return still_responsible(request, visitor, said) or page(
        request, "problem.html", visitor, problem="You are responsible for nothing any more: you can log out."
    )
