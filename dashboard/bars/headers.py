"""The standard's headers. What is missing or broken is one sentence; the first that is wrong. Pure."""

import base64
import json
from collections.abc import Mapping
from typing import Any

LONGEST = 4096
MOST_ID = 100
IDS = ("x-request-id", "x-correlation-id")


def problem(headers: Mapping[str, str]) -> str:
    for name in IDS:
        said = headers.get(name, "").strip()
        if not said or len(said) > MOST_ID or not said.isprintable():
            return f"The header {name.title()} is missing or cannot be used: send a UUID."
    target = _decoded(headers.get("nhsd-target-identifier", ""))
    if not target.get("value") or not target.get("system"):
        return (
            "The header NHSD-Target-Identifier is missing or cannot be read: "
            'send base64 of JSON with "system" and "value".'
        )
    if not _decoded(headers.get("nhsd-end-user-organisation", "")):
        return (
            "The header NHSD-End-User-Organisation is missing or cannot be read: "
            "send base64 of an Organization as JSON."
        )
    return ""


def _decoded(said: str) -> dict[str, Any]:
    if not said or len(said) > LONGEST:
        return {}
    try:
        found = json.loads(base64.b64decode(said + "=" * (-len(said) % 4), validate=True))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
