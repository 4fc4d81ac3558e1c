"""The hub clinicians' queue: whom they owe a call, what waits for their word, what they answer for."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from dashboard.frame import fragment, page, the_place
from dashboard.judgement import below
from dashboard.pages.call import said_clock
from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from protocols.model import House
from records import responsible
from records.looks import keep_look
from records.model import Case
from triage import capture, lowering, store
from triage.api import library_of

router = APIRouter()
Clinician = Annotated[Visitor, allow(Role.hub_clinician)]
MOST = 50


@router.get("/clinician")
def queue(request: Request, visitor: Clinician) -> Response:
    return page(request, "clinician.html", visitor, **_waiting(request, visitor))


@router.get("/clinician/state")
def queue_state(request: Request, visitor: Clinician) -> Response:
    html = fragment("_clinician_waiting.html", user=visitor.user, **_waiting(request, visitor))
    return JSONResponse({"now": hub_of(request).clock.now().isoformat(), "html": html})


def _waiting(request: Request, visitor: Visitor) -> dict[str, Any]:
    place, user, house = the_place(request), visitor.user, library_of(request).house
    now = hub_of(request).clock.now()
    keep_look(hub_of(request), user, "looked at clinicians' list", f"place:{place.id}")
    with hub_of(request).db.read() as session:
        return {
            "clock": said_clock(place, now),
            "backs": _backs(session, place, house, now),
            "held": _held(session, place.id),
            "lowerings": [
                {
                    "row": row,
                    "ref": case.ref,
                    "from": house.priority(row.from_priority).label,
                    "to": house.priority(row.to_priority).label,
                    "mine": row.asked_by == user.id,
                }
                for row, case in lowering.waiting_in(session, place.id, MOST)
            ],
            "offered": [
                _case(case, house) for case in responsible.offered_to(session, place.id, user.id or 0)
            ],
            "mine": [_case(case, house) for case in responsible.cases_of(session, place.id, user.id or 0)],
        }


def _backs(session: Session, place: Place, house: House, now: datetime) -> list[dict[str, Any]]:
    """What clinicians owe, the soonest first."""
    owed = [one for one in store.live_call_backs(session, place.id) if one[0].who == Role.hub_clinician]
    last = store.last_calls(session, [case.key for _, case, _ in owed])
    return [
        {
            **_case(case, house),
            "back": back.key,
            "lowers": below(house, case.priority) if case.priority else (),
            "why": back.why,
            "way": _way(back.ways[back.way] if back.ways else ""),
            "due": due_at,
            "late": due_at is not None and due_at < now,
            "call": last.get(case.key),
        }
        for back, case, due_at in owed
    ]


def _held(session: Session, place: str) -> list[dict[str, Any]]:
    """S11: visits that wait for a clinician's word, because 999 is on its way."""
    return [
        {"id": row.key, "title": row.title, "case": case.key, "ref": case.ref, "since": row.opened_at}
        for row, case in store.held_positions(session, place, MOST)
    ]


def _case(case: Case, house: House) -> dict[str, Any]:
    return {
        "id": case.key,
        "ref": case.ref,
        "need": case.need or "need not known",
        "word": case.word,
        "priority": case.priority,
        "label": house.priority(case.priority).label if case.priority else "not triaged yet",
        "since": case.responsible_since,
        "next": case.next_due_at,
        "from": case.responsible_name or "nobody",
    }


def _way(way: str) -> str:
    return capture.national(way) if way.startswith("+") else way
