"""Somebody asks what the hub holds of a person: for the privacy lead, from the request to what is handed out."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlmodel import Session

from dashboard.frame import local, page, the_place
from hub import kept_apart
from hub.access import Role, User
from hub.bodies import Number, Text
from hub.errors import Conflict, FirstPointError, NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from records.keeping import checking, export, requests
from records.keeping.model import AccessRequest, RequestState
from records.looks import keep_finding, keep_look

router = APIRouter()
Lead = Annotated[Visitor, allow(Role.privacy)]
LIST = "/subject-access"
ONE_PAGE = 50
Act = Callable[..., object]
"""Of a session, the place, the number, any words, who and when."""
Why = Annotated[Text, Form(max_length=300)]
Table = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get(LIST)
def asked(request: Request, visitor: Lead) -> Response:
    return _list(request, visitor)


@router.post(LIST)
def ask(
    request: Request,
    visitor: Lead,
    received: Annotated[date, Form()],
    nhs_number: Annotated[Text, Form(max_length=20)] = "",
    person: Annotated[int | None, Form(ge=1, le=2**31 - 1)] = None,
    asked_by: Annotated[Text, Form(max_length=200)] = "",
    behalf: Why = "",
    identity: Why = "",
) -> Response:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    begins = datetime.combine(received, time(), place.local())
    said = {"nhs_number": nhs_number, "asked_by": asked_by, "behalf": behalf, "identity": identity}
    try:
        with hub.db.write() as session:
            made = requests.ask(
                session, place.id, now, visitor.user, person=person, received_at=begins, **said
            )
    except (Refused, NotFound) as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        typed = said | {"received": received.isoformat(), "person": person or ""}
        return _list(request, visitor, typed, str(refused), refused.status)
    return RedirectResponse(f"{LIST}/{made.key}", 303)


@router.get(LIST + "/{number}")
def one(request: Request, number: Number, visitor: Lead) -> Response:
    return _one(request, number, visitor)


@router.post(LIST + "/{number}/decide")
def decide(
    request: Request,
    number: Number,
    visitor: Lead,
    part: Annotated[Text, Form(max_length=60)],
    held: Annotated[bool, Form()],
    why: Why = "",
) -> Response:
    is_found = any(part in line.parts for line in _lines(request, number))

    def act(session: Session, place: str, number: int, user: User, now: datetime) -> None:
        checking.decide(session, place, number, part, why, user, now, held=held, is_found=is_found)

    return _do(request, number, visitor, act, tried=part)


@router.post(LIST + "/{number}/hold-all")
def hold_all(request: Request, number: Number, visitor: Lead, why: Why = "") -> Response:
    return _do(request, number, visitor, checking.hold_all, why, tried="all")


@router.post(LIST + "/{number}/checked")
def checked(request: Request, number: Number, visitor: Lead) -> Response:
    with hub_of(request).db.write() as session:
        checking.look_again(session, visitor.user.place, number)
    return _do(request, number, visitor, checking.check)


@router.post(LIST + "/{number}/sent")
def sent(request: Request, number: Number, visitor: Lead) -> Response:
    return _do(request, number, visitor, requests.send)


@router.post(LIST + "/{number}/refuse")
def refuse(request: Request, number: Number, visitor: Lead, why: Why = "") -> Response:
    return _do(request, number, visitor, requests.refuse, why, tried="refuse")


@router.post(LIST + "/{number}/extend")
def extend(request: Request, number: Number, visitor: Lead, why: Why = "") -> Response:
    return _do(request, number, visitor, requests.extend, why, tried="extend")


@router.get(LIST + "/{number}/contents")
def contents(
    request: Request, number: Number, visitor: Lead, table: Table = "", after: After = 0
) -> Response:
    """All that was found, for whoever checks it: one table at a time."""
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        found = requests.find(session, place.id, number)
        decided = checking.decided(session, number)
    if found.state is RequestState.asked:
        raise Conflict("It is being prepared. Load the page again in a moment.")
    _look(request, visitor, found, "access_contents_read")
    table = table if table in found.contents else next(iter(found.contents), "")
    lines = (line for line in _lines(request, number) if line.table == table)
    shown = list(islice(lines, after, after + ONE_PAGE))
    return page(
        request,
        "subject_access_contents.html",
        visitor,
        asked=found,
        table=table,
        title_of=export.title_of,
        lines=[(line, export.is_held(line, decided), _said(line)) for line in shown],
        after=after,
        following=after + ONE_PAGE if found.contents.get(table, 0) > after + ONE_PAGE else None,
        can_hold=found.state in checking.CHECKABLE,
    )


@router.get(LIST + "/{number}/answer.{kind}")
def answer(request: Request, number: Number, kind: str, visitor: Lead) -> Response:
    """What is handed out: only once somebody has read it, and without what is held back."""
    hub, place = hub_of(request), the_place(request)
    renders = {
        "json": (export.as_json, "application/json"),
        "html": (export.as_html, "text/html; charset=utf-8"),
    }
    if kind not in renders:
        raise NotFound("It is there as json and as html.")
    with hub.db.read() as session:
        found = requests.find(session, place.id, number)
    if found.state not in (RequestState.checked, RequestState.sent):
        raise Conflict("Nobody has checked this yet; nothing is handed out before that.")
    with hub.db.write() as session:
        is_to_check = checking.look_again(session, place.id, number)
        decided = checking.decided(session, number)
    if is_to_check and found.state is RequestState.checked:
        raise Conflict(
            "Something of this was sealed, or marked, since it was checked. Look again, and check it again."
        )
    lines = export.without(_lines(request, number), decided)
    first = next(lines, None)  # a file that has ended is said before anything is sent
    _look(request, visitor, found, "access_downloaded")
    render, media = renders[kind]
    held_on = local(found.prepared_at or found.received_at, place)
    about = f"What {place.name} held on {held_on:%d/%m/%Y}. Times are in UTC."
    return StreamingResponse(
        render(_again(first, lines), about),
        media_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="request-{number}.{kind}"',
            "Cache-Control": "no-store",
        },
    )


def _again(first: export.Line | None, lines: Iterator[export.Line]) -> Iterator[export.Line]:
    if first is not None:
        yield first
        yield from lines


def _lines(request: Request, number: int) -> Iterator[export.Line]:
    hub = hub_of(request)
    return export.read_sealed(requests.file_of(hub.settings.data, number), hub.db.seal)


def _said(line: export.Line) -> list[tuple[str, Any]]:
    return [
        (name.replace("_", " "), value)
        for name, value in line.values.items()
        if value not in (None, "", [], {})
    ]


def _look(request: Request, visitor: Visitor, found: AccessRequest, did: str) -> None:
    about = f"person:{found.person_id}" if found.person_id else f"access_request:{found.key}"
    keep_finding(hub_of(request), visitor.user, did, about, f"request {found.key}")


def _do(request: Request, number: int, visitor: Visitor, act: Act, *words: str, tried: str = "") -> Response:
    hub = hub_of(request)
    try:
        with hub.db.write() as session:
            act(session, visitor.user.place, number, *words, visitor.user, hub.clock.now())
    except NotFound:
        raise
    except FirstPointError as refused:
        kept_apart.is_over()
        return _one(request, number, visitor, tried, str(refused), refused.status)
    return RedirectResponse(f"{LIST}/{number}", 303)


def _one(
    request: Request, number: int, visitor: Visitor, tried: str = "", problem: str = "", status: int = 200
) -> Response:
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        found = requests.find(session, place.id, number)
        held = checking.held_of(session, number)
    _look(request, visitor, found, "access_request_opened")
    return page(
        request,
        "subject_access_one.html",
        visitor,
        status=status,
        asked=found,
        held=held[: checking.MOST_HELD],
        undecided=sum(row.held is None for row in held),
        tried=tried,
        problem=problem,
        title_of=export.title_of,
        law=export.LAW,
        is_late=_is_late(hub.clock.now(), found),
        **_times(place),
    )


def _list(
    request: Request,
    visitor: Visitor,
    typed: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    hub, place = hub_of(request), the_place(request)
    keep_look(hub, visitor.user, "looked at requests for access", f"place:{place.id}")
    with hub.db.read() as session:
        waiting, done = requests.waiting(session, place.id), requests.answered(session, place.id)
    return page(
        request,
        "subject_access.html",
        visitor,
        status=status,
        waiting=waiting,
        done=done,
        typed=typed or {},
        problem=problem,
        late=lambda found: _is_late(hub.clock.now(), found),
        **_times(place),
    )


def _is_late(now: datetime, found: AccessRequest) -> bool:
    return found.state in requests.OPEN and now >= found.due_at - requests.WAKES_BEFORE


def _times(place: Place) -> dict[str, Any]:
    return {
        "day": lambda at: f"{local(at, place):%d/%m/%Y}",
        "said": lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
    }
