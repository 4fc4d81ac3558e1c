"""The live feed: `/feed?since=N` over a websocket, for boards and for machines (`as=json`)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, WebSocket, WebSocketDisconnect

from dashboard.follower import Follower
from dashboard.lane import lane_of
from dashboard.viewer import FULL, LOG_IN_ENDED, NOT_ALLOWED, Viewer
from dashboard.views import ACTS, View, as_machine, view_of, view_of_machine
from hub.access import Role, still_hold
from hub.assemble import Hub
from hub.errors import FirstPointError
from hub.gate import COOKIE, LogInNeeded, TokenNeeded, bearer, caller_of, everybody, hub_of, visitor_of
from hub.tokens import Scope
from hub.wall_gate import screen_here
from records.looks import keep_look

log = logging.getLogger(__name__)
router = APIRouter()
MAY_FOLLOW = (
    Role.coordinator,
    Role.manager,
    Role.hub_clinician,
    Role.handler,
    Role.administrator,
    Role.governance,
)
VIEWERS = 1000
SEND_TIMEOUT_S = 10.0
LOOK_AT_LOG_IN_S = 30.0
LOOK_EVERY_S = 1.0


@contextlib.asynccontextmanager
async def following(app: FastAPI) -> AsyncIterator[None]:
    """While the process serves: one follower, one listener, one beat, and one who looks after the viewers."""
    follower = app.state.follower = Follower(app, app.state.hub)
    work = (
        follower.follow(),
        follower.listen(),
        follower.beat(),
        follower.show_crew(),
        _look_after(follower),
    )
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@router.websocket("/feed")
async def feed(
    socket: WebSocket,
    _: Annotated[None, everybody("it looks at the log-in itself, to close with a number that says why")],
    since: int = 0,
    epoch: str = "",
) -> None:
    """Follow the place from event number `since` of the history `epoch`; `as=json` gives facts instead of HTML,
    `as=wall` what may hang on a wall."""
    await socket.accept()
    follower: Follower | None = getattr(socket.app.state, "follower", None)
    admitted = await asyncio.to_thread(_admit, socket)
    if isinstance(admitted, int):
        await socket.close(admitted)
    elif follower is None or len(follower.viewers) >= VIEWERS:
        await socket.close(FULL)
    else:
        await _serve(socket, follower, admitted, since, epoch)


def _admit(socket: WebSocket) -> View | int:
    """How this viewer follows, or the number that says why not."""
    if not same_origin(socket):
        return NOT_ALLOWED
    if bearer(socket):
        return _admit_machine(socket)
    try:
        user = visitor_of(socket).user
    except LogInNeeded:
        return View.wall if _is_wall(socket) else LOG_IN_ENDED
    if not user.has(*MAY_FOLLOW) or user.place != hub_of(socket).settings.place:
        return NOT_ALLOWED
    view, wanted = view_of(user), socket.query_params.get("as")
    if wanted == "wall":
        return View.wall
    if wanted != "json":
        return view
    return as_machine(user) if view in ACTS else NOT_ALLOWED


def _is_wall(socket: WebSocket) -> bool:
    """A screen that was paired for the wall follows as that and as nothing else."""
    return socket.query_params.get("as") == "wall" and screen_here(socket) is not None


def _admit_machine(socket: WebSocket) -> View | int:
    """A token follows as JSON, whatever it asks for."""
    try:
        machine = caller_of(socket)
    except TokenNeeded:
        return LOG_IN_ENDED
    if machine.place != hub_of(socket).settings.place or Scope.feed_read not in machine.scopes:
        return NOT_ALLOWED
    keep_look(hub_of(socket), machine, "events_read", f"place:{machine.place}")
    return view_of_machine(machine)


def same_origin(socket: WebSocket) -> bool:
    """Another site's page would bring our cookie with it. What names no origin is no browser."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    theirs = urlsplit(origin)
    ours = {socket.headers.get("host", ""), urlsplit(hub_of(socket).settings.public).netloc}
    return theirs.scheme in ("http", "https") and theirs.netloc in ours


async def _serve(socket: WebSocket, follower: Follower, view: View, since: int, epoch: str) -> None:
    """Until its viewer goes, or is to be closed."""
    lane = lane_of(socket)
    viewer = Viewer(view, socket, lane, asyncio.get_running_loop().create_future())
    lane.when_free = viewer.go_on
    receiving = asyncio.create_task(_receive(socket))
    ends: list[asyncio.Future[int | None]] = [viewer.ended, receiving]
    try:
        await follower.join(viewer, since, epoch)
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        code = done.pop().result()
    finally:
        follower.viewers.discard(viewer)
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
    if not lane.is_free:
        lane.drop()
    elif code is not None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code)


async def _receive(socket: WebSocket) -> int | None:
    """A viewer says only "here": somebody is at the board, so its log-in is in use."""
    while True:
        try:
            await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError, KeyError):
            return None
        with contextlib.suppress(FirstPointError):
            await asyncio.to_thread(visitor_of, socket)


async def _look_after(follower: Follower) -> None:
    """Lets go of who takes nothing more, or whose log-in has ended: following alone does not keep one alive."""
    clock = asyncio.get_running_loop().time
    looked_at = clock()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = clock()
        for viewer in follower.viewers:
            if viewer.way.paused_at is not None and now - viewer.way.paused_at >= SEND_TIMEOUT_S:
                viewer.end(FULL)
        if now - looked_at >= LOOK_AT_LOG_IN_S:
            looked_at = now
            try:
                gone = await asyncio.to_thread(_logged_out, follower.hub, list(follower.viewers))
            except Exception:
                log.exception("log_ins_cannot_be_read")  # the next round looks again
                continue
            for viewer in gone:
                viewer.end(LOG_IN_ENDED)


def _logged_out(hub: Hub, viewers: list[Viewer]) -> list[Viewer]:
    """One look for all of them; machines and screens on walls, who are few, each by itself."""
    machines = [viewer for viewer in viewers if bearer(viewer.socket)]
    people = {viewer: viewer.socket.cookies.get(COOKIE, "") for viewer in viewers if viewer not in machines}
    with hub.db.read() as session:
        hold = still_hold(session, people.values(), hub.clock.machine())
    gone = [viewer for viewer, token in people.items() if token not in hold and not _is_wall(viewer.socket)]
    return gone + [viewer for viewer in machines if not isinstance(_admit_machine(viewer.socket), View)]
