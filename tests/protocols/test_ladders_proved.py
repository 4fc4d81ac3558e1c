"""Whatever does not answer, a human knows by minute N: planted faults of ladders, and what is told of our four."""

import pytest

from protocols.loader import ProtocolError, parse_escalation
from protocols.proof.ladders import per_hour, prove_ladder, who_knows
from tests.protocols.calls import LIBRARY
from tests.protocols.sound import edited

HOUSE = LIBRARY.house
LADDER = """\
escalation: small
version: 1.0.0
status: draft
title: Nobody has accepted a two-hour position yet
serves: [two_hours]
steps:
  - {offer: {at_once: 2, wait: 4 min}}
  - {at: 6 min, alert: {role: coordinator}}
  - {at: 15 min, alert: {role: manager}}
  - {at: 30 min, call: {role: manager}, then_every: 15 min}
nobody_eligible: {alert: coordinator}
"""
FIRST, SECOND = "{at: 6 min, alert: {role: coordinator}}", "{at: 15 min, alert: {role: manager}}"


def found(*edits):
    ladder = parse_escalation(edited(LADDER, *edits), "small.yaml", HOUSE)
    return {(one.obligation, one.about) for one in prove_ladder(ladder, HOUSE) if one.fails}


def test_the_small_ladder_is_sound():
    assert found() == set()


@pytest.mark.parametrize(
    ("obligation", "edits"),
    [
        (
            "knows",
            (
                (FIRST, "{at: 61 min, alert: {role: coordinator}}"),
                ("15 min, a", "62 min, a"),
                ("at: 30", "at: 63"),
            ),
        ),
        (
            "knows",
            (
                ("[two_hours]", "[two_hours, one_hour]"),
                ("at: 6 ", "at: 31 "),
                ("at: 15", "at: 32"),
                ("at: 30", "at: 33"),
            ),
        ),
        ("unreachable", ((SECOND, "{at: 15 min, hand_over: {to: manager}}"),)),
        ("unreachable", ((SECOND, f"{SECOND}\n  - {SECOND}"),)),
        ("noise", (("at_once: 2, wait: 4 min", "at_once: 10, wait: 5 min"),)),
        ("noise", (("at_once: 2, wait: 4 min", "at_once: 2, wait: 60 s"),)),
        ("noise", (("then_every: 15 min", "then_every: 4 min"),)),
    ],
)
def test_a_planted_fault_of_a_ladder_is_found_by_its_obligation(obligation, edits):
    assert found(*edits) == {(obligation, "small")}


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (((", then_every: 15 min", ""),), "ends in silence"),
        (((", call: {role: manager}, then_every: 15 min", ", hand_over: {to: manager}"),), "ends in silence"),
        ((("  - {at: 30 min, call: {role: manager}, then_every: 15 min}\n", ""),), "ends in silence"),
        ((("at: 30 min", "at: 120 min"),), "not inside the target"),
        ((("at: 30 min", "at: 14 min"),), "order of time"),
        ((("nobody_eligible: {alert: coordinator}\n", ""),), "nobody_eligible"),
    ],
)
def test_silence_and_a_clock_that_has_run_out_are_refused_by_shape(edits, words):
    with pytest.raises(ProtocolError, match=words):
        parse_escalation(edited(LADDER, *edits), "small.yaml", HOUSE)


def test_what_an_hour_without_any_answer_sends():
    assert per_hour(parse_escalation(LADDER, "small.yaml", HOUSE)) == (2 * 15 + 2, 4)


# Who is told, at which minute, how, and how often from then on (minutes).
TOLD = {
    "one_hour": [
        ("coordinator", 6, ("board", "text"), None),
        ("coordinator", 15, ("board", "text"), None),
        ("manager", 15, ("board", "text", "voice"), None),
        ("manager", 30, ("board", "text", "voice"), 15),
    ],
    "same_day": [
        ("coordinator", 60, ("board", "text"), None),
        ("coordinator", 120, ("board", "text"), None),
        ("manager", 180, ("board", "text"), 60),
    ],
    "two_days": [
        ("coordinator", 480, ("board", "text"), None),
        ("manager", 1440, ("board", "text"), 240),
    ],
}
TOLD["two_hours"] = TOLD["one_hour"]


@pytest.mark.parametrize("priority", LIBRARY.escalation)
def test_who_knows_by_which_minute_on_each_of_our_ladders(priority):
    ladder = LIBRARY.escalation[priority]
    assert [(one.role, one.minute, one.ways, one.again_min) for one in who_knows(ladder)] == TOLD[priority]
    assert prove_ladder(ladder, HOUSE) == ()
