"""Cases as other systems read them at `/fhir`: the resources that are written back too, under the numbers of this hub.

S17: `leaving` decides what of a case is in them, here as there; of a sealed case that somebody may see, codes alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from records.fhir.bundle import pointing
from records.fhir.leaving import Leaving, may_name, what_may_leave
from records.fhir.resources import resources_of
from records.fhir.written import Resource, Written, instant
from records.model import Assessment, Case, Position

NewsTotal = Callable[[Mapping[str, Any]], int | None]
"""The total of NEWS2 by an assessment's answers, only where complete (`protocols.news2.known_total`)."""


@dataclass(frozen=True)
class Known:
    """A case with what its resources are made of. `person`: the number of whom it is about, as they are now."""

    case: Case
    assessment: Assessment | None
    positions: tuple[Position, ...]
    person: int | None


def resources(
    known: Known, base: str, by: str, news2: NewsTotal, *, words: bool
) -> dict[str, list[Resource]]:
    """By kind. Patients are made from the hub's record of people, not from a case."""
    told = _told(known, base, by, news2, words=words)
    made = {name: one for name, one in resources_of(told) if one["resourceType"] in NUMBERED}
    urls = {name: f"{one['resourceType']}/{_number(known, one)}" for name, one in made.items()}
    person = told.urn("person", known.case.key)
    if known.person is not None:
        urls[person] = f"Patient/{known.person}"
    found: dict[str, list[Resource]] = {}
    for name, one in made.items():
        kind, _, number = urls[name].partition("/")
        updated = {"lastUpdated": instant(known.case.moved_at)}
        served = {"resourceType": kind, "id": number, "meta": updated, **pointing(one, urls)}
        found.setdefault(kind, []).append(_without(served, person, told))
    return found


NUMBERED = frozenset({"Encounter", "ServiceRequest", "Task", "Observation"})


def _number(known: Known, one: Resource) -> str:
    """Of the case, the visit, or the assessment and what was observed: the last part of our own identifier."""
    if one["resourceType"] in ("Encounter", "ServiceRequest"):
        return str(known.case.key)
    value: str = one["identifier"][0]["value"]
    return value.split("-", 1)[1]


def _without(served: Resource, person: str, told: Written) -> Resource:
    """Of whom nobody has made sure who they are (S14) there is no Patient: only what ties one case together."""
    for name in ("subject", "for"):
        if served.get(name) == {"reference": person}:
            served[name] = {"identifier": told.identifier("person", told.case.key)}
    return served


def _leaving(case: Case, *, words: bool) -> Leaving:
    leaving = what_may_leave(case)
    if leaving is Leaving.nothing:
        return Leaving.bare
    return Leaving.coded if leaving is Leaving.whole and not words else leaving


def _told(known: Known, base: str, by: str, news2: NewsTotal, *, words: bool) -> Written:
    case = known.case
    return Written(
        base=base,
        by=by,
        ods=None,
        case=case,
        leaving=_leaving(case, words=words),
        named=may_name(case, None),
        number=0,
        milestones=(),
        at=case.moved_at,
        now=case.moved_at,
        assessment=known.assessment,
        positions=known.positions,
        news2=news2(known.assessment.answers) if known.assessment is not None else None,
    )
