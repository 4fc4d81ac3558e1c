"""Referrals as other services send them, for tests; written for this hub, after no real message."""

import base64
import copy
import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx
from starlette.testclient import TestClient

from hub import tokens
from hub.actors import HUB
from hub.tokens import Scope
from tests.desk import Desk

BOTH = (Scope.referrals_write, Scope.referrals_read)
FHIR = "application/fhir+json"


def in_base64(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def headers(**changed: str | None) -> dict[str, str]:
    """The standard's, each with a fresh number; None leaves one out."""
    organisation = {"resourceType": "Organization", "identifier": [{"value": "R9X"}], "name": "North 999"}
    found = {
        "NHSD-Target-Identifier": in_base64({"system": "dos-service-id", "value": "2000099999"}),
        "NHSD-End-User-Organisation": in_base64(organisation),
        "X-Request-Id": str(uuid.uuid4()),
        "X-Correlation-Id": str(uuid.uuid4()),
        "Content-Type": FHIR,
    }
    return {name: value for name, value in (found | changed).items() if value is not None}


def token(desk_hub: Any, place: str, now: datetime, name: str, scopes: Iterable[Scope] = BOTH) -> str:
    with desk_hub.db.write() as session:
        return tokens.make(session, place, name, scopes, 30, HUB, now)[1]


class Service:
    """Another service at the hub's door."""

    def __init__(self, desk: Desk, name: str = "North 999", scopes: Iterable[Scope] = BOTH) -> None:
        held = token(desk.hub, desk.place, desk.clock.machine(), name, scopes)
        bearer = {"authorization": f"Bearer {held}"}
        self.client = TestClient(desk.app, raise_server_exceptions=False, headers=bearer)

    def sends(self, body: Any, **changed: str | None) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer: httpx.Response = self.client.post(
            "/fhir/$process-message", content=raw, headers=headers(**changed)
        )
        return answer

    def gets(self, path: str, status: int = 200, **query: str) -> Any:
        answer = self.client.get(f"/fhir{path}", params=query)
        assert answer.status_code == status, answer.text
        return answer.json()


def resource(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind
    )
    return found


def referral(
    now: datetime, *, name: str = "Edith Marsh", nhs_number: str = "9990000018", endpoint: str = ""
) -> dict[str, Any]:
    """A whole one: a fall in a café, asked for within two hours of ten minutes ago."""
    names = {
        kind: f"urn:uuid:{uuid.uuid4()}" for kind in ("sr", "patient", "encounter", "plan", "org", "spot")
    }
    to = {kind: {"reference": name} for kind, name in names.items()}
    began = now - timedelta(minutes=10)
    return copy.deepcopy(
        {
            "resourceType": "Bundle",
            "id": str(uuid.uuid4()),
            "type": "message",
            "entry": [
                {"fullUrl": f"urn:uuid:{uuid.uuid4()}", "resource": _header(to, endpoint)},
                {"fullUrl": names["sr"], "resource": _request(to, began)},
                {
                    "fullUrl": names["encounter"],
                    "resource": {
                        "resourceType": "Encounter",
                        "identifier": [{"system": "https://north.example/case", "value": str(uuid.uuid4())}],
                        "status": "triaged",
                        "period": {"start": began.isoformat()},
                    },
                },
                {"fullUrl": names["plan"], "resource": _plan(began)},
                {"fullUrl": names["patient"], "resource": _patient(name, nhs_number)},
                {"fullUrl": names["org"], "resource": {"resourceType": "Organization", "name": "North 999"}},
                {
                    "fullUrl": names["spot"],
                    "resource": {
                        "resourceType": "Location",
                        "name": "The Wren café",
                        "address": {"line": ["3 Mill Lane"], "city": "Leeds", "postalCode": "LS8 2AB"},
                    },
                },
                {
                    "resource": {
                        "resourceType": "Flag",
                        "status": "active",
                        "category": [{"text": "Scene safety"}],
                        "code": {"text": "A large dog is loose in the yard"},
                    }
                },
            ],
        }
    )


def _header(to: dict[str, Any], endpoint: str) -> dict[str, Any]:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {"code": "servicerequest-request"},
        "sender": to["org"],
        "source": {
            "name": "North 999",
            "contact": {"system": "phone", "value": "0113 496 0999"},
            "endpoint": endpoint or "dos-service-id|2222222222",
        },
        "reason": {"coding": [{"code": "new"}]},
        "focus": [to["sr"]],
    }


def _request(to: dict[str, Any], began: datetime) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "https://north.example/referral", "value": str(uuid.uuid4())}],
        "basedOn": [to["plan"]],
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"code": "referral"}]}],
        "subject": to["patient"],
        "encounter": to["encounter"],
        "occurrencePeriod": {
            "start": began.isoformat(),
            "end": (began + timedelta(minutes=120)).isoformat(),
        },
        "locationReference": [to["spot"]],
    }


def _plan(began: datetime) -> dict[str, Any]:
    told = [
        {"coding": [{"code": "Dx1", "display": "Fall, cannot get up"}]},
        {"text": "Fell at noon. No pain."},
    ]
    return {
        "resourceType": "CarePlan",
        "period": {"start": began.isoformat()},
        "activity": [{"outcomeCodeableConcept": told}],
    }


def _patient(name: str, nhs_number: str) -> dict[str, Any]:
    given, _, family = name.partition(" ")
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number}],
        "name": [{"use": "official", "given": [given], "family": family}],
        "birthDate": "1941-07-03",
        "telecom": [{"system": "phone", "value": "0113 496 0812"}],
        "address": [{"use": "home", "line": ["12 Oak Road"], "city": "Leeds", "postalCode": "LS7 1AB"}],
    }


def as_update(bundle: dict[str, Any], reason: str = "update") -> dict[str, Any]:
    """The same referral in a message of its own."""
    changed = copy.deepcopy(bundle)
    changed["id"] = str(uuid.uuid4())
    resource(changed, "MessageHeader")["reason"] = {"coding": [{"code": reason}]}
    return changed
