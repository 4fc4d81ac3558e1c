"""Plans, consents, warnings and carers as another record has them. Pure."""

import math
import re
from typing import Any

import phonenumbers

from hub.door_codes import cut
from records.fhir.answered import NOTHING, ReadCarer, ReadFact
from records.fhir.answers import answers_of
from records.fhir.as_read import OVER, Of, is_restricted, name_of, named
from records.fhir.shapes import (
    Resource,
    code,
    extensions,
    first,
    moment,
    number,
    objects,
    said,
    value_of,
    words,
)
from records.fhir.snomed import PLANS
from records.fhir.value_sets import condition, plan
from records.people.fact_model import FactKind

CONSENTS = {
    "acd": "advance care directive",
    "hcd": "health care directive",
    "polst": "treatment orders",
    "dnr": "do not attempt resuscitation",
}
"""What somebody wants done, by HL7's codes of a consent; no agreement to anything."""
_ADJUSTMENT = re.compile(r"adjustment|communication|accessib|\bNRAF\b", re.IGNORECASE)
_STAFF = re.compile(r"staff|personnel|violen|hazard|(?<!clinical )(?<!patient )\bsafety")
_DANGER = re.compile(r"violen|aggressi|weapon|lone work|two to attend|dangerous dog", re.IGNORECASE)
RELATIONS = {
    "n": "next of kin",
    "nok": "next of kin",
    "c": "emergency contact",
    "e": "employer",
    "hpowatt": "power of attorney for health",
    "powatt": "power of attorney",
    "sigothr": "partner",
    "spouse": "husband or wife",
    "dau": "daughter",
    "son": "son",
    "nbor": "neighbour",
    "sis": "sister",
    "bro": "brother",
    "mth": "mother",
    "fth": "father",
}
"""Where a relation has a code and no words. HL7 v3 RoleCode and v2 0131."""
_FORMS = re.compile(r"respect|end[ -]of[ -]life|eolc|advance[ -]?care|treatment[ -]escalation")
_FIRST = re.compile(r"\bcpr\b|resuscitat|dnacpr", re.IGNORECASE)
MOST_ANSWERS = 12
"""The rest is counted; what is asked about resuscitation comes before it. [LOCAL]"""


def care_plan(of: Of) -> ReadFact | None:
    """What is to be done stands in its activities more often than in its description."""
    one = of.one
    concept = next(iter(objects(one.get("category"))), None)
    doing = [text for each in objects(one.get("activity")) if (text := _activity(each))]
    addresses = "; ".join(words(each.get("display"), 80) for each in objects(one.get("addresses")))
    name = words(one.get("title"), 120) or named(concept) or words(one.get("description"), 120)
    name = name or addresses[:120] or (doing[0][:120] if doing else "")
    if not name:
        return None
    period = first(one.get("period"))
    about = plan({"text": name, "coding": objects(first(concept).get("coding"))})
    text = "; ".join(part for part in (words(one.get("description"), 400), *doing[:10]) if part)
    return of.fact(
        FactKind.plan, about or name.lower(), concept, words=text, value=beside(about, name),
        dated=one.get("created") or period.get("start"), ended=period.get("end"),
    )  # fmt: skip


def _activity(one: Resource) -> str:
    detail = first(one.get("detail"))
    if code(detail.get("status")) in ("cancelled", "stopped", "entered-in-error"):
        return ""
    parts = [said(detail.get("code"), 120), words(detail.get("description"), 300)]
    return ": ".join(dict.fromkeys(part for part in parts if part)) or words(
        first(one.get("reference")).get("display"), 200
    )


def consent(of: Of) -> ReadFact | None:
    one = of.one
    concepts = objects(one.get("category")) + objects(one.get("scope"))
    meant = next((each for each in concepts if code(each) == "dnr" or plan(each)), next(iter(concepts), None))
    name = CONSENTS.get(code(meant)) or named(meant)
    if not name:
        return None
    provision = first(one.get("provision"))
    about = "do not attempt resuscitation" if code(meant) == "dnr" else plan(meant)
    says = {"permit": "agreed", "deny": "does not agree"}.get(code(provision.get("type")), "")
    is_directive = about or code(meant) in CONSENTS
    return of.fact(
        FactKind.plan, about or (name if is_directive else f"consent: {name.lower()}"), meant,
        value="" if is_directive else says, dated=one.get("dateTime"),
        ended=first(provision.get("period")).get("end"),
    )  # fmt: skip


