"""What happens, as numbered facts: the feed of the boards for machines that would rather ask than hold a socket."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from dashboard import board
from dashboard.event_views import seen_by
from dashboard.v1.operations import Answer
from dashboard.v1.problems import in_openapi
from dashboard.views import View, view_of_machine
from hub import events
from hub.errors import Conflict, Unavailable
from hub.events import Event
from hub.gate import hub_of, may
from hub.tokens import Machine, Scope
from records import seen
from records.looks import keep_look

router = APIRouter(tags=["The feed"])
LONGEST_WAIT_S = 25
LOOK_EVERY_S = 0.2
WAITERS = 100
"""So many may wait at once in one process."""
_waiting: set[asyncio.Task[Any] | None] = set()


class EventSeen(Answer):
    """`facts` are what is shown of `topic` and `subject` from now on; null: it is no longer shown. Of what this token
    may not see there is the number alone, and `topic` is empty."""

    n: int
    at: datetime
    topic: str
    subject: str
    facts: dict[str, Any] | None


class EventsSeen(Answer):
    events: list[EventSeen]
    next: int = Field(description="ask again with `after` this")
    epoch: str = Field(description="which history the numbers belong to; send it along")


@router.get(
    "/events",
    operation_id="read_events",
    summary="What has happened since",
    response_model=EventsSeen,
    responses=in_openapi(401, 403, 409, 422, 503),
    openapi_extra={"security": [{"token": [Scope.feed_read.value]}], "x-scope": Scope.feed_read.value},
)
async def read_events(
    request: Request,
    machine: Annotated[Machine, may(Scope.feed_read)],
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    wait_s: Annotated[int, Query(ge=0, le=LONGEST_WAIT_S)] = 0,
    epoch: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The events that follow number `after`, in order and without a gap.

    With `wait_s` the answer waits for the first event for up to 25 seconds. A 409 says that the hub was begun anew:
    read the cases afresh and go on from 0. The same comes over the websocket `/feed?as=json&since=N` with this token.
    """
    seen = await asyncio.to_thread(_read, request, machine, after, limit, epoch)
    if not seen.events and wait_s:
        await _something_new(request, after, wait_s)
        seen = await asyncio.to_thread(_read, request, machine, after, limit, epoch)
    return Response(seen.model_dump_json(), media_type="application/json")


def _read(request: Request, machine: Machine, after: int, limit: int, epoch: str) -> EventsSeen:
    place, view = machine.place, view_of_machine(machine)
    keep_look(hub_of(request), machine, "events_read", f"place:{place}")
    with hub_of(request).db.read() as session:
        now_epoch, last = board.epoch(session, place), events.cursor(session, place)
        if after > last or (epoch and epoch != now_epoch):
            raise Conflict("These numbers belong to another history. Read the cases afresh and go on from 0.")
        sealed = seen.sealed(session, place)
        found = [_shown(one, view, sealed) for one in events.after(session, place, after, limit)]
    return EventsSeen(events=found, next=found[-1].n if found else after, epoch=now_epoch)


def _shown(event: Event, view: View, sealed: frozenset[int]) -> EventSeen:
    topic, subject, facts = seen_by(event, view, sealed)
    return EventSeen(n=event.n, at=event.at, topic=topic, subject=subject, facts=facts)


async def _something_new(request: Request, after: int, wait_s: float) -> None:
    """Until this process has heard of an event after `after`, or the time is over. Looks at no database meanwhile."""
    if len(_waiting) >= WAITERS:
        raise Unavailable("Too many wait for events just now. Ask again in a moment, without waiting.")
    me = asyncio.current_task()
    _waiting.add(me)
    try:
        async with asyncio.timeout(wait_s):
            while request.app.state.follower.cursor <= after:
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        return
    finally:
        _waiting.discard(me)
