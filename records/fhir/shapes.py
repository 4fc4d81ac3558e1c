"""FHIR as it really comes: lists for objects, objects for lists, words for codes. Nothing here raises. Pure."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hub.bodies import as_kept

Resource = dict[str, Any]
MOST = 200
"""So many of anything are looked at."""


def things(value: Any) -> list[Any]:
    """What stands there, one or many, as a list; nothing is no thing."""
    if isinstance(value, list):
        return [one for one in value[:MOST] if one is not None]
    return [] if value is None else [value]


def objects(value: Any) -> list[Resource]:
    found: list[Resource] = []
    for one in things(value):
        found += [inner for inner in things(one) if isinstance(inner, dict)]
    return found


def first(value: Any) -> Resource:
    return next(iter(objects(value)), {})


def words(value: Any, most: int = 200) -> str:
    """As one line, whatever shape it came in."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, str):
        return " ".join(as_kept(value[: most * 4]).split())[:most]
    if isinstance(value, int | float):
        return f"{value:.10g}"[:most] if abs(value) < 1e15 else ""
    if isinstance(value, dict):
        return words(next((value[key] for key in ("text", "value", "display") if key in value), None), most)
    if isinstance(value, list):
        return " ".join(part for part in (words(one, most) for one in value[:20]) if part)[:most]
    return ""


def lines(value: Any, most: int) -> str:
    """The same of what has many lines, which are kept."""
    if not isinstance(value, str):
        return words(value, most)
    return as_kept(value[: most * 2].replace("/n ", "\n").replace("\\n", "\n"))[:most]


def any_words(value: Any, most: int = 200) -> str:
    """The same of what may be a yes or a no."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else words(value, most)


def codes(value: Any) -> Iterator[str]:
    """Each code of a coding, a list of them, or a CodeableConcept; lower case."""
    for one in objects(value):
        for coding in (*objects(one.get("coding")), one):
            if isinstance(coding.get("code"), str) and (found := words(coding["code"], 60)):
                yield found.lower()


def code(value: Any) -> str:
    """The first of them; a text is its own."""
    return words(value, 60).lower() if isinstance(value, str) else next(codes(value), "")


def said(concept: Any, most: int = 200) -> str:
    """A CodeableConcept in words; where there are none, its code."""
    if isinstance(concept, str):
        return words(concept, most)
    parts = []
    for one in objects(concept):
        codings = objects(one.get("coding"))
        shown = [words(coding.get("display"), most) for coding in codings]
        by_code = "" if any(shown) else words([coding.get("code") for coding in codings], most)
        text = words(one.get("text"), most) or next((word for word in shown if word), "") or by_code
        parts.append(text or words(one.get("display"), most))
    return "; ".join(part for part in parts if part)[:most]


def number(value: Any) -> float | None:
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and math.isfinite(found) else None


def moment(value: Any) -> datetime | None:
    """An instant with its zone; a time without one is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip()[:40])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def extensions(value: Any) -> Iterator[tuple[str, Resource]]:
    """Each extension of a resource and those within it, by the last part of its address."""
    for one in objects(first(value).get("extension")):
        yield words(one.get("url")).rsplit("/", 1)[-1], one
        for inner in objects(one.get("extension")):
            yield words(inner.get("url")).rsplit("/", 1)[-1], inner


def value_of(extension: Resource) -> Any:
    return next((held for name, held in extension.items() if name.startswith("value")), None)
