"""What went to the shared record: what went where and when, what waits, what was given up and why. Only translates."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.frame import local, page, the_place
from hub.access import Role
from hub.bodies import Number
from hub.gate import Visitor, allow, hub_of
from hub.outbox import EffectState
from hub.places import Place
from records import record_writes
from records.looks import keep_look
from records.record_writes import MOST

router = APIRouter()
Reader = Annotated[
    Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager, Role.governance, Role.administrator)
]
Sender = Annotated[Visitor, allow(Role.manager, Role.administrator, Role.hub_clinician)]
SHOWN = {
    "all": None,
    "waiting": EffectState.waiting,
    "parked": EffectState.parked,
    "settled": EffectState.settled,
}


@router.get("/record")
def what_went(
    request: Request,
    visitor: Reader,
    show: Literal["all", "waiting", "parked", "settled"] = "all",
    case: Annotated[str, Query(max_length=12)] = "",
) -> Response:
    hub, place, user = hub_of(request), the_place(request), visitor.user
    ref = case.strip().upper()
    with hub.db.read() as session:
        found = record_writes.listed(session, place.id, SHOWN[show], ref)
    keep_look(hub, user, "looked at the shared record's writes", f"place:{place.id}")
    return page(
        request,
        "shared_record.html",
        visitor,
        writes=found[:MOST],
        more=len(found) > MOST,
        most=MOST,
        show=show,
        ref=ref,
        servers=hub.record_servers,
        titles={server.name: server.title for server in hub.record_servers},
        sends=user.has(Role.manager, Role.administrator, Role.hub_clinician),
        clock=_clock(place, hub.clock.now()),
    )


def _clock(place: Place, now: datetime) -> Callable[[datetime], str]:
    """`14:32`, or `3 Mar 14:32` where it is not today."""
    today = local(now, place).date()

    def said(at: datetime) -> str:
        there = local(at, place)
        return there.strftime("%H:%M" if there.date() == today else "%-d %b %H:%M")

    return said


@router.post("/api/record/{effect_id}/again")
def again(request: Request, effect_id: Number, visitor: Sender) -> dict[str, str]:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        record_writes.send_again(session, user.place, effect_id, hub.clock.now(), user.actor)
    return {"said": "It is sent again."}
