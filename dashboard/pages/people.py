"""The record of people: found by a post, so that nothing of theirs stands in an address, and opened with a reason."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import Field
from sqlmodel import Session

from dashboard.frame import fragment, page, the_place
from dashboard.known_record import KnownRecord, of_person
from dashboard.person_reason import OPENED, has_said_why, relationship
from dashboard.person_view import page_of
from hub import audit, kept_apart
from hub.access import Role
from hub.assemble import Hub
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from records import read_back, sealing
from records.looks import keep_finding, keep_look
from records.own import accesses
from records.people import linking, search, store
from records.people.model import Person
from records.people.store import Record
from records.store import case as case_of
from triage import people_sought
from triage.ago import age

router = APIRouter()
DESK = (Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)
MAY_MERGE = (Role.hub_clinician, Role.coordinator, Role.manager)
Reader = Annotated[Visitor, allow(*DESK)]
FOUND = "people_found"
Field_ = Annotated[Text, Field(max_length=200)]


class Sought(Body):
    name: Field_ = ""
    born: Field_ = ""
    nhs_number: Field_ = ""
    postcode: Field_ = ""
    phone: Field_ = ""


class Why(Body):
    why: Annotated[Text, Field(max_length=300)]


@router.get("/people")
def people(request: Request, visitor: Reader) -> Response:
    return page(request, "people.html", visitor)


@router.post("/people/search")
def find(request: Request, body: Sought, visitor: Reader) -> Response:
    """One look, at whoever was found; what was looked for is written nowhere."""
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    sought, look_again = people_sought.read(body.model_dump(), now.astimezone(place.local()).date())
    if sought == search.Sought() and look_again:
        raise Refused(next(iter(look_again.values())))
    with hub.db.read() as session:
        hits, more = search.find(session, place.id, sought)
    kept_apart.is_over()
    if hits:
        numbers = ", ".join(str(hit.person.key) for hit in hits)
        keep_finding(hub, visitor.user, FOUND, f"place:{place.id}", numbers[:300])
    html = fragment("_people_found.html", hits=hits, more=more, most=search.MOST, alone=search.NAME_ALONE)
    return JSONResponse({"html": html, "found": len(hits), "look_again": look_again})


@router.get("/people/{person_id}")
def person(request: Request, person_id: Number, visitor: Reader) -> Response:
    hub, place, user = hub_of(request), the_place(request), visitor.user
    now = hub.clock.now()
    with hub.db.read() as session:
        one = store.visible(session, place.id, person_id)
        head = store.head(session, one)
        if head.key != one.key:
            return RedirectResponse(f"/people/{head.key}", 303)
        found = store.record(session, head)
        why = relationship(session, found, user)
        if why is None and not has_said_why(session, found, user, now):
            return page(request, "person_why.html", visitor, person_id=head.key)
        shown = page_of(session, found, now, place.local())
        record = _asked(session, head, hub, place, now)
        stopped = any(accesses.is_stopped(session, one, head) for one in accesses.of_person(session, head))
    if why is not None:  # else the reason was kept as they said it
        keep_look(hub, user, OPENED, f"person:{head.key}", why)
    return page(
        request,
        "person.html",
        visitor,
        shown=shown,
        asked=record,
        age=_age(found, now),
        why=why,
        own_page_stopped=stopped,
        today=now.astimezone(place.local()).date(),
        may_merge=user.has(*MAY_MERGE),
        may_seal=user.has(*sealing.MAY_SEAL),
    )


@router.get("/people/{person_id}/records")
def asked(request: Request, person_id: Number, visitor: Reader) -> Response:
    """Which records were asked and what became of it; nothing of what they say."""
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        one = store.head(session, store.visible(session, visitor.user.place, person_id))
        record = _asked(session, one, hub, place, hub.clock.now())
    return HTMLResponse(fragment("_known_record.html", record=record))


@router.post("/people/{person_id}/open")
def open_person(request: Request, person_id: Number, body: Why, visitor: Reader) -> dict[str, str]:
    """By somebody who has nothing to do with an open case of theirs just now: the reason is kept with the look."""
    if not body.why:
        raise Refused("Say why you open this record; the reason is kept with your name.")
    hub, place = hub_of(request), the_place(request)
    with hub.db.write() as session:
        one = store.head(session, store.visible(session, place.id, person_id))
        audit.note(
            session, place.id, hub.clock.now(), visitor.user.actor, OPENED, f"person:{one.key}", body.why
        )
    return {"said": "Kept.", "goes_to": f"/people/{one.key}"}


@router.get("/cases/{case_id}/person")
def person_of_case(request: Request, case_id: Number, visitor: Reader) -> Response:
    """The one link from a call or a case: to the record that it is linked to, or to who it could be (S14)."""
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        case = case_of(session, place.id, case_id)
        if case.person_id is not None:
            head = store.head(session, store.visible(session, place.id, case.person_id))
            return RedirectResponse(f"/people/{head.key}", 303)
        may_be = linking.may_be(session, case)
    shown = [one for one in may_be if one[1].names or one[2]][: search.MOST]
    if shown:
        keep_look(hub, visitor.user, FOUND, f"case:{case_id}", ", ".join(str(one.key) for one, *_ in shown))
    return page(
        request,
        "person_of_case.html",
        visitor,
        case=case,
        shown=shown,
        fits=any(fits for *_, fits in shown),
        ready=read_back.is_read_back(case),
    )


def _asked(session: Session, person: Person, hub: Hub, place: Place, now: datetime) -> KnownRecord:
    who = store.whos(session, place.id, [person])[person.key]
    return of_person(session, person, who, hub.record_servers, place, now)


def _age(found: Record, now: datetime) -> int | None:
    """None where it is not known, or two dates of birth are."""
    if len(found.born) != 1:
        return None
    return age(found.born[0], now.date())
