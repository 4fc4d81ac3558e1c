"""A call that its page began, over HTTP: only translates."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field

from hub.bodies import Body
from hub.errors import Conflict
from hub.gate import hub_of
from triage import begun, store
from triage.api import Taker
from triage.typed_bodies import EntryId

router = APIRouter()


class BegunBody(Body):
    """Times by the page's own clock; only what lies between the two counts."""

    id: EntryId
    began_at: AwareDatetime | None = None
    sent_at: AwareDatetime | None = None
    taken_by: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


@router.post("/calls/begun")
def begin(request: Request, body: BegunBody, visitor: Taker) -> dict[str, Any]:
    hub, user = hub_of(request), visitor.user
    now = hub.clock.now()
    ago = body.sent_at - body.began_at if body.sent_at and body.began_at else timedelta(0)
    told = begun.Begun(body.id, max(ago, timedelta(0)), body.began_at, body.taken_by)
    try:
        with hub.db.write() as session:
            call = begun.begin(session, told, user, now)
    except Conflict:
        with hub.db.read() as session:  # told twice at the same time
            first = store.call_begun_as(session, user.place, body.id)
        if first is None:
            raise
        call = first
    return {"call": call.key, "case": call.case_id, "saved_at": now}


@router.get("/me")
def me(visitor: Taker) -> dict[str, Any]:
    """Whether the hub is here and who is logged in, for a page that came from no hub; and what its posts must carry."""
    return {"user": visitor.user.id, "name": visitor.user.name, "csrf": visitor.csrf}
