"""What another record says of a person, read from its resources: each fact with its source's own words and code.
Whatever shape a resource comes in nothing here raises: it is read as far as it can be, or counted as unread. Pure.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from records.fhir.answered import NOTHING, ReadFact
from records.fhir.as_read import IN_ERROR, NOT_SO, Of, named, notes_of, status_of
from records.fhir.read_plans import care_plan, consent, document, flag, related, respect
from records.fhir.shapes import Resource, code, first, number, objects, said, words
from records.fhir.value_sets import condition, medicine, none_known, understood
from records.people.fact_model import FactKind, Says

FRAILTY = frozenset({"frailty", "frailty index", "rockwood"})


def read(kind: str, resources: list[Any], patient_id: str, nhs_number: str | None) -> tuple[list[Any], bool]:
    """The facts and carers of one kind of resource, and whether each of them could be read. One that does not say that
    it is about this person is nobody's, and never theirs (S14)."""
    found, whole = [], True
    for one in resources:
        known = _read_one(kind, one, patient_id, nhs_number) if isinstance(one, dict) else None
        if known is None:
            whole = False
        elif known is not NOTHING:
            found.append(known)
    return (_newest(found) if kind == "Observation" else found), whole


def _newest(found: list[ReadFact]) -> list[ReadFact]:
    """Of each score the last; what was taken back is told too."""
    last: dict[str, ReadFact] = {}
    for one in found:
        if not one.in_error and (one.about not in last or one.dated > last[one.about].dated):
            last[one.about] = one
    return [one for one in found if one.in_error or last[one.about] is one]


def _read_one(kind: str, one: Resource, patient_id: str, nhs_number: str | None) -> Any:
    if one.get("resourceType") != kind or not _is_about(one, patient_id, nhs_number):
        return None
    of = Of(one, f"{kind}/{_number(one)}", status_of(one))
    if of.status == IN_ERROR:  # whatever else is left of it
        return ReadFact(of.key, FactKind.condition.value, "", in_error=True)
    return READERS[kind](of)


def _is_about(one: Resource, patient_id: str, nhs_number: str | None) -> bool:
    whom = objects(one.get("subject")) + objects(one.get("patient"))
    for who in whom:
        reference = words(who.get("reference"), 400).split("/_history/")[0]
        if reference:
            return reference.split("/")[-2:] == ["Patient", patient_id]
        value = words(first(who.get("identifier")).get("value"), 40)
        if value:
            return nhs_number is not None and value.replace(" ", "") == nhs_number
    return False


def _number(one: Resource) -> str:
    """The server's own; where it gives none, a digest of what it says."""
    given = words(one.get("id"), 64)
    return given or hashlib.sha256(json.dumps(one, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _condition(of: Of) -> ReadFact | None:
    concept, one = of.one.get("code"), of.one
    name = named(concept)
    if not name:
        return None
    about, value = condition(concept), understood(concept)[1]
    as_said = name if about and name.casefold() != about.casefold() else ""
    kind = FactKind.frailty if about in FRAILTY else FactKind.condition
    ended = one.get("abatementDateTime") or first(one.get("abatementPeriod")).get("end")
    dated = one.get("onsetDateTime") or one.get("recordedDate")
    return of.fact(kind, about or name.lower(), concept, value=value or as_said, ended=ended, dated=dated)


def _allergy(of: Of) -> ReadFact | None:
    one, concept = of.one, of.one.get("code")
    reactions = objects(one.get("reaction"))
    concept = concept or next((each.get("substance") for each in reactions if each.get("substance")), None)
    name = named(concept)
    if not name:
        return None
    none = none_known(concept)
    if none is not None:
        says = Says.present if of.status in NOT_SO else Says.absent
        return of.fact(FactKind.allergy, none, concept, says=says, dated=one.get("recordedDate"))
    shown = [said(each.get("manifestation"), 100) for each in reactions]
    how = "high risk" if code(one.get("criticality")) == "high" else ""
    text = "; ".join(part for part in (*shown, how, *notes_of(one)) if part)
    about = re.sub(r"^allergy to ", "", name.lower())
    return of.fact(
        FactKind.allergy,
        about,
        concept,
        words=text,
        dated=one.get("recordedDate") or one.get("onsetDateTime"),
    )


def _medicine(of: Of) -> ReadFact | None:
    one = of.one
    reference = first(one.get("medicationReference"))
    inside = {f"#{words(each.get('id'), 64)}": each for each in objects(one.get("contained"))}
    concept = one.get("medicationCodeableConcept") or inside.get(words(reference.get("reference")), {}).get(
        "code"
    )
    concept = concept or ({"text": reference.get("display")} if reference.get("display") else None)
    name = named(concept)
    if not name:
        return None
    doses = [
        words(dose.get("text"), 120)
        for dose in objects(one.get("dosage")) + objects(one.get("dosageInstruction"))
    ]
    period = first(one.get("effectivePeriod"))
    dated = (
        one.get("effectiveDateTime")
        or period.get("start")
        or one.get("dateAsserted")
        or one.get("authoredOn")
    )
    about = medicine(concept)
    text = "; ".join(part for part in (*doses, *notes_of(one)) if part)
    return of.fact(
        FactKind.medicine,
        about or name.lower(),
        concept,
        value=name if about else "",
        words=text,
        ended=period.get("end"),
        dated=dated,
    )


def _observation(of: Of) -> Any:
    one, concept = of.one, of.one.get("code")
    about, _ = understood(concept)
    if not about:
        return NOTHING if named(concept) else None
    dated = (
        one.get("effectiveDateTime") or first(one.get("effectivePeriod")).get("start") or one.get("issued")
    )
    value = _value(one)
    if not value:
        return None
    kind = FactKind.frailty if about in FRAILTY else FactKind.at_risk
    return of.fact(kind, about, concept, value=value, dated=dated)


def _value(one: Resource) -> str:
    """A score as its number: a scale's step is often given as a concept, with the number in it."""
    quantity = number(first(one.get("valueQuantity")).get("value"))
    plain = quantity if quantity is not None else number(one.get("valueInteger"))
    if plain is not None:
        return f"{plain:g}"
    concept = one.get("valueCodeableConcept")
    text = " ".join(part for part in (said(concept, 100), code(concept)) if part) if concept else ""
    step = re.search(r"(?<![0-9.])([0-9]{1,2})(?![0-9.])", text)
    return step[1] if step else said(concept, 120) or words(one.get("valueString"), 120)


READERS: Mapping[str, Callable[[Of], Any]] = {
    "AllergyIntolerance": _allergy,
    "MedicationStatement": _medicine,
    "MedicationRequest": _medicine,
    "Condition": _condition,
    "Observation": _observation,
    "CarePlan": care_plan,
    "Consent": consent,
    "Flag": flag,
    "RelatedPerson": related,
    "DocumentReference": document,
    "QuestionnaireResponse": respect,
}
