"""Every message in and out with its journey; the messages that the hub writes; the phones of responders."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dashboard.frame import page, the_place
from dashboard.pages.call import said_clock
from dispatch import gsm, journey, message_store, templates
from dispatch.message_store import LOOKED_THROUGH, PAGE, Listed
from dispatch.phone_model import PhoneOfResponder
from hub import kept_apart
from hub.access import Role
from hub.bodies import Text
from hub.events import cursor
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_look
from triage.api import library_of

router = APIRouter()
Reader = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Knower = Annotated[
    Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance)
]
Keeper = Annotated[Visitor, allow(Role.coordinator, Role.manager)]
Show = Literal["all", "failed", "human", "no_receipt"]
SHOWS: dict[Show, str] = {
    "all": "All",
    "human": "Waits for a human",
    "failed": "Failed",
    "no_receipt": "No receipt",
}
RECEIPT_IN = timedelta(seconds=90)


@router.get("/messages")
def console(
    request: Request,
    visitor: Reader,
    show: Show = "all",
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    place = the_place(request)
    with hub_of(request).db.read() as session:
        due = hub_of(request).clock.now() - RECEIPT_IN
        rows = message_store.listed(session, place.id, show, before, due)
        at = cursor(session, place.id) if before is None else None  # the newest page follows what happens
    return _shown(request, visitor, rows, show=show, before=before, cursor=at)


@router.post("/messages")
def find(request: Request, visitor: Reader, said: Annotated[Text, Form(max_length=80)] = "") -> Response:
    """A post, so that no name, number or word stands in an address."""
    kept_apart.is_over()  # what was asked is written nowhere
    place = the_place(request)
    if not said:
        return console(request, visitor)
    with hub_of(request).db.read() as session:
        rows = message_store.found(session, place.id, said)
    return _shown(request, visitor, rows, said=said)


def _shown(request: Request, visitor: Visitor, rows: list[Listed], **facts: Any) -> Response:
    place, now = the_place(request), hub_of(request).clock.now()
    keep_look(hub_of(request), visitor.user, "looked at messages", f"place:{place.id}")
    shown = [
        {
            "one": row,
            "who": _who(row),
            "journey": journey.journey(row.message),
            "error": journey.error(row.message),
            "bad": row.message.status in journey.FAILED,
            "answers": row.message.direction == "in" and row.message.case_id is not None,
        }
        for row in rows[:PAGE]
    ]
    older = rows[PAGE - 1].message.id if len(rows) > PAGE else None
    return page(
        request,
        "messages.html",
        visitor,
        shown=shown,
        older=older,
        shows=SHOWS,
        looked_through=LOOKED_THROUGH,
        clock=said_clock(place, now),
        **{"show": "all", "before": None, "said": "", "cursor": None, **facts},
    )


def _who(row: Listed) -> str:
    if row.responder is not None:
        return row.responder.short_name
    return row.user.name if row.user is not None else row.message.phone


@router.get("/messages/templates")
def written(request: Request, visitor: Knower) -> Response:
    library = library_of(request)
    shown = []
    for template in templates.TEMPLATES:
        longest = templates.longest(template, library)
        facts = {
            "one": template,
            "sample": templates.sample(template, library),
            "signs": gsm.length(longest),
            "parts": gsm.parts(longest),
        }
        shown.append(facts)
    return page(request, "message_templates.html", visitor, shown=shown, why=templates.OVER_ONE_PART)


@router.get("/messages/phones")
def phones(request: Request, visitor: Keeper) -> Response:
    place, now = the_place(request), hub_of(request).clock.now()
    with hub_of(request).db.read() as session:
        rows = message_store.phones_of_place(session, place.id)
    people: dict[int, dict[str, Any]] = {}
    for who, phone in rows:
        first = PhoneOfResponder(place=who.place, responder_id=who.key, number=who.phone)
        people.setdefault(who.key, {"who": who, "phones": []})["phones"].append(phone or first)
    return page(
        request,
        "responder_phones.html",
        visitor,
        people=list(people.values()),
        clock=said_clock(place, now),
        now_utc=now,
    )
