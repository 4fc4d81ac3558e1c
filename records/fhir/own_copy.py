"""What a person takes along of themselves: a Bundle of kind `collection`. Pure.

Resources are named by their place in it and not by rows' numbers: gaps would tell of what is not shown (S18).
"""

import uuid
from datetime import datetime

from records.consent_model import Said
from records.contact_points import Safe
from records.fhir.written import NHS_NUMBER, Resource, instant
from records.model import CaseState
from records.own.held import Held
from records.people.fact_model import Confidence, Fact, FactKind, Says

_NAMESPACE = uuid.UUID("0d6c3b5e-6a0e-4a53-9a3b-6b1c3d0f7a55")
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
KINDS = {
    FactKind.allergy: "AllergyIntolerance",
    FactKind.condition: "Condition",
    FactKind.medicine: "MedicationStatement",
    FactKind.plan: "CarePlan",
}
"""Any other fact is an `Observation`."""
PERSON = "Patient/1"


def bundle_of(found: Held, now: datetime) -> Resource:
    made = [patient(found), *(encounter(found, number) for number in range(len(found.cases)))]
    made += [of_fact(fact) for fact in (*found.health, *found.plans)]
    made += [_consent(one.purpose, one.said, one.with_whom, one.at) for one in found.consents]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": instant(now),
        "entry": [
            {"fullUrl": _url(f"Patient/{nth}" if nth == 1 else str(nth)), "resource": one}
            for nth, one in enumerate(made, 1)
        ],
    }


def _url(name: str) -> str:
    return uuid.uuid5(_NAMESPACE, name).urn


def _subject() -> Resource:
    return {"reference": _url(PERSON)}


def patient(found: Held) -> Resource:
    made: Resource = {"resourceType": "Patient", "name": [{"text": found.name or "not known"}]}
    if found.nhs_number:
        made["identifier"] = [{"system": NHS_NUMBER, "value": found.nhs_number}]
    if len(found.born) == 1:
        made["birthDate"] = found.born[0].isoformat()
    if found.addresses:
        made["address"] = [
            {"text": one.address} | ({"postalCode": one.postcode} if one.postcode else {})
            for one in found.addresses
        ]
    safe = [one for one in found.numbers if _is_safe(found, one.number)]
    if safe:
        made["telecom"] = [{"system": "phone", "value": one.number} for one in safe]
    return made


def _is_safe(found: Held, number: str) -> bool:
    """A copy may be read by anybody: a number that is not known to be safe does not stand in it (S17)."""
    point = found.points.get(number)
    return point is not None and point.text is Safe.yes


def encounter(found: Held, nth: int) -> Resource:
    case = found.cases[nth]
    period = {"start": instant(case.clock_start)} | (
        {"end": instant(case.closed_at)} if case.closed_at else {}
    )
    made: Resource = {
        "resourceType": "Encounter",
        "status": "finished" if case.state is CaseState.closed else "in-progress",
        "class": {"system": ACT, "code": "HH" if case.clock_stop else "VR"},
        "subject": _subject(),
        "period": period,
    }
    words = [case.need.replace("_", " ")] if case.need else []
    words += [found.decided[case.key]] if case.key in found.decided else []
    if words:
        made["reasonCode"] = [{"text": one} for one in words]
    return made


def of_fact(fact: Fact) -> Resource:
    kind = KINDS.get(fact.kind, "Observation")
    text = ": ".join(part for part in (fact.about, fact.value) if part)
    note = {"note": [{"text": fact.words}]} if fact.words else {}
    who = "patient" if kind == "AllergyIntolerance" else "subject"
    made: Resource = {"resourceType": kind, who: _subject(), **note}
    sure = {Confidence.confirmed: "confirmed"}.get(fact.confidence, "unconfirmed")
    verification = "refuted" if fact.says is Says.absent else sure
    if kind == "AllergyIntolerance":
        system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
        coding = {"coding": [{"system": system, "code": verification}]}
        return {
            **made,
            "code": {"text": text},
            "verificationStatus": coding,
            "recordedDate": instant(fact.recorded_at),
        }
    if kind == "Condition":
        system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
        coding = {"coding": [{"system": system, "code": verification}]}
        return {
            **made,
            "code": {"text": text},
            "verificationStatus": coding,
            "recordedDate": instant(fact.recorded_at),
        }
    if kind == "MedicationStatement":
        status = "not-taken" if fact.says is Says.absent else "unknown"
        return {
            **made,
            "status": status,
            "medicationCodeableConcept": {"text": text},
            "dateAsserted": instant(fact.recorded_at),
        }
    if kind == "CarePlan":
        return {
            **made,
            "status": "active",
            "intent": "plan",
            "title": text,
            "created": instant(fact.recorded_at),
        }
    said = "said not to be so" if fact.says is Says.absent else (fact.value or "yes")
    return {
        **made,
        "status": "final",
        "code": {"text": fact.about},
        "valueString": said,
        "issued": instant(fact.recorded_at),
    }


def _consent(purpose: str, said: Said, whom: str, at: datetime) -> Resource:
    scope = {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
        ]
    }
    category = {"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}
    made: Resource = {
        "resourceType": "Consent",
        "status": "inactive" if said is Said.taken_back else "active",
        "scope": scope,
        "category": [category],
        "patient": _subject(),
        "dateTime": instant(at),
        "policyRule": {"text": " ".join(part for part in (purpose.replace("_", " "), whom) if part)},
    }
    if said is not Said.taken_back:
        made["provision"] = {"type": "permit" if said is Said.agreed else "deny"}
    return made
