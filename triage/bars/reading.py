"""A message as it can be used: what is there is read, what is odd is said to a human, nothing is refused. Pure."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from records.fhir.shapes import Resource, code, first, lines, moment, objects, said, things, words
from triage.bars.bundle import Parts, header_of, identifiers
from triage.bars.person import Contact, Person, Spot, contacts_of, numbers_of, person_of, spot_of

REQUEST, RESPONSE = "servicerequest-request", "servicerequest-response"
NOT_TAKEN = ("booking-request", "booking-response", "slot", "schedule")
CANCELS = frozenset({"delete", "revoked", "revoke", "cancel", "cancelled", "entered-in-error"})
MOST_FACTS = 30
NEED = 1900
"""So much of what was said fits into a case; all of it is in the message."""


@dataclass(frozen=True)
class Read:
    event: str = REQUEST
    reason: str = "new"
    bundle_id: str = ""
    answers: str = ""
    answer_code: str = ""
    is_validation: bool = False
    organisation: str = ""
    organisation_numbers: tuple[str, ...] = ()
    endpoint: str = ""
    request: Resource = field(default_factory=dict)
    request_key: str = ""
    encounter_key: str = ""
    encounter_identifier: Resource = field(default_factory=dict)
    encounter_status: str = ""
    encounter_why: str = ""
    outcome: str = ""
    person: Person = field(default_factory=Person)
    contacts: tuple[Contact, ...] = ()
    spot: Spot = field(default_factory=Spot)
    need: str = ""
    scene: tuple[str, ...] = ()
    safeguarding: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    facts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def person_key(self) -> str:
        """The same for the same person; empty where nothing says who it is."""
        who = self.person.nhs_number.replace(" ", "") or f"{self.person.name}|{self.person.born}".casefold()
        return hashlib.sha256(who.encode()).hexdigest() if who.strip("|") else ""

    @property
    def is_usable(self) -> bool:
        """Something by which a human could help somebody."""
        return bool(
            self.person.name
            or self.person.nhs_number
            or self.person.numbers
            or self.contacts
            or self.spot.is_known
            or self.need
        )


def read(bundle: Resource) -> Read:
    warnings: list[str] = []
    parts = Parts(bundle)
    header, request = header_of(parts), _request(parts, warnings)
    patient = _patient(parts, request, warnings)
    encounter = parts.meant(request.get("encounter"), "Encounter") or parts.one("Encounter")
    plan = parts.meant(request.get("basedOn"), "CarePlan") or parts.one("CarePlan")
    if isinstance(request.get("basedOn"), dict):
        warnings.append("`basedOn` came as an object, not as a list.")
    sender = parts.meant(header.get("sender"), "Organization")
    source, answered = first(header.get("source")), first(header.get("response"))
    scene, safeguarding = _flags(parts)
    starts_at, ends_at = _times(request, plan, encounter, warnings)
    keys = identifiers(encounter)
    return Read(
        event=_event(header, warnings),
        reason=_reason(header, request, warnings),
        bundle_id=words(bundle.get("id"), 100) or words(header.get("id"), 100),
        answers=words(answered.get("identifier"), 100),
        answer_code=words(answered.get("code"), 30).lower(),
        is_validation="validation" in (code(request.get("category")), _last(header.get("definition"))),
        organisation=words(sender.get("name"), 80) or words(source.get("name"), 80),
        organisation_numbers=numbers_of({"telecom": [*objects(source.get("contact")), *_of_sender(parts)]}),
        endpoint=words(source.get("endpoint"), 300),
        request=request,
        request_key=_request_key(parts, request),
        encounter_key=keys[0][:200] if keys else "",
        encounter_identifier=first(encounter.get("identifier")),
        encounter_status=words(encounter.get("status"), 30).lower(),
        encounter_why=said(encounter.get("reasonCode"), 200),
        outcome=_outcome(plan),
        person=person_of(patient, warnings),
        contacts=tuple(contacts_of(patient, parts)),
        spot=_spot(parts, request, warnings),
        need=_need(request, plan),
        scene=scene,
        safeguarding=safeguarding,
        starts_at=starts_at,
        ends_at=ends_at,
        facts=tuple(_facts(parts))[:MOST_FACTS],
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _last(value: object) -> str:
    return words(value).rsplit("-", 1)[-1].lower()


def _of_sender(parts: Parts) -> list[Resource]:
    return [one for who in parts.of("Practitioner")[:3] for one in objects(who.get("telecom"))]


def _request(parts: Parts, warnings: list[str]) -> Resource:
    focus = header_of(parts).get("focus")
    found = parts.meant(focus, "ServiceRequest") or parts.one("ServiceRequest")
    if not found:
        warnings.append("No ServiceRequest came: what is asked for is not said.")
    return found


def _patient(parts: Parts, request: Resource, warnings: list[str]) -> Resource:
    meant, there = parts.meant(request.get("subject"), "Patient"), parts.of("Patient")
    if not there:
        warnings.append("No Patient came: who it is about is not said.")
    elif not meant:
        warnings.append("The referral does not say which Patient it is about: the first was taken.")
    if len(there) > 1:
        warnings.append(f"{len(there)} Patients came in one message: check who it is about.")
    return meant or next(iter(there), {})


def _event(header: Resource, warnings: list[str]) -> str:
    found = code(header.get("eventCoding")) or words(header.get("eventUri"), 60).lower()
    if not header:
        warnings.append("No MessageHeader came: it was taken for a new referral.")
    if found in (REQUEST, RESPONSE) or found.startswith(NOT_TAKEN):
        return found
    if found or header:
        warnings.append("The kind of message is not one we know: it was taken for a referral.")
    return REQUEST


def _reason(header: Resource, request: Resource, warnings: list[str]) -> str:
    found, status = code(header.get("reason")), words(request.get("status"), 30).lower()
    if status in CANCELS or found in CANCELS:
        return "cancel"
    if found not in ("new", "update"):
        warnings.append("The message does not say whether it is new: it was taken so.")
    return "update" if found == "update" else "new"


def _request_key(parts: Parts, request: Resource) -> str:
    """What the sender calls this referral; the weakest is its place in the Bundle."""
    named = identifiers(request)
    own = words(request.get("id"), 100)
    return (named[0] if named else "")[:200] or own or parts.full_url(request).removeprefix("urn:uuid:")[:200]


def _times(
    request: Resource, plan: Resource, encounter: Resource, warnings: list[str]
) -> tuple[datetime | None, datetime | None]:
    start = moment(first(plan.get("period")).get("start"))
    if start is None:
        start = moment(first(encounter.get("period")).get("start")) or moment(request.get("authoredOn"))
        if start is not None:
            warnings.append("No start of the care plan came: its clock begins with the encounter.")
    end = moment(first(request.get("occurrencePeriod")).get("end")) or moment(
        request.get("occurrenceDateTime")
    )
    return start, end


def _spot(parts: Parts, request: Resource, warnings: list[str]) -> Spot:
    meant = parts.meant(request.get("locationReference"), "Location")
    return spot_of([meant] if meant else parts.of("Location")[:5], warnings)


def _need(request: Resource, plan: Resource) -> str:
    """Why they are referred, in the sender's words: the reason, what it came to, and the summary."""
    shown = [said(request.get(name), 300) for name in ("reasonCode", "code", "orderDetail")]
    told = []
    for activity in objects(plan.get("activity")):
        for outcome in objects(activity.get("outcomeCodeableConcept")):
            if isinstance(outcome.get("text"), str) and not outcome.get("coding"):
                told.append(lines(outcome["text"], NEED))
            else:
                shown.append(said(outcome, 200))
        shown.append(said(first(activity.get("detail")).get("code"), 200))
    told += [lines(first(one).get("text"), 500) for one in things(request.get("note"))]
    told += [lines(request.get(name), 300) for name in ("patientInstruction", "PatientInstruction")]
    told.append(lines(plan.get("description"), 500))
    both = [*dict.fromkeys(part for part in shown if part), *(part for part in told if part)]
    return "\n".join(both)[:NEED]


