"""The standard's headers of a message of ours. Pure."""

import base64
import json
import uuid
from typing import Any

from records.fhir.written import ODS_CODE
from workers.fhir import FHIR_JSON

SERVICE_ID = "https://fhir.nhs.uk/Id/dos-service-id"


def headers_of(service_id: str, request_id: str, about: str, by: str, ods: str | None) -> dict[str, str]:
    """`about`: the same for all messages of one referral. `by`, `ods`: who we are."""
    us: dict[str, Any] = {"resourceType": "Organization", "name": by}
    if ods:
        us["identifier"] = [{"system": ODS_CODE, "value": ods}]
    return {
        "Content-Type": FHIR_JSON,
        "X-Request-Id": request_id,
        "X-Correlation-Id": str(uuid.uuid5(uuid.NAMESPACE_URL, about)),
        "NHSD-Target-Identifier": _in_base64({"system": SERVICE_ID, "value": service_id}),
        "NHSD-End-User-Organisation": _in_base64(us),
    }


def _in_base64(value: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()
