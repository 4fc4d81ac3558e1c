"""The codes and words of other systems that this hub understands, and what it calls them. Pure.

What is not here is kept under its own words and code, and answers no question: absent from this table is unknown (S8).
The words only ever make somebody more urgent, so a medicine that is written without its code counts by its name.
"""

import re

from records.fhir.shapes import Resource, objects, said, words
from records.fhir.snomed import CODES, NO_ALLERGY_AT_ALL, NONE_KNOWN, NOT_IT, PLANS, SNOMED, VALUES
from records.people.fact_model import ANY

_MEDICINES = {
    "blood thinner": "warfarin apixaban rivaroxaban edoxaban dabigatran clopidogrel prasugrel ticagrelor dipyridamole "
    "acenocoumarol phenindione heparin enoxaparin dalteparin tinzaparin fondaparinux anticoagulant marevan eliquis "
    "xarelto lixiana pradaxa plavix efient brilique persantin sinthrome clexane inhixa fragmin innohep arixtra",
    "diabetes medicine": "insulin metformin gliclazide glimepiride glipizide empagliflozin dapagliflozin canagliflozin "
    "sitagliptin linagliptin pioglitazone liraglutide semaglutide dulaglutide tirzepatide novorapid novomix fiasp "
    "lantus toujeo abasaglar semglee humalog humulin insulatard levemir tresiba apidra admelog actrapid hypurin "
    "glucophage jardiance forxiga januvia ozempic trulicity victoza mounjaro",
    "chemotherapy": "chemotherapy capecitabine cisplatin carboplatin oxaliplatin docetaxel paclitaxel fluorouracil "
    "cyclophosphamide gemcitabine doxorubicin vincristine",
    "steroid": "prednisolone prednisone dexamethasone hydrocortisone methylprednisolone",
    "opioid": "morphine oxycodone fentanyl buprenorphine methadone codeine dihydrocodeine tramadol tapentadol "
    "oramorph zomorph sevredol oxycontin oxynorm longtec shortec butrans zapain",
}
_CONDITIONS = (
    ("spinal cord injury", r"spinal cord (injury|lesion|transection)|tetraplegi|quadriplegi|paraplegi"),
    ("bleeding disorder", r"haemophilia|hemophilia|von willebrand|thrombocytopeni|bleeding disorder"),
    ("chemotherapy", r"chemotherapy"),
    ("end of life", r"end of life|terminal(ly)? ill|palliative|last days"),
    (
        "cancer",
        r"\bcancer\b|carcinoma|malignan(?!t hypertension)|lymphoma|leukaemia|leukemia|melanoma|myeloma|sarcoma",
    ),
    ("diabetes", r"diabetes mellitus|type [12] diabetes|(?<!pre-)(?<!pre )\bdiabetes\b(?! insipidus)"),
    ("dementia", r"dementia|alzheimer"),
    ("two to move them", r"two people|two to move|2 people to|hoist"),
    ("heart failure", r"heart failure|cardiac failure"),
    ("kidney disease", r"(kidney|renal) (disease|failure)"),
    ("COPD", r"\bcopd\b|chronic obstructive (pulmonary|airways?|lung)"),
    ("stroke", r"(?<!heat )\bstroke\b|cerebrovascular accident"),
)
_CLAUSE = re.compile(r"[,;.()]|\s[-–]\s")
_NOT_THEIRS = re.compile(
    r"family history|^\s*fh\b|\bcarer (of|for)\b|cancer screening|screening for|no evidence of|\bexcluded\s*$"
    r"|\bruled out\b|\bfear of\b|\b(chemotherapy|care) declined\b|^\s*not for\b|\bwithout (a |the )?hoist"
    r"|\bat risk of\b"
)
"""Words about somebody else, or about what is not so: they are kept as they are and answer nothing."""
_BY_CONDITION = tuple((about, re.compile(pattern, re.IGNORECASE)) for about, pattern in _CONDITIONS)
_BY_MEDICINE = {name: about for about, names in _MEDICINES.items() for name in names.split()}
_PLANS = tuple(
    (about, re.compile(pattern, re.IGNORECASE))
    for about, pattern in (
        ("ReSPECT", r"(?<!with )(?<!in )\brespect\b(?! (to|of|for)\b)|recommended summary plan"),
        (
            "do not attempt resuscitation",
            r"\bdna(cp)?r\b|\bdnr\b|not (for|(to )?attempt)( attempted)?( cardio-? ?pulmonary)? (resus|\bcpr\b)",
        ),
        ("emergency plan", r"emergency (health ?)?care plan|contingency plan"),
        ("treatment escalation plan", r"treatment escalation"),
        ("advance care plan", r"advance care plan"),
    )
)
_NOT_A_PLAN = re.compile(
    r"\b(no|not|never|none|nil|without|removed|rescinded|revoked|withdrawn|cancelled|expired|suspended|previous(ly)?"
    r"|offered|refused|incomplete)\b|\bdeclined\b(?! (cpr|resus))|\bdiscuss(ion|ed)? (about|of|on|regarding|re)\b"
)
"""Somebody spoke of a plan, or there is none: nobody may read that as a plan."""


