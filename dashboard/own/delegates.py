"""Who else can open their page; the person stops it at any time. Letting somebody in is agreed by voice."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.own.frame import own_page
from dashboard.own.gate import PATH, Theirs, theirs
from hub.gate import hub_of
from records.own import accesses
from records.own.model import OwnKind
from records.own.showing import Item

router = APIRouter()
Me = Annotated[Theirs, theirs(Item.delegates)]


@router.get("/delegates")
def delegates(request: Request, me: Me, done: bool = False) -> Response:
    with hub_of(request).db.read() as session:
        others = [one for one in accesses.of_person(session, me.person) if one.kind is not OwnKind.person]
    return own_page(request, "delegates.html", me, others=others, done=done)


@router.post("/delegates")
def stop(
    request: Request, me: Me, who: Annotated[str, Form(max_length=20, pattern=r"^[A-Za-z0-9_-]+$")]
) -> Response:
    hub = hub_of(request)
    with hub.db.write() as session:
        access = accesses.by_word(session, me.person, who)
        if access.kind is not OwnKind.person:
            accesses.end(session, access, hub.clock.now(), me.access.actor)
    return RedirectResponse(f"{PATH}/delegates?done=1", 303)
