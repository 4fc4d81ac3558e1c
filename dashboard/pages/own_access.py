"""Who may open a person's own page: agreed by voice, with a phrase that only they know; ended at any time."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from dashboard.frame import local, page, the_place
from dashboard.person_reason import has_said_why, relationship
from dispatch import own_texts, texts
from hub import kept_apart
from hub.access import Role
from hub.bodies import Free, Number, Text
from hub.errors import Conflict, NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from records import contact_points
from records.looks import keep_look
from records.own import accesses
from records.own.accesses import WRONG_LIMIT, Agreed
from records.own.model import OwnKind, Sees
from records.people import store
from records.people.model import Person
from triage.capture import national
from triage.rules import phone

router = APIRouter()
Agrees = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Who = Annotated[str, Form(max_length=20, pattern=r"^[A-Za-z0-9_-]+$")]
LOOKED_AT = "own_page_looked_at"
WHAT = {
    OwnKind.person: "the person themselves",
    OwnKind.carer: "a carer, as the person agreed",
    OwnKind.attorney: "has a lasting power of attorney for health and welfare",
}


@router.get("/people/{person_id}/own-page")
def who_can(request: Request, person_id: Number, visitor: Agrees) -> Response:
    return _must_say_why(request, person_id, visitor) or _shown(request, person_id, visitor)


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
    if (asked_why := _must_say_why(request, person_id, visitor)) is not None:
        kept_apart.is_over()
        return asked_why
    try:
        hashed, to = accesses.hash_phrase(phrase), phone(number)
        with hub.db.write() as session:
            person = _locked(session, place.id, person_id)
            record = store.record(session, person)
            standing = accesses.of_person(session, person)
            if not standing:
                accesses.must_be_read_back(record)
            if kind is OwnKind.person:
                name = record.name or "the person"
            elif safe:
                accesses.say_safe(session, person, to, now, user.actor)
            told = texts.own_opened(place.public_number)
            for one in standing:
                if one.kind is OwnKind.person:
                    own_texts.text(session, one, told, now, own_texts.A_DAY)
            agreed = Agreed(kind, name, to, hashed, how, relation, sees)
            accesses.open_for(session, person, agreed, now, user.actor)
    except Refused as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        typed = {"kind": kind.value, "number": number, "how": how, "name": name, "relation": relation}
        return _shown(request, person_id, visitor, str(refused), refused.status, typed)
    return RedirectResponse(f"/people/{person_id}/own-page", 303)


@router.post("/people/{person_id}/own-page/confirm")
def confirm(request: Request, person_id: Number, visitor: Agrees, who: Who) -> Response:
    """S14: after a merge, or its undoing, somebody has asked the person again."""
    hub, place = hub_of(request), the_place(request)
    if (asked_why := _must_say_why(request, person_id, visitor)) is not None:
        return asked_why
    try:
        with hub.db.write() as session:
            person = _locked(session, place.id, person_id)
            access = accesses.by_word(session, person, who)
            accesses.must_be_read_back(store.record(session, person))
            accesses.confirm(session, access, person, hub.clock.now(), visitor.user.actor)
    except (Refused, NotFound) as error:
        return _shown(request, person_id, visitor, str(error), error.status)
    return RedirectResponse(f"/people/{person_id}/own-page", 303)


@router.post("/people/{person_id}/own-page/end")
def end(request: Request, person_id: Number, visitor: Agrees, who: Who) -> Response:
    hub = hub_of(request)
    if (asked_why := _must_say_why(request, person_id, visitor)) is not None:
        return asked_why
    try:
        with hub.db.write() as session:
            head = store.head(session, store.visible(session, visitor.user.place, person_id))
            access = accesses.by_word(session, head, who)
            accesses.end(session, access, hub.clock.now(), visitor.user.actor)
    except (Conflict, NotFound) as error:
        return _shown(request, person_id, visitor, str(error), error.status)
    return RedirectResponse(f"/people/{person_id}/own-page", 303)


def _locked(session: Session, place: str, person_id: int) -> Person:
    head = store.head(session, store.visible(session, place, person_id))
    return store.lock(session, place, head.key)[0]


def _must_say_why(request: Request, person_id: int, visitor: Visitor) -> Response | None:
    """Whoever has nothing to do with them just now says why on the record's page first, as for the record itself."""
    hub, user = hub_of(request), visitor.user
    with hub.db.read() as session:
        found = store.record(session, store.head(session, store.visible(session, user.place, person_id)))
        if relationship(session, found, user) or has_said_why(session, found, user, hub.clock.now()):
            return None
    return RedirectResponse(f"/people/{found.person.key}", 303)


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
        stopped = {one.key for one in rows if accesses.is_stopped(session, one, head)}
        numbers = accesses.numbers_of(record)
        points = contact_points.of_numbers(session, place.id, numbers)
        why = relationship(session, record, visitor.user)
    keep_look(hub, visitor.user, LOOKED_AT, f"person:{head.key}", why)
    return page(
        request,
        "own_access.html",
        visitor,
        status=status,
        person_id=head.key,
        name=record.name,
        rows=rows,
        stopped=stopped,
        others=[one for one in record.numbers if one.whose],
        what=WHAT,
        safe=[one for one in numbers if contact_points.may_text(points.get(one))],
        national=national,
        wrong_limit=WRONG_LIMIT,
        day=lambda at: f"{local(at, place):%d/%m/%Y}",
        problem=problem,
        typed=typed or {},
    )
