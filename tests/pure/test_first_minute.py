"""S6: which answers of the first minute are dangerous, what is carried into a protocol, and what the house must say."""

from pathlib import Path

import pytest

from protocols.first_minute import UNKNOWN, dangers, next_question
from protocols.loader import ProtocolError, load_house, parse_house

FILE = Path(__file__).parents[2] / "protocols" / "house.yaml"
TEXT = FILE.read_text()
HOUSE = load_house(FILE)
SAFE = {"breathing": "yes", "rousable": "yes", "self_harm": "no"}


@pytest.mark.parametrize(
    ("answers", "titles", "why"),
    [
        ({}, [], "nothing has been asked yet: the screen asks, it does not alarm"),
        (SAFE, [], "all is well so far"),
        ({"breathing": "no"}, ["breathing"], "not breathing normally"),
        ({"breathing": UNKNOWN}, ["breathing"], "S7: breathing that nobody can see counts as none"),
        ({"rousable": "no"}, ["rousable"], "drowsy, muddled or not waking"),
        ({"rousable": UNKNOWN}, ["rousable"], "S7: nobody knows whether they wake"),
        ({"self_harm": "yes"}, ["self_harm"], "S12: a first-question red flag"),
        ({"self_harm": UNKNOWN}, [], "signed by the house: the protocol asks it again"),
        (
            {"breathing": UNKNOWN, "self_harm": "yes"},
            ["self_harm", "breathing"],
            "what is certain stands first",
        ),
    ],
)
def test_what_takes_over_in_the_first_minute(answers: dict[str, str], titles: list[str], why: str) -> None:
    found = dangers(HOUSE.first_minute, answers)
    assert [question.id for question, _ in found] == titles, why
    assert [certain for _, certain in found] == [answers[name] != UNKNOWN for name in titles]


def test_number_and_place_then_breathing_awake_and_self_harm() -> None:
    """S6: the first minute has an order."""
    assert [question.id for question in HOUSE.first_minute] == ["breathing", "rousable", "self_harm"]
    answers: dict[str, str] = {}
    for name, answer in SAFE.items():
        question = next_question(HOUSE.first_minute, answers)
        assert question is not None
        assert question.id == name
        answers[name] = answer
    assert next_question(HOUSE.first_minute, answers) is None


def test_each_has_words_to_say_and_each_danger_words_for_the_caller() -> None:
    for question in HOUSE.first_minute:
        assert question.say
        assert question.why
        assert HOUSE.signs[question.sign].words
        assert HOUSE.signs[question.sign].floor == "emergency_999"


@pytest.mark.parametrize(
    ("name", "answer", "becomes", "why"),
    [
        ("breathing", "yes", "yes", "the same words there"),
        ("breathing", UNKNOWN, UNKNOWN, "a danger is carried as it is"),
        ("rousable", "yes", "awake", "the protocols say how awake"),
        ("rousable", "no", "drowsy", "at least drowsy: 999 there as here"),
        ("self_harm", "no", "no", "asked once"),
        ("self_harm", UNKNOWN, None, "not known here is asked again there"),
    ],
)
def test_what_is_carried_into_a_protocol(name: str, answer: str, becomes: str | None, why: str) -> None:
    question = next(one for one in HOUSE.first_minute if one.id == name)
    assert question.carried(answer) == becomes, why


def test_a_house_without_a_first_minute_still_loads() -> None:
    start, end = TEXT.index("first_minute:"), TEXT.index("order:")
    assert parse_house(TEXT[:start] + TEXT[end:], "house.yaml").first_minute == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    unknown_because: the protocol asks it again, in words of its own\n", "", "unknown_because"),
        ("sign: self_harm\n    same", "sign: self_harms\n    same", 'did you mean "self_harm"?'),
        ("sign: self_harm\n    same", "sign: long_lie\n    same", "must have the floor emergency_999"),
        ("carries: {yes: awake, no: drowsy}", "carries: {yes: awake}", 'no becomes "no"'),
        ("carries: {yes: awake, no: drowsy}", "carries: {yes: awak, no: drowsy}", 'did you mean "awake"?'),
        ("danger: [yes]", "danger: [yes, no]", "one answer must be safe"),
        ("danger: [yes]", "danger: [maybe]", '"maybe" is not'),
        (
            "same_as: [harm]",
            "same_as: [harm]\n  - {id: harm, ask: a, say: b, danger: [yes, unknown], sign: self_harm}",
            "asked twice",
        ),
    ],
)
def test_a_broken_first_minute_is_refused_with_its_line(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(ProtocolError) as caught:
        parse_house(TEXT.replace(old, new, 1), "house.yaml")
    (fault,) = caught.value.faults
    assert words in fault.message
    assert fault.line > TEXT[: TEXT.index("first_minute:")].count("\n")
