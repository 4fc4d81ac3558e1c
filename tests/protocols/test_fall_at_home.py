"""The fall protocol as a clinician reads it: what was said, what must come of it, and why."""

import pytest

from protocols.examples import run_examples
from protocols.model import UNKNOWN
from tests.protocols.calls import LIBRARY, comes_to, played

FALL = LIBRARY.triage["fall-at-home"]

NURSE_1H, LIFT_1H = ("nurse", "one_hour"), ("falls_responder", "one_hour")
CALL_BACK, NURSE_2H = ("clinician", "clinician_20_min"), ("nurse", "two_hours")
FLOOR = {"where": "on_floor"}
HEAD = {"hit_head": "yes"}

# what was said (the rest mildest), record, priority, positions, why
TABLE = [
    ({}, {}, "two_days", [("therapist", "two_days")], "no harm; a therapist looks at why it happened"),
    ({"breathing": "no"}, {}, "emergency_999", [], "not breathing normally: compressions, 999"),
    ({"breathing": UNKNOWN}, {}, "emergency_999", [], "S7: unknown breathing is no breathing"),
    ({"rousable": "drowsy"}, {}, "emergency_999", [], "drowsy is hard to rouse"),
    ({"rousable": "cannot_wake"}, {}, "emergency_999", [], "cannot be woken"),
    ({"rousable": UNKNOWN}, {}, "emergency_999", [], "S7"),
    ({"bleeding": "yes"}, {}, "emergency_999", [], "bleeding that will not stop"),
    ({"stroke": "yes"}, {}, "emergency_999", [], "stroke signs"),
    ({"chest_pain": UNKNOWN}, {}, "emergency_999", [], "S7: a life threat has no exception"),
    ({"self_harm": "yes"}, {}, "emergency_999", [], "S12: a first-question red flag"),
    ({"new_neck_back": "yes"}, {}, "emergency_999", [], "iSTUMBLE: trauma to neck or back, do not move"),
    ({"leg": "yes"}, {}, "emergency_999", [], "possible hip fracture"),
    ({"blackout": "yes"}, {}, "clinician_20_min", [CALL_BACK], "iSTUMBLE: suspected collapse"),
    ({"blackout": UNKNOWN}, {}, "clinician_20_min", [CALL_BACK], "nobody saw it: a clinician asks"),
    (HEAD, {}, "two_hours", [NURSE_2H], "a knock, no thinner, no signs: seen within two hours"),
    (
        {**HEAD, "thinners": "yes"},
        {},
        "emergency_999",
        [CALL_BACK, NURSE_2H],
        "blood thinner and head injury",
    ),
    ({**HEAD, "thinners": UNKNOWN}, {}, "clinician_20_min", [CALL_BACK, NURSE_2H], "the signed exception"),
    (
        {**HEAD, "thinners": "no"},
        {"thinners": "yes"},
        "emergency_999",
        [CALL_BACK, NURSE_2H],
        "S8: the record is worse than the answer",
    ),
    (
        {**HEAD, "thinners": "yes"},
        {"thinners": "no"},
        "emergency_999",
        [CALL_BACK, NURSE_2H],
        "S8: never lowers",
    ),
    ({}, {"thinners": "yes"}, "two_days", [("therapist", "two_days")], "a thinner alone, no head injury"),
    ({**HEAD, "head_signs": "yes"}, {}, "emergency_999", [NURSE_2H], "vomiting after a head injury"),
    ({**HEAD, "head_signs": UNKNOWN}, {}, "emergency_999", [NURSE_2H], "S7: no exception for head signs"),
    ({"hit_head": UNKNOWN}, {}, "two_hours", [NURSE_2H], "may have: thinner and signs asked, both no"),
    ({**FLOOR, "floor_time": 0}, {}, "one_hour", [NURSE_1H, LIFT_1H], "still on the floor"),
    ({**FLOOR, "floor_time": 59}, {}, "one_hour", [NURSE_1H, LIFT_1H], "one minute below a long lie"),
    (
        {**FLOOR, "floor_time": 60},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "a long lie adds a call-back",
    ),
    (
        {**FLOOR, "floor_time": 719},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "one minute below twelve hours",
    ),
    (
        {**FLOOR, "floor_time": 720},
        {},
        "emergency_999",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "999 from twelve hours",
    ),
    (
        {**FLOOR, "floor_time": UNKNOWN},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "the signed exception",
    ),
    (
        {**FLOOR, "floor_time": 120, "floor_harm": "yes"},
        {},
        "emergency_999",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "cold or crushed muscle cannot wait for the lift, long before twelve hours",
    ),
    (
        {**FLOOR, "floor_time": 120, "floor_harm": UNKNOWN},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "the signed exception: nobody could look, and a clinician asks again",
    ),
    (
        {**FLOOR, "floor_time": UNKNOWN, "floor_harm": "yes"},
        {},
        "emergency_999",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "however long it was, the harm is seen",
    ),
    (
        {"hit_head": UNKNOWN, "thinners": "yes"},
        {},
        "emergency_999",
        [CALL_BACK, NURSE_2H],
        "S7: nobody saw the fall, and a thinner: a bleed cannot be ruled out",
    ),
    (
        {**FLOOR, "floor_time": 20, "blackout": "yes"},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H, LIFT_1H],
        "iSTUMBLE: a collapse, or not themselves since: a clinician before anybody lifts",
    ),
    (
        {**FLOOR, "floor_time": 20, "limb": "yes"},
        {},
        "one_hour",
        [NURSE_1H, LIFT_1H],
        "a broken wrist on the floor: the nurse comes with the lift",
    ),
    ({"where": UNKNOWN}, {}, "one_hour", [NURSE_1H, LIFT_1H], "may lie there still; floor time asked: none"),
    ({"pain": "severe"}, {}, "clinician_20_min", [CALL_BACK, NURSE_2H], "iSTUMBLE: intense pain"),
    ({"pain": "moderate"}, {}, "two_hours", [NURSE_2H], "moderate pain is seen"),
    ({"pain": "mild"}, {}, "two_days", [("therapist", "two_days")], "mild pain alone"),
    ({"limb": "yes"}, {}, "two_hours", [NURSE_2H], "an arm that looks broken, walking: seen, not 999"),
    ({"mobility": "worse"}, {}, "two_hours", [NURSE_2H], "reduced mobility is one of the nine conditions"),
    (
        {"limb": UNKNOWN, "mobility": UNKNOWN, "hit_head": UNKNOWN},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_2H],
        "S7: three unknowns add a clinician and replace nothing",
    ),
]


