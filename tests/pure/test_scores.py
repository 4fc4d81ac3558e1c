"""Scores in the protocol language: what a threshold means, what is refused, what is said of it."""

import json
import re

import pytest

from hub.errors import Refused
from protocols.answers import is_plausible
from protocols.engine import UNKNOWN, assess, check_answer, dropped, finish, unite
from protocols.explain import would_become
from protocols.loader import ProtocolError, parse_house, parse_triage
from protocols.news2 import OBSERVATIONS
from protocols.scores import title_of

HOUSE = parse_house(
    json.dumps(
        {
            "priorities": ["now", "clinician", "hour", "two_hours", "advice"],
            "clinician": "clinician",
            "unknown_limit": 3,
            "exception_never_below": "hour",
            "every_protocol_asks": [],
            "plausible": {
                "resp": [1, 80],
                "spo2": [50, 100],
                "systolic": [40, 300],
                "pulse": [20, 250],
                "temp": [25, 45],
            },
            "signs": {"very_unwell": {"floor": "now", "life_threat": "no"}},
            "visits": ["hour", "two_hours"],
            "positions": {
                "nurse": {"title": "Nurse", "stops_clock": "yes"},
                "clinician": {"title": "Clinician", "stops_clock": "no", "offered": "no"},
            },
        }
    ),
    "house.yaml",
)

TEXT = """\
protocol: scored
version: 1.0.0
status: draft
title: Scored
review_by: 2030-01-01
for:
  - {if: {adult: yes}, else: rings, go_to: "the children's line"}
scores:
  - news2
  - {score: soft, title: Soft signs, counts: [breath, eating, skin]}
questions:
  - {id: adult, ask: "16 or over, and not pregnant?", kind: yes_no, worse: neither, because: only whom it is for}
  - {id: breath, ask: "Out of breath?", kind: yes_no, worse: yes}
  - {id: eating, ask: "Eating?", kind: yes_no, worse: no}
  - {id: unwell, ask: "Skin looked at?", kind: yes_no, worse: yes}
  - {id: skin, ask: "Skin changed?", kind: yes_no, worse: yes, ask_if: {unwell: yes}}
  - {id: resp, ask: "Breaths?", kind: observation}
  - {id: spo2_scale, ask: "Scale?", kind: observation}
  - {id: spo2, ask: "SpO2?", kind: observation}
  - {id: oxygen, ask: "Oxygen?", kind: observation}
  - {id: systolic, ask: "Pressure?", kind: observation}
  - {id: pulse, ask: "Pulse?", kind: observation}
  - {id: consciousness, ask: "Alert?", kind: observation}
  - {id: temp, ask: "Temperature?", kind: observation}
red_flags:
  - {flag: high, if: {news2: {at_least: 7}}, sign: very_unwell}
dispositions:
  - {id: fast, priority: now, response: ambulance, ends_call: yes,
     when: [{rule: high, if: {known: {news2: {at_least: 7}}}}]}
  - {id: rings, priority: clinician, response: a call, positions: [clinician],
     when: [{rule: perhaps_high, if: {news2: {at_least: 7}}}]}
  - {id: soon, priority: hour, response: a visit, positions: [nurse],
     when: [{rule: medium, if: {news2: {at_least: 5}}}, {rule: red, if: {news2: {any_single: 3}}}]}
  - {id: visit, priority: two_hours, response: a visit, when: [{rule: soft, if: {soft: {at_least: 2}}}]}
  - {id: rest, priority: advice, response: words, otherwise: yes}
exceptions:
  - exception: telephone
    allows: unknown
    about: news2
    if: {unknown: news2}
    never_below: clinician
    because: a clinician finds out
    calls_back: {who: clinician, within: 20 min}
    signed: [A, B]
dropped_call: {to: clinician, who: handler, within: 5 min}
"""
SCORED = parse_triage(TEXT, "scored.yaml", HOUSE)
WELL = {"adult": "yes", "breath": "no", "eating": "yes", "unwell": "no"} | {
    name: one.mild for name, one in OBSERVATIONS.items()
}
NOT_TAKEN = dict.fromkeys(OBSERVATIONS, UNKNOWN)


