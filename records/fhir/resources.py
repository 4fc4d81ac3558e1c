"""A case with its rows as FHIR R4 resources: what is true as it is sent; when a milestone was, Provenance says.

S17, S18: `leaving` decides which are made and with what in them; nothing here reads numbers, addresses or ways in.
"""

from records.fhir.leaving import Leaving
from records.fhir.observations import news2_of
from records.fhir.written import NHS_NUMBER, ODS_CODE, Resource, Written, instant
from records.lifecycles import PositionState
from records.model import Assessment, CaseState, Outcome, Position

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SERVICE = "Urgent community response"
NOT_FOR_THEM = (Outcome.declined, Outcome.cancelled, Outcome.duplicate)
PRIORITY = {"emergency_999": "stat", "clinician_20_min": "asap", "one_hour": "asap", "two_hours": "urgent"}
"""Whatever is less urgent is `routine`."""
TASK_STATE = {
    PositionState.open: "requested",
    PositionState.offered: "requested",
    PositionState.done: "completed",
    PositionState.stood_down: "cancelled",
    PositionState.superseded: "cancelled",
    PositionState.accepted: "accepted",
    PositionState.no_access: "on-hold",
}
"""Any other is on its way or at work: `in-progress`."""


def resources_of(told: Written) -> list[tuple[str, Resource]]:
    """Each with its own name within the bundle. Whoever it is about stands first."""
    made = [(told.urn("case", told.case.key), encounter(told))]
    if told.assessment is not None:
        made.append((_urn_of_request(told), service_request(told)))
        made += [(told.urn("task", one.key), task(told, one)) for one in told.positions]
        if told.leaving not in (Leaving.nothing, Leaving.bare):
            made += news2_of(told)
            made.append((told.urn("assessment", told.assessment.key), answers(told)))
    return [(_urn_of_person(told), person(told)), *made] if _is_somebody(told) else made


def _is_somebody(told: Written) -> bool:
    """While nothing has been decided of a person without an NHS number, nobody is made up in the record."""
    return told.named or told.assessment is not None


def _urn_of_person(told: Written) -> str:
    return told.urn("person", told.case.key)


def _urn_of_request(told: Written) -> str:
    return told.urn("request", told.case.key)


def subject(told: Written) -> Resource:
    return {"reference": _urn_of_person(told)}


def person(told: Written) -> Resource:
    """Made only where the record has nobody of this identifier; never changed by us."""
    case = told.case
    nhs = {"system": NHS_NUMBER, "value": case.nhs_number}
    made: Resource = {
        "resourceType": "Patient",
        "identifier": [nhs if told.named else told.identifier("person", case.key)],
    }
    if case.person_name.strip():
        made["name"] = [{"text": case.person_name.strip()}]
    if case.born is not None:
        made["birthDate"] = case.born.isoformat()
    return made


def encounter(told: Written) -> Resource:
    case = told.case
    visited = bool(told.positions)
    period = {"start": instant(case.clock_start)}
    if case.closed_at is not None:
        period["end"] = instant(case.closed_at)
    made: Resource = {
        "resourceType": "Encounter",
        "identifier": [told.identifier("case", case.key)],
        "status": _status_of_encounter(told),
        "class": {
            "system": ACT,
            "code": "HH" if visited else "VR",
            "display": "home health" if visited else "virtual",
        },
        "serviceType": {"text": SERVICE},
        "period": period,
    }
    if _is_somebody(told):
        made["subject"] = subject(told)
    if told.assessment is not None:
        made["basedOn"] = [{"reference": _urn_of_request(told)}]
    if told.ods:
        made["serviceProvider"] = _us(told)
    if told.leaving is Leaving.whole and case.need_words.strip():
        made["reasonCode"] = [{"text": case.need_words.strip()}]
    elif told.leaving in (Leaving.coded, Leaving.whole) and case.need:
        made["reasonCode"] = [{"text": case.need.replace("_", " ")}]
    return made


def _status_of_encounter(told: Written) -> str:
    case = told.case
    if case.outcome is Outcome.wrong_number:
        return "entered-in-error"
    if case.state is CaseState.closed:
        return "cancelled" if case.outcome in NOT_FOR_THEM else "finished"
    if case.clock_stop is not None:
        return "in-progress"
    return "triaged" if told.assessment is not None else "arrived"


