"""A responder's own pages, for one thumb: what is offered, and, once it is theirs, who, where and the next step.

Each button is a plain form; where there is a script, `queue.js` tells the same presses one by one, also later.
"""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlmodel import Session

from dashboard.frame import page, the_place
from dashboard.pages import on_duty
from dashboard.pages.responder_details import offer_of, offered, responder_of, show
from dispatch import pressed, store
from dispatch.desk import Desk
from dispatch.model import OfferState
from dispatch.pressed import Press, StepEvent, What
from hub import kept_apart
from hub.access import Role
from hub.bodies import Body, Text
from hub.errors import Conflict, Refused
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_look

router = APIRouter()
Goer = Annotated[Visitor, allow(Role.responder)]
Code = Annotated[str, Path(min_length=4, max_length=12, pattern=r"^[0-9A-Za-z]+$")]
Says = Literal["yes", "no"]


class Told(Body):
    """One press as its page tells it; `ago_s`: how long ago it was pressed, by the phone's own clock."""

    id: str = Field(pattern=r"^[0-9a-f-]{32,36}$")
    what: What
    says: Says = "no"
    event: StepEvent = "set_off"
    minutes: int = Field(default=0, ge=0, le=240)
    why: Text = Field(default="", max_length=200)
    ago_s: float = Field(default=0, ge=0, le=86400)


@router.get("/mine")
def mine(request: Request, visitor: Goer) -> Response:
    hub = hub_of(request)
    with hub.db.read() as session:
        who = responder_of(session, visitor)
        keep_look(hub, who, "looked at own visits", f"place:{who.place}")
        position = store.assignment_of(session, who.key)
        held = store.accepted_offer(session, position.key) if position else None
        waits = store.next_of(session, who.key)
        then = store.accepted_offer(session, waits.key) if waits else None
        since = hub.clock.now() - timedelta(hours=24)
        live = [o for o in store.offers_of_responder(session, who.key, since) if o.state is OfferState.sent]
        offers = [offered(request, session, offer) for offer in live]
        visit = offered(request, session, held) if held else None
        coming = offered(request, session, then) if then else None
        duty = on_duty.facts(session, the_place(request), who, hub.clock.now())
    return page(
        request,
        "responder_mine.html",
        visitor,
        offered=offers,
        visit=visit,
        coming=coming,
        who=who,
        duty=duty,
        trusted=visitor.log_in.phone_id,
    )


@router.get("/o/{code}")
def one(request: Request, code: Code, visitor: Goer) -> Response:
    return show(request, code, visitor)


@router.post("/o/{code}/pressed")
def told(request: Request, code: Code, visitor: Goer, told: Told) -> dict[str, str]:
    """A press, now or kept by the phone until there was a connection; told twice it is done once."""
    hub, desk = hub_of(request), _desk(request)
    now = hub.clock.now()
    press = Press(told.what, told.says, told.event, told.minutes, told.why, timedelta(seconds=told.ago_s))

    def work(session: Session) -> str:
        who, offer = offer_of(request, session, code, visitor)
        return pressed.do_once(session, desk, who, offer, press, told.id, now).isoformat()

    return {"at": hub.db.write_again(work)}


@router.post("/o/{code}/answer")
def answer(request: Request, code: Code, visitor: Goer, says: Annotated[Says, Form()]) -> Response:
    return _do(request, code, visitor, Press("answer", says=says))


@router.post("/o/{code}/step")
def step(request: Request, code: Code, visitor: Goer, event: Annotated[StepEvent, Form()]) -> Response:
    return _do(request, code, visitor, Press("step", event=event))


@router.post("/o/{code}/late")
def late(
    request: Request, code: Code, visitor: Goer, minutes: Annotated[int, Form(ge=1, le=240)]
) -> Response:
    return _do(request, code, visitor, Press("late", minutes=minutes))


@router.post("/o/{code}/hand-back")
def hand_back(
    request: Request, code: Code, visitor: Goer, why: Annotated[Text, Form(max_length=200)] = ""
) -> Response:
    return _do(request, code, visitor, Press("hand_back", why=why))


@router.post("/o/{code}/danger")
def danger(request: Request, code: Code, visitor: Goer) -> Response:
    """S26: at once, and silently: nothing is sent to their phone."""
    return _do(request, code, visitor, Press("danger"))


@router.post("/o/{code}/999")
def ambulance(request: Request, code: Code, visitor: Goer) -> Response:
    return _do(request, code, visitor, Press("999"))


@router.post("/o/{code}/all-well")
def all_well(request: Request, code: Code, visitor: Goer) -> Response:
    return _do(request, code, visitor, Press("all_well"))


def _do(request: Request, code: str, visitor: Visitor, press: Press) -> Response:
    """Do it and show the page again; what was not possible is said on the page itself."""
    hub, desk = hub_of(request), _desk(request)

    def work(session: Session) -> None:
        who, offer = offer_of(request, session, code, visitor)
        pressed.do(session, desk, who, offer, press, hub.clock.now())

    try:
        hub.db.write_again(work)
    except (Conflict, Refused) as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        return show(request, code, visitor, problem=str(refused), status=refused.status)
    return RedirectResponse(f"/o/{code.upper()}", 303)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk
