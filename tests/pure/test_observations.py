"""The observation pad: it follows from the score; what cannot be true is kept and counts as the worst (S7)."""

from typing import Any

from protocols.engine import assess
from protocols.model import UNKNOWN
from tests.protocols.calls import LIBRARY
from triage.answer_words import said_as
from triage.observations import Pad, observations, pad_of, said_of

OLDER, FALL = LIBRARY.triage["unwell-older-adult"], LIBRARY.triage["fall-at-home"]
ASKED = ("resp", "spo2_scale", "spo2", "oxygen", "systolic", "pulse", "consciousness", "temp")
TAKEN = {
    "resp": 24,
    "spo2_scale": "scale_1",
    "spo2": 92,
    "oxygen": "oxygen",
    "systolic": 95,
    "pulse": 115,
    "consciousness": "alert",
}


def pad_at(question: str, answers: dict[str, Any]) -> Pad | None:
    verdict = assess(OLDER, LIBRARY.house, answers)
    return pad_of(OLDER, OLDER.by_id[question], answers, verdict.scores)


def test_the_pad_follows_from_the_score_in_the_order_of_the_protocol() -> None:
    assert observations(OLDER) == ASKED
    assert observations(FALL) == (), "a protocol without NEWS2 has no pad"
    pad = pad_at("resp", {})
    assert pad is not None
    assert [line.id for line in pad.lines] == list(ASKED)
    assert (pad.lines[0].low, pad.lines[0].high) == LIBRARY.house.plausible["resp"]
    assert [word for word, _ in pad.lines[3].choices] == ["air", "oxygen"]
    assert pad_at("fell", {}) is None, "other questions stand alone"


def test_what_was_given_stands_on_the_pad_and_can_be_changed_there() -> None:
    pad = pad_at("temp", {"resp": 24, "spo2": UNKNOWN})
    assert pad is not None
    assert {line.id: line.given for line in pad.lines if line.given} == {"resp": "24", "spo2": "u"}
    assert pad.first == "temp"


def test_the_score_is_an_interval_that_says_what_is_missing() -> None:
    def said(answers: dict[str, Any]) -> str:
        return said_of(assess(OLDER, LIBRARY.house, answers).scores, answers)

    assert said({}) == "", "nothing is said before anything was taken"
    assert said({**TAKEN, "temp": UNKNOWN}) == "NEWS2 10 to 13, temperature not known"
    assert said({**TAKEN, "temp": 38.5}) == "NEWS2 11"


def test_a_number_that_cannot_be_true_says_that_it_counts_as_the_worst() -> None:
    pulse = OLDER.by_id["pulse"]
    assert said_as(pulse, 90) == "90 /min"
    assert said_as(pulse, 412) == "412 /min, cannot be true: counts as the worst"
