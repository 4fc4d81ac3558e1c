"""The live board: a page with a snapshot and its cursor, and the same snapshot to lay over a page that fell behind."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from dashboard.board import HANDS, Board, snapshot, view_of
from dashboard.board_facts import facts_of
from dashboard.endings import services_of
from dashboard.feed import MAY_FOLLOW
from dashboard.frame import fragment, page
from hub.access import require
from hub.gate import Visitor, allow, hub_of

router = APIRouter()
Watcher = Annotated[Visitor, allow(*MAY_FOLLOW)]


@router.get("/board")
def board(request: Request, visitor: Watcher) -> HTMLResponse:
    acts = visitor.user.has(*HANDS)
    return page(
        request,
        "board.html",
        visitor,
        board=_snapshot(request, visitor),
        acts=acts,
        services=services_of(request),
    )


@router.get("/board/snapshot")
def board_snapshot(
    request: Request, visitor: Watcher, as_: Annotated[str, Query(alias="as")] = ""
) -> Response:
    """HTML to lay over a page; `as=json` the facts, for machines that follow the feed."""
    if as_ == "json":
        require(visitor.user, *HANDS)
        hub = hub_of(request)
        with hub.db.read() as session:
            return JSONResponse(facts_of(session, visitor.user.place))
    return HTMLResponse(fragment("board_regions.html", board=_snapshot(request, visitor)))


def _snapshot(request: Request, visitor: Visitor) -> Board:
    hub = hub_of(request)
    with hub.db.read() as session:
        return snapshot(session, request.app, visitor.user.place, hub.clock.now(), view_of(visitor.user))
