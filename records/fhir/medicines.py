"""What a medicine is called where that stands in a resource of its own, and its dose in words. Pure."""

from typing import Any

from records.fhir.shapes import Resource, any_words, first, number, objects, said, words

MOST = 200
UNITS = {"h": "hour", "d": "day", "wk": "week", "mo": "month", "min": "minute"}


def named(resources: list[Any]) -> list[Any]:
    """Each with the name of the `Medication` that it refers to, where that came with it; without those."""
    concepts = {
        f"Medication/{words(one.get('id'), 64)}": one.get("code")
        for one in resources
        if isinstance(one, dict) and one.get("resourceType") == "Medication"
    }
    return [
        _with_name(one, concepts) if isinstance(one, dict) else one
        for one in resources
        if not isinstance(one, dict) or one.get("resourceType") != "Medication"
    ]


def _with_name(one: Resource, concepts: dict[str, Any]) -> Resource:
    reference = words(first(one.get("medicationReference")).get("reference"), 400).split("/_history/")[0]
    concept = concepts.get("/".join(reference.split("/")[-2:]))
    return {**one, "medicationCodeableConcept": concept} if concept else one


def doses_of(one: Resource) -> list[str]:
    every = [_dose(each) for each in objects(one.get("dosage")) + objects(one.get("dosageInstruction"))]
    return [_cut(words_) for words_ in every if words_][:5]


def _dose(one: Resource) -> str:
    text = words(one.get("text"), 600) or _made(one)
    patient = words(one.get("patientInstruction"), 300)
    return "; ".join(part for part in (text, patient if patient != text else "") if part)


def _made(one: Resource) -> str:
    amount = first(first(one.get("doseAndRate")).get("doseQuantity") or one.get("doseQuantity"))
    timing = first(one.get("timing"))
    as_needed = one.get("asNeededBoolean") is True or bool(one.get("asNeededCodeableConcept"))
    parts = (
        f"{any_words(amount.get('value'))} {words(amount.get('unit') or amount.get('code'), 40)}".strip(),
        said(timing.get("code"), 80) or _often(first(timing.get("repeat"))),
        said(one.get("route"), 60),
        "as needed" if as_needed else "",
    )
    return " ".join(part for part in parts if part)


def _often(repeat: Resource) -> str:
    times, period = number(repeat.get("frequency")), number(repeat.get("period"))
    unit = UNITS.get(words(repeat.get("periodUnit"), 10), "")
    if times is None or period is None or not unit:
        return ""
    every = f"every {unit}" if period == 1 else f"every {period:g} {unit}s"
    return f"{times:g} times {every}" if times != 1 else f"once {every}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"
