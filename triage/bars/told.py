"""What a message tells of somebody: what is wrong, what else is known, and what to beware of. Pure."""

from records.fhir.answers import answers_of
from records.fhir.shapes import Resource, any_words, codes, first, lines, objects, said, things, words
from triage.bars.bundle import KINDS, Parts, kind_of

NEED = 1900
"""So much of what was said fits into a case; all of it is in the message."""
MOST_FACTS, MOST_OF_A_KIND = 40, 10
MOST_FLAGS = 20
COMPLAINT = "33962009"
"""SNOMED: a Condition of this category is the presenting complaint."""
SAFEGUARDING, SCENE = "sg", "ss"
"""The standard's flag categories."""


def told_of(concept: object, most: int) -> str:
    """Its text and what each of its codings is called: the one may only say what kind of code the other is."""
    found = []
    for one in objects(concept):
        shown = [words(coding.get("display"), most) for coding in objects(one.get("coding"))]
        both = [words(one.get("text"), most), *shown]
        found.append(": ".join(dict.fromkeys(part for part in both if part)) or said(one, most))
    return "; ".join(part for part in found if part)[:most]


def need_of(parts: Parts, request: Resource, plan: Resource, warnings: list[str]) -> str:
    """Why they are referred, in the sender's words: the complaint, the reason, what it came to, and the summary."""
    complaints = [one for one in parts.of("Condition") if COMPLAINT in codes(one.get("category"))]
    shown = [told_of(one.get("code"), 300) for one in complaints]
    shown += [told_of(request.get(name), 300) for name in ("reasonCode", "code")]
    shown.append("; ".join(told_of(one, 200) for one in objects(request.get("orderDetail")) if _is_told(one)))
    told = []
    for activity in objects(plan.get("activity")):
        for outcome in objects(activity.get("outcomeCodeableConcept")):
            if isinstance(outcome.get("text"), str) and not outcome.get("coding"):
                told.append(lines(outcome["text"], NEED * 2))
            else:
                shown.append(told_of(outcome, 200))
        shown.append(told_of(first(activity.get("detail")).get("code"), 200))
    told += [lines(first(one).get("text"), NEED) for one in things(request.get("note"))]
    told += [lines(request.get(name), 300) for name in ("patientInstruction", "PatientInstruction")]
    told.append(lines(plan.get("description"), 500))
    both = "\n".join([*dict.fromkeys(part for part in shown if part), *(part for part in told if part)])
    if len(both) > NEED:
        warnings.append("What is wrong is longer than fits here: the end was cut off. Read the message.")
    return both[:NEED]


def _is_told(concept: Resource) -> bool:
    """More than bare codes."""
    return bool(
        words(concept.get("text")) or any(one.get("display") for one in objects(concept.get("coding")))
    )


def flags_of(parts: Parts) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """S17, S22: scene safety, safeguarding, and flags of any other kind, each in the sender's words: staff should read
    all of them before they go."""
    scene: list[str] = []
    safeguarding: list[str] = []
    others: list[str] = []
    for flag in parts.of("Flag"):
        if words(flag.get("status")).lower() in ("inactive", "entered-in-error"):
            continue
        told = " – ".join(
            part for part in (told_of(flag.get("category"), 200), told_of(flag.get("code"), 300)) if part
        )
        kinds = set(codes(flag.get("category")))
        if SAFEGUARDING in kinds or "safeguard" in told.lower():
            safeguarding.append(told[:300] or "Safeguarding")
        elif SCENE in kinds or "scene" in told.lower():
            scene.append(told[:300] or "Scene safety")
        elif told:
            others.append(told[:200])
    return tuple(scene[:MOST_FLAGS]), tuple(safeguarding[:MOST_FLAGS]), tuple(others[:MOST_FLAGS])


OF_KIND = {
    "AllergyIntolerance": ("Allergy", "code"),
    "MedicationStatement": ("Medicine", "medicationCodeableConcept"),
    "Condition": ("Condition", "code"),
    "Observation": ("Observation", "code"),
    "Consent": ("Consent", "category"),
    "Procedure": ("Done", "code"),
    "Task": ("Asked", "code"),
}


def facts_of(parts: Parts, warnings: list[str]) -> tuple[str, ...]:
    found = []
    for kind, (name, where) in OF_KIND.items():
        if (many := len(parts.of(kind))) > MOST_OF_A_KIND:
            warnings.append(f"{many - MOST_OF_A_KIND} more of {kind} came than are shown: read the message.")
        for one in parts.of(kind)[:MOST_OF_A_KIND]:
            name_of = told_of(one.get(where), 200) or told_of(one.get("medicationReference"), 200)
            shown = ": ".join(part for part in (name_of, _value(one)) if part)
            if shown:
                found.append(f"{name}: {shown}"[:300])
    for one in parts.of("Communication")[:MOST_OF_A_KIND]:
        told = "; ".join(words(each.get("contentString"), 250) for each in objects(one.get("payload")))
        if told:
            found.append(f"Told: {told}"[:300])
    for one in parts.of("QuestionnaireResponse")[:MOST_OF_A_KIND]:
        found += [f"Asked: {line}"[:300] for line in answers_of(one, 120)]
    unread = sorted({kind_of(one) for _, one in parts.all} - KINDS - {""})
    if unread:
        warnings.append(f"Came and is not read here: {', '.join(unread[:8])}. Look at the message.")
    if len(found) > MOST_FACTS:
        warnings.append(f"{len(found) - MOST_FACTS} more facts came than are shown: read the message.")
    return tuple(found[:MOST_FACTS])


def _value(one: Resource) -> str:
    parts = [_one_value(one), words(one.get("description"), 200)]
    for each in objects(one.get("component")):
        parts.append(" ".join(part for part in (told_of(each.get("code"), 80), _one_value(each)) if part))
    return ", ".join(part for part in parts if part)


def _one_value(one: Resource) -> str:
    quantity = first(one.get("valueQuantity"))
    plain = (
        any_words(one.get("valueString"))
        or any_words(one.get("valueBoolean"))
        or any_words(one.get("valueInteger"))
    )
    measured = f"{words(quantity.get('value'))} {words(quantity.get('unit'))}".strip()
    return said(one.get("valueCodeableConcept")) or plain or measured
