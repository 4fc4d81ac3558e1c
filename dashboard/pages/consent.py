"""What a person has agreed to and what not, beside their case: recorded as they said it, taken back likewise."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import kept_apart
from hub.access import Role
from hub.bodies import Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from records import consents, store
from records.consent_model import Purpose, Said
from records.looks import keep_look
from records.service import take

router = APIRouter()
Recorder = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
WORDS = {Said.agreed: "agreed", Said.objected: "said no", Said.taken_back: "took back what they said"}


@router.get("/cases/{case_id}/consent")
def said(request: Request, case_id: Number, visitor: Recorder) -> Response:
    return _shown(request, case_id, visitor)


@router.post("/cases/{case_id}/consent")
def record(
    request: Request,
    case_id: Number,
    visitor: Recorder,
    purpose: Annotated[Purpose, Form()],
    said: Annotated[Said, Form()],
    how: Annotated[Text, Form(max_length=300)] = "",
    with_whom: Annotated[Text, Form(max_length=80)] = "",
) -> Response:
    hub, user = hub_of(request), visitor.user
    now = hub.clock.now()
    try:
        with hub.db.write() as session:
            store.case(session, user.place, case_id)
            case = take(session, case_id, now)
            consents.record(session, case, purpose, said, how, now, user.actor, with_whom)
    except Refused as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        return _shown(request, case_id, visitor, str(refused), refused.status)
    return RedirectResponse(f"/cases/{case_id}/consent", 303)


def _shown(
    request: Request, case_id: int, visitor: Visitor, problem: str = "", status: int = 200
) -> Response:
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        case = store.case(session, place.id, case_id)
        rows = consents.listed(session, case)
    keep_look(hub, visitor.user, "consent_opened", f"case:{case_id}")
    return page(
        request,
        "consent.html",
        visitor,
        status=status,
        case=case,
        rows=rows,
        means=consents.MEANS,
        words=WORDS,
        unsaid=[one for one in Purpose if one not in {row.purpose for row in rows}],
        problem=problem,
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
    )
