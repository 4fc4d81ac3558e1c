"""What all kinds of resources have in common as they are read: how they stand, when, from whom, in what words. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from hub.door_codes import cut
from records.fhir.answered import ReadFact
from records.fhir.shapes import Resource, code, first, moment, objects, said, things, words
from records.fhir.value_sets import as_code
from records.people.fact_model import Confidence, FactKind, Says

IN_ERROR = "entered-in-error"
OVER = frozenset(
    {
        "inactive",
        "resolved",
        "remission",
        "completed",
        "stopped",
        "cancelled",
        "revoked",
        "rejected",
        "superseded",
    }
)
UNSURE = frozenset(
    {
        "unconfirmed",
        "provisional",
        "differential",
        "draft",
        "proposed",
        "preliminary",
        "proposal",
        "in-progress",
        "on-hold",
        "intended",
        "unknown",
        "option",
    }
)
NOT_SO = frozenset({"refuted", "not-taken"})
_FORM = "QuestionnaireResponse"
_KIND_OF_CONCEPT = re.compile(
    r" \((disorder|finding|situation|procedure|substance|(medicinal )?product|clinical drug|observable entity)\)$"
)
_RESTRICTED = frozenset({"r", "v"})
_IN_CONFIDENCE = re.compile(
    r"safeguard|(?<!alcohol )(?<!drug )(?<!substance )(?<!laxative )abuse|\bmarac\b|child protection"
    r"|domestic violence|non-accidental injury|genital mutilation|\bfgm\b",
    re.IGNORECASE,
)
"""S18. [LOCAL]"""


@dataclass(frozen=True)
class Of:
    """What the reader of one kind is given: how it stands is worked out once for all of them."""

    one: Resource
    key: str
    status: str

    def fact(self, kind: FactKind, about: str, concept: Any = None, **more: Any) -> ReadFact:
        until, is_over = moment(more.pop("ended", None)), self.status in OVER
        dated, text = more.pop("dated", None), more.pop("words", "") or "; ".join(notes_of(self.one))
        given_until = f"given until {until:%d %b %Y}" if until and not is_over else ""
        found: dict[str, Any] = {
            "says": Says.absent if self.status in NOT_SO else Says.present,
            "confidence": Confidence.unsure if self.status in UNSURE else Confidence.reported,
            "code": as_code(concept),
            "dated": day(dated),
            "until": until.isoformat() if until and is_over else "",
            "over": is_over and until is None,
            "words": "; ".join(part for part in (text, given_until) if part),
            "author": _author(self.one),
            **{name: value for name, value in more.items() if value},
        }
        if kind is not FactKind.staff_safety and self.in_confidence:
            kind = FactKind.at_risk
        return fitted(ReadFact(self.key, kind.value, about, **found))

    @property
    def in_confidence(self) -> bool:
        """S18: its source restricts it, or it is of safeguarding: for staff, and shown to nobody outside."""
        names = [named(self.one.get(name)) for name in ("code", "category", "type", "scope")]
        names += [words(self.one.get(name)) for name in ("title", "description")]
        return is_restricted(self.one) or any(_IN_CONFIDENCE.search(name) for name in names)


_MOST: Mapping[str, int] = {
    "key": 200,
    "about": 120,
    "value": 120,
    "words": 1000,
    "code": 160,
    "author": 120,
    "full_text": 400,
}


def status_of(one: Resource) -> str:
    """What counts of its several states: in error before not so, before over, before unsure."""
    every = {
        code(one.get(name))
        for name in ("status", "clinicalStatus", "verificationStatus", "docStatus", "intent")
    }
    if one.get("active") is False:
        every.add("inactive")
    if code(one.get("taken")) == "n":  # as STU3 has it
        every.add("not-taken")
    if one.get("resourceType") == _FORM:
        every.discard("completed")  # filled in to its end: of a form this is how it comes to count
    for states in ({IN_ERROR}, NOT_SO, OVER, UNSURE):
        if held := sorted(every & set(states)):
            return held[0]
    return ""


def is_restricted(one: Resource) -> bool:
    return bool(_RESTRICTED & {code(label) for label in objects(first(one.get("meta")).get("security"))})


def day(value: Any) -> str:
    """The day of a date or an instant as its source has it; of a month or a year alone, its first."""
    text = words(value, 40)
    match = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if match is None:
        return ""
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).isoformat()
    except ValueError:
        return ""


def notes_of(one: Resource) -> list[str]:
    return [text for text in (words(note.get("text"), 400) for note in objects(one.get("note"))) if text][:5]


def _author(one: Resource) -> str:
    for name in (
        "author",
        "recorder",
        "asserter",
        "performer",
        "requester",
        "informationSource",
        "custodian",
    ):
        if name in one and (who := next((words(by.get("display"), 120) for by in objects(one[name])), "")):
            return who
    return ""


def fitted(fact: ReadFact) -> ReadFact:
    """Without codes of doors (S19), and no longer than our own columns."""
    held = asdict(fact)
    for name, most in _MOST.items():
        if isinstance(held[name], str):
            held[name] = (held[name] if name in ("key", "code") else cut(held[name]).words)[:most]
    return ReadFact(**held)


def named(concept: Any) -> str:
    """Without what kind of concept SNOMED says that it is."""
    return _KIND_OF_CONCEPT.sub("", said(concept, 120)).strip()


def name_of(one: Resource) -> str:
    """The name in use: usual before official, before any that is not old."""
    order = {"usual": 0, "official": 1, "": 2}
    found = sorted(
        (each for each in objects(one.get("name")) if code(each.get("use")) != "old"),
        key=lambda each: order.get(code(each.get("use")), 3),
    )
    for each in found:
        whole = " ".join(
            [*(words(part, 80) for part in things(each.get("given"))), words(each.get("family"), 80)]
        )
        if name := " ".join(whole.split()) or words(each.get("text"), 200):
            return name[:200]
    return ""
