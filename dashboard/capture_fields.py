"""The fields that a call is typed into: their order, their names, and the key that leads to each."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from hub.door_codes import MARK
from triage.capture import Shown
from triage.model import CaptureField

LABELS: dict[CaptureField, tuple[str, str, str]] = {
    CaptureField.number: ("Number", "h", "tel"),
    CaptureField.address: ("Where are they now?", "l", "text"),
    CaptureField.postcode: ("Postcode", "p", "place"),
    CaptureField.need: ("Need", "d", "list"),
    CaptureField.need_words: ("What is wrong", "w", "text"),
    CaptureField.talk_words: ("How to talk with them", "t", "text"),
    CaptureField.caller_name: ("Caller", "c", "text"),
    CaptureField.caller_relation: ("Caller is their", "r", "text"),
    CaptureField.person_name: ("Person", "m", "text"),
    CaptureField.born: ("Born", "b", "text"),
    CaptureField.nhs_number: ("NHS number", "i", "text"),
    CaptureField.access_words: ("How to get in", "k", "text"),
    CaptureField.home_address: ("Home, if elsewhere", "o", "text"),
    CaptureField.dependants: ("Depends on them", "e", "said"),
    CaptureField.dependants_words: ("Who", "f", "text"),
    CaptureField.animals: ("Animals", "a", "said"),
    CaptureField.animals_words: ("Which", "n", "text"),
}
"""In the order of S6: number and place, what it is, how to talk with them, then who. Label, second key, kind."""
MISSING = "not known yet"
HINTS = {
    CaptureField.address: "where they are just now, at home or not",
    CaptureField.home_address: "only if it is another",
    CaptureField.need_words: "not known yet; in their words",
    CaptureField.talk_words: "not known yet: language, interpreter, hearing",
    CaptureField.born: "day, month, year",
    CaptureField.access_words: "not known yet; a key-safe code is kept apart",
    CaptureField.dependants_words: "and who looks after them?",
    CaptureField.animals_words: "and who looks after them?",
}
"""What an empty field says in quiet type; nothing that could be read as a value."""


def fields(shown: Mapping[CaptureField, Shown], heads: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each field with what stands in it, as the page draws it, and which entry that is."""
    return [
        {
            "id": field.value,
            "label": label,
            "key": key,
            "kind": kind,
            "hint": HINTS.get(field, MISSING),
            "apart": MARK in shown[field].value,
            "entry": heads.get(field, ""),
            **dataclasses.asdict(shown[field]),
        }
        for field, (label, key, kind) in LABELS.items()
    ]