def flag(of: Of) -> ReadFact | None:
    """A code of a plan makes it a plan; else by its category, or by words that can mean one thing alone."""
    one, concept = of.one, of.one.get("code")
    name = named(concept)
    if not name:
        return None
    category = f"{said(one.get('category'))} {code(one.get('category'))}".lower()
    plan_of = found if (found := plan(concept)) in PLANS else ""
    about = plan_of or condition(concept)
    kind = FactKind.at_risk
    if _STAFF.search(category) or _DANGER.search(name):
        kind = FactKind.staff_safety
    elif plan_of:
        kind = FactKind.plan
    elif _ADJUSTMENT.search(f"{category} {_systems(one)}") or "reasonable adjustment" in name.lower():
        kind = FactKind.communication
    notes = [words(value_of(each), 400) for name_, each in extensions(one) if name_.endswith("FlagNotes")]
    period = first(one.get("period"))
    return of.fact(
        kind,
        about or name.lower(),
        concept,
        value=beside(about, name),
        words="; ".join(part for part in notes if part),
        dated=period.get("start"),
        ended=period.get("end"),
    )


def _systems(one: Resource) -> str:
    """Where its codes come from: a reasonable adjustment is often said by nothing else."""
    every = objects(one.get("category")) + objects(one.get("code"))
    codings = [coding for each in every for coding in objects(each.get("coding"))]
    return " ".join(f"{words(each.get('system'))} {words(each.get('code'), 60)}" for each in codings)


def related(of: Of) -> Any:
    one = of.one
    name = name_of(one)
    if not name:
        return None
    relation, ended = relation_of(one.get("relationship")), first(one.get("period")).get("end")
    phone = number_of(one)
    if of.in_confidence:  # who is a carer is shown to the person and to other carers
        about = "restricted contact"
        return of.fact(FactKind.at_risk, about, value=name, words=f"{relation} {phone}".strip(), ended=ended)
    until = moment(ended)
    return ReadCarer(
        cut(name).words[:200],
        cut(relation).words[:80],
        phone,
        of.status in OVER,
        until.isoformat() if until else "",
    )


def contacts_of(one: Resource) -> list[ReadCarer]:
    """Next of kin and emergency contacts of a Patient; none where the record is restricted (S18), no employer."""
    found = []
    for each in [] if is_restricted(one) else objects(one.get("contact")):
        name, until = name_of({"name": each.get("name")}), moment(first(each.get("period")).get("end"))
        if name and code(each.get("relationship")) != "e":
            relation = cut(relation_of(each.get("relationship"))).words[:80]
            ends = until.isoformat() if until else ""
            found.append(ReadCarer(cut(name).words[:200], relation, number_of(each), until=ends))
    return found[:10]


def relation_of(concept: Any) -> str:
    every = [RELATIONS.get(words_.lower(), words_) for each in objects(concept) if (words_ := said(each, 80))]
    return "; ".join(dict.fromkeys(every))[:80]


def number_of(one: Resource) -> str:
    """The one to ring first: none that is old, one without an end before one that has, by rank where that is said;
    E.164, or empty."""
    phones = [by for by in objects(one.get("telecom")) if code(by.get("system")) in ("phone", "sms", "")]
    good = [by for by in phones if code(by.get("use")) != "old"]
    good.sort(key=lambda by: (bool(first(by.get("period")).get("end")), number(by.get("rank")) or math.inf))
    return next((found for by in good if (found := e164(words(by.get("value"), 40)))), "")


def document(of: Of) -> ReadFact | None:
    one = of.one
    concept = one.get("type")
    name, described = named(concept), words(one.get("description"), 120)
    if not (name or described):
        return None
    held = first(first(one.get("content")).get("attachment"))
    about = plan(concept) or plan({"text": described})
    shown = name or described
    where = words(held.get("url"), 400) or of.key
    return of.fact(
        FactKind.plan, about or shown.lower(), concept, value=beside(about, shown), full_text=where,
        words=described if described != shown else "", dated=one.get("date") or held.get("creation"),
    )  # fmt: skip


def respect(of: Of) -> Any:
    """Of all forms that people fill in, those about the end of life and emergencies alone: ReSPECT, and its kin."""
    one = of.one
    which = " ".join(
        words(each, 300)
        for each in (
            one.get("questionnaire"),
            first(one.get("meta")).get("profile"),
            first(one.get("code")).get("text"),
        )
    ).lower()
    if not _FORMS.search(which):
        return NOTHING
    lines = sorted(answers_of(one, 80), key=lambda line: not _FIRST.search(line))
    more = [f"and {len(lines) - MOST_ANSWERS} more answers"] if len(lines) > MOST_ANSWERS else []
    return of.fact(
        FactKind.plan,
        "ReSPECT" if "respect" in which else "end-of-life form",
        None,
        words="; ".join([*lines[:MOST_ANSWERS], *more]) or "Filled in; read it where it is kept.",
        dated=one.get("authored"),
        full_text=of.key,
    )


def beside(about: str, name: str) -> str:
    """Its own name, where we call it otherwise: a word beside ours may turn it round."""
    return name if about and about.casefold() != name.casefold() else ""


def e164(phone: str) -> str:
    """Empty where nobody could ring it."""
    try:
        parsed = phonenumbers.parse(phone, "GB")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
