"""Calls, what is typed, questions and answers, over HTTP: only translates."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from sqlmodel import Session

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.errors import Conflict
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of
from protocols.loader import Library
from records.gazetteer import town_called
from records.looks import keep_look
from records.model import Assessment, Call, CallBack, Position
from records.store import case as case_of
from records.store import row
from triage import (
    calls,
    capture,
    contacts,
    facts,
    first_steps,
    front,
    parked,
    places_found,
    service,
    taking_down,
    view,
)
from triage.typed import Typed
from triage.typed_bodies import EntryId, SeenId, TypedBody, held_codes

router = APIRouter()
Taker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician)]
Clinician = Annotated[Visitor, allow(Role.hub_clinician)]


QuestionId = Annotated[str, Field(min_length=1, max_length=60)]
Said = (
    Annotated[int, Field(ge=-(10**9), le=10**9, strict=True)]
    | Annotated[float, Field(ge=-1e9, le=1e9, strict=True)]
    | Annotated[str, Field(max_length=100)]
    | None
)
"""An answer as it came; which words fit which question, the protocol says. None takes the answer back."""


class PlaceBody(Body):
    typed: Annotated[Text, Field(max_length=2000)]


class NoteBody(Body):
    id: EntryId | None = None
    words: Annotated[Text, Field(max_length=400)]


class BeginBody(Body):
    """Without a protocol: the one that this call begins with."""

    protocol: Annotated[str, Field(min_length=1, max_length=60)] | None = None


class AnswerBody(Body):
    question: QuestionId
    answer: Said
    id: EntryId | None = None
    after: SeenId | None = None


class AmbulanceBody(Body):
    id: EntryId | None = None
    dialled_by: Literal["caller", "hub"]


class FinishBody(Body):
    dialled_by: Literal["caller", "hub"] = "hub"


class JoinBody(Body):
    case: Annotated[int, Field(ge=1, le=2**31 - 1)]


class BreakOffBody(Body):
    why: Annotated[Text, Field(max_length=300)]


def library_of(request: Request) -> Library:
    library: Library = request.app.state.library
    return library


@contextmanager
def _work(request: Request) -> Iterator[tuple[Session, datetime]]:
    hub = hub_of(request)
    with hub.db.write() as session:
        yield session, hub.clock.now()


@router.post("/calls/new")
def new_call(request: Request, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        parked.free_the_line(session, visitor.user, at)
        call = calls.new_call(session, visitor.user, at)
        return {"call": call.key, "case": call.case_id, "saved_at": at}


@router.post("/calls/{call_id}/answer")
def answer_call(request: Request, call_id: Number, visitor: Taker) -> dict[str, Any]:
    place = visitor.user.place
    try:
        with _work(request) as (session, at):
            parked.free_the_line(session, visitor.user, at)
            call = row(session, Call, call_id, place)
            case = calls.answer(session, call, visitor.user, at)
            return {"call": call.key, "case": case.key, "saved_at": at}
    except Conflict:
        with hub_of(request).db.read() as session:
            raise Conflict(calls.taken_by(row(session, Call, call_id, place))) from None


@router.post("/calls/{call_id}/typed")
def type_down(request: Request, call_id: Number, body: TypedBody, visitor: Taker) -> dict[str, Any]:
    typed = [Typed(one.id, one.field, one.value, one.typed_at, one.after) for one in body.entries]
    apart, library = held_codes(body.entries), library_of(request)
    with _work(request) as (session, at):
        call = row(session, Call, call_id, visitor.user.place)
        taken = taking_down.take_down(session, library, call, typed, at, visitor.user.actor)
        number, postcode = capture.national(call.number), taken.case.postcode
    if taken.facts_due:
        with _work(request) as (session, at_last):
            facts.take_up(session, library, taken.case.key, at_last)
    held = {"heads": taken.hands.heads(), "differ": taken.hands.differ()}
    said = {"look_again": taken.look_again, "kept_apart": apart, "number": number, "postcode": postcode or ""}
    return {"saved_at": at, **said, **held}


@router.post("/places")
def find_places(request: Request, body: PlaceBody, visitor: Taker) -> dict[str, Any]:
    """A post, though it changes nothing: where somebody is must not stand in an address, which proxies write down."""
    with hub_of(request).db.read() as session:
        home = town_called(place_of(session, visitor.user.place).name)
    return dataclasses.asdict(places_found.search(body.typed, home.point if home else None))


@router.post("/calls/{call_id}/end")
def end_call(request: Request, call_id: Number, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        call = row(session, Call, call_id, visitor.user.place)
        if call.state == "ringing":
            raise Conflict("Nobody has answered this call yet.")
        first_steps.end(session, library_of(request), call, at, visitor.user.actor)
    return {"saved_at": at}


@router.post("/calls/{call_id}/park")
def park(request: Request, call_id: Number, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        parked.park(session, row(session, Call, call_id, visitor.user.place), at, visitor.user.actor)
    return {"saved_at": at}


@router.post("/calls/{call_id}/pick-up")
def pick_up(request: Request, call_id: Number, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        parked.free_the_line(session, visitor.user, at)
        call = row(session, Call, call_id, visitor.user.place)
        parked.pick_up(session, call, visitor.user, at)
        return {"saved_at": at, "call": call.key}


@router.post("/calls/{call_id}/999")
def ask_999_at_once(request: Request, call_id: Number, body: AmbulanceBody, visitor: Taker) -> dict[str, Any]:
    """S6: before any protocol has been chosen, or by the handler's own judgement."""
    with _work(request) as (session, at):
        call = row(session, Call, call_id, visitor.user.place)
        asked = first_steps.ask_999(
            session, library_of(request), call, body.dialled_by, at, visitor.user.actor
        )
        return {"saved_at": at, "hand_over": asked.key}


