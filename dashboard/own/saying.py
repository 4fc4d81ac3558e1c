"""What they say on their page: plans in their own words, consent, what is wrong."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.own.frame import own_page
from dashboard.own.gate import PATH, Theirs, theirs
from dashboard.own.held import what_is_held
from hub import kept_apart
from hub.bodies import Text
from hub.errors import NotFound, Refused
from hub.gate import hub_of
from records.consent_model import Purpose, Said
from records.consents import WITH_SOMEBODY
from records.own import accesses, corrections, held
from records.own.model import OwnKind
from records.own.showing import Item
from records.own.written import TooMany
from records.people import store

router = APIRouter()
ABOUT = ("visits", "about", "health", "plans", "looked")


@router.get("/plans")
def plans(request: Request, me: Annotated[Theirs, theirs(Item.plans)], done: bool = False) -> Response:
    return _plans(request, me, done=done)


@router.post("/plans")
def write_plan(
    request: Request,
    me: Annotated[Theirs, theirs(Item.write_plan)],
    words: Annotated[Text, Form(max_length=1000)] = "",
    seen_at: Annotated[str, Form(max_length=40, pattern=r"^[0-9T:.+-]*$")] = "",
) -> Response:
    hub = hub_of(request)
    if (problem := _cannot(words)) != "":
        return _plans(request, me, problem=problem, typed=words)
    try:
        with hub.db.write() as session:
            (person,) = store.lock(session, me.person.place, me.person.key)
            held.write_plan(session, person, words, seen_at, hub.clock.now(), me.access)
    except TooMany:
        return _plans(request, me, problem="problem.often", typed=words)
    except Refused:
        return _plans(request, me, problem="problem.changed", typed=words)
    return RedirectResponse(f"{PATH}/plans?done=1", 303)


def _plans(
    request: Request, me: Theirs, problem: str = "", typed: str = "", *, done: bool = False
) -> Response:
    found = what_is_held(request, me)
    own = held.own_plan(found)
    return own_page(
        request,
        "plans.html",
        me,
        status=422 if problem else 200,
        found=found,
        own=own,
        others=[one for one in found.plans if one is not own],
        before=[one for one in found.versions if own is None or one.key != own.key],
        readers=_readers(request, me),
        seen_at=held.stamp(own),
        problem=problem,
        typed=typed or (own.words if own else ""),
        done=done,
    )


def _readers(request: Request, me: Theirs) -> str:
    """Whoever reads along what the person writes; to nobody else is it said who they are."""
    if not me.may(Item.delegates):
        return ""
    with hub_of(request).db.read() as session:
        others = accesses.of_person(session, me.person)
    return ", ".join(one.name for one in others if one.kind is not OwnKind.person)


@router.get("/consent")
def consent(request: Request, me: Annotated[Theirs, theirs(Item.consent)], done: bool = False) -> Response:
    return _consent(request, me, done=done)


@router.post("/consent")
def say_consent(
    request: Request,
    me: Annotated[Theirs, theirs(Item.consent)],
    purpose: Annotated[Purpose, Form()],
    said: Annotated[Said, Form()],
    with_whom: Annotated[Text, Form(max_length=80)] = "",
) -> Response:
    hub = hub_of(request)
    problem = _cannot(with_whom or "nobody")
    if not problem and (purpose in WITH_SOMEBODY) != bool(with_whom):
        problem = "problem.name"
    if problem:
        return _consent(request, me, problem)
    try:
        with hub.db.write() as session:
            held.say_consent(session, me.person, purpose, said, with_whom, hub.clock.now(), me.access)
    except TooMany:
        return _consent(request, me, "problem.often")
    except NotFound:
        return _consent(request, me, "problem.no_case")
    return RedirectResponse(f"{PATH}/consent?done=1", 303)


def _consent(request: Request, me: Theirs, problem: str = "", *, done: bool = False) -> Response:
    rows = what_is_held(request, me).consents
    said = {(one.purpose, one.with_whom): one for one in rows}
    for purpose in (Purpose.direct_care, Purpose.research):
        said.setdefault((purpose, ""), None)  # type: ignore[arg-type]
    order = list(Purpose)
    lines = sorted(said.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
    status = 422 if problem else 200
    return own_page(request, "consent.html", me, status=status, lines=lines, problem=problem, done=done)


@router.get("/corrections")
def asked(request: Request, me: Annotated[Theirs, theirs(Item.corrections)], done: bool = False) -> Response:
    return _corrections(request, me, done=done)


@router.post("/corrections")
def ask(
    request: Request,
    me: Annotated[Theirs, theirs(Item.corrections)],
    about: Annotated[str, Form(max_length=20, pattern=r"^[a-z]*$")] = "",
    words: Annotated[Text, Form(max_length=1000)] = "",
) -> Response:
    hub = hub_of(request)
    if (problem := _cannot(words)) != "":
        return _corrections(request, me, problem, words)
    try:
        with hub.db.write() as session:
            (person,) = store.lock(session, me.person.place, me.person.key)
            corrections.ask(
                session, person, me.access, about if about in ABOUT else "", words, hub.clock.now()
            )
    except Refused:
        return _corrections(request, me, "problem.many", words)
    return RedirectResponse(f"{PATH}/corrections?done=1", 303)


def _corrections(
    request: Request, me: Theirs, problem: str = "", typed: str = "", *, done: bool = False
) -> Response:
    with hub_of(request).db.read() as session:
        rows = corrections.shown_to(session, me.person, me.access)
    return own_page(
        request,
        "corrections.html",
        me,
        status=422 if problem else 200,
        rows=rows,
        about=ABOUT,
        problem=problem,
        typed=typed,
        done=done,
    )


def _cannot(words: str) -> str:
    """The key of why it cannot be kept; empty where it can. A door's code is not kept here (S19)."""
    if kept_apart.waiting() is not None:
        kept_apart.is_over()
        return "problem.codes"
    return "" if words else "problem.words"
