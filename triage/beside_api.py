"""How a call stands just now, who else has it open and what they type, over HTTP: only translates."""

import dataclasses
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from hub.bodies import Number
from hub.gate import hub_of
from records.looks import keep_look
from records.model import Call
from records.store import row
from triage import beside, now
from triage.api import Taker, library_of
from triage.model import CaptureField

router = APIRouter()
WindowId = Annotated[str, Query(max_length=12, pattern=r"^[0-9a-f]*$")]


@router.get("/calls/{call_id}/state")
def call_state(
    request: Request,
    call_id: Number,
    visitor: Taker,
    window: WindowId = "",
    field: CaptureField | None = None,
) -> dict[str, Any]:
    """How it stands; a page that says which `window` it is learns who else has the call open, and what they typed."""
    hub, library = hub_of(request), library_of(request)
    with hub.db.read() as session:
        call = row(session, Call, call_id, visitor.user.place)
        at = hub.clock.now()
        state = dataclasses.asdict(now.now_of(session, call, library, at))
        if window:
            mine = beside.Window(visitor.user, window, field or "")
            state["others"] = beside.others(session, request.app.state.presence, call, mine)
            state |= beside.typed(session, call, library, at)
    if call.case_id is not None:
        keep_look(hub, visitor.user, "opened call", f"case:{call.case_id}")
    return {"now": at, **state}


@router.post("/calls/{call_id}/leave")
def leave(request: Request, call_id: Number, visitor: Taker, window: WindowId) -> dict[str, Any]:
    """A page of this call is closed."""
    with hub_of(request).db.read() as session:
        call = row(session, Call, call_id, visitor.user.place)
    request.app.state.presence.go(beside.thing(call), beside.Window(visitor.user, window, "").name)
    return {"left": True}
