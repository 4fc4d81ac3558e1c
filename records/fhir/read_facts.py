"""What another record says of a person, read from its resources: each fact with its source's own words and code.
Whatever shape a resource comes in nothing here raises: it is read as far as it can be, or counted as unread. Pure.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from records.fhir.answered import NOTHING, ReadFact
from records.fhir.as_read import IN_ERROR, NOT_SO, Of, day, named, notes_of, status_of
from records.fhir.medicines import doses_of
from records.fhir.read_plans import beside, care_plan, consent, document, flag, related, respect
from records.fhir.shapes import Resource, any_words, code, first, moment, number, objects, said, words
from records.fhir.snomed import PLANS
from records.fhir.value_sets import (
    condition,
    medicine,
    none_known,
    plan_by_code,
    says_nothing,
    understood,
)
from records.people.fact_model import FactKind, Says

FRAILTY = frozenset({"frailty", "frailty index", "rockwood"})
RESUSCITATION = frozenset({"do not attempt resuscitation", "attempt resuscitation", "resuscitation status"})
"""One decision: the newest takes the place of whatever was decided before."""
NAME_NOT_READ = "a medicine whose name could not be read"


def read(kind: str, resources: list[Any], patient_id: str, nhs_number: str | None) -> tuple[list[Any], bool]:
    """The facts and carers of one kind of resource, and whether each of them could be read. One that does not say that
    it is about this person is nobody's, and never theirs (S14)."""
    found, whole = [], True
    if kind == "Observation":
        resources = sorted(resources, key=_observed, reverse=True)
    for one in resources:
        known = _read_one(kind, one, patient_id, nhs_number) if isinstance(one, dict) else None
        if known is None:
            whole = False
        elif known is not NOTHING:
            found.append(known)
    return (_newest(found) if kind == "Observation" else found), whole


def _observed(one: Any) -> tuple[str, str, float]:
    """When, to the second where it says so; of two at one moment the higher score is the last, which is the worse."""
    if not isinstance(one, dict):
        return "", "", 0.0
    at = _when(one)
    exact = moment(at)
    return day(at), exact.isoformat() if exact else "", number(_value(one)) or 0.0


def _newest(found: list[ReadFact]) -> list[ReadFact]:
    """Of each score the last that was not cancelled; what was taken back is told too. `found`: the newest first."""
    last: dict[str, ReadFact] = {}
    for one in found:
        about = "resuscitation" if one.about in RESUSCITATION else one.about
        if not one.in_error and (about not in last or (last[about].over and not one.over)):
            last[about] = one
    newest = [id(one) for one in last.values()]
    return [one for one in found if one.in_error or id(one) in newest]


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


def _condition(of: Of) -> Any:
    concept, one = of.one.get("code"), of.one
    name = named(concept)
    if not name:
        return None
    if says_nothing(concept):
        return NOTHING
    about, value = plan_by_code(concept) or condition(concept), understood(concept)[1]
    as_said = name if about and name.casefold() != about.casefold() else ""
    kind = kind_of(about, FactKind.condition)
    ended = one.get("abatementDateTime") or first(one.get("abatementPeriod")).get("end")
    dated = one.get("onsetDateTime") or one.get("recordedDate")
    text = "; ".join(part for part in (said(one.get("severity"), 60), *notes_of(one)) if part)
    return of.fact(
        kind, about or name.lower(), concept, value=value or as_said, words=text, ended=ended, dated=dated
    )


def _allergy(of: Of) -> Any:
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
    if says_nothing(concept):
        return NOTHING
    high = "high risk" if code(one.get("criticality")) == "high" else ""
    intolerance = "an intolerance, no allergy" if code(one.get("type")) == "intolerance" else ""
    parts = (*(_reaction(each) for each in reactions), high, intolerance, *notes_of(one))
    text = "; ".join(part for part in parts if part)
    about = re.sub(r"^allergy to ", "", name.lower())
    return of.fact(
        FactKind.allergy,
        about,
        concept,
        words=text,
        dated=one.get("recordedDate") or one.get("assertedDate") or one.get("onsetDateTime"),
    )


def _reaction(one: Resource) -> str:
    """How it shows, how badly, and what happened then."""
    shown = said(one.get("manifestation"), 100)
    about = ", ".join(
        part for part in (code(one.get("severity")), words(one.get("description"), 300)) if part
    )
    return f"{shown} ({about})" if shown and about else shown or about


def _medicine(of: Of) -> Any:
    one = of.one
    reference = first(one.get("medicationReference"))
    inside = {f"#{words(each.get('id'), 64)}": each for each in objects(one.get("contained"))}
    concept = one.get("medicationCodeableConcept") or inside.get(words(reference.get("reference")), {}).get(
        "code"
    )
    concept = concept or ({"text": reference.get("display")} if reference.get("display") else None)
    name = named(concept) or (NAME_NOT_READ if reference else "")
    if not name:
        return None
    if says_nothing(concept):
        return NOTHING
    period = first(one.get("effectivePeriod"))
    dated = (
        one.get("effectiveDateTime")
        or period.get("start")
        or one.get("dateAsserted")
        or one.get("authoredOn")
    )
    about = medicine(concept)
    hold = status.replace("-", " ") if (status := code(one.get("status"))) in ("on-hold", "intended") else ""
    text = "; ".join(part for part in (hold, *doses_of(one), *notes_of(one)) if part)
    if one.get("doNotPerform") is True:
        return of.fact(
            FactKind.medicine, f"not to be given: {name.lower()}", concept, words=text, dated=dated
        )
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
    value, answer = any_words(one.get("valueBoolean")) or _value(one), one.get("valueCodeableConcept")
    if about in PLANS:
        is_not = value.casefold() in ("no", "not known", "unknown", "absent", "false")
        about = plan_by_code(answer) or (f"{named(concept).lower()}: {value}" if is_not else about)
        return of.fact(FactKind.plan, about, concept, value=beside(about, value), dated=_when(one))
    if not value:
        return None
    return of.fact(kind_of(about, FactKind.at_risk), about, concept, value=value, dated=_when(one))


def _when(one: Resource) -> Any:
    return one.get("effectiveDateTime") or first(one.get("effectivePeriod")).get("start") or one.get("issued")


def kind_of(about: str, otherwise: FactKind) -> FactKind:
    if about in PLANS:
        return FactKind.plan
    return FactKind.frailty if about in FRAILTY else otherwise


def _value(one: Resource) -> str:
    """A score as its number: a scale's step is often given as a concept, with the number in it."""
    quantity = number(first(one.get("valueQuantity")).get("value"))
    plain = quantity if quantity is not None else number(one.get("valueInteger"))
    if plain is not None:
        return f"{plain:g}"
    concept = one.get("valueCodeableConcept")
    if level := understood(concept)[1]:
        return level
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
