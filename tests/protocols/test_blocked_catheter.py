"""The catheter protocol as a clinician reads it: what was said, what must come of it, and why."""

import pytest

from protocols.examples import run_examples
from protocols.model import UNKNOWN
from tests.protocols.calls import LIBRARY, comes_to, played

CATHETER = LIBRARY.triage["blocked-catheter"]

CALL_BACK = ("clinician", "clinician_20_min")
NURSE_1H, NURSE_2H, NURSE_TODAY = ("nurse", "one_hour"), ("nurse", "two_hours"), ("nurse", "same_day")
DRY = {"drains": "nothing", "dry_for": 3}
CORD = {"cord_injury": "yes"}
ILL = {"infection": "yes"}

# what was said (the rest mildest), record, priority, positions, why
TABLE = [
    ({}, {}, "same_day", [NURSE_TODAY], "drains again: looked at today"),
    ({"breathing": "no"}, {}, "emergency_999", [], "not breathing normally: compressions, 999"),
    ({"breathing": UNKNOWN}, {}, "emergency_999", [], "S7: unknown breathing is no breathing"),
    ({"rousable": "drowsy"}, {}, "emergency_999", [], "drowsy is hard to rouse"),
    ({"harm": "yes"}, {}, "emergency_999", [], "S12: a first-question red flag"),
    ({"bleeding": "yes"}, {}, "emergency_999", [], "bleeding that will not stop"),
    ({"sepsis_look": "yes"}, {}, "emergency_999", [], "mottled or ashen: sepsis"),
    ({"sepsis_look": UNKNOWN}, {}, "emergency_999", [], "S7: a life threat has no exception"),
    (
        {**CORD, "dysreflexia": "yes"},
        {},
        "emergency_999",
        [NURSE_1H],
        "autonomic dysreflexia: 999, and a nurse to unblock it at once",
    ),
    (
        {**CORD, "dysreflexia": UNKNOWN},
        {},
        "emergency_999",
        [NURSE_1H],
        "S7: the signs of dysreflexia not known",
    ),
    (
        {"cord_injury": UNKNOWN, "dysreflexia": "yes"},
        {},
        "emergency_999",
        [NURSE_1H],
        "S7: a headache and a cord injury that nobody can rule out",
    ),
    ({"cord_injury": UNKNOWN}, {}, "same_day", [NURSE_TODAY], "no sign of dysreflexia, and it drains"),
    (
        {"cord_injury": "no", "dysreflexia": "yes"},
        {"cord_injury": "yes"},
        "emergency_999",
        [NURSE_1H],
        "S8: the record knows of the injury",
    ),
    (
        {"cord_injury": "yes", "dysreflexia": "yes"},
        {"cord_injury": "no"},
        "emergency_999",
        [NURSE_1H],
        "S8: the record never lowers",
    ),
    ({"dysreflexia": "yes"}, {}, "same_day", [NURSE_TODAY], "a headache without a cord injury is not asked"),
    (
        {**CORD, **DRY},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H],
        "at risk of dysreflexia while the bladder fills",
    ),
    (CORD, {}, "same_day", [NURSE_TODAY], "a cord injury, and it drains"),
    (DRY, {}, "two_hours", [NURSE_2H], "blocked and painless: urgent catheter care"),
    ({"drains": "slow_or_leaking"}, {}, "two_hours", [NURSE_2H], "leaking past is often blocking"),
    ({**DRY, "belly": "some"}, {}, "one_hour", [NURSE_1H], "painful blocked catheter: retention"),
    ({**DRY, "belly": UNKNOWN}, {}, "one_hour", [NURSE_1H], "S7: it may hurt"),
    ({"belly": "severe"}, {}, "one_hour", [NURSE_1H], "severe pain, whatever seems to drain"),
    ({"belly": "some"}, {}, "same_day", [NURSE_TODAY], "some pain, and it drains"),
    ({**DRY, "dry_for": 17}, {}, "two_hours", [NURSE_2H], "one hour below eighteen"),
    ({**DRY, "dry_for": 18}, {}, "clinician_20_min", [CALL_BACK, NURSE_1H], "no urine for eighteen hours"),
    ({**DRY, "dry_for": UNKNOWN}, {}, "clinician_20_min", [CALL_BACK, NURSE_1H], "S7: it may be eighteen"),
    (ILL, {}, "clinician_20_min", [CALL_BACK, NURSE_2H], "an infection may be starting"),
    ({**ILL, "muddled": "yes"}, {}, "emergency_999", [CALL_BACK, NURSE_2H], "sepsis: new confusion"),
    ({**ILL, "chemo": "yes"}, {}, "emergency_999", [CALL_BACK, NURSE_2H], "sepsis: chemotherapy"),
    (
        {**ILL, **DRY, "dry_for": 18},
        {},
        "emergency_999",
        [CALL_BACK, NURSE_1H],
        "sepsis: no urine for eighteen hours",
    ),
    ({"muddled": "yes"}, {}, "clinician_20_min", [CALL_BACK, NURSE_2H], "newly confused without a fever"),
    ({"urine_blood": "pink"}, {}, "same_day", [NURSE_TODAY], "pink urine is common with a catheter"),
    ({"urine_blood": "red_or_clots"}, {}, "clinician_20_min", [CALL_BACK, NURSE_2H], "clots block again"),
    ({"came_out": "yes"}, {}, "two_hours", [NURSE_2H], "put back within two hours"),
    ({"came_out": "yes", "way_in": "belly_wall"}, {}, "one_hour", [NURSE_1H], "the hole closes"),
    ({"came_out": "yes", "way_in": UNKNOWN}, {}, "one_hour", [NURSE_1H], "S7: it may be through the belly"),
    (
        {"belly": UNKNOWN, "urine_blood": UNKNOWN, "came_out": UNKNOWN},
        {},
        "clinician_20_min",
        [CALL_BACK, NURSE_1H],
        "S7: three unknowns add a clinician and replace nothing",
    ),
]


