"""The names by which what is exchanged is known elsewhere: addresses, code systems, and the head of a definition."""

from collections.abc import Mapping
from typing import Any, Final

from protocols.model import UNKNOWN, Answer, House, Question, TriageProtocol

Resource = dict[str, Any]

BASE: Final = "https://first-point.example/fhir"
"""Where a place has no address of its own to name its protocols by. It names, and need not answer."""
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
CORE: Final = "http://hl7.org/fhir/StructureDefinition"
UCUM: Final = "http://unitsofmeasure.org"
FHIRPATH: Final = "text/fhirpath"
NOT_KNOWN: Final = "asked-unknown"
# FHIR has no word for "in review": until it is approved it is a draft to everybody else.
STATUS: Final = {"draft": "draft", "in_review": "draft", "approved": "active", "retired": "retired"}
_YES_NO: Final = {"yes": ("Y", "Yes"), "no": ("N", "No")}
_UCUM_CODES: Final = {
    "min": "min",
    "h": "h",
    "days": "d",
    "weeks": "wk",
    "months": "mo",
    "years": "a",
    "%": "%",
    "/min": "/min",
    "mmHg": "mm[Hg]",
    "°C": "Cel",
    "mmol/L": "mmol/L",
    "mmol/l": "mmol/L",
    "mL": "mL",
    "ml": "mL",
    "kg": "kg",
}


def present(**fields: Any) -> Resource:
    """The fields that say something: FHIR forbids what is there and empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def base_of(public_url: str) -> str:
    """Where the addresses of a place's definitions begin: its own address, if it has one."""
    return f"{public_url.rstrip('/')}/fhir" if public_url else BASE


def canonical(base: str, kind: str, name: str) -> str:
    return f"{base}/{kind}/{name}"


def head(protocol: TriageProtocol, base: str, kind: str, part: str = "") -> Resource:
    """What each definition begins with. `part` names one of several of a kind; a protocol has one of the others."""
    name = f"{protocol.protocol}-{part}" if part else protocol.protocol
    return present(
        resourceType=kind,
        url=canonical(base, kind, name),
        identifier=[{"system": f"{base}/sha256", "value": protocol.sha256}],
        version=protocol.version,
        name="".join(word.capitalize() for word in name.replace("_", "-").split("-")),
        title=protocol.title,
        status=STATUS[protocol.status],
        effectivePeriod={"end": protocol.review_by},
    )


def with_version(protocol: TriageProtocol, base: str, kind: str, part: str = "") -> str:
    """The address of a definition of exactly this version."""
    started = head(protocol, base, kind, part)
    return f"{started['url']}|{started['version']}"


def unit(question: Question) -> Resource | None:
    """The unit of a number; one that UCUM does not count stands in its own words."""
    if question.unit is None:
        return None
    code = _UCUM_CODES.get(question.unit)
    return {"system": UCUM, "code": code, "display": question.unit} if code else {"display": question.unit}


def code_of(question: Question, answer: str) -> str:
    """The code by which an answer of a yes/no or choice question is known."""
    return _YES_NO[answer][0] if question.kind == "yes_no" else answer


def coding(question: Question, answer: str, base: str) -> Resource:
    """An answer as a published code if there is one; the other answers are the question's own."""
    if answer == UNKNOWN:
        return {
            "system": f"{TERMINOLOGY}/data-absent-reason",
            "code": NOT_KNOWN,
            "display": "Asked But Unknown",
        }
    if question.kind == "yes_no":
        code, display = _YES_NO[answer]
        return {"system": f"{TERMINOLOGY}/v2-0136", "code": code, "display": display}
    title = question.title_of(answer)
    return {"system": f"{base}/CodeSystem/{question.id}", "code": answer, "display": title}


def value(question: Question, answer: Answer, base: str) -> Resource:
    """An answer as the `value[x]` of a response."""
    if isinstance(answer, str):
        return {"valueCoding": coding(question, answer, base)}
    return {"valueDecimal": answer}


def group_id(question: Question) -> str:
    """A number, and that it is not known, stand together in one group."""
    return f"{question.id}.group"


def unknown_id(question: Question) -> str:
    """The item in which a number is said not to be known: a number has no room for a code."""
    return f"{question.id}.unknown"


def priority_concept(house: House, priority: str, base: str) -> Resource:
    found = house.priority(priority)
    code = {"system": f"{base}/CodeSystem/priority", "code": found.id, "display": found.label}
    return {"coding": [code], "text": found.title}


def request_priority(house: House, priority: str) -> str:
    """FHIR has four words: `stat` is 999, `asap` a clinician's word, `urgent` a visit within four hours."""
    found = house.priority(priority)
    if found.rank == 0:
        return "stat"
    if found.rank <= house.rank[house.clinician]:
        return "asap"
    return "urgent" if found.target_min is not None and found.target_min <= 240 else "routine"


def extension(name: str, **valued: Any) -> Resource:
    """One of FHIR's own extensions, by the last part of its address."""
    return {"url": f"{CORE}/{name}", **valued}


def expression(text: str, said: str) -> Mapping[str, Any]:
    return {"language": FHIRPATH, "expression": text, "description": said}
