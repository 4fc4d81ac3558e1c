"""A message as it can be used: what is there is read, what is odd is said to a human, nothing is refused. Pure."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from records.fhir.shapes import Resource, code, codes, first, moment, objects, said, words
from triage.bars.bundle import Parts, header_of, identifiers
from triage.bars.person import Contact, Person, Spot, contacts_of, numbers_of, person_of, spot_of
from triage.bars.told import facts_of, flags_of, need_of

REQUEST, RESPONSE = "servicerequest-request", "servicerequest-response"
NOT_TAKEN = ("booking-request", "booking-response", "slot", "schedule")
CANCELS = frozenset({"delete", "revoked", "revoke", "cancel", "cancelled", "entered-in-error"})
CALLER, INCIDENT = "cloc", "iloc"
"""The standard's kinds of a place: where the caller is, and where it happened."""
PRIORITIES = frozenset({"urgent", "asap", "stat"})


@dataclass(frozen=True)
class Read:
    """`request_uid`: the number by which an update or a cancel may call what we have given a number; `is_named`: the
    sender calls this referral by an identifier, not by its place in the Bundle alone. `flags`: neither of the scene nor
    of safeguarding. `end_is_odd`: a time came by which it is wanted, and cannot be read."""

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
    request_uid: str = ""
    is_named: bool = False
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
    flags: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    end_is_odd: bool = False
    priority: str = ""
    facts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def person_key(self) -> str:
        """The same for the same person; empty where nothing says who it is."""
        who = self.person.nhs_number.replace(" ", "") or f"{self.person.name}|{self.person.born}".casefold()
        return hashlib.sha256(who.encode()).hexdigest() if who.strip("|") else ""

    @property
    def says_who(self) -> bool:
        """More than a name, which may stand for anybody: `Unknown`."""
        return bool(self.person.nhs_number or (self.person.name and self.person.born))

    @property
    def is_usable(self) -> bool:
        """Something by which a human could help somebody."""
        return bool(
            self.person.name
            or self.person.nhs_number
            or self.person.numbers
            or self.person.home
            or self.contacts
            or self.spot.is_known
            or self.need
            or len(self.facts) > bool(self.priority)
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
    scene, safeguarding, flags = flags_of(parts)
    starts_at, ends_at = _times(request, plan, encounter, warnings)
    asked_by = request.get("occurrencePeriod") or request.get("occurrenceDateTime")
    priority = words(request.get("priority"), 20).lower()
    asked_for = (f"Priority, as the sender says: {priority}",) if priority in PRIORITIES else ()
    keys = identifiers(encounter)
    return Read(
        event=_event(header, warnings),
        reason=_reason(header, request, warnings),
        bundle_id=words(bundle.get("id"), 100) or words(header.get("id"), 100),
        answers=words(answered.get("identifier"), 100),
        answer_code=words(answered.get("code"), 30).lower(),
        is_validation="validation" in (*codes(request.get("category")), _last(header.get("definition"))),
        organisation=words(sender.get("name"), 80) or words(source.get("name"), 80),
        organisation_numbers=numbers_of(
            {"telecom": [*objects(source.get("contact")), *_of_sender(parts, request, patient)]}
        ),
        endpoint=words(source.get("endpoint"), 300),
        request=request,
        request_key=_request_key(parts, request),
        request_uid=words(request.get("id"), 36),
        is_named=bool(identifiers(request)),
        encounter_key=keys[0][:200] if keys else "",
        encounter_identifier=first(encounter.get("identifier")),
        encounter_status=words(encounter.get("status"), 30).lower(),
        encounter_why=said(encounter.get("reasonCode"), 200),
        outcome=_outcome(plan),
        person=person_of(patient, warnings),
        contacts=tuple(contacts_of(patient, parts)),
        spot=_spot(parts, request, encounter, warnings),
        need=need_of(parts, request, plan, warnings),
        scene=scene,
        safeguarding=safeguarding,
        flags=flags,
        starts_at=starts_at,
        ends_at=ends_at,
        end_is_odd=bool(asked_by) and ends_at is None,
        priority=priority if asked_for else "",
        facts=(*asked_for, *facts_of(parts, warnings)),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _last(value: object) -> str:
    return words(value).rsplit("-", 1)[-1].lower()


def _of_sender(parts: Parts, request: Resource, patient: Resource) -> list[Resource]:
    """Of whoever asks; where nobody is named, of all but the person's own practice, who sent nothing."""
    role = parts.meant(request.get("requester"), "PractitionerRole")
    asks = parts.meant(request.get("requester"), "Practitioner") or parts.meant(
        role.get("practitioner"), "Practitioner"
    )
    own = [parts.meant(one, "Practitioner") for one in objects(patient.get("generalPractitioner"))]
    who = [asks] if asks else [one for one in parts.of("Practitioner") if one not in own]
    return [one for each in (role, *who[:3]) for one in objects(each.get("telecom"))]


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
    start = _started(first(plan.get("period")).get("start"), warnings)
    if start is None:
        begun = first(encounter.get("period")).get("start")
        start = _started(begun, warnings) or _started(request.get("authoredOn"), warnings)
        if start is not None:
            warnings.append("No start of the care plan came: its clock begins with the encounter.")
    end = moment(first(request.get("occurrencePeriod")).get("end")) or moment(
        request.get("occurrenceDateTime")
    )
    return start, end


def _started(value: object, warnings: list[str]) -> datetime | None:
    """None of a day alone: its midnight would begin the clock hours too early."""
    text = words(value, 40)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        warnings.append("The start that came is a day without a time.")
        return None
    found = moment(text)
    if found and not re.search(r"(Z|[+-]\d{2}:?\d{2})$", text):
        warnings.append("The start came without its zone, and was taken for UTC: look at the clock.")
    return found


def _spot(parts: Parts, request: Resource, encounter: Resource, warnings: list[str]) -> Spot:
    """S15: where the referral says; else the encounter; else the incident's place before any other. A service's own
    place is nobody's, and the caller's only where there is no other."""
    meant = parts.meant(request.get("locationReference"), "Location")
    services = [
        parts.meant(place, "Location")
        for service in (*parts.of("HealthcareService"), *parts.of("PractitionerRole"))
        for place in objects(service.get("location"))
    ]
    places = [
        parts.meant(one.get("location"), "Location")
        for one in objects(encounter.get("location"))
        if words(one.get("status")).lower() not in ("completed", "planned")
    ]
    others = parts.of("Location")
    others.sort(key=lambda one: (CALLER in codes(one.get("type")), INCIDENT not in codes(one.get("type"))))
    for place in (meant, *(one for one in (*places, *others) if one not in services)):
        spot = spot_of([place] if place else [], warnings)
        if spot.is_known:
            if CALLER in codes(place.get("type")):
                warnings.append("The only place that came is where the caller is: ask where they are.")
            return spot
    return Spot()


def _outcome(plan: Resource) -> str:
    """How it ended, of an answer's plan."""
    told = (said(one.get("outcomeCodeableConcept"), 100) for one in objects(plan.get("activity")))
    return next((words for words in told if words), "")
