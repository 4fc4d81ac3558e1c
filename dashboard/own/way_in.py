"""Before the log-in: who asks, the link and its code, the phrase; and the language and the size of the words."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from dashboard.door import from_our_page, give
from dashboard.own.frame import LANGUAGE, SIZE, own_page, words_of
from dashboard.own.gate import COOKIE, HOME, PATH, Theirs, stranger, theirs
from dashboard.own.words import languages
from dispatch import own_texts, texts
from hub import audit
from hub.actors import Actor
from hub.assemble import Hub
from hub.bodies import Free
from hub.errors import Refused
from hub.gate import WrongForm, hub_of
from hub.places import place_of
from records.own import accesses, log_ins
from records.people.rules import nhs_number
from triage.rules import phone

router = APIRouter()
NOBODY = Actor("nobody", "nobody")
A_YEAR = timedelta(days=365)
Digits = Annotated[str, Form(max_length=20, pattern=r"^[0-9 ]*$")]
Token = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9_-]+$")]
Me = Annotated[Theirs, theirs()]


@router.get("/log-in", dependencies=[stranger("whoever wants to see their own page")])
def start(request: Request, ended: bool = False) -> Response:
    return own_page(request, "start.html", ended=ended)


@router.post("/log-in", dependencies=[stranger("nobody is logged in yet; the sender's origin is checked")])
def ask(
    request: Request,
    given: Annotated[str, Form(max_length=40, pattern=r"^[0-9+() .-]*$")] = "",
    day: Digits = "",
    month: Digits = "",
    year: Digits = "",
) -> Response:
    """Whoever they are, the same answer by the same way: a worker looks afterwards."""
    hub, words = hub_of(request), words_of(request)
    _must_be_ours(request, hub)
    number, born = _number(given), _date(day, month, year)
    if not number or not born:
        return own_page(
            request, "start.html", status=422, problem=words("start.cannot"), typed=(given, day, month, year)
        )
    now, address = hub.clock.machine(), _address(request)
    if _must_wait(hub, number, address):
        return own_page(request, "start.html", status=429, problem=words("start.wait"))
    with hub.db.write() as session:
        log_ins.count(session, number, address, now)
        log_ins.ask(session, hub.settings.place, number, born, hub.clock.now())
    return RedirectResponse(f"{PATH}/sent", 303)


@router.get("/sent", dependencies=[stranger("the same for everybody")])
def sent(request: Request) -> Response:
    return own_page(request, "sent.html")


@router.get("/in/{token}", dependencies=[stranger("opened from a text; it tells nothing")])
def link(request: Request, token: Token) -> Response:
    """The same whether there is such a link or not."""
    return own_page(request, "in.html", token=token)


@router.post("/in/{token}", dependencies=[stranger("code and phrase are the log-in; the origin is checked")])
def enter(
    request: Request,
    token: Token,
    code: Digits = "",
    phrase: Annotated[Free, Form(max_length=200)] = "",
) -> Response:
    hub, now = hub_of(request), hub_of(request).clock.machine()
    _must_be_ours(request, hub)
    address = _address(request)
    if _must_wait(hub, "", address):
        problem = words_of(request)("start.wait")
        return own_page(request, "in.html", status=429, token=token, problem=problem)
    with hub.db.write() as session:
        counts = log_ins.count_try(session, token, now)
        of_token = log_ins.of_token(session, token)
    made, access = of_token or (None, None)
    # argon2 takes its time, also where there is nobody: nothing slow belongs inside a write
    right = accesses.fits(access, phrase) & log_ins.code_fits(made, token, code.replace(" ", "")) & counts
    with hub.db.write() as session:
        cookie = _let_in(session, hub, token) if right else None
        if cookie is None:
            log_ins.count(session, "", address, now)
            if access is not None and counts and not right:
                log_ins.was_wrong(session, access)
                subject = f"person:{access.person_id}"
                audit.note(session, access.place, hub.clock.now(), NOBODY, "own_page_refused", subject)
    if cookie is None:
        words = words_of(request)("in.no")
        return own_page(request, "in.html", status=401, token=token, problem=words)
    response = RedirectResponse(HOME, 303)
    give(response, hub, COOKIE, cookie, log_ins.LASTS, PATH, "strict")
    return response


def _let_in(session: Session, hub: Hub, token: str) -> str | None:
    """And a text to the same number says so: whoever else has the phone hears of it too."""
    found = log_ins.let_in(session, token, hub.clock.machine())
    if found is None:
        return None
    cookie, access = found
    now, place = hub.clock.now(), place_of(session, access.place)
    audit.note(session, access.place, now, access.actor, "logged in", f"person:{access.person_id}")
    words = texts.own_logged_in(texts.clock(now, place.local()), place.public_number)
    own_texts.text(session, access, words, now, log_ins.CODE_LASTS)
    return cookie


@router.post("/log-out")
def log_out(request: Request, me: Me) -> Response:
    with hub_of(request).db.write() as session:
        log_ins.log_out(session, me.cookie)
    return _gone()


@router.post("/log-out-everywhere")
def log_out_everywhere(request: Request, me: Me) -> Response:
    with hub_of(request).db.write() as session:
        accesses.log_out_everywhere(session, me.access)
    return _gone()


def _gone() -> Response:
    response = RedirectResponse(f"{PATH}/log-in", 303)
    response.delete_cookie(COOKIE, path=PATH)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.post("/words", dependencies=[stranger("how the page is read, and nothing else")])
def how_it_reads(
    request: Request,
    language: Annotated[str, Form(max_length=10, pattern=r"^[a-z]*$")] = "",
    size: Annotated[str, Form(max_length=1, pattern=r"^[123]?$")] = "",
    back: Annotated[str, Form(max_length=100, pattern=r"^/own(/[A-Za-z0-9_-]+)*$")] = HOME,
) -> Response:
    """Kept on this phone alone."""
    hub, response = hub_of(request), RedirectResponse(back, 303)
    if language in languages():
        give(response, hub, LANGUAGE, language, A_YEAR, PATH)
    if size:
        give(response, hub, SIZE, size, A_YEAR, PATH)
    return response


def _must_be_ours(request: Request, hub: Hub) -> None:
    if not from_our_page(request.headers, hub.settings.public):
        raise WrongForm("This did not come from our own page.")


def _must_wait(hub: Hub, given: str, address: str) -> bool:
    """Looked up before anything is written or worked out: whoever tries without end holds nobody up."""
    with hub.db.read() as session:
        return log_ins.must_wait(session, given, address, hub.clock.machine())


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _number(given: str) -> str:
    """An NHS number as its ten digits, or a telephone number in E.164; empty where it is neither."""
    for read in (nhs_number, phone):
        try:
            if found := read(given):
                return str(found)
        except Refused:
            continue
    return ""


def _date(day: str, month: str, year: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