WEIGHED = TEXT.replace(
    "  - {score: soft, title: Soft signs, counts: [breath, eating, skin]}",
    "  - score: soft\n    title: Soft signs\n    points: {breath: {yes: 1, no: 0}, eating: {no: 2, yes: 0}, "
    "move: {well: 0, slowly: 1, hardly: 1, not_at_all: 5}}",
).replace(
    "  - {id: resp,",
    '  - {id: move, ask: "Moving?", kind: choice, answers: [well, slowly, hardly, not_at_all], worse: last}\n'
    "  - {id: resp,",
)
# said, least, most, priority
POINTS = [
    ({}, 0, 0, "advice"),
    ({"breath": "yes"}, 1, 1, "advice"),
    ({"eating": "no"}, 2, 2, "two_hours"),
    ({"breath": "yes", "move": "slowly"}, 2, 2, "two_hours"),
    ({"breath": "yes", "move": "hardly"}, 2, 2, "two_hours"),
    ({"move": "not_at_all", "eating": "no", "breath": "yes"}, 8, 8, "two_hours"),
    ({"move": UNKNOWN}, 0, 5, "two_hours"),
    ({"breath": UNKNOWN}, 0, 1, "advice"),
]


@pytest.mark.parametrize(("said", "least", "most", "priority"), POINTS, ids=str)
def test_points_of_each_answer_are_added_and_what_is_not_known_is_an_interval(said, least, most, priority):
    """S7."""
    protocol = parse_triage(WEIGHED, "weighed.yaml", HOUSE)
    verdict = finish(protocol, HOUSE, {**WELL, "move": "well", "skin": "no", **said})
    [soft] = [score for score in verdict.scores if score.score == "soft"]
    assert (soft.least, soft.most, verdict.priority) == (least, most, priority)
    assert soft.missing == tuple(name for name, answer in said.items() if answer == UNKNOWN)


def test_the_because_of_points_names_what_gives_some():
    protocol = parse_triage(WEIGHED, "weighed.yaml", HOUSE)
    verdict = finish(protocol, HOUSE, {**WELL, "move": "slowly", "skin": "no", "breath": "yes"})
    assert {leaf.question for leaf in verdict.because} == {"soft", "breath", "move"}


def test_points_that_fall_as_answers_worsen_are_refused():
    with pytest.raises(ProtocolError, match="the other way round"):
        parse_triage(WEIGHED.replace("not_at_all: 5", "not_at_all: 0"), "weighed.yaml", HOUSE)
    with pytest.raises(ProtocolError, match="no points for hardly; every answer has some"):
        parse_triage(WEIGHED.replace("hardly: 1, ", ""), "weighed.yaml", HOUSE)


# said, priority, why
TABLE = [
    ({}, "advice", "well"),
    ({"pulse": 111, "resp": 21}, "advice", "4 in all, no threshold"),
    ({"pulse": 111, "resp": 21, "temp": 38.1}, "hour", "5 is medium"),
    ({"resp": 25}, "hour", "3 for one observation alone is red"),
    ({"resp": 25, "systolic": 90}, "hour", "6, not 7"),
    ({"resp": 25, "systolic": 90, "pulse": 91}, "now", "7 is high"),
    ({"temp": UNKNOWN}, "hour", "S7: 0 to 3, and 3 would be red"),
    ({"oxygen": UNKNOWN}, "advice", "0 to 2 meets no threshold"),
    (
        {"resp": 25, "oxygen": "oxygen", "temp": UNKNOWN},
        "clinician",
        "5 to 8: 7 is unknown, the permit holds",
    ),
    ({"resp": 25, "systolic": 90, "pulse": 91, "temp": UNKNOWN}, "now", "7 to 10: high whatever it is"),
    ({"resp": 25, "temp": UNKNOWN}, "hour", "3 to 6: below 7 whatever it is"),
    (NOT_TAKEN, "clinician", "nothing taken: a clinician, and not 999 for every telephone call"),
    ({"pulse": 900}, "hour", "cannot be true: kept, and scored as the worst"),
    ({"spo2": 90, "spo2_scale": "scale_2"}, "advice", "88 to 92 is what a clinician has asked for"),
    ({"spo2": 90, "spo2_scale": UNKNOWN}, "hour", "S7: nobody knows which scale, so 3 may count"),
    ({"consciousness": "new_confusion"}, "hour", "new confusion is 3"),
    ({"breath": "yes", "eating": "no"}, "two_hours", "two soft signs"),
    ({"breath": "yes"}, "advice", "one soft sign"),
    ({"breath": "yes", "eating": UNKNOWN}, "two_hours", "S7: one, or two"),
    ({"breath": "yes", "skin": "yes"}, "advice", "what does not apply is not counted"),
    ({"breath": "yes", "unwell": "yes", "skin": "yes"}, "two_hours", "what applies is"),
]


