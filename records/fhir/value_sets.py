"""The codes and words of other systems that this hub understands, and what it calls them. Pure.

What is not here is kept under its own words and code, and answers no question: absent from this table is unknown (S8).
The words only ever make somebody more urgent, so a medicine that is written without its code counts by its name.
"""

import re
from collections.abc import Mapping

from records.fhir.shapes import Resource, objects, said, words
from records.people.fact_model import ANY

SNOMED = "http://snomed.info/sct"

NONE_KNOWN = frozenset({"716186003", "409137002", "428607008", "429625007"})
"""No known allergy; of a drug, the environment, food. A statement of one kind alone says nothing of the others."""
NO_ALLERGY_AT_ALL = "716186003"

CODES: Mapping[str, str] = {
    "48603004": "blood thinner",  # warfarin
    "372756006": "blood thinner",
    "703907006": "blood thinner",  # apixaban 2.5 mg, 5 mg
    "703908001": "blood thinner",
    "73211009": "diabetes",
    "46635009": "diabetes",
    "44054006": "diabetes",
    "363346000": "cancer",
    "64779008": "bleeding disorder",
    "52448006": "dementia",
    "90708001": "kidney disease",
    "84114007": "heart failure",
    "13645005": "COPD",
    "230690007": "stroke",
    "90099008": "spinal cord injury",
    "763264000": "rockwood",
    "1104051000000101": "NEWS2",
    "925791000000100": "frailty index",
    "925831000000107": "frailty index",
    "925861000000102": "frailty index",
    "450476008": "do not attempt resuscitation",
    "450475007": "attempt resuscitation",
    "1382601000000107": "ReSPECT",
    "735324008": "treatment escalation plan",
    "736373009": "end of life",
    "861421000000109": "end of life",
    "325691000000100": "emergency plan",
    "887701000000100": "emergency plan",
}
"""SNOMED CT, by its number alone: it is the same in every release."""
VALUES: Mapping[str, str] = {
    "925791000000100": "mild",
    "925831000000107": "moderate",
    "925861000000102": "severe",
}
OBSERVED = ("763264000", "1104051000000101")
"""The observations that are asked for."""

_MEDICINES = {
    "blood thinner": "warfarin apixaban rivaroxaban edoxaban dabigatran clopidogrel prasugrel ticagrelor dipyridamole "
    "acenocoumarol phenindione heparin enoxaparin dalteparin tinzaparin fondaparinux anticoagulant",
    "diabetes medicine": "insulin metformin gliclazide glimepiride glipizide empagliflozin dapagliflozin canagliflozin "
    "sitagliptin linagliptin pioglitazone liraglutide semaglutide dulaglutide novorapid lantus humalog levemir",
    "chemotherapy": "chemotherapy capecitabine cisplatin carboplatin oxaliplatin docetaxel paclitaxel fluorouracil "
    "cyclophosphamide gemcitabine doxorubicin vincristine",
    "steroid": "prednisolone dexamethasone hydrocortisone methylprednisolone",
    "opioid": "morphine oxycodone fentanyl buprenorphine methadone oramorph zomorph",
}
_CONDITIONS = (
    ("spinal cord injury", r"spinal cord (injury|lesion|transection)|tetraplegi|quadriplegi|paraplegi"),
    ("bleeding disorder", r"haemophilia|hemophilia|von willebrand|thrombocytopeni|bleeding disorder"),
    ("chemotherapy", r"chemotherapy"),
    ("end of life", r"end of life|terminal(ly)? ill|palliative|last days"),
    ("cancer", r"\bcancer\b|carcinoma|malignan|lymphoma|leukaemia|leukemia|melanoma|myeloma|sarcoma"),
    ("diabetes", r"diabetes mellitus|type [12] diabetes|\bdiabetes\b(?! insipidus)"),
    ("dementia", r"dementia|alzheimer"),
    ("two to move them", r"two people|two to move|2 people to|hoist"),
)
_BY_CONDITION = tuple((about, re.compile(pattern, re.IGNORECASE)) for about, pattern in _CONDITIONS)
_BY_MEDICINE = {name: about for about, names in _MEDICINES.items() for name in names.split()}
_PLANS = (
    ("ReSPECT", re.compile(r"respect\b|recommended summary plan", re.IGNORECASE)),
    (
        "do not attempt resuscitation",
        re.compile(r"dnacpr|dnar\b|not for attempted|do not (attempt )?resus", re.IGNORECASE),
    ),
)


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
    name = _all(concept)
    return by_code or next((about for about, pattern in _BY_CONDITION if pattern.search(name)), "")


def plan(concept: object) -> str:
    by_code, _ = understood(concept)
    name = _all(concept)
    return by_code or next((about for about, pattern in _PLANS if pattern.search(name)), "")


def none_known(concept: object) -> str | None:
    """What there is none of: any allergy at all, or the kind that was asked about; None where it says no such thing."""
    for system, code in codes_of(concept):
        if system == SNOMED and code in NONE_KNOWN:
            return ANY if code == NO_ALLERGY_AT_ALL else said(concept, 100).lower()
    name = _all(concept)
    if re.fullmatch(r"(no known (drug )?allerg(y|ies)|nkda|nka)", name.strip()):
        return ANY if "drug" not in name and name.strip() != "nkda" else "no known drug allergy"
    return None


def _all(concept: object) -> str:
    """Its text and its displays, in small letters."""
    shown: list[Resource] = objects(concept)
    parts = [words(one.get("text")) for one in shown] + [
        words(coding.get("display")) for one in shown for coding in objects(one.get("coding"))
    ]
    return " ".join(part for part in parts if part).lower()
