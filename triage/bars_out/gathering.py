"""What a message says, gathered from the rows of its case as they stand, and what may leave at all. Reads only."""

from datetime import datetime

from sqlmodel import Session

from hub.door_codes import cut
from hub.places import place_of
from hub.services import Service
from protocols import news2
from protocols.exchange.names import base_of
from protocols.loader import Library
from records import consents, contact_points
from records.consent_model import Purpose
from records.contact_points import Safe
from records.fhir.leaving import Leaving, may_name, what_may_leave
from records.fhir.written import Written
from records.lifecycles import AssessmentState
from records.model import Assessment, Call, Case, HandOver
from records.sight import Agreed
from records.store import rows_of
from triage import store as triage
from triage.bars_out.message import Letter
from triage.bars_out.model import ReferralSent
from triage.response import as_response

SEALED = "this case is not for messages"
OBJECTED = "the person has not agreed that it is shared with them"


def stands_in_the_way(session: Session, case: Case, row: HandOver) -> str:
    """Why nothing about the person may go there by message; empty where it may. S18: a sealed case is told by people
    alone, who choose their words. What they have said of sharing with this service counts (`records/consents.py`)."""
    if what_may_leave(case) is Leaving.nothing:
        return SEALED
    if consents.agreed(session, case, Purpose.sharing, row.to) is Agreed.no:
        return OBJECTED
    return ""


def letter_of(
    session: Session,
    library: Library,
    service: Service,
    sent: ReferralSent,
    case: Case,
    row: HandOver,
    hub_url: str,
    now: datetime,
    *,
    scene: bool,
) -> Letter:
    """`scene`: whether a risk to staff is known where they are (S22)."""
    leaving, place = what_may_leave(case), place_of(session, case.place)
    finished = [
        one for one in rows_of(session, Assessment, case.key) if one.state is AssessmentState.finished
    ]
    assessment = finished[-1] if finished else None
    call = triage.last_call(session, case.key)
    said = assessment is not None and leaving in (Leaving.coded, Leaving.whole)
    return Letter(
        told=Written(
            base=hub_url,
            by=f"First Point, {place.name}",
            ods=service.ods,
            case=case,
            leaving=leaving,
            named=may_name(case, None),
            number=0,
            milestones=(),
            at=now,
            now=now,
            assessment=assessment,
            news2=news2.known_total(assessment.answers, library.house.plausible) if assessment else None,
        ),
        uid=sent.uid,
        reason=sent.reason,
        hand_over=row.key,
        to=row.to,
        service_id=service.service_id,
        organisation=service.organisation,
        endpoint=service.base_url,
        ring=place.public_number,
        why=cut(row.why).words,
        began=sent.made_at,
        number=_number(session, case, call),
        number_is=call.caller_relation if call is not None else "",
        scene=scene,
        answers=as_response(session, library, assessment, case, base_of(hub_url))
        if said and assessment
        else None,
    )


def _number(session: Session, case: Case, call: Call | None) -> str:
    """S17: not where speaking is not safe; where safeguarding is marked, only where it is known to be."""
    if call is None or not call.number:
        return ""
    point = contact_points.of_number(session, case.place, call.number)
    speak = point.speak if point is not None else Safe.not_known
    may = speak is Safe.yes if case.safeguarding else speak is not Safe.no
    return call.number if may else ""