@pytest.mark.parametrize(("said", "priority", "why"), TABLE, ids=[row[2] for row in TABLE])
def test_what_a_score_leads_to(said, priority, why):
    verdict = finish(SCORED, HOUSE, {**WELL, "skin": "no", **said})
    assert verdict.priority == priority, why


def test_all_observations_of_a_score_are_one_unknown():
    verdict = finish(SCORED, HOUSE, {**WELL, **NOT_TAKEN})
    assert verdict.unknown_count == 1
    assert finish(SCORED, HOUSE, {**WELL, **NOT_TAKEN, "breath": UNKNOWN}).unknown_count == 2


def test_an_implausible_observation_is_kept_and_told():
    pulse = SCORED.by_id["pulse"]
    assert check_answer(pulse, "900") == 900
    assert (is_plausible(pulse, 900), is_plausible(pulse, 90)) == (False, True)
    score = finish(SCORED, HOUSE, {**WELL, "pulse": 900}).scores[0]
    assert (score.least, score.most, score.implausible, score.missing) == (3, 3, ("pulse",), ())
    with pytest.raises(Refused):
        check_answer(pulse, "fast")


def test_known_does_not_let_an_implausible_observation_pass_for_one_that_was_not_taken():
    low = '{known: {systolic: {at_most: "90 mmHg"}}}'
    text = TEXT.replace(
        "{known: {news2: {at_least: 7}}}", f"{{any: [{low}, {{known: {{news2: {{at_least: 7}}}}}}]}}"
    )
    protocol = parse_triage(text, "scored.yaml", HOUSE)
    for pressure, priority in ((600, "now"), (2, "now"), (90, "now"), (130, "advice")):
        assert finish(protocol, HOUSE, {**WELL, "systolic": pressure}).priority == priority, pressure
    assert finish(protocol, HOUSE, {**WELL, "systolic": UNKNOWN}).priority == "hour"


def test_an_incomplete_score_says_what_is_missing():
    verdict = finish(SCORED, HOUSE, {**WELL, "resp": 25, "temp": UNKNOWN, "pulse": UNKNOWN})
    score = verdict.scores[0]
    assert (score.score, score.least, score.most, score.complete) == ("news2", 3, 9, False)
    assert score.missing == ("pulse", "temp")
    assert verdict.because[0].words == "NEWS2 3 to 9, 3 for breaths, pulse and temperature not known"
    assert (verdict.because[0].question, verdict.because[0].unknown) == ("news2", True)


def test_a_complete_score_is_a_number_and_a_count_names_its_signs():
    leaf = finish(SCORED, HOUSE, {**WELL, "resp": 25, "systolic": 90}).because[0]
    assert (leaf.answer, leaf.unknown) == (6, False)
    assert leaf.words == "NEWS2 6, 3 for breaths and systolic blood pressure"
    because = finish(SCORED, HOUSE, {**WELL, "breath": "yes", "eating": "no"}).because
    assert [one.question for one in because] == ["soft", "breath", "eating"]
    assert because[0].words == "Soft signs 2"


