"""People as another record has them, put on a real server by somebody else; and the process that reads them, in a
test's hand: it looks when it is told to, and is waited for, never slept for."""

from typing import Any

from tests.desk import Desk
from tests.fhir_server import FhirServer
from workers.bench import set_up
from workers.reader import Reader

SNOMED = "http://snomed.info/sct"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
MAUREEN = {
    "resourceType": "Patient",
    "id": "maureen",
    "identifier": [{"system": NHS, "value": "9990000018"}],
    "name": [{"use": "official", "family": "Doyle", "given": ["Maureen", "Anne"]}],
    "birthDate": "1941-07-03",
    "address": [{"use": "home", "line": ["12 Oak Road"], "postalCode": "LS8 2AB"}],
}


def concept(text: str, code: str | None = None) -> dict[str, Any]:
    coding = [{"system": SNOMED, "code": code, "display": text}] if code else []
    return {"text": text, **({"coding": coding} if coding else {})}


def of(kind: str, number: str, whom: str = "maureen", **more: Any) -> dict[str, Any]:
    who = "patient" if kind in ("AllergyIntolerance", "Consent", "RelatedPerson") else "subject"
    return {"resourceType": kind, "id": number, who: {"reference": f"Patient/{whom}"}, **more}


ACTIVE = {"coding": [{"code": "active"}]}
OF_MAUREEN = (
    of("MedicationStatement", "m1", status="active", medicationCodeableConcept=concept("Apixaban 5 mg tablets"),
       effectivePeriod={"start": "2024-03-01"}),
    of("AllergyIntolerance", "a1", code=concept("Penicillin"), clinicalStatus=ACTIVE, criticality="high",
       reaction=[{"manifestation": [concept("Anaphylaxis")]}]),
    of("Condition", "c1", code=concept("Heart failure", "84114007"), clinicalStatus=ACTIVE, onsetDateTime="2019-05"),
    of("Observation", "o1", status="final", code=concept("Clinical Frailty Scale", "763264000"),
       effectiveDateTime="2026-02-10", valueInteger=7),
    of("DocumentReference", "d1", status="current", type=concept("ReSPECT form", "1382601000000107"),
       date="2026-01-05T10:00:00Z", author=[{"display": "Dr Ruth Lane"}],
       content=[{"attachment": {"url": "https://record.example/respect/1"}}]),
    of("RelatedPerson", "r1", name=[{"family": "Doyle", "given": ["Janet"]}], relationship=[concept("Daughter")],
       telecom=[{"system": "phone", "value": "0113 496 0812"}]),
    of("Flag", "f1", status="active", code=concept("Dog bites"), category=[concept("Staff safety")]),
)  # fmt: skip


def knows(server: FhirServer, *resources: dict[str, Any], patient: dict[str, Any] = MAUREEN) -> None:
    for one in (patient, *resources):
        server.put(f"{one['resourceType']}/{one['id']}", one)


class ReaderInHand:
    """Patient, so that a busy machine fails no test; `hurries` where the server is to be too slow."""

    def __init__(self, desk: Desk) -> None:
        self.reader = Reader(set_up(desk.hub, "reader"), budget_s=20)

    def hurries(self) -> None:
        for one in self.reader.servers:
            one.server = one.server.model_copy(update={"timeout_s": 0.6, "connect_timeout_s": 0.6})

    def reads(self) -> int:
        """Whoever is asked after just now is read, or said to have failed."""
        claimed = self.reader.look()
        assert self.reader.rest(30), "a read ends within its budget"
        return claimed

    def close(self) -> None:
        self.reader.close()
