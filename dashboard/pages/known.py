"""What we know of the person on the line: looked up apart from the questions, so that no answer ever waits for it."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboard.frame import fragment, the_place
from dashboard.known_record import KnownRecord, of_case
from hub.access import Role
from hub.bodies import Number
from hub.errors import Conflict
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_look
from records.model import Call
from records.store import case as case_of
from records.store import row
from triage.api import library_of
from triage.known import Known, State, look_up

router = APIRouter()
Taker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician)]
SEE = (Role.handler, Role.hub_clinician, Role.coordinator)
"""Who may see a person's past, also where safeguarding is marked (S18): those who speak with them or send to them."""
LOOKED = "past_looked_at"


@router.get("/calls/{call_id}/known")
def known(request: Request, call_id: Number, visitor: Taker) -> HTMLResponse:
    with hub_of(request).db.read() as session:
        call = row(session, Call, call_id, visitor.user.place)
        if call.case_id is None:
            raise Conflict("Answer the call first.")
    found = known_of(request, visitor, call.case_id)
    record = record_of(request, visitor, call.case_id)
    return HTMLResponse(fragment("_known.html", known=found, record=record, record_of=call.case_id))


def known_of(request: Request, visitor: Visitor, case_id: int) -> Known | None:
    """None for who may not see it. Opening it is an audited look, on this case."""
    hub = hub_of(request)
    if not visitor.user.has(*SEE):
        return None
    with hub.db.read() as session:
        case = case_of(session, visitor.user.place, case_id)
        found = look_up(session, case, library_of(request), hub.clock.now())
    if found.state is State.looked_up:
        keep_look(hub, visitor.user, LOOKED, f"case:{case_id}")
    return found


def record_of(request: Request, visitor: Visitor, case_id: int) -> KnownRecord:
    """What other records say; nothing for who may not see a person's past."""
    hub = hub_of(request)
    if not visitor.user.has(*SEE):
        return KnownRecord()
    with hub.db.read() as session:
        case = case_of(session, visitor.user.place, case_id)
        return of_case(session, case, hub.record_servers, the_place(request), hub.clock.now())