def test_a_count_is_an_interval_too():
    count = finish(SCORED, HOUSE, {**WELL, "breath": "yes", "eating": UNKNOWN}).scores[1]
    assert (count.score, count.least, count.most, count.missing) == ("soft", 1, 2, ("eating",))


def test_a_score_that_is_a_reason_says_whether_it_is_known():
    (whole, *_) = finish(SCORED, HOUSE, {**WELL, "resp": 25, "systolic": 90}).because
    assert (whole.question, whole.answer, whole.unknown, whole.from_record) == ("news2", 6, False, False)
    (part, *_) = finish(SCORED, HOUSE, {**WELL, "resp": 25, "systolic": UNKNOWN}).because
    assert (part.question, part.answer, part.unknown, part.from_record) == ("news2", UNKNOWN, True, False)


def test_what_was_not_reached_is_missing_on_the_screen_and_counts_as_nothing_yet():
    said = {**WELL, "resp": 25}
    del said["temp"]
    verdict = assess(SCORED, HOUSE, said)
    assert (verdict.priority, verdict.provisional, verdict.next_question.id) == ("hour", True, "temp")
    assert (verdict.scores[0].least, verdict.scores[0].most) == (3, 6)
    assert verdict.scores[0].missing == ("temp",)
    assert dropped(SCORED, HOUSE, {"adult": "yes"}).priority == "clinician"


def test_a_total_that_is_high_ends_the_call_before_the_last_observation():
    said = {**WELL, "resp": 25, "systolic": 90, "pulse": 131}
    del said["temp"]
    assert assess(SCORED, HOUSE, said).finished


def test_would_become_tries_the_bands_of_the_chart():
    groups = would_become(SCORED, HOUSE, {**WELL, "resp": 25, "systolic": 90})
    assert groups[0].priority == "now"
    assert "Pulse? 91 to 110 /min" in groups[0].changes
    assert "Temperature? 35.1 to 36 °C" in groups[0].changes


def test_two_protocols_show_a_score_once_as_high_as_either_has_it():
    one, two = (finish(SCORED, HOUSE, {**WELL, "resp": rate}) for rate in (21, 25))
    assert [score.most for score in unite([one, two]).scores if score.score == "news2"] == [3]


def test_what_is_united_shows_the_scores_of_the_less_urgent_too():
    scored = finish(SCORED, HOUSE, {**WELL, "resp": 21})
    urgent = scored._replace(rank=0, scores=())
    assert [score.score for score in unite([urgent, scored]).scores] == ["news2", "soft"]


def test_a_score_says_its_questions_in_words():
    said = finish(SCORED, HOUSE, {**WELL, "breath": UNKNOWN}).scores[1].words
    assert said == "Soft signs 0 to 1, breath not known"
    assert title_of("ever_so_sleepy") == "ever so sleepy"