def _outcome(plan: Resource) -> str:
    """How it ended, of an answer's plan."""
    told = (said(one.get("outcomeCodeableConcept"), 100) for one in objects(plan.get("activity")))
    return next((words for words in told if words), "")


def _flags(parts: Parts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """S17, S22: scene safety and safeguarding, each in the sender's words. A flag of any other kind is kept with the
    scene's: staff should read it before they go."""
    scene: list[str] = []
    safeguarding: list[str] = []
    for flag in parts.of("Flag"):
        if words(flag.get("status")).lower() in ("inactive", "entered-in-error"):
            continue
        told = " – ".join(part for part in (said(flag.get("category")), said(flag.get("code"))) if part)
        if told:
            (safeguarding if "safeguard" in told.lower() else scene).append(told[:200])
    return tuple(scene[:10]), tuple(safeguarding[:10])


KINDS = {
    "AllergyIntolerance": ("Allergy", "code"),
    "MedicationStatement": ("Medicine", "medicationCodeableConcept"),
    "Condition": ("Condition", "code"),
    "Observation": ("Observation", "code"),
    "Consent": ("Consent", "category"),
}


def _facts(parts: Parts) -> list[str]:
    found = []
    for kind, (name, where) in KINDS.items():
        for one in parts.of(kind)[:10]:
            value = said(one.get("valueCodeableConcept")) or words(one.get("valueString"))
            quantity = first(one.get("valueQuantity"))
            value = value or f"{words(quantity.get('value'))} {words(quantity.get('unit'))}".strip()
            shown = ": ".join(part for part in (said(one.get(where)), value) if part)
            if shown:
                found.append(f"{name}: {shown}"[:300])
    return found
