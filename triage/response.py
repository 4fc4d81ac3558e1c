"""An assessment for other systems, on the questions that it was taken with."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from protocols.exchange.response import Taken, response
from protocols.loader import Library
from records.lifecycles import AssessmentState
from records.model import Assessment, Case
from triage.model import Answered
from triage.versions import exact

STATUS = {
    AssessmentState.taking: "in-progress",
    AssessmentState.finished: "completed",
    AssessmentState.broken_off: "stopped",
    AssessmentState.superseded: "stopped",
}


def as_response(
    session: Session, library: Library, assessment: Assessment, case: Case, base: str
) -> dict[str, Any]:
    """A FHIR QuestionnaireResponse. Of the person nothing but the case's reference; of who asked nothing at all."""
    protocol, _ = exact(session, library, assessment)
    taken = Taken(
        assessment=str(assessment.key),
        case=case.ref,
        status=STATUS[assessment.state],
        authored=_authored(session, assessment).isoformat(),
        answers=assessment.answers,
        facts=assessment.facts or {},
    )
    return response(protocol, taken, base)


def _authored(session: Session, assessment: Assessment) -> datetime:
    """When it was finished, else when the newest answer came."""
    if assessment.finished_at is not None:
        return assessment.finished_at
    newest = select(Answered.at).where(Answered.assessment_id == assessment.key)
    return session.exec(newest.order_by(col(Answered.id).desc()).limit(1)).first() or assessment.opened_at