# ---- faults: old text, new text (^ marks the place), words ----
BROKEN = [
    ("id: pulse", "id: ^puls", 'no observation of NEWS2; did you mean "pulse"'),
    (
        'id: pulse, ask: "Pulse?", kind: observation',
        'id: pulse, ask: "Pulse?", kind: observation, ^worse: higher',
        'remove "worse"',
    ),
    ('"Pulse?", kind: observation', '"Pulse?", kind: observation, ^unit: bpm', 'remove "unit"'),
    ('"Pulse?", kind: observation', '"Pulse?", kind: observation, ^record: yes', "taken now"),
    (
        '"Pulse?", kind: observation',
        '"Pulse?", kind: observation, ^ask_if: {breath: yes}',
        "never gated",
    ),
    ('"Alert?", kind: observation', '"Alert?", kind: observation, means: {^alrt: x}', "known here: alert"),
    ("kind: yes_no, worse: yes}\n", "kind: yes_no, wors: yes}\n", '"worse" is missing', "{id: breath"),
    ('  - {id: pulse, ask: "Pulse?", kind: observation}\n', "", "ask for pulse too", "news2\n"),
    ("  - news2\n", "  - ^news3\n", 'did you mean "news2"'),
    ("scores:\n  - news2\n", "scores:\n", "add scores: [news2]", "observation}\n  - {id: spo2_scale"),
    ("  - news2\n", "  - news2\n  - ^news2\n", "stands above"),
    ("counts: [breath, eating, skin]", "counts: [breath, ^eatin, skin]", 'did you mean "eating"'),
    ("counts: [breath, eating, skin]", "counts: [breath, ^adult, skin]", "cannot be part of a score"),
    ("counts: [breath, eating, skin]", "counts: [breath, ^breath, skin]", "counted twice"),
    ("score: soft,", "score: ^breath,", "another id"),
    ("counts: [", "^count: [", 'did you mean "counts"'),
    ("counts: [breath, eating, skin]", "points: {breth: ^{yes: 1, no: 0}}", 'did you mean "breath"'),
    ("counts: [breath, eating, skin]", "points: {adult: ^{yes: 1, no: 0}}", "cannot be part of a score"),
    ("counts: [breath, eating, skin]", "points: {resp: ^{low: 1, high: 2}}", "cannot be part of a score"),
    ("counts: [breath, eating, skin]", "points: {breath: {yes: 1, ^nope: 0}}", 'did you mean "no"'),
    ("counts: [breath, eating, skin]", "points: {breath: ^{yes: 1, no: 1}}", "write 0"),
    ("counts: [breath, eating, skin]", "points: {breath: ^{yes: 0, no: 0}}", "never has any points"),
    (
        "{score: soft, title: Soft signs, counts: [breath, eating, skin]}",
        "^{score: soft}",
        'counts" or "points',
    ),
    ("{known: {news2: {at_least: 7}}}", "{known: {news2: {at_least: ^21}}}", "from 1 to 20"),
    ("{known: {news2: {at_least: 7}}}", "{known: {news2: {at_least: ^7 points}}}", "from 1 to 20"),
    ("{any_single: 3}", "{any_single: ^4}", "from 1 to 3"),
    ("{any_single: 3}", "{^at_most: 3}", "did you mean at_least or any_single"),
    ("{soft: {at_least: 2}}", "{soft: {^any_single: 1}}", "did you mean at_least"),
    ("{soft: {at_least: 2}}", "{^sotf: {at_least: 2}}", 'did you mean "soft"'),
    ("{soft: {at_least: 2}}", "{soft: ^yes}", "did you mean {soft: {at_least: 2}}"),
    ("{soft: {at_least: 2}}", "{pulse: {^any_single: 3}}", "did you mean {news2: {any_single: 3}}"),
    ("{soft: {at_least: 2}}", "{consciousness: {^at_least: pain}}", "no order"),
    ("about: news2", "about: ^newz2", 'did you mean "news2"'),
    (
        '  - {if: {adult: yes}, else: rings, go_to: "the children\'s line"}\n',
        "",
        "under-16s",
        "news2\n",
        "for:\n",
    ),
    ("ask_if: {unwell: yes}", "ask_if: {^news2: {at_least: 5}}", "may not stand in ask_if"),
]


@pytest.mark.parametrize("row", BROKEN, ids=lambda row: row[2])
def test_wrong_use_says_where_what_and_what_was_meant(row):
    old, new, words, *anchor = row
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    for gone in anchor[1:]:
        text = text.replace(gone, "", 1)
    at = text.index(anchor[0]) if anchor else text.index("^")
    line, column = text[:at].count("\n") + 1, at - text[:at].rfind("\n")
    with pytest.raises(ProtocolError) as caught:
        parse_triage(text.replace("^", ""), "scored.yaml", HOUSE)
    told = [str(fault) for fault in caught.value.faults]
    assert any(one.startswith(f"scored.yaml:{line}:{column}: ") and words in one for one in told), told


def test_a_house_without_plausible_ranges_cannot_score():
    house = parse_house(json.dumps(json.loads(HOUSE.text) | {"plausible": {}}), "house.yaml")
    with pytest.raises(ProtocolError, match=re.escape('no plausible range for "resp"')):
        parse_triage(TEXT, "scored.yaml", house)