def service_request(told: Written) -> Resource:
    """S1: it occurs from when the hub first heard of the need; the end is the time by which care must have begun."""
    case, assessment = told.case, told.assessment
    assert assessment is not None
    occurrence = {"start": instant(case.clock_start)}
    due = min((one.due_at for one in told.positions), default=case.breach_at)
    if due is not None:
        occurrence["end"] = instant(due)
    made: Resource = {
        "resourceType": "ServiceRequest",
        "identifier": [told.identifier("request", case.key)],
        "status": _status_of_request(told),
        "intent": "order",
        "priority": PRIORITY.get(case.priority or assessment.priority or "", "routine"),
        "category": [{"text": SERVICE}],
        "code": {"text": assessment.disposition_title or assessment.disposition or SERVICE},
        "subject": subject(told),
        "encounter": {"reference": told.urn("case", case.key)},
        "occurrencePeriod": occurrence,
        "authoredOn": instant(assessment.finished_at or told.at),
    }
    if told.ods:
        made["requester"] = _us(told)
    if told.leaving in (Leaving.coded, Leaving.whole):
        made["note"] = [{"text": _because(assessment)}]
    return made


def _because(assessment: Assessment) -> str:
    """The reasons as the screen and the case had them: the answers that the disposition needed, and no others."""
    protocol = f"{assessment.protocol.replace('-', ' ')}, version {assessment.protocol_version}"
    reasons = "; ".join(one["words"] for one in assessment.because)
    return f"Decided by {protocol}, because: {reasons}." if reasons else f"Decided by {protocol}."


def _status_of_request(told: Written) -> str:
    case = told.case
    if case.outcome is Outcome.wrong_number:
        return "entered-in-error"
    if case.state is not CaseState.closed:
        return "active"
    return "revoked" if case.outcome in NOT_FOR_THEM else "completed"


def task(told: Written, position: Position) -> Resource:
    """One pair of hands. Who goes is not named: the record needs to know that somebody does."""
    made: Resource = {
        "resourceType": "Task",
        "identifier": [told.identifier("task", position.key)],
        "status": TASK_STATE.get(position.state, "in-progress"),
        "businessStatus": {"text": str(position.state).replace("_", " ")},
        "intent": "order",
        "code": {"text": position.title},
        "focus": {"reference": _urn_of_request(told)},
        "for": subject(told),
        "encounter": {"reference": told.urn("case", told.case.key)},
        "authoredOn": instant(position.opened_at),
        "lastModified": instant(told.now),
    }
    if position.care_began_at is not None:
        made["executionPeriod"] = {"start": instant(position.care_began_at)}
        if position.done_at is not None:
            made["executionPeriod"]["end"] = instant(max(position.done_at, position.care_began_at))
    if position.state is PositionState.done and told.case.outcome is not None:
        made["output"] = [
            {"type": {"text": "outcome"}, "valueString": told.case.outcome.replace("_", " ")},
        ]
    return made


def answers(told: Written) -> Resource:
    """What was answered, as coded. What was not known is there without an answer: unknown is never no (S7)."""
    assessment = told.assessment
    assert assessment is not None
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": told.identifier("assessment", assessment.key),
        "questionnaire": f"{told.base}/protocols/{assessment.protocol}|{assessment.protocol_version}",
        "status": "completed",
        "subject": subject(told),
        "encounter": {"reference": told.urn("case", told.case.key)},
        "authored": instant(assessment.finished_at or told.at),
        "item": [_item(question, answer) for question, answer in assessment.answers.items()],
    }


def _item(question: str, answer: object) -> Resource:
    item: Resource = {"linkId": question}
    if isinstance(answer, bool):
        item["answer"] = [{"valueBoolean": answer}]
    elif isinstance(answer, int | float):
        item["answer"] = [{"valueDecimal": answer}]
    elif isinstance(answer, str) and answer not in ("", "unknown"):
        item["answer"] = [{"valueString": answer}]
    return item


def _us(told: Written) -> Resource:
    us: Resource = {"display": told.by}
    return {**us, "identifier": {"system": ODS_CODE, "value": told.ods}} if told.ods else us


def provenance(told: Written, targets: list[str], tag: Resource) -> Resource:
    """Which milestones these are, when they were, and of which write: a second attempt asks for it by its tag."""
    activity = ", ".join(one.replace("_", " ") for one in told.milestones)
    return {
        "resourceType": "Provenance",
        "meta": {"tag": [tag]},
        "target": [{"reference": target} for target in targets],
        "occurredDateTime": instant(told.at),
        "recorded": instant(told.now),
        "activity": {
            "coding": [{"system": f"{told.base}/id/milestone", "code": told.milestones[-1]}],
            "text": activity,
        },
        "agent": [{"who": _us(told)}],
    }
