"""Every file in protocols/ loads, its examples pass, and the ladders keep the defaults of the safety rules."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from protocols.__main__ import main
from protocols.schema import KINDS, SCHEMA_FOLDER
from tests.protocols.calls import LIBRARY

FOLDER = Path(__file__).parents[2] / "protocols"
HOUSE = LIBRARY.house


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda path: path.name)
def test_every_file_is_sound_and_its_examples_pass(path, capsys):
    assert main(["check", str(path)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("protocol", LIBRARY.triage.values(), ids=LIBRARY.triage)
def test_every_question_has_words_to_say_and_a_reason_and_every_flag_words_for_the_caller(protocol):
    for question in protocol.questions:
        assert question.say, question.id
        assert question.why, question.id
    for flag in protocol.red_flags:
        assert flag.words, flag.flag


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schemas_are_schemas(kind):
    Draft202012Validator.check_schema(json.loads((SCHEMA_FOLDER / f"{kind}.json").read_text()))


# priority, people at once, wait, then (minute, kind, role) of each later step, repeat; why
LADDERS = [
    (
        "one_hour",
        2,
        120,
        [
            (6, "alert", "coordinator"),
            (15, "alert", "coordinator"),
            (15, "alert", "manager"),
            (15, "call", "manager"),
            (30, "alert", "manager"),
            (30, "call", "manager"),
        ],
        15,
        "two at once, two minutes each: the hour is short",
    ),
    (
        "two_hours",
        1,
        240,
        [
            (6, "alert", "coordinator"),
            (15, "alert", "coordinator"),
            (15, "alert", "manager"),
            (15, "call", "manager"),
            (30, "alert", "manager"),
            (30, "call", "manager"),
        ],
        15,
        "one at a time, four minutes each",
    ),
    (
        "same_day",
        1,
        900,
        [(60, "alert", "coordinator"), (120, "alert", "coordinator"), (180, "alert", "manager")],
        60,
        "a quarter of an hour each; no telephone call in the night",
    ),
    (
        "two_days",
        1,
        7200,
        [(480, "alert", "coordinator"), (1440, "alert", "manager")],
        240,
        "two hours each, daytime",
    ),
]


@pytest.mark.parametrize(("priority", "at_once", "wait_s", "later", "every_min", "why"), LADDERS)
def test_the_ladders_keep_the_defaults(priority, at_once, wait_s, later, every_min, why):
    ladder = LIBRARY.escalation[priority]
    offer, *rest = ladder.steps
    assert (offer.kind, offer.at_s, offer.at_once, offer.wait_s) == ("offer", 0, at_once, wait_s), why
    assert [(step.at_s // 60, step.kind, step.role) for step in rest] == later, why
    assert rest[-1].then_every_s == every_min * 60
    assert ladder.nobody_eligible == "coordinator"


def test_every_priority_that_is_visited_has_a_ladder_that_fits_inside_its_target():
    assert set(LIBRARY.escalation) == set(HOUSE.visits)
    for priority, ladder in LIBRARY.escalation.items():
        assert ladder.steps[-1].at_s < (HOUSE.priority(priority).target_min or 0) * 60


def test_the_house_has_the_targets_and_labels_of_the_safety_rules():
    assert [(one.id, one.label, one.target_min) for one in HOUSE.priorities] == [
        ("emergency_999", "999 NOW", 5),
        ("clinician_20_min", "CLINICIAN 20 MIN", 20),
        ("one_hour", "1 HOUR", 60),
        ("two_hours", "2 HOURS", 120),
        ("same_day", "SAME DAY", 480),
        ("two_days", "2 DAYS", 2880),
        ("advice", "ADVICE", None),
    ]


def test_what_stands_in_an_sms_is_short_and_plain():
    assert HOUSE.needs["fall"] == "fall"
    for need in HOUSE.needs.values():
        assert len(need) <= 20
        assert need.isascii()


def test_every_life_threat_has_words_and_nobody_lists_a_clinician_for_offers():
    for sign in HOUSE.signs.values():
        assert sign.words or not sign.life_threat, sign.id
    assert not HOUSE.position("clinician").offered
    assert not HOUSE.position("falls_responder").stops_clock
