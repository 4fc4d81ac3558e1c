"""How a case ends, over HTTP. Only translates. `call` is the one it is said on; most ways end that too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from sqlmodel import Session

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of
from records.looks import keep_look
from records.model import Call, Case, CaseState, HandOver
from records.refusals import Capacity, Refusal, Refuser
from records.service import still_in_the_way
from records.store import case as case_of
from records.store import row
from triage import endings, held, referrals
from triage.api import library_of
from triage.bars_out import asking
from triage.endings import Ending
from triage.summary import summary_of

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Said = dict[str, Any]
Words = Annotated[Text, Field(max_length=1000)]
Line = Annotated[Text, Field(max_length=300)]


class OnCall(Body):
    call: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class Advised(OnCall):
    said: Annotated[list[Words], Field(max_length=60)]
    words: Words = ""


class Declined(OnCall):
    refuser: Refuser
    refuser_name: Annotated[Text, Field(max_length=200)] = ""
    capacity: Capacity
    understood: Words
    risks: Words
    ring: Annotated[Text, Field(max_length=400)]


class Died(OnCall):
    """Unknown counts as not expected."""

    expected: Literal["yes", "no", "unknown"] = "unknown"
    words: Words


class Referred(OnCall):
    service: Annotated[str, Field(min_length=1, max_length=60)]
    dialled_by: Literal["caller", "hub"] = "hub"
    why: Line


class Held(OnCall):
    until: Annotated[Text, Field(max_length=40)]
    why: Line


class Same(OnCall):
    ref: Annotated[Text, Field(min_length=1, max_length=20)]


class Told(OnCall):
    words: Line = ""


@contextmanager
def _at(
    request: Request, case_id: int, body: OnCall, visitor: Visitor
) -> Iterator[tuple[Session, Case, Ending]]:
    hub, place = hub_of(request), visitor.user.place
    with hub.db.write() as session:
        case = case_of(session, place, case_id)
        call = row(session, Call, body.call, place) if body.call is not None else None
        if call is not None and call.case_id != case.key:
            raise Refused("That call is about another case. Load the page again and look.")
        is_clinician = visitor.user.has(Role.hub_clinician)
        stand_down: endings.StandDown = request.app.state.stand_down
        yield (
            session,
            case,
            Ending(library_of(request), stand_down, hub.clock.now(), visitor.user.actor, is_clinician, call),
        )


def _how_it_stands(request: Request, case_id: int, visitor: Visitor) -> Said:
    """After commit: whether it is closed now, and what is still in the way."""
    with hub_of(request).db.read() as session:
        case = case_of(session, visitor.user.place, case_id)
        if case.state is CaseState.closed:
            return {"said": "Kept; the case is closed.", "closed": True, "saved_at": case.moved_at}
        words = f"Kept. {still_in_the_way(session, case)}".strip()
        return {"said": words, "closed": False, "saved_at": case.moved_at}


@router.post("/cases/{case_id}/wrong-number")
def wrong_number(request: Request, case_id: Number, body: OnCall, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        endings.wrong_number(session, case, by)
    return _how_it_stands(request, case_id, visitor)


@router.get("/cases/{case_id}/safety-net")
def safety_net(request: Request, case_id: Number, visitor: Doer) -> dict[str, Any]:
    """The sentences to say, and tick, before advice ends it."""
    with hub_of(request).db.read() as session:
        case = case_of(session, visitor.user.place, case_id)
        words = endings.safety_net(session, case, library_of(request))
    keep_look(hub_of(request), visitor.user, "case_opened", f"case:{case_id}")
    return {"words": words}


@router.get("/cases/{case_id}/sbard")
def sbard(request: Request, case_id: Number, visitor: Doer) -> dict[str, Any]:
    """The summary to read to another service, and the same as plain text."""
    hub = hub_of(request)
    with hub.db.read() as session:
        case = case_of(session, visitor.user.place, case_id)
        made = summary_of(session, library_of(request), case, hub.clock.now())
    keep_look(hub, visitor.user, "case_opened", f"case:{case_id}")
    return {"parts": made.parts, "text": made.text}


@router.post("/cases/{case_id}/advice")
def advise(request: Request, case_id: Number, body: Advised, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        endings.advise(session, case, body.said, body.words, by)
    return _how_it_stands(request, case_id, visitor)


@router.post("/cases/{case_id}/declined")
def decline(request: Request, case_id: Number, body: Declined, visitor: Doer) -> Said:
    about = body.model_dump(exclude={"call"})
    with _at(request, case_id, body, visitor) as (session, case, by):
        said = Refusal(
            place=case.place, case_id=case.key, at=by.now, by=by.actor.name, ends_case=False, **about
        )
        ends = endings.decline(session, case, said, by)
    if not ends:
        return {"said": "Kept. A clinician rings them first; everything goes on meanwhile.", "closed": False}
    return _how_it_stands(request, case_id, visitor)


@router.post("/cases/{case_id}/died")
def died(request: Request, case_id: Number, body: Died, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        endings.died(session, case, body.expected == "yes", body.words, by)
    return _how_it_stands(request, case_id, visitor)


@router.post("/cases/{case_id}/refer")
def refer(request: Request, case_id: Number, body: Referred, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        asked = referrals.refer(
            session, case, body.service, body.dialled_by, body.why, hub_of(request).settings.public, by
        )
        words = f"{asked.to} is asked. It stays open until they confirm, within {asked.confirm_min} min."
        return {"said": words, "hand_over": asked.key, "closed": False}


@router.post("/hand-overs/{row_id}/by-telephone")
def ring_instead(request: Request, row_id: Number, visitor: Doer) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        asked = row(session, HandOver, row_id, visitor.user.place)
        asking.ring_instead(session, asked, now, visitor.user.actor)
        return {"said": f"No message goes to {asked.to} any more: ring them."}


@router.post("/cases/{case_id}/hold")
def hold(request: Request, case_id: Number, body: Held, visitor: Doer) -> Said:
    pause: endings.Pause = request.app.state.pause
    with _at(request, case_id, body, visitor) as (session, case, by):
        kept = held.hold(session, case, body.until, body.why, pause, by)
        at = kept.until.astimezone(place_of(session, case.place).local())
        return {"said": f"Held until {at:%a %H:%M}; then it is back to work.", "closed": False}


@router.post("/cases/{case_id}/go-on")
def go_on(request: Request, case_id: Number, body: Told, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        held.go_on(session, case, body.words, by.now, by.actor)
    return {"said": "Back to work.", "closed": False}


@router.post("/cases/{case_id}/duplicate")
def duplicate(request: Request, case_id: Number, body: Same, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        target = endings.duplicate(session, case, body.ref, by)
        return {"said": f"Joined to {target.ref}.", "closed": True, "case": target.key}


@router.post("/cases/{case_id}/no-capacity")
def no_capacity(request: Request, case_id: Number, body: Told, visitor: Doer) -> Said:
    with _at(request, case_id, body, visitor) as (session, case, by):
        endings.no_capacity(session, case, body.words, by)
    return {"said": "Counted and escalated. The case stays open (S31).", "closed": False}
