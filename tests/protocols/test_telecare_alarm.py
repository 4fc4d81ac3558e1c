"""The telecare protocol: who goes, which its examples do not say."""

import pytest

from tests.protocols.calls import LIBRARY, comes_to, played

ALARM = LIBRARY.triage["telecare-alarm"]
SILENT = {"heard_from": "nobody", "breathing": "unknown"}
FELL = {"adult": "yes", "reason": "fallen", "where": "on_floor"}

# what was said, priority, positions, why
TABLE = [
    (
        SILENT,
        "emergency_999",
        [("clinician", "clinician_20_min"), ("nurse", "one_hour")],
        "999, and a nurse to the door",
    ),
    ({"adult": "yes"}, "advice", [], "a mistaken press asks for nobody"),
    (
        {**FELL, "floor_time": 60},
        "clinician_20_min",
        [
            ("clinician", "clinician_20_min"),
            ("nurse", "one_hour"),
            ("falls_responder", "one_hour"),
        ],
        "the call-back does not drop the lift",
    ),
    (
        {"adult": "yes", "reason": "wants_help", "alarms": 3},
        "clinician_20_min",
        [("clinician", "clinician_20_min"), ("carer", "two_hours")],
        "S13: the third contact goes to a clinician, and the carer still comes",
    ),
]


@pytest.mark.parametrize(("said", "priority", "positions", "why"), TABLE)
def test_who_goes(said, priority, positions, why):
    comes_to(played(ALARM, said), priority, positions, why)


def test_in_silence_the_nurse_does_not_wait_for_a_clinicians_word():
    (nurse,) = [one for one in played(ALARM, SILENT).positions if one.kind == "nurse"]
    assert nurse.with_999
