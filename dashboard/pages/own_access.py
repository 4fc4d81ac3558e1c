"""Who may open a person's own page: agreed by voice, with a phrase that only they know; ended at any time."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import kept_apart
from hub.access import Role
from hub.bodies import Free, Number, Text
from hub.errors import Conflict, NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from records import contact_points
from records.contact_points import Safe
from records.looks import keep_look
from records.own import accesses
from records.own.accesses import WRONG_LIMIT, Agreed
from records.own.model import OwnKind, Sees
from records.people import store
from triage.capture import national
from triage.rules import phone

router = APIRouter()
Agrees = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
WHAT = {
    OwnKind.person: "the person themselves",
    OwnKind.carer: "a carer, as the person agreed",
    OwnKind.attorney: "has a lasting power of attorney for health and welfare",
}


@router.get("/people/{person_id}/own-page")
def who_can(request: Request, person_id: Number, visitor: Agrees) -> Response:
    return _shown(request, person_id, visitor)


@router.post("/people/{person_id}/own-page")
def agree(
    request: Request,
    person_id: Number,
    visitor: Agrees,
    kind: Annotated[OwnKind, Form()],
    number: Annotated[str, Form(max_length=30, pattern=r"^[0-9+() .-]*$")] = "",
    phrase: Annotated[Free, Form(max_length=200)] = "",
    how: Annotated[Text, Form(max_length=300)] = "",
    name: Annotated[Text, Form(max_length=80)] = "",
    relation: Annotated[Text, Form(max_length=80)] = "",
    sees: Annotated[Sees, Form()] = Sees.plans_and_visits,
    safe: Annotated[bool, Form()] = False,
) -> Response:
    """`safe`: whoever else's number this is has said that it may be texted; the person's own is known to be."""
    hub, place, user, now = hub_of(request), the_place(request), visitor.user, hub_of(request).clock.now()
    try:
        hashed, to = accesses.hash_phrase(phrase), phone(number)
        with hub.db.write() as session:
            head = store.head(session, store.visible(session, place.id, person_id))
            (person,) = store.lock(session, place.id, head.key)
            record = store.record(session, person)
            if kind is OwnKind.person:
                if to not in {one.number for one in record.numbers if not one.in_error}:
                    raise Refused(
                        "This number is not on their record. It is kept in a call; then it can be used."
                    )
                name = record.name or "the person"
            elif safe:
                contact_points.say(session, place.id, to, "text", Safe.yes, user.name, now)
            agreed = Agreed(kind, name, to, hashed, how, relation, sees)
            accesses.open_for(session, person, agreed, now, user.actor)
    except Refused as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        typed = {"kind": kind.value, "number": number, "how": how, "name": name, "relation": relation}
        return _shown(request, person_id, visitor, str(refused), refused.status, typed)
    return RedirectResponse(f"/people/{person_id}/own-page", 303)


@router.post("/people/{person_id}/own-page/end")
def end(
    request: Request,
    person_id: Number,
    visitor: Agrees,
    who: Annotated[str, Form(max_length=20, pattern=r"^[A-Za-z0-9_-]+$")],
) -> Response:
    hub = hub_of(request)
    try:
        with hub.db.write() as session:
            head = store.head(session, store.visible(session, visitor.user.place, person_id))
            access = accesses.by_word(session, head, who)
            accesses.end(session, access, hub.clock.now(), visitor.user.actor)
    except (Conflict, NotFound) as error:
        return _shown(request, person_id, visitor, str(error), error.status)
    return RedirectResponse(f"/people/{person_id}/own-page", 303)


def _shown(
    request: Request,
    person_id: int,
    visitor: Visitor,
    problem: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
) -> Response:
    """`typed`: what was not taken, so that it can be mended; the phrase is typed again."""
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        head = store.head(session, store.visible(session, place.id, person_id))
        record = store.record(session, head).believed()
        rows = accesses.of_person(session, head)
        numbers = list(dict.fromkeys(one.number for one in record.numbers))
        points = contact_points.of_numbers(session, place.id, numbers)
    keep_look(hub, visitor.user, "own_page_looked_at", f"person:{head.key}")
    return page(
        request,
        "own_access.html",
        visitor,
        status=status,
        person_id=head.key,
        name=record.name,
        rows=rows,
        what=WHAT,
        safe=[one for one in numbers if contact_points.may_text(points.get(one))],
        national=national,
        wrong_limit=WRONG_LIMIT,
        day=lambda at: f"{local(at, place):%d/%m/%Y}",
        problem=problem,
        typed=typed or {},
    )
