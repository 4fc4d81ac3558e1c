"""What one service is sent for one person: a message Bundle of the standard's application 4. Pure.

It goes to people who are to help, and so it says where the person is and, where that is safe, on which number (S15,
S17). Ways in, codes of doors, dependants and the words about risks to staff never leave (S19): nothing here reads them.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from records.fhir.bundle import full_url, pointing
from records.fhir.leaving import Leaving
from records.fhir.observations import news2_of
from records.fhir.resources import PRIORITY, encounter, person
from records.fhir.written import ODS_CODE, Resource, Written, instant
from triage.bars.answering import BUNDLE, EMERGENCY, EVENTS, REASONS
from triage.bars.reading import REQUEST
from triage.bars_out.model import Reason

DOS = "https://fhir.nhs.uk/Id/dos-service-id"
CATEGORIES = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
FLAGS = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"
SCENE = "There is a known risk to staff here. Ring us before anybody goes."
SAFEGUARDING = "There is a safeguarding concern. Ring us before you ring or visit."
RING_US = "Ring us for the rest: it is not for a message."
CALLED_OFF = "Not needed any more."


@dataclass(frozen=True)
class Letter:
    """All that is said, as values. `told` is the case, `hand_over` our row's number, `why` what they are asked for;
    `number`: E.164, empty where it may not leave; `number_is`: whose it is; `scene`: a risk to staff is known."""

    told: Written
    uid: str
    reason: Reason
    hand_over: int
    to: str
    service_id: str
    organisation: str
    endpoint: str
    ring: str
    why: str
    began: datetime
    number: str = ""
    number_is: str = ""
    scene: bool = False
    answers: Resource | None = None

    @property
    def has_words(self) -> bool:
        """S17: where safeguarding is marked nothing that somebody said leaves."""
        return self.told.leaving is not Leaving.bare


def request_key(base: str, ref: str, hand_over: int) -> str:
    """What we call the referral to them: `system|value`."""
    return f"{base}/id/hand-over|{ref}-{hand_over}"


def bundle(letter: Letter) -> Resource:
    """The whole message. One that calls off says of nobody who they are: its numbers find what they were sent."""
    told = letter.told
    if letter.reason is Reason.revoked:
        letter = replace(letter, told=replace(told, leaving=Leaving.nothing), answers=None)
    made = {_urn(letter, kind): one for kind, one in _resources(letter)}
    made |= {} if letter.reason is Reason.revoked else dict(_of_person(letter))
    urls = {name: full_url(name) for name in made}
    return {
        "resourceType": "Bundle",
        "id": letter.uid,
        "meta": {"lastUpdated": instant(told.now), "profile": [BUNDLE]},
        "type": "message",
        "timestamp": instant(told.now),
        "entry": [{"fullUrl": urls[name], "resource": pointing(one, urls)} for name, one in made.items()],
    }


def digest(letter: Letter) -> str:
    """The same as long as nothing has changed that they must hear of."""
    still = replace(letter, uid="", reason=Reason.new, began=letter.told.case.clock_start)
    resources = [*_resources(still), *_of_person(still)]
    said = [one for name, one in resources if name != "header"]
    for one in said:
        for moving in ("status", "authoredOn", "authored", "effectiveDateTime"):
            one.pop(moving, None)
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _urn(letter: Letter, kind: str) -> str:
    return letter.told.urn("case", letter.told.case.key) if kind == "case" else f"urn:of:{kind}"


def _to(letter: Letter, kind: str) -> Resource:
    return {"reference": _urn(letter, kind)}


def _subject(letter: Letter) -> Resource:
    if letter.reason is Reason.revoked:
        return {"display": "as in the referral"}
    return {"reference": letter.told.urn("person", letter.told.case.key)}


def _resources(letter: Letter) -> list[tuple[str, Resource]]:
    """Who asks whom for what; nothing of the person themselves."""
    us = {"resourceType": "Organization", "name": letter.told.by, "telecom": _phone(letter.ring)}
    if letter.told.ods:
        us["identifier"] = [{"system": ODS_CODE, "value": letter.told.ods}]
    them = {
        "resourceType": "Organization",
        "identifier": [{"system": ODS_CODE, "value": letter.organisation}],
        "name": letter.to,
    }
    return [
        ("header", _header(letter)),
        ("request", _request(letter)),
        ("case", _encounter(letter)),
        ("plan", _plan(letter)),
        ("us", us),
        ("them", them),
        ("service", _service(letter)),
    ]


def _phone(number: str) -> list[Resource]:
    return [{"system": "phone", "value": number}]


def _header(letter: Letter) -> Resource:
    base = letter.told.base
    reason = "new" if letter.reason is Reason.new else "update"
    return {
        "resourceType": "MessageHeader",
        "id": letter.uid,
        "eventCoding": {"system": EVENTS, "code": REQUEST},
        "destination": [{"endpoint": letter.endpoint, "receiver": _to(letter, "them")}],
        "sender": _to(letter, "us"),
        "source": {
            "name": letter.told.by,
            "software": "First Point",
            "contact": _phone(letter.ring)[0],
            "endpoint": f"{base}/fhir",
        },
        "reason": {"coding": [{"system": REASONS, "code": reason}]},
        "focus": [_to(letter, "request")],
        "definition": f"https://fhir.nhs.uk/MessageDefinition/bars-message-{REQUEST}-referral",
    }


def _request(letter: Letter) -> Resource:
    told, is_off = letter.told, letter.reason is Reason.revoked
    system, _, value = request_key(told.base, told.case.ref, letter.hand_over).partition("|")
    made: Resource = {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": system, "value": value}],
        "basedOn": [_to(letter, "plan")],
        "status": "revoked" if is_off else "active",
        "intent": "plan",
        "category": [
            {
                "coding": [
                    {"system": CATEGORIES, "code": "referral", "display": "Transfer of Care"},
                ]
            }
        ],
        "priority": PRIORITY.get(told.case.priority or "", "routine"),
        "subject": _subject(letter),
        "encounter": _to(letter, "case"),
        "occurrencePeriod": {"start": instant(told.case.clock_start)},
        "authoredOn": instant(letter.began),
        "requester": _to(letter, "us"),
        "performer": [_to(letter, "service")],
    }
    if told.case.breach_at is not None:
        made["occurrencePeriod"]["end"] = instant(max(told.case.breach_at, told.case.clock_start))
    if is_off:
        return {**made, "note": [{"text": CALLED_OFF}]}
    made["locationReference"] = [_to(letter, "spot")]
    made["reasonCode"] = [{"text": letter.why if letter.has_words else RING_US}]
    return made


def _encounter(letter: Letter) -> Resource:
    made = encounter(replace(letter.told, assessment=None, positions=()))
    return {**made, "status": "triaged", "class": EMERGENCY, "subject": _subject(letter)}


def _plan(letter: Letter) -> Resource:
    """What was decided, and since when the need is known (S1)."""
    told, assessment = letter.told, letter.told.assessment
    made: Resource = {
        "resourceType": "CarePlan",
        "status": "active" if letter.reason is not Reason.revoked else "revoked",
        "intent": "plan",
        "subject": _subject(letter),
        "encounter": _to(letter, "case"),
        "period": {"start": instant(told.case.clock_start)},
    }
    if assessment is not None and letter.reason is not Reason.revoked:
        title = assessment.disposition_title or assessment.disposition or ""
        code = {"system": f"{told.base}/id/disposition", "code": assessment.disposition, "display": title}
        if assessment.disposition:
            made["activity"] = [{"outcomeCodeableConcept": [{"coding": [code]}]}]
    return made


def _service(letter: Letter) -> Resource:
    return {
        "resourceType": "HealthcareService",
        "identifier": [{"system": DOS, "value": letter.service_id}],
        "active": True,
        "providedBy": _to(letter, "them"),
        "name": letter.to,
    }


def _of_person(letter: Letter) -> list[tuple[str, Resource]]:
    told = letter.told
    made = [(told.urn("person", told.case.key), _patient(letter)), (_urn(letter, "spot"), _spot(letter))]
    flags = (
        ("scene", "scene-safety", "Scene Safety", SCENE, letter.scene),
        ("safeguarding", "safeguarding", "Safeguarding", SAFEGUARDING, told.case.safeguarding),
    )
    made += [(_urn(letter, name), _flag(letter, *words)) for name, *words, is_so in flags if is_so]
    if letter.has_words:
        made += news2_of(told)
        if letter.answers is not None:
            made.append((_urn(letter, "answers"), {**letter.answers, "subject": _subject(letter)}))
    return made


def _patient(letter: Letter) -> Resource:
    """S14: `told.named` says whether the NHS number is in it."""
    case, made = letter.told.case, person(letter.told)
    if home := case.home_address or case.address:
        made["address"] = [{"use": "home", "text": home}]
    if letter.number:
        contact: Resource = {"telecom": _phone(letter.number)}
        if letter.number_is:
            contact["relationship"] = [{"text": letter.number_is}]
        made["contact"] = [contact]
    if case.talk_words and letter.told.leaving is Leaving.whole:
        made["communication"] = [{"language": {"text": case.talk_words}, "preferred": True}]
    return made


def _spot(letter: Letter) -> Resource:
    """S15: where they are now."""
    case = letter.told.case
    address = {"text": case.address} if case.address else {}
    if case.postcode:
        address["postalCode"] = case.postcode
    return {"resourceType": "Location", "address": address}


def _flag(letter: Letter, code: str, display: str, words: str) -> Resource:
    return {
        "resourceType": "Flag",
        "status": "active",
        "category": [{"coding": [{"system": FLAGS, "code": code, "display": display}]}],
        "code": {"text": words},
        "subject": _subject(letter),
    }