@router.post("/calls/{call_id}/join")
def join(request: Request, call_id: Number, body: JoinBody, visitor: Taker) -> dict[str, Any]:
    """The call is about that open case (S13)."""
    with _work(request) as (session, at):
        call = row(session, Call, call_id, visitor.user.place)
        target = case_of(session, visitor.user.place, body.case)
        joined = contacts.join(session, call, target.key, at, visitor.user.actor)
        return {"saved_at": at, "call": call.key, "case": joined.ref}


@router.post("/call-backs/{back_id}/ring")
def ring_back(request: Request, back_id: Number, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        parked.free_the_line(session, visitor.user, at)
        back = row(session, CallBack, back_id, visitor.user.place)
        call = calls.ring_back(session, back, visitor.user, at)
        return {"saved_at": at, "call": call.key}


@router.post("/calls/{call_id}/note")
def note(request: Request, call_id: Number, body: NoteBody, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        call = row(session, Call, call_id, visitor.user.place)
        if call.case_id is None:
            raise Conflict("Answer the call first; what you typed is kept.")
        case = case_of(session, call.place, call.case_id)
        calls.note(session, case, body.words, at, visitor.user.actor)
    return {"saved_at": at, "words": body.words}


@router.post("/cases/{case_id}/assessments")
def begin(request: Request, case_id: Number, body: BeginBody, visitor: Taker) -> dict[str, Any]:
    library = library_of(request)
    with _work(request) as (session, at):
        case = case_of(session, visitor.user.place, case_id)
        assessment = front.begin(session, library, case.key, body.protocol, at, visitor.user.actor)
        return _seen(session, library, assessment, at)


@router.get("/assessments/{assessment_id}")
def assessment(
    request: Request, assessment_id: Number, visitor: Taker, ask: str | None = None
) -> dict[str, Any]:
    hub = hub_of(request)
    with hub.db.read() as session:
        found = row(session, Assessment, assessment_id, visitor.user.place)
        seen = _seen(session, library_of(request), found, hub.clock.now(), ask)
    keep_look(hub, visitor.user, "case_opened", f"case:{found.case_id}")
    return seen


@router.post("/assessments/{assessment_id}/answer")
def answer(request: Request, assessment_id: Number, body: AnswerBody, visitor: Taker) -> dict[str, Any]:
    library = library_of(request)
    with _work(request) as (session, at):
        found = row(session, Assessment, assessment_id, visitor.user.place)
        actor = visitor.user.actor
        onward = front.answer(
            session, library, found, body.question, body.answer, at, actor, body.id, body.after
        )
        session.flush()
        return _seen(session, library, onward, at)


@router.post("/assessments/{assessment_id}/999")
def ask_999(request: Request, assessment_id: Number, body: AmbulanceBody, visitor: Taker) -> dict[str, Any]:
    library = library_of(request)
    with _work(request) as (session, at):
        found = row(session, Assessment, assessment_id, visitor.user.place)
        asked = service.ask_999(session, library, found, body.dialled_by, at, visitor.user.actor)
        return {"saved_at": at, "hand_over": asked.key}


@router.post("/assessments/{assessment_id}/finish")
def finish(request: Request, assessment_id: Number, body: FinishBody, visitor: Taker) -> dict[str, Any]:
    library = library_of(request)
    with _work(request) as (session, at):
        found = row(session, Assessment, assessment_id, visitor.user.place)
        service.dispose(session, library, found, at, visitor.user.actor, body.dialled_by)
    with hub_of(request).db.read() as session:  # its offers go out meanwhile
        return _seen(session, library, found, at)


@router.post("/assessments/{assessment_id}/break-off")
def break_off(request: Request, assessment_id: Number, body: BreakOffBody, visitor: Taker) -> dict[str, Any]:
    with _work(request) as (session, at):
        found = row(session, Assessment, assessment_id, visitor.user.place)
        service.break_off(session, found, body.why, at, visitor.user.actor)
    return {"saved_at": at}


@router.post("/positions/{position_id}/release")
def release(request: Request, position_id: Number, visitor: Clinician) -> dict[str, Any]:
    with _work(request) as (session, at):
        position = row(session, Position, position_id, visitor.user.place)
        service.release(session, position, at, visitor.user.actor)
    return {"saved_at": at}


def _seen(
    session: Session, library: Library, assessment: Assessment, at: datetime, ask: str | None = None
) -> dict[str, Any]:
    case = case_of(session, assessment.place, assessment.case_id)
    return {
        "saved_at": at,
        "case": case.ref,
        "view": dataclasses.asdict(view.view_of(session, library, assessment, case, ask)),
    }
