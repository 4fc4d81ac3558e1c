"""Plans, consents, warnings and carers as another record has them. Pure."""

import re
from typing import Any

import phonenumbers

from hub.door_codes import cut
from records.fhir.answered import NOTHING, ReadCarer, ReadFact
from records.fhir.as_read import OVER, Of, name_of, named
from records.fhir.shapes import Resource, code, first, moment, objects, said, words
from records.fhir.value_sets import condition, plan
from records.people.fact_model import FactKind


def care_plan(of: Of) -> ReadFact | None:
    one = of.one
    concept = next(iter(objects(one.get("category"))), None)
    name = words(one.get("title"), 120) or named(concept) or words(one.get("description"), 120)
    if not name:
        return None
    period = first(one.get("period"))
    about = plan({"text": name, "coding": objects(first(concept).get("coding"))})
    return of.fact(
        FactKind.plan, about or name.lower(), concept, words=words(one.get("description"), 800),
        dated=one.get("created") or period.get("start"), ended=period.get("end"), value=beside(about, name),
    )  # fmt: skip


def consent(of: Of) -> ReadFact | None:
    one = of.one
    concept = next(iter(objects(one.get("category")) + objects(one.get("scope"))), None)
    name = named(concept)
    if not name:
        return None
    about = (
        "do not attempt resuscitation"
        if code(concept) == "dnr"
        else plan(concept) or f"consent: {name.lower()}"
    )
    says = {"permit": "agreed", "deny": "does not agree"}.get(
        code(first(one.get("provision")).get("type")), ""
    )
    return of.fact(FactKind.plan, about, concept, value=says, dated=one.get("dateTime"))


def flag(of: Of) -> ReadFact | None:
    one, concept = of.one, of.one.get("code")
    name = named(concept)
    if not name:
        return None
    category = f"{said(one.get('category'))} {code(one.get('category'))}".lower()
    kind = FactKind.at_risk
    if re.search(r"safety|staff|violen|hazard", category):
        kind = FactKind.staff_safety
    elif re.search(r"adjustment|communication|accessib", category):
        kind = FactKind.communication
    period = first(one.get("period"))
    about = condition(concept)
    return of.fact(
        kind,
        about or name.lower(),
        concept,
        value=beside(about, name),
        dated=period.get("start"),
        ended=period.get("end"),
    )


def related(of: Of) -> Any:
    one = of.one
    name = name_of(one)
    if not name:
        return None
    phones = [
        words(by.get("value"), 40)
        for by in objects(one.get("telecom"))
        if code(by.get("system")) in ("phone", "sms", "")
    ]
    relation, ended = said(one.get("relationship"), 80), first(one.get("period")).get("end")
    number = next((e164(phone) for phone in phones if e164(phone)), "")
    if of.in_confidence:  # who is a carer is shown to the person and to other carers
        about = "restricted contact"
        return of.fact(FactKind.at_risk, about, value=name, words=f"{relation} {number}".strip(), ended=ended)
    until = moment(ended)
    return ReadCarer(
        cut(name).words[:200],
        cut(relation).words[:80],
        number,
        of.status in OVER,
        until.isoformat() if until else "",
    )


def document(of: Of) -> ReadFact | None:
    one = of.one
    concept = one.get("type")
    name = words(one.get("description"), 120) or named(concept)
    if not name:
        return None
    held = first(first(one.get("content")).get("attachment"))
    about = plan(
        {"text": name, "coding": [c for each in objects(concept) for c in objects(each.get("coding"))]}
    )
    where = words(held.get("url"), 400) or of.key
    return of.fact(
        FactKind.plan, about or name.lower(), concept, value=beside(about, name), full_text=where,
        dated=one.get("date") or held.get("creation"),
    )  # fmt: skip


def respect(of: Of) -> Any:
    """Of all forms that people fill in, the ReSPECT form alone."""
    one = of.one
    which = " ".join(
        words(each, 300)
        for each in (
            one.get("questionnaire"),
            first(one.get("meta")).get("profile"),
            first(one.get("code")).get("text"),
        )
    )
    if "respect" not in which.lower():
        return NOTHING
    lines = [line for item in objects(one.get("item")) for line in _answers(item, 0)][:12]
    return of.fact(
        FactKind.plan, "ReSPECT", None, words="; ".join(lines) or "Filled in; read it where it is kept.",
        dated=one.get("authored"), full_text=of.key,
    )  # fmt: skip


def _answers(item: Resource, depth: int) -> list[str]:
    if depth > 5:
        return []
    given = [
        words(value, 200) or said(value, 200)
        for answer in objects(item.get("answer"))
        for name, value in answer.items()
        if name.startswith("value")
    ]
    own = (
        [f"{words(item.get('text'), 80)}: {', '.join(part for part in given if part)}"] if any(given) else []
    )
    return own + [line for inner in objects(item.get("item")) for line in _answers(inner, depth + 1)]


def beside(about: str, name: str) -> str:
    """Its own name, where what we call it does not say as much already."""
    return name if about and about.casefold() not in name.casefold() else ""


def e164(phone: str) -> str:
    """Empty where nobody could ring it."""
    try:
        parsed = phonenumbers.parse(phone, "GB")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
