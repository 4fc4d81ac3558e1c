"""Why an assessment came to what it came to, and what would have changed it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboard.frame import page
from dashboard.pages.case import LOOKED, Reader
from hub.bodies import Number
from hub.gate import hub_of
from records.looks import keep_look
from records.model import Assessment
from records.store import case as case_of
from records.store import row
from triage.api import library_of
from triage.explained import explained
from triage.facts import reason

router = APIRouter()


@router.get("/assessments/{assessment_id}/explanation")
def explanation(
    request: Request,
    assessment_id: Number,
    visitor: Reader,
    two: bool = False,
) -> HTMLResponse:
    hub, library = hub_of(request), library_of(request)
    with hub.db.read() as session:
        found = row(session, Assessment, assessment_id, visitor.user.place)
        case = case_of(session, visitor.user.place, found.case_id)
        why = explained(session, library, found, of_two=two)
    keep_look(hub, visitor.user, LOOKED, f"case:{found.case_id}")
    labels = {one.id: one.label for one in library.house.priorities}
    because = [reason(leaf, found.facts) for leaf in why.because]
    return page(
        request,
        "explanation.html",
        visitor,
        case=case,
        assessment=found,
        why=why,
        because=because,
        labels=labels,
        two=two,
    )