def codes_of(concept: object) -> list[tuple[str, str]]:
    """Each coding of a concept as system and code."""
    return [
        (words(coding.get("system"), 100), words(coding.get("code"), 60))
        for one in objects(concept)
        for coding in objects(one.get("coding"))
        if words(coding.get("code"), 60)
    ]


def as_code(concept: object) -> str | None:
    """`system|code` of the first that we understand, else of the first."""
    found = codes_of(concept)
    known = [one for one in found if one[0] == SNOMED and one[1] in CODES]
    best = next(iter(known or found), None)
    return "|".join(best)[:160] if best else None


def understood(concept: object) -> tuple[str, str]:
    """What we call it, and what it says of it where its code does; empty where we do not know the code."""
    for system, code in codes_of(concept):
        if system == SNOMED and code in CODES:
            return CODES[code], VALUES.get(code, "")
    return "", ""


def medicine(concept: object) -> str:
    """The class that a medicine belongs to, by its code or by a word of its name."""
    by_code, _ = understood(concept)
    if by_code:
        return by_code
    return next(
        (_BY_MEDICINE[word] for word in re.findall(r"[a-z]+", _all(concept)) if word in _BY_MEDICINE), ""
    )


def condition(concept: object) -> str:
    by_code, _ = understood(concept)
    if by_code or _is_not_it(concept):
        return by_code
    name = " , ".join(part for part in _CLAUSE.split(_all(concept)) if not _NOT_THEIRS.search(part))
    return next((about for about, pattern in _BY_CONDITION if pattern.search(name)), "")


def plan(concept: object) -> str:
    """Where words beside the plan's own name say that there is none, it is kept as it was said."""
    by_code, _ = understood(concept)
    if by_code or _is_not_it(concept):
        return by_code
    name = _all(concept)
    for about, pattern in _PLANS:
        if pattern.search(name):
            return "" if _NOT_A_PLAN.search(pattern.sub(" ", name)) else about
    return ""


def plan_by_code(concept: object) -> str:
    """Empty where its code is none of a plan's."""
    about, _ = understood(concept)
    return about if about in PLANS else ""


def _is_not_it(concept: object) -> bool:
    return any(system == SNOMED and code in NOT_IT for system, code in codes_of(concept))


_ABSENT_OR_UNKNOWN = "absent-unknown-uv-ips"
_SAYS_NOTHING = re.compile(
    r"no (known )?(information about |current |regular )?(medic\w+|problems|conditions|diagnos\w+)|nil"
)
_NO_INFORMATION = re.compile(
    r"no information( about .*| available)?|(not (known|asked|recorded)|unknown)"
    r"|no (recorded|documented) (allerg|medic|problem|condition|diagnos)\w*"
)
_NONE_KNOWN = re.compile(
    r"((no|nil|none)( known)?( (?P<of>(?!recorded|documented)\w+))?( allerg(y|ies)( known)?)?|nkd?a|none)\.?"
)


def says_nothing(concept: object) -> bool:
    """“No known medicines”, “no information about problems”: nothing that anybody has, nor that they have none (S8)."""
    name = said(concept, 200).lower().strip()
    is_absent = any(system.endswith(_ABSENT_OR_UNKNOWN) for system, _ in codes_of(concept))
    return is_absent or bool(_SAYS_NOTHING.fullmatch(name) or _NO_INFORMATION.fullmatch(name))


def none_known(concept: object) -> str | None:
    """What there is none of: any allergy at all, or the kind that was asked about; None where it says no such thing."""
    for system, code in codes_of(concept):
        if system == SNOMED and code in NONE_KNOWN:
            return ANY if code in NO_ALLERGY_AT_ALL else said(concept, 100).lower()
        if system.endswith(_ABSENT_OR_UNKNOWN) and code.startswith("no-known-"):
            return ANY if code == "no-known-allergies" else said(concept, 100).lower()
    name = said(concept, 200).lower().strip()
    found = _NONE_KNOWN.fullmatch(name)
    if found is None or (found["of"] and "allerg" not in name):
        return None
    if name.rstrip(".") == "nkda":
        return "no known drug allergy"
    return name if found["of"] else ANY


def _all(concept: object) -> str:
    """Its text and its displays, in small letters."""
    shown: list[Resource] = objects(concept)
    parts = [words(one.get("text")) for one in shown] + [
        words(coding.get("display")) for one in shown for coding in objects(one.get("coding"))
    ]
    return " ".join(part for part in parts if part).lower()
