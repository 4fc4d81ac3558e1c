"""The call handler's pages: the calls that wait, and the one that is being taken (capture and triage)."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field
from sqlmodel import Session

from dashboard import call_facts
from dashboard.capture_fields import fields
from dashboard.frame import fragment, local, page, the_place
from hub import audit
from hub.access import Role
from hub.bodies import Number
from hub.errors import NotFound
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from protocols.loader import Library
from records import contact_points
from records.model import Assessment, Call, CallBack, Case
from records.store import live_calls, refs_of, row
from triage import capture, first_minute, service, store, view
from triage.api import AnswerBody, library_of
from triage.now import ROLES, now_of

router = APIRouter()
Taker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician)]


class AnswerHere(AnswerBody):
    assessment: Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get("/calls")
def calls(request: Request, visitor: Taker) -> Response:
    return page(request, "calls.html", visitor, **_waiting(request, visitor))


@router.get("/calls/state")
def calls_state(request: Request, visitor: Taker) -> Response:
    """What waits, as facts, and as the piece of the page that shows it."""
    found = _waiting(request, visitor)
    html = fragment("_calls_waiting.html", **found)
    facts = {key: value for key, value in found.items() if key != "clock"}
    return JSONResponse({"now": hub_of(request).clock.now().isoformat(), "html": html, **_plain(facts)})


def _waiting(request: Request, visitor: Visitor) -> dict[str, Any]:
    place, user = the_place(request), visitor.user
    with hub_of(request).db.read() as session:
        ringing = [call for call in live_calls(session, place.id) if call.state == "ringing"]
        mine = store.calls_of_handler(session, place.id, user.id or 0)
        owed = store.live_call_backs(session, place.id)
        refs = refs_of(session, [call.case_id for call in mine])
        unsafe = {back.key: _unsafe(session, back, case) for back, case, _ in owed}
        last = store.last_calls(session, [case.key for _, case, _ in owed])
    return {
        "clock": _clock(place, hub_of(request).clock.now()),
        "ringing": [
            {"id": call.key, "number": capture.national(call.number), "since": call.opened_at}
            for call in ringing
        ],
        "mine": [
            {
                "id": call.key,
                "ref": refs.get(call.case_id or 0, ""),
                "who": _who(call),
                "since": call.answered_at,
            }
            for call in mine
        ],
        "call_backs": [
            {
                "id": back.key,
                "ref": case.ref,
                "who": ROLES.get(back.who, back.who),
                "welfare": back.kind == "welfare",
                "why": back.why,
                "way": _way(back.ways[back.way] if back.ways else ""),
                "unsafe": unsafe[back.key],
                "need": case.need or "",
                "due": due_at,
                "call": last.get(case.key),
            }
            for back, case, due_at in owed
        ],
    }


def _who(call: Call) -> str:
    return call.caller_name or capture.national(call.number) or "number not known"


def _unsafe(session: Session, back: CallBack, case: Case) -> str:
    """S17: what whoever rings this number must know first."""
    way = back.ways[back.way] if back.ways else ""
    if not way.startswith("+"):
        return ""
    point = contact_points.of_number(session, back.place, way)
    return contact_points.warning(point, safeguarding=bool(case.safeguarding))


def _way(way: str) -> str:
    return capture.national(way) if way.startswith("+") else way


@router.get("/calls/{call_id}")
def one_call(request: Request, call_id: Number, visitor: Taker) -> Response:
    hub, library = hub_of(request), library_of(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        call = row(session, Call, call_id, visitor.user.place)
        if call.case_id is None:
            return RedirectResponse("/calls", 303)
        case = session.get(Case, call.case_id)
        shown = capture.shown(session, call, case, library, now)
        facts = _facts(request, session, call, library, None)
        flags = _flags(library)
    with hub.db.write() as session:
        # the opening of a case is a look that is kept with its name
        audit.note(session, call.place, now, visitor.user.actor, "opened call", f"case:{call.case_id}")
    return page(
        request,
        "call.html",
        visitor,
        call=call,
        fields=fields(shown),
        needs=library.house.needs,
        flags=flags,
        number=capture.national(call.number),
        **facts,
    )


@router.get("/calls/{call_id}/view")
def look(request: Request, call_id: Number, visitor: Taker, ask: str | None = None) -> Response:
    """The middle and the right of the screen; `ask` shows an answered question again."""
    with hub_of(request).db.read() as session:
        call = row(session, Call, call_id, visitor.user.place)
        facts = _facts(request, session, call, library_of(request), ask)
    return _fragment(visitor, facts)


@router.post("/calls/{call_id}/answer")
def answer(request: Request, call_id: Number, body: AnswerHere, visitor: Taker) -> Response:
    """One answer and what it makes of the screen, in one round trip."""
    hub, library = hub_of(request), library_of(request)
    now = hub.clock.now()
    with hub.db.write() as session:
        call = row(session, Call, call_id, visitor.user.place)
        found = row(session, Assessment, body.assessment, visitor.user.place)
        if call.case_id != found.case_id:
            raise NotFound("There is no such assessment on this call.")
        actor = visitor.user.actor
        service.answer(session, library, found, body.question, body.answer, now, actor, body.id)
    with hub.db.read() as session:
        facts = _facts(request, session, row(session, Call, call_id, call.place), library, None)
    return _fragment(visitor, facts, saved_at=now)


def _facts(
    request: Request, session: Session, call: Call, library: Library, ask: str | None
) -> dict[str, Any]:
    place = the_place(request)
    state = now_of(session, call, library, hub_of(request).clock.now())
    assessment = store.taking(session, call.case_id or 0)
    case = session.get(Case, call.case_id) if call.case_id else None
    seen = view.view_of(session, library, assessment, case, ask) if assessment and case else None
    is_due = not seen or seen.state in ("broken_off", "superseded") or _asked_before(call, assessment)
    return {
        "state": state,
        "view": seen,
        "first": first_minute.seen(session, call, library.house, is_due=is_due, ask=ask),
        "person": call_facts.person(case, _clock(place, hub_of(request).clock.now())),
        "safe": call_facts.safe(session, call, case),
        "asked_before": _asked_before(call, assessment),
        "protocols": [
            {
                "key": view.key_of(nth),
                "id": protocol.protocol,
                "title": protocol.title,
                "status": protocol.status,
            }
            for nth, protocol in enumerate(library.triage.values())
        ],
        "clock": _clock(place, hub_of(request).clock.now()),
        "goes": _goes(call, case) if case else [],
        "caller": call.caller_name.split(" ")[0] if call.caller_name else "the caller",
    }


def _asked_before(call: Call, assessment: Assessment | None) -> bool:
    """S13: the questions were finished before this call began, so they are asked again on it."""
    finished_at = assessment.finished_at if assessment else None
    return finished_at is not None and finished_at <= call.opened_at


def _goes(call: Call, case: Case) -> list[tuple[str, str, str]]:
    """What is read out to 999: what, the words, and the field to fill where there are none."""
    where = ", ".join(part for part in (case.address, case.postcode) if part)
    born = f"born {case.born:%d/%m/%Y}" if case.born else ""
    with_them = ", ".join(p for p in (call.caller_name, call.caller_relation) if p)
    number = capture.national(call.number)
    return [
        ("Where", where, "address"),
        ("Who", ", ".join(part for part in (case.person_name, born) if part), "person_name"),
        ("What", case.need_words or case.need or "", "need_words"),
        ("Caller", ", ".join(part for part in (with_them, number) if part), "caller_name"),
    ]


def _flags(library: Library) -> list[dict[str, Any]]:
    """Every sign that one answer alone shows, of all protocols, each once: on the page while the hub is away (S9)."""
    found = {
        flag.title: flag
        for protocol in library.triage.values()
        for flag in view.single_flags(protocol, library.house)
    }
    return [dataclasses.asdict(flag) for flag in found.values()]


def _fragment(visitor: Visitor, facts: dict[str, Any], saved_at: datetime | None = None) -> Response:
    """`csrf` too: after a log-in in another tab this page's own is too old, and its reader is asked for nothing."""
    html = fragment("_triage_view.html", user=visitor.user, **facts)
    said = {"html": html, "stamp": facts["state"].stamp, "csrf": visitor.csrf, "user": visitor.user.id}
    return JSONResponse({**said, "saved_at": saved_at.isoformat() if saved_at else None})


def _clock(place: Place, now: datetime) -> Callable[[datetime | None], str]:
    """`14:32`, or `Tue 14:32` where it is not today."""
    today = local(now, place).date()

    def said(at: datetime | None) -> str:
        if at is None:
            return ""
        there = local(at, place)
        return there.strftime("%H:%M" if there.date() == today else "%a %H:%M")

    return said


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
