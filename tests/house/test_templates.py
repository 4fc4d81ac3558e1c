"""Every message that the hub writes is on one list, and none can carry a confidential field (S24)."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from dispatch import gsm, texts, two_together, visits
from dispatch.by_hand import GSM
from dispatch.templates import NOT_MESSAGES, OVER_ONE_PART, TEMPLATES, Kind, Template, longest, sample
from protocols.loader import load_library

LIBRARY = load_library(Path(__file__).resolve().parents[2] / "protocols", draft=True)
BY_NAME = {template.name: template for template in TEMPLATES}
CONFIDENTIAL = ("name", "person", "address", "postcode", "nhs", "born", "phone", "words", "body", "access")
"""What no kind may be, and no parameter may be called."""


def written() -> dict[str, Any]:
    """Every function of `texts` that makes a message."""
    found = inspect.getmembers(texts, inspect.isfunction)
    return {name: act for name, act in found if act.__module__ == texts.__name__ and name not in NOT_MESSAGES}


def test_every_message_is_on_the_list() -> None:
    assert set(BY_NAME) == set(written())
    assert len(BY_NAME) == len(TEMPLATES)


@pytest.mark.parametrize("name", sorted(written()))
def test_each_parameter_is_of_a_kind_that_is_not_confidential(name: str) -> None:
    """S24: the kinds are a closed list; words of our own come from a list of their own."""
    template = BY_NAME[name]
    parameters = list(inspect.signature(written()[name]).parameters)
    assert set(parameters) == set(template.kinds)
    assert {one for one, kind in template.kinds.items() if kind is Kind.ours} == set(template.ours)
    assert not [one for one in parameters if any(word in one.split("_") for word in CONFIDENTIAL)]


def test_no_kind_is_confidential() -> None:
    said = {word for kind in Kind for word in kind.name.split("_")}
    assert not said & set(CONFIDENTIAL)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_at_its_longest_it_is_gsm_7_and_fits(template: Template) -> None:
    for words in (longest(template, LIBRARY), sample(template, LIBRARY)):
        assert GSM.match(words), words
        if not template.voice:
            assert gsm.parts(words) == 1 or template.name in OVER_ONE_PART, f"{gsm.length(words)}: {words}"


def test_what_is_said_to_be_long_is_long() -> None:
    assert {name for name in OVER_ONE_PART if gsm.parts(longest(BY_NAME[name], LIBRARY)) == 1} == set()


def test_the_questions_of_a_nudge_are_those_that_are_asked() -> None:
    asked = {question for _, question in visits.OVERDUE.values()} | {
        two_together.FOUND,
        two_together.FOUND_ON_THE_WAY,
        two_together.GIVEN_BACK,
        two_together.ALONE_INSIDE,
        two_together.NOT_ALONE,
    }
    assert set(BY_NAME["nudge"].ours["question"]) == asked


@pytest.mark.parametrize(
    ("words", "signs", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 307, 307, 3),
    ],
)
def test_length_and_parts(words: str, signs: int, parts: int) -> None:
    """160 in one, 153 in each of several; a sign of the extension table counts twice."""
    assert (gsm.length(words), gsm.parts(words)) == (signs, parts)
