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
from dashboard.endings import services_of
from dashboard.first_signs import first_signs, single_signs
from dashboard.frame import fragment, local, page, the_place
from dashboard.judgement import above
from hub.access import Role
from hub.bodies import Number
from hub.errors import NotFound
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from protocols.loader import Library
from records import contact_points
from records.homes import Home
from records.looks import keep_look
from records.model import Assessment, Call, CallBack, Case
from records.store import refs_of, row
from triage import capture, first_minute, front, needs, stopped, store, view, ways
from triage.api import AnswerBody, library_of
from triage.changes import what_changed
from triage.line import line_of, who_of
from triage.now import ROLES, now_of
from triage.versions import exact, record_of

router = APIRouter()
Taker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician)]
KEYED = 9
"""So many protocols have a key of their own; the others are found by a few letters."""


LOOKED, LISTED = "opened call", "looked at calls"


class AnswerHere(AnswerBody):
    assessment: Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get("/calls")
def calls(request: Request, visitor: Taker) -> Response:
    keep_look(hub_of(request), visitor.user, LISTED, f"place:{visitor.user.place}")
    return page(request, "calls.html", visitor, **_waiting(request, visitor))


@router.get("/calls/state")
def calls_state(request: Request, visitor: Taker) -> Response:
    """What waits, as facts, and as the piece of the page that shows it."""
    found = _waiting(request, visitor)
    keep_look(hub_of(request), visitor.user, LISTED, f"place:{visitor.user.place}")
    html = fragment("_calls_waiting.html", **found)
    facts = {key: value for key, value in found.items() if key != "clock"}
    return JSONResponse({"now": hub_of(request).clock.now().isoformat(), "html": html, **_plain(facts)})


