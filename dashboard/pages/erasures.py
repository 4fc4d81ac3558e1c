"""One person's words are to be taken away: the privacy lead asks, a manager says yes or no, and the law before both."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import kept_apart
from hub.access import Role
from hub.bodies import Number, Text
from hub.errors import Conflict, NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from records import store
from records.keeping import erasures, wiped
from records.keeping.model import Ground
from records.looks import keep_look

router = APIRouter()
Either = Annotated[Visitor, allow(Role.privacy, Role.manager)]
Lead = Annotated[Visitor, allow(Role.privacy)]
Manager = Annotated[Visitor, allow(Role.manager)]
Why = Annotated[Text, Form(max_length=300)]
PAGE = "/erasures"


@router.get(PAGE)
def listed(request: Request, visitor: Either) -> Response:
    return _shown(request, visitor)


@router.post(PAGE)
def ask(
    request: Request,
    visitor: Lead,
    ground: Annotated[Ground, Form()],
    person: Annotated[int | None, Form(ge=1, le=2**31 - 1)] = None,
    ref: Annotated[Text, Form(max_length=12)] = "",
    why: Why = "",
) -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            erasures.ask(session, user.place, hub.clock.now(), user, ground, why, person=person, ref=ref)
    except (Refused, NotFound, Conflict) as refused:
        kept_apart.is_over()
        return _shown(request, visitor, 0, str(refused), refused.status)
    return RedirectResponse(PAGE, 303)


@router.post(PAGE + "/{number}")
def answer(
    request: Request, number: Number, visitor: Manager, agreed: Annotated[bool, Form()], why: Why = ""
) -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            erasures.answer(session, user.place, number, hub.clock.now(), user, why, agreed=agreed)
    except (Refused, Conflict) as refused:
        kept_apart.is_over()
        return _shown(request, visitor, number, str(refused), refused.status)
    return RedirectResponse(PAGE, 303)


def _shown(
    request: Request, visitor: Visitor, tried: int = 0, problem: str = "", status: int = 200
) -> Response:
    hub, place = hub_of(request), the_place(request)
    keep_look(hub, visitor.user, "looked at erasures", f"place:{place.id}")
    with hub.db.read() as session:
        found = erasures.listed(session, place.id)
        is_in_file = hub.db.is_sqlite and wiped.is_owed(session, place.id)
        wiped_at = wiped.last(session, place.id)
        refs = store.refs_of(session, [one.case_id for one in found if one.case_id])

    def said(at: datetime | str) -> str:
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        return f"{local(at, place):%d/%m/%Y %H:%M}"

    return page(
        request,
        "erasures.html",
        visitor,
        status=status,
        waiting=[one for one in found if one.state == "asked"],
        others=[one for one in found if one.state != "asked"],
        refs=refs,
        grounds=erasures.GROUNDS,
        said=said,
        is_in_file=is_in_file,
        wiped_at=wiped_at,
        may_ask=visitor.user.has(Role.privacy),
        may_answer=visitor.user.has(Role.manager),
        tried=tried,
        problem=problem,
    )
