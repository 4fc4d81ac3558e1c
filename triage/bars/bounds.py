"""A message is bounded before anybody reads it: so many bytes, so deep, and JSON. Pure."""

import json
import re
from typing import Any

MOST_BYTES = 5 * 1024 * 1024
DEEPEST = 60
"""A real message is about fifteen deep."""
_STEPS = re.compile(rb'"(?:[^"\\]|\\.)*"|([\[{])|[\]}]', re.DOTALL)


class NotReadable(Exception):
    """Nothing can be made of it; the words say what is wrong, and nothing of what was sent."""


def parsed(raw: bytes) -> dict[str, Any]:
    """The object that was sent. Raises `NotReadable`."""
    if len(raw) > MOST_BYTES:
        raise NotReadable(f"The message is larger than {MOST_BYTES // 1024 // 1024} MB.")
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and depth(raw) > DEEPEST:
        raise NotReadable(f"The message is nested more than {DEEPEST} deep.")
    try:
        found = json.loads(raw.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise NotReadable("The message is not JSON. Send FHIR R4 as JSON, in UTF-8.") from None
    if not isinstance(found, dict):
        raise NotReadable("The message is not a Bundle: it is not a JSON object.")
    return found


def depth(raw: bytes) -> int:
    deepest = now = 0
    for step in _STEPS.finditer(raw):
        if step[1]:
            now += 1
            deepest = max(deepest, now)
        elif step[0][:1] != b'"':
            now -= 1
    return deepest