@pytest.mark.parametrize(
    ("said", "record", "priority", "positions", "why"), TABLE, ids=[row[4] for row in TABLE]
)
def test_what_comes_of_a_blocked_catheter(said, record, priority, positions, why):
    comes_to(played(CATHETER, {"adult": "yes", **said}, record), priority, positions, why)


def test_in_dysreflexia_the_nurse_does_not_wait_for_a_clinicians_word():
    said = {"adult": "yes", **CORD, "dysreflexia": "yes", **DRY, "belly": "some"}
    verdict = played(CATHETER, said)
    assert [(one.priority, one.with_999) for one in verdict.positions if one.kind == "nurse"] == [
        ("one_hour", True)
    ]
    alone = {"adult": "yes", **DRY, "belly": "some"}
    assert not any(one.with_999 for one in played(CATHETER, alone).positions)


def test_in_dysreflexia_the_first_words_are_to_sit_up_and_unblock():
    said = {"cord_injury": "yes", "dysreflexia": "yes"}
    words = " ".join(played(CATHETER, said).flags[0].words)
    for part in ("Sit them up", "kinked", "change or flush the catheter"):
        assert part in words


def test_no_score_decides_here_for_news2_misleads_in_dysreflexia():
    assert not CATHETER.scores


def test_a_child_is_refused_and_still_heard():
    verdict = played(CATHETER, {"adult": "no", **CORD, "dysreflexia": "yes"}, refused=True)
    assert (verdict.refusal, verdict.priority) == ("999 or NHS 111, children's line", "emergency_999")


def test_its_own_examples_hold_and_reach_every_disposition_that_is_chosen():
    assert run_examples(CATHETER, LIBRARY.house, "blocked-catheter.yaml") == ()
    chosen = {one.id for one in CATHETER.dispositions} - {"unblock_beside_999"}
    assert {example.gives for example in CATHETER.examples} == chosen


def test_what_can_be_a_life_threat_is_asked_before_whom_it_is_for():
    first = CATHETER.by_id["adult"].index
    assert not any(CATHETER.life_threat[first:])
