"""The live board: a page with a snapshot and its cursor, and the same snapshot to lay over a page that fell behind."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from dashboard.board import Board, snapshot
from dashboard.board_facts import facts_of
from dashboard.endings import services_of
from dashboard.feed import MAY_FOLLOW
from dashboard.frame import fragment, page
from dashboard.views import HANDS, View, as_machine, view_of
from hub.access import require
from hub.gate import Visitor, allow, hub_of
from hub.wall_gate import allow_or_screen
from records.looks import keep_look

router = APIRouter()
Watcher = Annotated[Visitor, allow(*MAY_FOLLOW)]
LOOKED = "looked at board"
AT_A_WALL = [allow_or_screen(*MAY_FOLLOW)]


@router.get("/board")
def board(request: Request, visitor: Watcher) -> HTMLResponse:
    acts = visitor.user.has(*HANDS)
    keep_look(hub_of(request), visitor.user, LOOKED, f"place:{visitor.user.place}")
    return page(
        request,
        "board.html",
        visitor,
        board=_snapshot(request, view_of(visitor.user)),
        acts=acts,
        services=services_of(request),
    )


@router.get("/board/snapshot")
def board_snapshot(
    request: Request, visitor: Watcher, as_: Annotated[str, Query(alias="as")] = ""
) -> Response:
    """HTML to lay over a page; `as=json` the facts, for machines that follow the feed."""
    keep_look(hub_of(request), visitor.user, LOOKED, f"place:{visitor.user.place}")
    if as_ == "json":
        require(visitor.user, *HANDS)
        hub = hub_of(request)
        with hub.db.read() as session:
            return JSONResponse(facts_of(session, visitor.user.place, as_machine(visitor.user)))
    board = _snapshot(request, view_of(visitor.user))
    return HTMLResponse(fragment("board_regions.html", board=board, crew_of="_crew.html"))


@router.get("/wall", dependencies=AT_A_WALL)
def wall(request: Request) -> HTMLResponse:
    """The wallboard; the page is nobody's, so that no name hangs on the wall."""
    return page(request, "wall.html", board=_snapshot(request, View.wall))


@router.get("/wall/snapshot", dependencies=AT_A_WALL)
def wall_snapshot(request: Request) -> HTMLResponse:
    board = _snapshot(request, View.wall)
    return HTMLResponse(fragment("board_regions.html", board=board, crew_of="_wall_crew.html"))


def _snapshot(request: Request, seen_as: View) -> Board:
    hub = hub_of(request)
    with hub.db.read() as session:
        return snapshot(session, request.app, hub.settings.place, hub.clock.now(), seen_as)