@pytest.mark.parametrize(
    ("said", "record", "priority", "positions", "why"), TABLE, ids=[row[4] for row in TABLE]
)
def test_what_comes_of_a_fall(said, record, priority, positions, why):
    comes_to(played(FALL, {"adult": "yes", **said}, record), priority, positions, why)


def test_a_child_is_refused_and_still_heard():
    verdict = played(FALL, {"adult": "no", "bleeding": "yes"}, refused=True)
    assert verdict.refusal == "999 or NHS 111, children's line"
    assert verdict.priority == "emergency_999"
    assert verdict.flags[0].words[1].startswith("Press hard")


def test_only_care_stops_the_clock_not_a_lifting_volunteer_nor_a_call_back():
    verdict = played(FALL, {"adult": "yes", **FLOOR, "floor_time": 90})
    stops = {one.kind: (one.stops_clock, one.offered) for one in verdict.positions}
    assert stops == {"nurse": (True, True), "falls_responder": (False, True), "clinician": (False, False)}


def test_its_own_examples_hold_and_there_are_enough_of_them():
    assert len(FALL.examples) >= 12
    assert run_examples(FALL, LIBRARY.house, "fall-at-home.yaml") == ()


def test_every_life_threat_is_asked_before_whom_it_is_for():
    first = [question.id for question in FALL.questions].index("adult")
    asked = {leaf.question for leaf in (flag.condition for flag in FALL.red_flags if flag.life_threat)}
    assert asked == {question.id for question in FALL.questions[:first]}
