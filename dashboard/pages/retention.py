"""What may go by its age: the month's dry run, the privacy lead's word, what was done; and what is held for now."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import kept_apart
from hub.access import Role
from hub.bodies import Number, Text
from hub.errors import Conflict, NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from records import retention
from records.keeping import holds, running
from records.looks import keep_look

router = APIRouter()
Lead = Annotated[Visitor, allow(Role.privacy)]
Why = Annotated[Text, Form(max_length=300)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
PAGE, HOLDS = "/retention", "/retention/holds"


@router.get(PAGE)
def counted(request: Request, visitor: Lead, after: After = 0) -> Response:
    return _shown(request, visitor, after=after)


@router.post(HOLDS)
def put(
    request: Request,
    visitor: Lead,
    person: Annotated[int | None, Form(ge=1, le=2**31 - 1)] = None,
    ref: Annotated[Text, Form(max_length=12)] = "",
    why: Why = "",
) -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            holds.put(session, user.place, hub.clock.now(), user, why, person=person, ref=ref)
    except (Refused, NotFound) as refused:
        kept_apart.is_over()
        return _shown(request, visitor, "hold", str(refused), refused.status)
    return RedirectResponse(f"{PAGE}#holds", 303)


@router.post(HOLDS + "/{number}/end")
def end(request: Request, number: Number, visitor: Lead, why: Why = "") -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            holds.end(session, user.place, number, hub.clock.now(), user, why)
    except (Refused, Conflict) as refused:
        kept_apart.is_over()
        return _shown(request, visitor, f"end-{number}", str(refused), refused.status)
    return RedirectResponse(f"{PAGE}#holds", 303)


@router.post(PAGE + "/{number}")
def answer(request: Request, number: Number, visitor: Lead, agreed: Annotated[bool, Form()]) -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            running.answer(session, user.place, number, user, hub.clock.now(), agreed=agreed)
    except Conflict as refused:
        return _shown(request, visitor, "run", str(refused), refused.status)
    return RedirectResponse(PAGE, 303)


def _shown(
    request: Request,
    visitor: Visitor,
    tried: str = "",
    problem: str = "",
    status: int = 200,
    after: int = 0,
) -> Response:
    hub, place = hub_of(request), the_place(request)
    keep_look(hub, visitor.user, "looked at retention", f"place:{place.id}")
    now = hub.clock.now()
    with hub.db.read() as session:
        runs = running.listed(session, place.id)
        month = running.month_of(session, place.id, now)
        held = holds.live(session, place.id, after)

    def day(at: str | datetime | None) -> str:
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        return f"{local(at, place):%d/%m/%Y}" if at else "–"

    def how_long(kind: str) -> str:
        if kind not in days:
            return f"{retention.ADULT_YEARS} years or longer"
        return f"{days[kind]} day{'' if days[kind] == 1 else 's'}"

    days = retention.periods(hub.settings.retention)
    return page(
        request,
        "retention.html",
        visitor,
        status=status,
        run=next((one for one in runs if one.month == month), None),
        month=month,
        earlier=[one for one in runs if one.month != month],
        held=held,
        following=held[-1].key if len(held) == holds.MOST else None,
        what=running.WHAT,
        how_long=how_long,
        named=lambda month: f"{date.fromisoformat(f'{month}-01'):%B %Y}",
        day=day,
        tried=tried,
        problem=problem,
    )
