"""What a handler does whose protocol was stopped under their hands, over HTTP: only translates."""

from datetime import datetime

from fastapi import APIRouter, Request

from hub.bodies import Number
from hub.gate import hub_of
from records.model import Assessment
from records.store import row
from triage import stopped
from triage.api import Taker, library_of

router = APIRouter()


@router.post("/assessments/{assessment_id}/to-clinician")
def to_clinician(request: Request, assessment_id: Number, visitor: Taker) -> dict[str, datetime]:
    hub = hub_of(request)
    now = hub.clock.now()
    with hub.db.write() as session:
        found = row(session, Assessment, assessment_id, visitor.user.place)
        stopped.to_clinician(session, library_of(request), found, now, visitor.user.actor)
    return {"saved_at": now}
