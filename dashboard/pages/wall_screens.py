"""The screens that hang on walls: an administrator makes a code, somebody types it on the screen once, and it shows the
wall, and nothing else, until it is taken back."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.door import from_our_page, give
from dashboard.frame import local, page, the_place
from hub import audit, wall_screens
from hub.access import Role, must_wait, remember_wrong
from hub.actors import Actor
from hub.bodies import Number, Text
from hub.errors import Refused
from hub.gate import Visitor, WrongForm, allow, everybody, hub_of
from hub.wall_gate import WALL_COOKIE
from hub.wall_screens import SCREEN_HOLDS, WallScreen

router = APIRouter()
Keeper = Annotated[Visitor, allow(Role.administrator)]
PAIR = "/wall/pair"
WRONG = "This code is not right, or its ten minutes are over. Ask an administrator for a new one."
WAIT = "Too many wrong codes from here. Wait five minutes, then try again."


@router.get("/walls")
def all_screens(request: Request, visitor: Keeper) -> Response:
    return _shown(request, visitor)


@router.post("/walls")
def make_screen(
    request: Request, visitor: Keeper, name: Annotated[Text, Form(max_length=60)] = ""
) -> Response:
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            made, code = wall_screens.make(session, user.place, name, user.actor, hub.clock.machine())
            audit.note(session, user.place, hub.clock.now(), user.actor, "wall_made", f"wall:{made.key}")
    except Refused as why:
        return _shown(request, visitor, problem=str(why), status=422)
    return _shown(request, visitor, made=made, code=f"{code[:4]} {code[4:]}")


@router.post("/walls/{screen_id}/revoke")
def revoke_screen(request: Request, screen_id: Number, visitor: Keeper) -> Response:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        wall_screens.revoke(session, user.place, screen_id, hub.clock.machine())
        audit.note(session, user.place, hub.clock.now(), user.actor, "wall_revoked", f"wall:{screen_id}")
    return RedirectResponse("/walls", 303)


@router.get(PAIR, dependencies=[everybody("a screen has no log-in; it types a code that holds ten minutes")])
def ask_code(request: Request) -> Response:
    return page(request, "wall_pair.html")


@router.post(PAIR, dependencies=[everybody("the code is the proof; the sender's origin is checked")])
def pair(request: Request, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    hub = hub_of(request)
    if not from_our_page(request.headers, hub.settings.public):
        raise WrongForm("This code did not come from our own page. Open /wall/pair on the screen.")
    address = request.client.host if request.client else "unknown"
    now, name = hub.clock.machine(), f"wall:{address}"
    with hub.db.write() as session:
        if must_wait(session, name, address, now):
            return page(request, "wall_pair.html", status=429, problem=WAIT)
        found = wall_screens.pair(session, hub.settings.place, code, now)
        if found is None:
            remember_wrong(session, name, address, now)
        else:
            who = Actor(f"wall:{found[0].key}", found[0].name)
            audit.note(session, hub.settings.place, hub.clock.now(), who, "wall_paired", who.ref)
    if found is None:
        return page(request, "wall_pair.html", status=401, problem=WRONG)
    response = RedirectResponse("/wall", 303)
    give(response, hub, WALL_COOKIE, found[1], SCREEN_HOLDS)
    return response


def _shown(
    request: Request,
    visitor: Visitor,
    made: WallScreen | None = None,
    code: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.machine()
    with hub.db.read() as session:
        rows = wall_screens.listed(session, visitor.user.place)
    return page(
        request,
        "wall_screens.html",
        visitor,
        status=status,
        screens=[row for row in rows if row.revoked_at is None and row.ends_at > now],
        made=made,
        code=code,
        problem=problem,
        address=f"{hub.settings.public}{PAIR}",
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
    )
