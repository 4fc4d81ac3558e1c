"""What the hub says back, in FHIR: the answer to a message, its refusal, and what became of a referral later. Pure."""

import uuid
from datetime import datetime
from typing import Any

from records.fhir.shapes import Resource, things
from records.fhir.written import NHS_NUMBER

CODES = {
    400: ("invalid", "REC_BAD_REQUEST"),
    401: ("login", "REC_UNAUTHORIZED"),
    403: ("forbidden", "REC_FORBIDDEN"),
    404: ("not-found", "REC_NOT_FOUND"),
    405: ("not-supported", "REC_METHOD_NOT_ALLOWED"),
    409: ("duplicate", "REC_CONFLICT"),
    413: ("too-long", "REC_BAD_REQUEST"),
    422: ("processing", "REC_UNPROCESSABLE_ENTITY"),
    500: ("exception", "REC_SERVER_ERROR"),
    503: ("transient", "REC_UNAVAILABLE"),
}
"""By status: FHIR's issue type, and the standard's own code."""
EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
BUNDLE = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"
EMERGENCY = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "EMER",
    "display": "emergency",
}


def outcome(status: int, diagnostics: str, kind: str | None = None) -> Resource:
    """An OperationOutcome with the standard's code. `kind`: another issue type than the status' own."""
    issue, coded = CODES.get(status, CODES[500] if status >= 500 else CODES[400])
    details = {"coding": [{"system": "https://fhir.nhs.uk/Codesystem/http-error-codes", "code": coded}]}
    return {
        "resourceType": "OperationOutcome",
        "id": str(uuid.uuid4()),
        "meta": {"profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"]},
        "issue": [
            {"severity": "error", "code": kind or issue, "details": details, "diagnostics": diagnostics}
        ],
    }


def service_request(facts: Resource, uid: str, status: str, at: datetime) -> Resource:
    """The request as it came, with our number, in the standard's own shape."""
    kept = {name: value for name, value in facts["request"].items() if name not in ("contained", "search")}
    if "basedOn" in kept:
        kept["basedOn"] = things(kept["basedOn"])
    subject = _subject(facts)
    return {
        **kept,
        "resourceType": "ServiceRequest",
        "id": uid,
        "meta": {"lastUpdated": at.isoformat()},
        "status": status,
        "intent": "plan",
        "subject": {**subject, **({} if "identifier" in subject else _plain(kept.get("subject")))},
    }


def _plain(reference: Any) -> Resource:
    return reference if isinstance(reference, dict) and reference else {"display": "as in the referral"}


def _subject(facts: Resource) -> Resource:
    nhs_number = facts.get("nhs_number")
    return (
        {"type": "Patient", "identifier": {"system": NHS_NUMBER, "value": nhs_number}} if nhs_number else {}
    )


def message(
    facts: Resource,
    uid: str,
    referral_uid: str,
    event: str,
    request_status: str,
    encounter: Resource,
    at: datetime,
    hub_url: str,
    *more: Resource,
) -> Resource:
    """A message Bundle about a referral: its header, the request, the encounter here and theirs, and `more`."""
    named = {one["resourceType"]: f"urn:uuid:{one['id']}" for one in (encounter, *more)}
    header = {
        "resourceType": "MessageHeader",
        "id": uid,
        "eventCoding": {"system": EVENTS, "code": event},
        "destination": [{"endpoint": facts.get("endpoint") or "unknown"}],
        "source": {"name": "First Point", "software": "First Point", "endpoint": f"{hub_url}/fhir"},
        "reason": {"coding": [{"system": REASONS, "code": "new"}]},
        "response": {"identifier": facts.get("bundle_id") or "unknown", "code": "ok"},
        "focus": [{"reference": named["Encounter"]}],
    }
    request = service_request(facts, referral_uid, request_status, at)
    resources = [header, request, encounter, *more]
    return {
        "resourceType": "Bundle",
        "id": uid,
        "meta": {"lastUpdated": at.isoformat(), "profile": [BUNDLE]},
        "type": "message",
        "timestamp": at.isoformat(),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def encounter(
    facts: Resource, ref: str, status: str, began: datetime, hub_url: str, why: str = ""
) -> Resource:
    """The encounter here, by the case's reference, with theirs beside it."""
    ours = {"system": f"{hub_url}/fhir/Id/case-reference", "value": ref}
    theirs = facts.get("encounter_identifier")
    return {
        "resourceType": "Encounter",
        "id": str(uuid.uuid4()),
        "identifier": [ours, *([theirs] if theirs else [])],
        "status": status,
        "class": EMERGENCY,
        "subject": _subject(facts) or {"display": "as in the referral"},
        "period": {"start": began.isoformat()},
        **({"reasonCode": [{"text": why}]} if why else {}),
    }


def care_plan(facts: Resource, encounter_id: str, title: str, began: datetime, ended: datetime) -> Resource:
    """How it ended, in a word of the hub's."""
    return {
        "resourceType": "CarePlan",
        "id": str(uuid.uuid4()),
        "status": "completed",
        "intent": "plan",
        "subject": _subject(facts) or {"display": "as in the referral"},
        "encounter": {"reference": f"urn:uuid:{encounter_id}"},
        "period": {"start": began.isoformat(), "end": ended.isoformat()},
        "activity": [{"outcomeCodeableConcept": [{"text": title}]}],
    }