@router.get("/calls/line")
def line(request: Request, visitor: Taker) -> Response:
    """Who rings and who is parked, for the bar of a call, and as a pop-up for who is free on any other page."""
    hub = hub_of(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        found = line_of(session, visitor.user, library_of(request), now)
    pops = found.ringing[0] if found.free and found.ringing else None
    html = fragment(
        "_pop_up.html", pops=pops, more=len(found.ringing) - 1, clock=said_clock(the_place(request), now)
    )
    bar = fragment("_bar_line.html", line=found)
    facts = _plain(dataclasses.asdict(found))
    return JSONResponse({"now": now.isoformat(), "pop_up": html.strip(), "bar": bar.strip(), **facts})


def _waiting(request: Request, visitor: Visitor) -> dict[str, Any]:
    place, user = the_place(request), visitor.user
    with hub_of(request).db.read() as session:
        line = line_of(session, user, library_of(request), hub_of(request).clock.now())
        mine = store.calls_of_handler(session, place.id, user.id or 0)
        owed = store.live_call_backs(session, place.id)
        refs = refs_of(session, [call.case_id for call in mine])
        unsafe = {back.key: _unsafe(session, back, case) for back, case, _ in owed}
        last = store.last_calls(session, [case.key for _, case, _ in owed])
    return {
        "clock": said_clock(place, hub_of(request).clock.now()),
        **dataclasses.asdict(line),
        "mine": [
            {
                "id": call.key,
                "ref": refs.get(call.case_id or 0, ""),
                "who": who_of(call),
                "since": call.answered_at,
            }
            for call in mine
            if call.parked_at is None
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
        hands = capture.hands_on(session, call)
        shown = capture.shown(hands, call, case, library, now)
        facts = _facts(request, session, call, library)
        flags = single_signs(library)
    keep_look(hub, visitor.user, LOOKED, f"case:{call.case_id}")
    return page(
        request,
        "call.html",
        visitor,
        call=call,
        fields=fields(shown, hands.heads()),
        needs=library.house.needs,
        services=services_of(request),
        flags=flags,
        first_signs=first_signs(library.house),
        number=capture.national(call.number),
        raises=above(library.house, case.priority if case else None),
        **facts,
    )


@router.get("/calls/{call_id}/view")
def look(
    request: Request, call_id: Number, visitor: Taker, ask: str | None = None, need: str | None = None
) -> Response:
    """The middle and the right of the screen; `ask` shows an answered question again, `need` another need of the call
    (its assessment), or `more` what else it could be about."""
    with hub_of(request).db.read() as session:
        call = row(session, Call, call_id, visitor.user.place)
        facts = _facts(request, session, call, library_of(request), ask, need)
    keep_look(hub_of(request), visitor.user, LOOKED, f"case:{call.case_id}")
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
        actor, before = visitor.user.actor, dict(found.answers)
        onward = front.answer(
            session, library, found, body.question, body.answer, now, actor, body.id, body.after
        )
        shown = str(onward.key)
        record = record_of(found)
        changed = what_changed(*exact(session, library, found), body.question, before, found.answers, record)
    with hub.db.read() as session:
        call = row(session, Call, call_id, call.place)
        facts = _facts(request, session, call, library, need=shown)
    return _fragment(visitor, {**facts, "changed": changed}, saved_at=now)


def _facts(
    request: Request,
    session: Session,
    call: Call,
    library: Library,
    ask: str | None = None,
    need: str | None = None,
) -> dict[str, Any]:
    place = the_place(request)
    state = now_of(session, call, library, hub_of(request).clock.now())
    case = session.get(Case, call.case_id) if call.case_id else None
    begun = needs.on_call(session, call)
    found = needs.verdicts(session, library, begun)
    wanted = int(need) if need and need.isdecimal() else None
    middle = needs.shown(session, begun, found, wanted)
    beside = [found[one.key] for one in begun if one is not middle]
    seen = view.view_of(session, library, middle, case, ask, beside) if middle and case else None
    last = store.taking(session, call.case_id or 0)
    clock = said_clock(place, hub_of(request).clock.now())
    return {
        "state": state,
        "view": seen,
        "stopped": stopped.of(library, middle),
        "first": first_minute.seen(session, call, library.house, is_due=seen is None, ask=ask),
        "person": call_facts.person(case, clock),
        "safe": call_facts.safe(session, call, case),
        "depends": call_facts.depends(case),
        "needs_here": needs.listed(library, begun, found, middle),
        "signs": [sign for sign in library.house.signs.values() if sign.life_threat],
        "need_key": capture.need_key(library, case),
        "choosing": seen is None or (need == "more" and not seen.takes_over),
        "asked": {one.protocol for one in begun},
        "was_broken_off": last is not None and last.state == "broken_off",
        "asked_before": seen is None and last is not None and last.state == "finished",
        "in_front": middle is not None and middle.protocol == ways.FRONT,
        "begins_with": ways.begin_button(library, case),
        "protocols": [
            {
                "key": str(nth + 1) if nth < KEYED else "",
                "about": library.house.needs.get(protocol.need or "", ""),
                "id": protocol.protocol,
                "title": protocol.title,
                "status": protocol.status,
            }
            for nth, protocol in enumerate(ways.chosen_from(library))
        ],
        "clock": clock,
        "goes": _goes(call, case) if case else [],
        "caller": call.caller_name.split(" ")[0] if call.caller_name else "the caller",
    }


def _goes(call: Call, case: Case) -> list[tuple[str, str, str]]:
    """What is read out to 999: what, the words, and the field to fill where there are none."""
    where = Home(case.address, case.postcode).words
    born = f"born {case.born:%d/%m/%Y}" if case.born else ""
    with_them = ", ".join(p for p in (call.caller_name, call.caller_relation) if p)
    number = capture.national(call.number)
    return [
        ("Where", where, "address"),
        ("Who", ", ".join(part for part in (case.person_name, born) if part), "person_name"),
        ("What", case.need_words or case.need or "", "need_words"),
        ("Caller", ", ".join(part for part in (with_them, number) if part), "caller_name"),
    ]


def _fragment(visitor: Visitor, facts: dict[str, Any], saved_at: datetime | None = None) -> Response:
    """`csrf` too: after a log-in in another tab this page's own is too old, and its reader is asked for nothing."""
    html = fragment("_triage_view.html", user=visitor.user, **facts)
    said = {"html": html, "stamp": facts["state"].stamp, "csrf": visitor.csrf, "user": visitor.user.id}
    return JSONResponse({**said, "saved_at": saved_at.isoformat() if saved_at else None})


def said_clock(place: Place, now: datetime) -> Callable[[datetime | None], str]:
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
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
