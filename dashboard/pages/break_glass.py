"""A past case that does not concern them: whoever must see it now says why, and it opens for half an hour. What was
opened so is worked off by the privacy lead."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import asking, kept_apart
from hub.access import Role
from hub.bodies import Number, Text
from hub.errors import Conflict, GlassNeeded, NotFound, Refused
from hub.gate import Visitor, allow, hub_of, visitor_of
from records import break_glass, seen, store
from records.break_glass_model import BrokenGlass
from records.looks import REFUSED, keep_finding, keep_look
from records.model import Case

router = APIRouter()
Breaker = Annotated[Visitor, allow(*break_glass.MAY_BREAK)]
Lead = Annotated[Visitor, allow(Role.privacy)]
QUEUE = "/audit/break-glass"


def asks(request: Request, error: GlassNeeded, problem: str = "", status: int = 403) -> Response:
    """In place of the case: why it is shut, and the way in for an emergency."""
    visitor = visitor_of(request)
    return page(
        request,
        "break_glass.html",
        visitor,
        status=status,
        case_id=error.case_id,
        minutes=int(break_glass.OPEN_FOR.total_seconds() // 60),
        problem=problem,
    )


@router.post("/cases/{case_id}/break-glass")
def break_the_glass(
    request: Request, case_id: Number, visitor: Breaker, why: Annotated[Text, Form(max_length=300)] = ""
) -> Response:
    hub, asker = hub_of(request), asking.who()
    try:
        with hub.db.write() as session:
            case = session.get(Case, case_id)
            if case is None or case.place != visitor.user.place or not seen.sees(session, case):
                raise NotFound(store.NO_CASE)
            if asker is not None and seen.needs_glass(session, case, asker):
                break_glass.break_it(session, case, why, hub.clock.now(), visitor.user)
    except Refused as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        keep_finding(hub, visitor.user, REFUSED, f"case:{case_id}", "the glass was not broken: no reason")
        return asks(request, GlassNeeded(case_id), str(refused), refused.status)
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.get(QUEUE)
def queue(request: Request, visitor: Lead) -> Response:
    return _queue(request, visitor)


@router.post(QUEUE + "/{number}")
def review(
    request: Request,
    number: Number,
    visitor: Lead,
    justified: Annotated[bool, Form()],
    words: Annotated[Text, Form(max_length=300)] = "",
) -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            break_glass.review(session, user.place, number, hub.clock.now(), user, words, justified=justified)
    except (Refused, Conflict) as refused:
        kept_apart.is_over()
        return _queue(request, visitor, number, str(refused), refused.status)
    return RedirectResponse(QUEUE, 303)


def _queue(
    request: Request, visitor: Visitor, tried: int = 0, problem: str = "", status: int = 200
) -> Response:
    """`problem`: why what was said of number `tried` was not taken."""
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    keep_look(hub, visitor.user, "looked at emergency openings", f"place:{place.id}")
    with hub.db.read() as session:
        waiting, done = break_glass.waiting(session, place.id), break_glass.reviewed(session, place.id)
        refs = store.refs_of(session, [one.case_id for one in (*waiting, *done)])

    def late(one: BrokenGlass) -> bool:
        return break_glass.review_by(one) <= now

    return page(
        request,
        "glass_queue.html",
        visitor,
        status=status,
        waiting=waiting,
        done=done,
        refs=refs,
        late=late,
        by=lambda one: local(break_glass.review_by(one), place),
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
        tried=tried,
        problem=problem,
    )
