"""A message is bounded before anybody reads it: so many bytes, so deep, and JSON. Pure."""

import contextlib
import json
import re
from typing import Any

from records.fhir.shapes import first, objects
from triage.bars.bundle import kind_of

MOST_BYTES = 5 * 1024 * 1024
DEEPEST = 60
"""A real message is about fifteen deep."""
_STEPS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|([\[{])|[\]}]', re.DOTALL)
"""A string that never ends goes to the end: looked for again from each of its quotes it would take a day."""
_COMMA_TOO_MANY = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\Z))|,(?=\s*[\]}])', re.DOTALL)


class NotReadable(Exception):
    """Nothing can be made of it; the words say what is wrong, and nothing of what was sent."""


def text_of(raw: bytes) -> tuple[str, str]:
    """What came as text, of which the bytes can be made again, and the encoding it was read by."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16", "cp1252", "latin-1")
    else:
        encodings = ("utf-8", "cp1252", "latin-1")
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding), encoding
    raise AssertionError("latin-1 reads every byte")


def parsed(raw: bytes, warnings: list[str]) -> dict[str, Any]:
    """The Bundle that was sent, out of whatever it was wrapped in. Raises `NotReadable`."""
    if len(raw) > MOST_BYTES:
        raise NotReadable(f"The message is larger than {MOST_BYTES // 1024 // 1024} MB.")
    text, encoding = text_of(raw)
    if text.count("{") + text.count("[") > DEEPEST and depth(text) > DEEPEST:
        raise NotReadable(f"The message is nested more than {DEEPEST} deep.")
    if encoding != "utf-8":
        warnings.append(f"The letters came as {encoding}, not as UTF-8: check names that have been read.")
    found = _unwrapped(_json(text.removeprefix("\ufeff"), warnings))
    if not isinstance(found, dict):
        raise NotReadable("The message is not a Bundle: it is not a JSON object.")
    return found


def _json(text: str, warnings: list[str]) -> Any:
    try:
        return json.loads(text, strict=False)  # a line break within words hides nobody
    except (ValueError, RecursionError):
        pass
    try:
        found = json.loads(_COMMA_TOO_MANY.sub(lambda met: met[1] or "", text), strict=False)
    except (ValueError, RecursionError):
        raise NotReadable("The message is not JSON. Send FHIR R4 as JSON, in UTF-8.") from None
    warnings.append("The message had a comma too many, which was left out.")
    return found


def _unwrapped(found: Any) -> Any:
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    held = objects(found.get("parameter")) if isinstance(found, dict) else []
    inside = [first(one.get("resource")) for one in held]
    bundles = [one for one in inside if kind_of(one) == "Bundle"]
    return bundles[0] if len(bundles) == 1 else found  # of two somebody would be lost


def depth(text: str) -> int:
    deepest = now = 0
    for step in _STEPS.finditer(text):
        if step[1]:
            now += 1
            deepest = max(deepest, now)
        elif step[0][:1] != '"':
            now -= 1
    return deepest
