"""NEWS2 and its parts by their SNOMED codes (reference.md), only where nothing of it is missing. Pure."""

from collections.abc import Mapping
from typing import Any

from records.fhir.written import Resource, Written, instant

SNOMED = "http://snomed.info/sct"
UNITS = "http://unitsofmeasure.org"
TOTAL = ("1104051000000101", "Royal College of Physicians NEWS2 (National Early Warning Score 2) total score")
SPO2 = {"scale_1": "1104311000000102", "scale_2": "1104321000000108"}
NUMBERS = {
    "resp": ("1104301000000104", "Respiratory rate", "/min", "breaths/minute"),
    "spo2": ("", "Oxygen saturation", "%", "%"),
    "systolic": ("1104341000000101", "Systolic blood pressure", "mm[Hg]", "mmHg"),
    "pulse": ("1104351000000103", "Pulse", "/min", "beats/minute"),
    "temp": ("1104371000000107", "Temperature", "Cel", "°C"),
}
WORDS = {
    "oxygen": ("1104331000000105", "Air or oxygen"),
    "consciousness": ("1104361000000100", "Level of consciousness"),
}


def news2_of(told: Written) -> list[tuple[str, Resource]]:
    """The total, which has the parts as members; nothing where it is not complete: no part is ever made up (S7)."""
    assessment = told.assessment
    if assessment is None or told.news2 is None:
        return []
    said: Mapping[str, Any] = assessment.answers
    parts = [_part(told, name, said) for name in (*NUMBERS, *WORDS)]
    total = _observation(told, "total", *TOTAL)
    total["valueInteger"] = told.news2
    total["hasMember"] = [{"reference": urn} for urn, _ in parts]
    return [*parts, (_urn(told, "total"), total)]


def _part(told: Written, name: str, said: Mapping[str, Any]) -> tuple[str, Resource]:
    if name in WORDS:
        made = _observation(told, name, *WORDS[name])
        made["valueString"] = str(said[name]).replace("_", " ")
        return _urn(told, name), made
    code, title, unit, unit_words = NUMBERS[name]
    made = _observation(told, name, code or SPO2[str(said.get("spo2_scale", "scale_1"))], title)
    made["valueQuantity"] = {"value": said[name], "unit": unit_words, "system": UNITS, "code": unit}
    return _urn(told, name), made


def _observation(told: Written, name: str, code: str, title: str) -> Resource:
    case, assessment = told.case, told.assessment
    assert assessment is not None
    return {
        "resourceType": "Observation",
        "identifier": [told.identifier("observation", f"{assessment.key}-{name}")],
        "status": "final",
        "code": {"coding": [{"system": SNOMED, "code": code, "display": title}]},
        "subject": {"reference": told.urn("person", case.key)},
        "encounter": {"reference": told.urn("case", case.key)},
        "effectiveDateTime": instant(assessment.finished_at or told.at),
    }


def _urn(told: Written, name: str) -> str:
    assert told.assessment is not None
    return told.urn("observation", f"{told.assessment.key}-{name}")
