"""Resources of which nobody can tell whom they are about, and which still belong together. Pure.

Left are codes, times, states and observations. A year stands for the day of birth and of death.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from records.fhir.written import Resource

SYSTEM = "urn:first-point:pseudonym"
KEPT: Mapping[str, frozenset[str]] = {
    "Patient": frozenset({"birthDate", "deceasedDateTime", "active"}),
    "Encounter": frozenset(
        {"status", "class", "serviceType", "period", "subject", "basedOn", "reasonCode", "meta"}
    ),
    "ServiceRequest": frozenset(
        {
            "status",
            "intent",
            "priority",
            "category",
            "code",
            "subject",
            "encounter",
            "occurrencePeriod",
            "authoredOn",
            "meta",
        }
    ),
    "Task": frozenset(
        {
            "status",
            "businessStatus",
            "intent",
            "code",
            "focus",
            "for",
            "encounter",
            "authoredOn",
            "lastModified",
            "executionPeriod",
            "output",
            "meta",
        }
    ),
    "Observation": frozenset(
        {
            "status",
            "code",
            "subject",
            "encounter",
            "effectiveDateTime",
            "valueInteger",
            "valueQuantity",
            "valueString",
            "hasMember",
            "meta",
        }
    ),
    "CarePlan": frozenset({"status", "intent", "subject", "created", "period", "meta"}),
}
"""What is not named here does not leave: a field that is added later is left out until somebody has thought of it."""
TO_THE_YEAR = ("birthDate", "deceasedDateTime")


def key_of(secret: str, place: str, machine: str) -> bytes:
    """One for each receiver, so that two cannot lay what they have side by side; the same each time, so that what is
    told later still belongs to what was told before."""
    return hmac.new(secret.encode(), f"pseudonyms:{place}:{machine}".encode(), hashlib.sha256).digest()


def hidden(resource: Resource, key: bytes) -> Resource:
    kind = resource["resourceType"]
    kept = {name: _of(value, key) for name, value in resource.items() if name in KEPT[kind]}
    for name in TO_THE_YEAR:
        if name in kept:
            kept[name] = kept[name][:4]
    return {"resourceType": kind, "id": _name(key, f"{kind}/{resource['id']}"), **kept}


def _of(value: Any, key: bytes) -> Any:
    if isinstance(value, list):
        return [_of(one, key) for one in value]
    if not isinstance(value, dict):
        return value
    if "reference" in value:
        kind = value["reference"].partition("/")[0]
        return {"reference": f"{kind}/{_name(key, value['reference'])}"}
    if set(value) == {"identifier"}:
        return {"identifier": {"system": SYSTEM, "value": _name(key, value["identifier"]["value"])}}
    return {name: _of(one, key) for name, one in value.items()}


def _name(key: bytes, of: str) -> str:
    return hmac.new(key, of.encode(), hashlib.sha256).hexdigest()[:32]
