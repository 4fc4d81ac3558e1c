"""What a search asks for, by the standard's rules, and whether a resource is it. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.errors import Refused
from records.fhir.written import Resource

MOST = 100
USUAL = 20
MOST_VALUES = 50
ALWAYS = ("_count", "_page", "_format", "_pretty")
DATES = {"birthdate", "date", "authored", "authored-on", "_lastUpdated"}
REFERENCES = {"patient": "Patient", "subject": "Patient", "encounter": "Encounter"}
OF_CASE = ("_id", "_lastUpdated", "identifier", "patient", "subject", "status")
PARAMS: dict[str, tuple[str, ...]] = {
    "AuditEvent": ("_id", "date", "subtype"),
    "CarePlan": ("_id", "_lastUpdated", "patient", "subject", "status", "date"),
    "Encounter": (*OF_CASE, "date"),
    "Observation": (*OF_CASE, "encounter", "code", "date"),
    "Patient": ("_id", "identifier", "birthdate"),
    "ServiceRequest": (*OF_CASE, "encounter", "authored"),
    "Task": (*OF_CASE, "encounter", "authored-on"),
}
"""By kind, what can be asked for."""
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
_DATE = re.compile(
    r"(?P<prefix>[a-z]{2})?(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
FAR = datetime(9999, 1, 1, tzinfo=UTC)

Span = tuple[datetime, datetime]
"""From the first moment to that after the last."""
Filter = tuple[str, tuple[str, ...]]
"""A parameter and its values, any of which will do."""


@dataclass(frozen=True)
class Asked:
    """`ignored`: what is not known here, which the standard has left out and said."""

    kind: str
    filters: tuple[Filter, ...]
    count: int
    page: str = ""
    ignored: tuple[str, ...] = ()

    def values(self, *names: str) -> list[tuple[str, ...]]:
        return [values for name, values in self.filters if name in names]


def read(kind: str, said: Iterable[tuple[str, str]], *, strict: bool) -> Asked:
    """Raises `NotUnderstood` for a value that means nothing, a modifier, and, if `strict`, for what is not known."""
    filters: list[Filter] = []
    ignored: list[str] = []
    count, page = USUAL, ""
    for name, value in said:
        bare, _, modifier = name.partition(":")
        if name == "_count":
            count = _count(value)
        elif name == "_page":
            page = value
        elif name in ("_format", "_pretty"):
            continue
        elif bare not in PARAMS[kind]:
            ignored.append(name[:40])
        elif modifier:
            raise _refused(f"{bare} takes no modifier here.")
        else:
            filters.append((bare, _values(bare, value)))
    if ignored and strict:
        raise _refused(
            f"{', '.join(ignored[:5])}: not known here. See the CapabilityStatement at /fhir/metadata."
        )
    return Asked(kind, tuple(filters), count, page, tuple(ignored[:10]))


class NotUnderstood(Refused):
    """The standard has what a search cannot mean answered with 400."""

    status = 400


def _refused(words: str) -> NotUnderstood:
    return NotUnderstood(words)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise _refused("_count must be a number.")
    return min(max(int(value), 1), MOST)


def _values(name: str, value: str) -> tuple[str, ...]:
    values = tuple(one.replace("\\,", ",") for one in re.split(r"(?<!\\),", value) if one)
    if not values or len(values) > MOST_VALUES:
        raise _refused(f"{name} takes one to {MOST_VALUES} values, with commas between them.")
    if name in DATES:
        for one in values:
            span(one)
    return values


def span(value: str) -> tuple[str, datetime, datetime]:
    """The prefix, the first moment meant, and that after the last."""
    found = _DATE.fullmatch(value)
    if found is None or (found["prefix"] or "eq") not in PREFIXES:
        raise _refused(
            "A date is written 2026, 2026-03, 2026-03-04 or 2026-03-04T14:02:00Z, after a prefix or none."
        )
    try:
        first, after = _first_and_after(found)
    except (ValueError, OverflowError):
        raise _refused("There is no such date.") from None
    return found["prefix"] or "eq", first, after


def _first_and_after(found: re.Match[str]) -> Span:
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    if year >= FAR.year:
        raise ValueError("what has no end ends then")
    if found["time"]:
        zone = "+00:00" if found["zone"] in (None, "Z") else found["zone"]
        first = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{found['time']}{zone}").astimezone(UTC)
        return first, first + (
            timedelta(seconds=1) if found["time"].count(":") == 2 else timedelta(minutes=1)
        )
    first = datetime(year, month, day, tzinfo=UTC)
    if found["day"]:
        return first, first + timedelta(days=1)
    if found["month"]:
        return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return first, datetime(year + 1, 1, 1, tzinfo=UTC)


def is_it(asked: Asked, resource: Resource) -> bool:
    """All that is asked for."""
    return all(any(_has(resource, name, value) for value in values) for name, values in asked.filters)


def _has(resource: Resource, name: str, value: str) -> bool:
    if name in DATES:
        return _is_then(_when(resource, name), value)
    if name in REFERENCES:
        there = resource.get(
            "for" if resource["resourceType"] == "Task" and name != "encounter" else _FIELD[name]
        )
        kind = REFERENCES[name]
        return there is not None and there.get("reference") == f"{kind}/{value.removeprefix(f'{kind}/')}"
    return any(_is_token(one, value) for one in _tokens(resource, name))


_FIELD = {"patient": "subject", "subject": "subject", "encounter": "encounter"}


def _tokens(resource: Resource, name: str) -> list[tuple[str, str]]:
    if name == "_id":
        return [("", resource["id"])]
    if name == "status":
        return [("", resource["status"])]
    if name == "identifier":
        return [(one.get("system", ""), one["value"]) for one in resource.get("identifier", [])]
    found: Any = resource.get(name, [])
    codings = found.get("coding", []) if isinstance(found, dict) else found
    return [(one.get("system", ""), one["code"]) for one in codings]


def _is_token(there: tuple[str, str], value: str) -> bool:
    """`code`, `system|code`, `|code` (no system), `system|` (any code of it)."""
    system, bar, code = value.rpartition("|")
    if bar and system != there[0]:
        return False
    return not code or code == there[1]


def _when(resource: Resource, name: str) -> Span | None:
    if name == "_lastUpdated":
        return _moment(resource["meta"]["lastUpdated"])
    if name == "date" and "period" in resource and resource["resourceType"] == "Encounter":
        begins = _moment(resource["period"]["start"])
        ends = _moment(resource["period"]["end"]) if "end" in resource["period"] else (FAR, FAR)
        return (begins[0], ends[1]) if begins and ends else None
    field = _DATE_FIELD.get((resource["resourceType"], name), "")
    return _moment(resource[field]) if field in resource else None


_DATE_FIELD = {
    ("AuditEvent", "date"): "recorded",
    ("CarePlan", "date"): "created",
    ("Observation", "date"): "effectiveDateTime",
    ("Patient", "birthdate"): "birthDate",
    ("ServiceRequest", "authored"): "authoredOn",
    ("Task", "authored-on"): "authoredOn",
}


def _moment(said: str) -> Span | None:
    if "T" in said:
        at = datetime.fromisoformat(said).astimezone(UTC)
        return at, at + timedelta(microseconds=1)
    day = datetime.combine(date.fromisoformat(said), datetime.min.time(), UTC)
    return day, day + timedelta(days=1)


def _is_then(there: Span | None, value: str) -> bool:
    """R4, 3.1.1.4.5: of the span that is meant and the span that is there."""
    if there is None:
        return False
    prefix, first, after = span(value)
    within = first <= there[0] and there[1] <= after
    return {
        "eq": within,
        "ne": not within,
        "gt": there[1] > after,
        "ge": there[1] > after or within,
        "lt": there[0] < first,
        "le": there[0] < first or within,
        "sa": there[0] >= after,
        "eb": there[1] <= first,
    }[prefix]


def since(asked: Asked, name: str) -> datetime | None:
    """The earliest that this parameter allows, so that no more is looked through than need be."""
    found = []
    for values in asked.values(name):
        spans = [span(one) for one in values]
        if all(prefix in ("gt", "ge", "sa", "eq") for prefix, *_ in spans):
            found.append(min(first for _, first, _ in spans))
    return max(found, default=None)


def numbers(values: Sequence[str], kind: str = "") -> tuple[int, ...]:
    """Those that could be numbers of ours."""
    bare = (one.removeprefix(f"{kind}/") for one in values)
    said = (int(one) for one in bare if one.isascii() and one.isdigit() and len(one) <= 10)
    return tuple(one for one in said if 0 < one < 2**31)
