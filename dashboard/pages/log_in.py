"""Logging in and out, and where the start leads. The form works without a script and inside the call screen."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from dashboard import demo
from dashboard.door import from_our_page, give_log_in, local_path
from dashboard.frame import page, the_place
from dashboard.pages import trusted_phone
from dashboard.pages.leaving import still_responsible
from hub import audit
from hub.access import (
    WRONG_WINDOW,
    Role,
    User,
    check_password,
    csrf_of,
    must_wait,
    remember_wrong,
    start_log_in,
)
from hub.actors import Actor
from hub.assemble import Hub
from hub.gate import COOKIE, LogInNeeded, Visitor, WrongForm, allow, everybody, hub_of, log_out, visitor_of

router = APIRouter()
Anybody = Annotated[Visitor, allow()]
NOBODY = Actor("nobody", "nobody")
WRONG = "The name or the password is not right. Check both and try again."
WAIT = (
    f"Too many wrong passwords. Wait {WRONG_WINDOW.seconds // 60} minutes and try again, "
    "or ring the control room if you are needed now."
)


@router.get("/")
def start(visitor: Anybody) -> Response:
    return RedirectResponse(start_of(visitor.user), 303)


def start_of(user: User) -> str:
    """Where somebody's roles lead: the calls, the board, or their own visit."""
    if user.has(Role.handler, Role.hub_clinician):
        return "/calls"
    if user.has(Role.coordinator, Role.manager, Role.governance, Role.administrator):
        return "/board"
    if user.has(Role.privacy):
        return "/audit"
    return "/mine"


@router.get("/log-in", dependencies=[everybody("nobody is logged in yet")])
def ask(request: Request, next: str = "", password: bool = False) -> Response:  # noqa: A002 - the address calls it so
    """`password`: not by the PIN of a remembered phone, which is asked for otherwise."""
    target = local_path(next)
    try:
        visitor = visitor_of(request)
    except LogInNeeded:
        by_pin, why_not = (None, "") if password else trusted_phone.ask(request, target)
        return by_pin or page(request, "log_in.html", next=target, demo=_demo(request), why_not=why_not)
    return RedirectResponse(target or start_of(visitor.user), 303)


@router.post("/log-in", dependencies=[everybody("nobody is logged in yet; the sender's origin is checked")])
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=120)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=500)] = "",  # noqa: A002 - the form calls it so
) -> Response:
    hub = hub_of(request)
    if not from_our_page(request.headers, hub.settings.public):
        raise WrongForm("This log-in did not come from our own page. Open the log-in page and try there.")
    name = name.replace("\x00", "")  # PostgreSQL cannot look for it
    address = request.client.host if request.client else "unknown"
    now = hub.clock.machine()
    with hub.db.read() as session:
        # argon2 takes its time: nothing slow belongs inside a write
        waits = must_wait(session, name, address, now)
        user = None if waits else check_password(session, name, password)
    if waits:
        return _refused(request, 429, WAIT, name, next)
    if user is None or user.place != hub.settings.place:
        _note_wrong(hub, name, address, now)
        return _refused(request, 401, WRONG, name, next)
    return _let_in(request, hub, user, now, next)


def _note_wrong(hub: Hub, name: str, address: str, now: datetime) -> None:
    with hub.db.write() as session:
        remember_wrong(session, name, address, now)
        audit.note(session, hub.settings.place, hub.clock.now(), NOBODY, "wrong password", "log_in")


def _let_in(request: Request, hub: Hub, user: User, now: datetime, target: str) -> Response:
    with hub.db.write() as session:
        token = start_log_in(session, user, now)
        audit.note(session, user.place, hub.clock.now(), user.actor, "logged in", f"user:{user.id}")
    response: Response
    if _wants_json(request):
        csrf = csrf_of(token, hub.settings.secret_key.get_secret_value())
        response = JSONResponse({"csrf": csrf, "user": user.id, "name": user.name})
    else:
        response = RedirectResponse(local_path(target) or start_of(user), 303)
    give_log_in(response, hub, token)
    return response


def _refused(request: Request, status: int, words: str, name: str, target: str) -> Response:
    if _wants_json(request):
        return JSONResponse({"problem": words}, status)
    facts: dict[str, Any] = {
        "problem": words,
        "name": name,
        "next": local_path(target),
        "demo": _demo(request),
    }
    return page(request, "log_in.html", status=status, **facts)


def _demo(request: Request) -> list[tuple[str, str]]:
    """A training place says who there is to play; nobody in it is real."""
    if not the_place(request).training:
        return []
    staff = [(demo.log_in_of(who.name), ", ".join(who.roles).replace("_", " ")) for who in demo.STAFF]
    return staff + [(demo.log_in_of(goes.name), goes.profession) for goes in demo.RESPONDERS[:2]]


@router.post("/log-out")
def leave(request: Request, visitor: Anybody) -> Response:
    hub = hub_of(request)
    by_pin = visitor.log_in.only is not None  # and so at no desk, which a log-in there goes on to be
    if not by_pin and (kept := still_responsible(request, visitor)) is not None:
        return kept  # S29
    log_out(request)
    with hub.db.write() as session:
        user = visitor.user
        audit.note(session, user.place, hub.clock.now(), user.actor, "logged out", f"user:{user.id}")
        trusted_phone.logged_out(request, session, visitor)
    response = RedirectResponse("/log-in", 303)
    for cookie in (COOKIE, trusted_phone.COOKIE):
        response.delete_cookie(cookie, path="/")
    # what an outbox could not yet send stays on this computer, encrypted; caches do not
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
