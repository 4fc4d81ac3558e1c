"""What changing an answer did, in one line."""

from typing import Any

import pytest

from tests.protocols.calls import LIBRARY
from tests.story import BEST_ANSWERS
from triage.changes import what_changed

FALL = LIBRARY.triage["fall-at-home"]


def changed(question: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    return what_changed(FALL, LIBRARY.house, question, {**BEST_ANSWERS, **before}, {**BEST_ANSWERS, **after})


@pytest.mark.parametrize(
    ("question", "before", "after", "line", "why"),
    [
        (
            "leg",
            {"leg": "no"},
            {"leg": "yes"},
            "was 2 DAYS, now 999 NOW",
            "a change for the worse is said with both urgencies",
        ),
        (
            "pain",
            {"pain": "none"},
            {"pain": "mild"},
            "Pain: none → mild; still 2 DAYS",
            "and so is none",
        ),
        (
            "pain",
            {"pain": "severe"},
            {},
            "Pain: severe → none; was CLINICIAN 20 MIN, now 2 DAYS",
            "and for the better",
        ),
        ("where", {}, {"where": "on_floor"}, "now applies: How long on the floor?", "a question comes"),
        (
            "where",
            {"where": "on_floor", "floor_time": 20},
            {"floor_time": 20},
            "no longer applies: How long on the floor?",
            "and a question goes",
        ),
        ("leg", {}, {"leg": "unknown"}, "no → not known", "not knowing is a change as well"),
    ],
)
def test_it_says_the_answer_the_urgency_and_what_comes_and_goes(
    question: str, before: dict[str, Any], after: dict[str, Any], line: str, why: str
) -> None:
    assert line in changed(question, before, after), why


def test_a_first_answer_and_the_same_answer_change_nothing() -> None:
    assert what_changed(FALL, LIBRARY.house, "breathing", {}, {"breathing": "no"}) == ""
    assert changed("leg", {}, {}) == ""
