"""The hand-over of a shift (S29): the list as it stands, written for the next; read, ticked, accepted by them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from dashboard.frame import page, the_place
from dashboard.open_lines import of_shift
from dashboard.pages.call import said_clock
from hub import kept_apart
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import responsible, shift_handovers
from records.looks import keep_look

router = APIRouter()
Reader = Annotated[Visitor, allow(Role.coordinator, Role.hub_clinician, Role.manager)]
Writer = Annotated[Visitor, allow(*shift_handovers.FOR)]
Said = dict[str, str]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Written(Body):
    """`to`: a clinician who is asked to take over all cases that the writer answers for."""

    role: Role
    words: Text = Field(default="", max_length=2000)
    to: Id | None = None


class Accepted(Body):
    ticked: list[Id] = Field(default_factory=list, max_length=500)


@router.get("/hand-over")
def hand_over(request: Request, visitor: Reader) -> HTMLResponse:
    hub, place, user = hub_of(request), the_place(request), visitor.user
    now = hub.clock.now()
    keep_look(hub, user, "looked at hand-over", f"place:{place.id}")
    with hub.db.read() as session:
        newest = shift_handovers.newest(session, place.id)
        lines = of_shift(session, request.app, place, now)
        held = responsible.cases_of(session, place.id, user.id or 0)
        colleagues = responsible.colleagues(session, place.id, user.id or 0) if held else []
    waits = [one for one in newest if one.state == "waiting"]
    mine = [one for one in waits if user.has(Role(one.role)) and one.by_id != user.id]
    clock = said_clock(place, now)
    return page(
        request,
        "shift_hand_over.html",
        visitor,
        to_accept=mine,
        others=[one for one in waits if one not in mine],
        before=[one for one in newest if one.state != "waiting"],
        lines=lines,
        writes_as=[role.value for role in shift_handovers.FOR if user.has(role)],
        held=held,
        colleagues=colleagues,
        clock=clock,
        said=_of_text(clock),
    )


@router.post("/hand-over")
def write(request: Request, body: Written, visitor: Writer) -> Said:
    kept_apart.must_be_kept(False)  # it is about no one address: a code typed here must not go to any
    hub, place, user = hub_of(request), the_place(request), visitor.user
    now = hub.clock.now()
    with hub.db.write() as session:
        to = responsible.clinician(session, place.id, body.to) if body.to is not None else None
        lines = of_shift(session, request.app, place, now)
        shift_handovers.write(session, place.id, body.role, body.words, lines, user, now, to)
    return {"said": "Written. Stay until it is accepted; after 15 minutes the board alarms."}


@router.post("/hand-over/{list_id}/accept")
def accept(request: Request, list_id: Number, body: Accepted, visitor: Writer) -> Said:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        list_ = shift_handovers.find(session, user.place, list_id)
        moved = shift_handovers.accept(session, list_, set(body.ticked), user, hub.clock.now())
    if not moved:
        return {"said": "Accepted: the shift is yours."}
    return {"said": f"Accepted: you are responsible for {', '.join(case.ref for case in moved)}."}


def _of_text(clock: Callable[[datetime | None], str]) -> Callable[[str | None], str]:
    """A time that was kept in a list, by the place's clock."""
    return lambda iso: clock(datetime.fromisoformat(iso)) if iso else ""
