"""Every broken file is refused with file:line:column, what is wrong, and what was probably meant."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.__main__ import main
from protocols.engine import assess
from protocols.house import WELFARE_CALLS, WelfareCalls
from protocols.loader import (
    ProtocolError,
    load_escalation,
    load_house,
    load_library,
    load_triage,
    parse_escalation,
    parse_house,
    parse_triage,
)
from protocols.source import MAX_BYTES

FOLDER = Path(__file__).parents[2] / "protocols"
SHARED = Path(__file__).parents[3] / "shared" / "protocols"
HOUSE = load_house(FOLDER / "house.yaml")

TRIAGE = """\
protocol: small
version: 1.0.0
status: draft
title: Small
review_by: 2030-01-01
for:
  - {if: {adult: yes}, else: rest, go_to: the children's line}
questions:
  - {id: breathing, ask: "Breathing normally?", kind: yes_no, worse: no}
  - {id: rousable, ask: "How awake?", kind: choice, answers: [awake, drowsy, cannot_wake], worse: last}
  - {id: adult, ask: "18?", kind: yes_no, worse: neither, because: only whom it is for}
  - {id: hurt, ask: "Hurt?", kind: yes_no, worse: yes, ask_if: {rousable: awake}}
  - {id: wait, ask: "How long?", kind: number, unit: min, range: [0, 600], worse: higher}
red_flags:
  - {flag: breathing, if: {breathing: no}, floor: emergency_999, sign: not_breathing_normally}
  - {flag: awake, if: {rousable: {at_least: drowsy}}, sign: hard_to_rouse}
  - {flag: waits, if: {wait: {at_least: 60 min}}, floor: one_hour}
dispositions:
  - id: fast
    priority: emergency_999
    response: ambulance
    when:
      - {rule: danger, if: {any: [{breathing: no}, {rousable: {at_least: drowsy}}]}}
  - id: visit
    priority: one_hour
    response: visit
    positions: [nurse]
    when: [{rule: waits, if: {known: {wait: {at_least: 60 min}}}}]
  - {id: rest, priority: two_days, response: later, otherwise: yes}
exceptions:
  - exception: wait
    allows: unknown
    about: waits
    if: {unknown: wait}
    never_below: one_hour
    because: a reason
    calls_back: {who: nurse, within: 20 min}
    signed: [A, B]
unknowns: {limit: 3, to: clinician_20_min}
dropped_call: {to: clinician_20_min, who: handler, within: 5 min}
examples:
  - {example: well, answers: {adult: yes}, gives: rest, because: all is well}
"""

# (what is written, what is written instead, words that the fault must hold). The place of the fault is marked by a ^
# in the new text, or it is where the fourth text stands.
BROKEN_TRIAGE = [
    ("title: Small", "title: [Small", "not YAML", ": 2030"),
    ("title: Small", "title: ^" + "x" * 4001, "4000 characters"),
    ("title: Small", f"title: {'[' * 20}^{'[' * 9}", "nested more than 20 deep"),
    ("unit: min, ", "", "has no unit", "{id: wait"),
    ("range: [0, 600], ", "", "has no range", "{id: wait"),
    (", floor: one_hour}", "}", "needs a floor", "{flag: waits"),
    (
        ", sign: hard_to_rouse}",
        ", floor: emergency_999}",
        'must ask about "hard_to_rouse"',
        "- {flag: breathing",
    ),
    ("wait: {at_least: 60 min}}, floor: one", "adult: yes}, floor: one", "one side must be worse", "neither"),
    (
        ", otherwise: yes}",
        ", when: [{rule: x, if: {hurt: yes}}]}",
        "add otherwise: yes to the last one",
        "- id: fast",
    ),
    (", otherwise: yes}", "}", "nothing leads to", "{id: rest"),
    (
        "response: ambulance",
        "response: ambulance\n    otherwise: yes",
        "a second otherwise",
        "yes}\nexceptions",
    ),
    (
        "response: later, otherwise: yes}",
        "response: later, when: [{rule: x, if: {hurt: yes}}]}\n"
        "  - {id: more, priority: two_days, response: more, otherwise: yes}\n"
        "  - {id: end, priority: two_days, response: end, when: [{rule: x, if: {hurt: yes}}]}",
        "must stand on the last",
        "yes}\n  - {id: end",
    ),
    ("    calls_back: {who: nurse, within: 20 min}\n", "", "Add calls_back", "exception: wait"),
    ("title: Small", "title: ^&t Small", "anchor"),
    ("title: Small", "title: ^*t", "alias"),
    ("title: Small", "title: ^!!str Small", "tag"),
    ("title: Small", "title: Small\n^title: Again", '"title" is written twice (first on line 4)'),
    ("title: Small", "^title:", "nothing is written here"),
    ("title: Small", "^\ttitle: Small", "a tab; indent with spaces"),
    ("title: Small", "title: Small^: big", "a colon inside a text"),
    ("title: Small", "title: [[[[[[[[[[[[[[[[[[[[^[[[[[[[[[[", "nested more than 20 deep"),
    ('ask: "18?"', "ask: ^?", "quotation marks"),
    ("range: [0, 600]", "range: [0, ^60000000000]", "too large"),
    ("otherwise: yes", "otherwise: ^true", 'did you mean "yes"'),
    ("version: 1.0.0", "version: ^1.0", "three numbers with dots"),
    ("worse: higher", "worse: higher, ^holds: 42 days", "did you mean record: yes too?"),
    ("status: draft", "status: ^drafft", 'did you mean "draft"'),
    ("status: draft", "^statsu: draft", 'unknown key "statsu"; did you mean "status"'),
    ("kind: yes_no, worse: no}", "kind: ^yesno, worse: no}", 'did you mean "yes_no"'),
    ("worse: yes, ask_if", "worse: ^yess, ask_if", 'did you mean "yes"'),
    ("ask_if: {rousable: awake}", "ask_if: ^{rousable: awake, hurt: yes}", "all or any"),
    ("worse: yes, ask_if", "worse: yes, ^ask_fi", 'did you mean "ask_if"'),
    ("within: 5 min}", "within: ^5}", 'did you mean "5 min"'),
    ("because: only whom it is for", "^becuase: x", 'did you mean "because"'),
    ("protocol: small", "protocol: ^Small Thing", 'did you mean "small_thing"'),
    ("answers: [awake, drowsy, cannot_wake]", "answers: ^awake", "expected"),
    ("id: rousable", "id: ^all", "word of the language"),
    ("id: hurt", "id: ^adult", "give this one another id"),
    ("worse: neither, because: only whom it is for", "worse: ^neither", "add because"),
    ("worse: higher", "worse: ^last", "did you mean higher, lower, outside or neither"),
    ("range: [0, 600]", "range: ^[600, 0]", "did you mean [0, 600]"),
    ("ask_if: {rousable: awake}", "ask_if: {^wait: {at_least: 5 min}}", "is asked later"),
    ("[awake, drowsy, cannot_wake]", "^[awake, sleepy, cannot_wake]", "house question"),
    ("kind: yes_no, worse: no}", "kind: yes_no, worse: ^yes}", "did you mean worse: no"),
    (
        "kind: yes_no, worse: yes, ask_if",
        "kind: yes_no, ^answers: [a, b], worse: yes, ask_if",
        "kind: choice",
    ),
    ("worse: yes, ask_if", "worse: yes, means: {^yess: x}, ask_if", "known here: yes or no"),
    ("{if: {adult: yes}", "{if: {^adlut: yes}", 'no question "adlut"; did you mean "adult"'),
    ("{if: {adult: yes}", "{if: {adult: ^maybe}", '"maybe" is not an answer of "adult"'),
    ("{if: {adult: yes}", "{if: {^known: {adult: yes}}", '"known" may not stand in for'),
    ("{if: {adult: yes}", "{if: {^unknown: adult}", '"unknown" may not stand in for'),
    ("if: {breathing: no}, floor", "if: {breathing: ^unknown}, floor", "fires on unknown by itself"),
    (
        "{rousable: {at_least: drowsy}}, sign",
        "{rousable: {at_least: ^drowsey}}, sign",
        'did you mean "drowsy"',
    ),
    ("{rousable: {at_least: drowsy}}, sign", "{rousable: {^at_most: drowsy}}, sign", "no order for at_most"),
    ("if: {breathing: no}, floor", "if: {breathing: {^at_least: no}}, floor", "did you mean {breathing: no}"),
    ("if: {wait: {at_least: 60 min}}, floor", "if: {wait: {at_least: ^60}}, floor", 'did you mean "60 min"'),
    ("if: {wait: {at_least: 60 min}}, floor", "if: {wait: {at_least: ^1 h}}, floor", "is in min, not h"),
    (
        "if: {wait: {at_least: 60 min}}, floor",
        "if: {wait: {at_least: ^6000 min}}, floor",
        "outside the range",
    ),
    ("if: {wait: {at_least: 60 min}}, floor", "if: {wait: ^60}, floor", "is a number; did you mean"),
    ("{known: {wait: {at_least: 60 min}}}", "{^known: {all: [{hurt: yes}]}}", "wraps one answer"),
    (
        "{known: {wait: {at_least: 60 min}}}",
        "{^news2: {at_least: 5}}",
        "NEWS2 is not declared",
    ),
    ("unknowns:", "scores: [^news2]\nunknowns:", "NEWS2 needs every observation"),
    ("sign: hard_to_rouse", "sign: ^hard_to_rose", 'did you mean "hard_to_rouse"'),
    ("floor: emergency_999, sign", "floor: ^two_hours, sign", "did you mean floor: emergency_999"),
    ("floor: one_hour}", "floor: ^one_huor}", 'did you mean "one_hour"'),
    ("priority: one_hour", "priority: ^one_our", 'did you mean "one_hour"'),
    ("priority: two_days, response", "priority: ^emergency_999, response", "put the most urgent first"),
    ("positions: [nurse]", "positions: [^nurce]", 'did you mean "nurse"'),
    ("else: rest", "else: ^rset", 'did you mean "rest"'),
    ("limit: 3", "limit: ^4", "did you mean 3"),
    ("limit: 3, to: clinician_20_min", "limit: 3, to: ^two_days", "slower than a clinician"),
    (
        "dropped_call: {to: clinician_20_min",
        "dropped_call: {to: ^clinicain_20_min",
        'did you mean "clinician_20_min"',
    ),
    ("about: waits", "about: ^waist", "no question, score or red flag"),
    ("about: waits", "about: ^breathing", "life threat"),
    ("never_below: one_hour", "never_below: ^two_days", "did you mean never_below: one_hour"),
    ("signed: [A, B]", "signed: ^[A, a]", "two different people"),
    ("review_by: 2030-01-01", "review_by: ^2030-02-31", "not a day"),
    ("review_by: 2030-01-01", "need: ^fal\nreview_by: 2030-01-01", 'the house has no need "fal"'),
    ("answers: {adult: yes}, gives", "answers: {^adutl: yes}, gives", 'did you mean "adult"'),
    ("gives: rest", "gives: ^reste", 'did you mean "rest"'),
    ("status: draft", "status: ^approved", 'needs "evidence"'),
]


def fault_at(error: ProtocolError, line: int, column: int, words: str):
    told = "\n".join(str(fault) for fault in error.faults)
    for fault in error.faults:
        if (fault.line, fault.column) == (line, column) and words in fault.message:
            return fault
    pytest.fail(f"no fault at {line}:{column} with {words!r} in:\n{told}")


def test_the_small_protocol_is_sound():
    assert parse_triage(TRIAGE, "small.yaml", HOUSE).protocol == "small"


def broken(text, old, new, anchor=None):
    """The broken text and the (line, column) at which its fault must be found."""
    assert old in text, "the table is out of step with the text"
    text = text.replace(old, new, 1)
    at = text.index("^") if anchor is None else text.index(anchor)
    before = text[:at]
    return text.replace("^", ""), before.count("\n") + 1, at - before.rfind("\n")


@pytest.mark.parametrize("row", BROKEN_TRIAGE, ids=lambda row: row[2])
def test_a_broken_protocol_says_where_what_and_what_was_meant(row):
    text, line, column = broken(TRIAGE, row[0], row[1], *row[3:])
    with pytest.raises(ProtocolError) as caught:
        parse_triage(text, "small.yaml", HOUSE)
    fault = fault_at(caught.value, line, column, row[2])
    assert str(fault).startswith(f"small.yaml:{line}:{column}: ")
    assert re.search(r"; |\?|\. |: ", fault.message), "every fault suggests something"


def test_a_threshold_may_be_a_number_of_the_house():
    house = parse_house(f'{HOUSE.text}\nlocal: {{long_lie: "90 min"}}\n', "house.yaml")
    text = (FOLDER / "triage" / "fall-at-home.yaml").read_text(encoding="utf-8")
    local = text.replace("floor_time: {at_least: 60 min}", "floor_time: {at_least: local.long_lie}")
    assert local != text
    fall = parse_triage(local, "fall.yaml", house)
    said = {"where": "on_floor", "adult": "yes"}
    flags = [
        {flag.flag for flag in assess(fall, house, {**said, "floor_time": minutes}).flags}
        for minutes in (89, 90)
    ]
    assert flags[1] - flags[0] == {"long_lie"}
    with pytest.raises(ProtocolError, match="did you mean"):
        parse_triage(local.replace("local.long_lie", "local.long_lye"), "fall.yaml", house)


def test_all_faults_are_told_at_once_in_the_order_of_the_file():
    text = TRIAGE.replace("sign: hard_to_rouse", "sign: hard_to_rose").replace("[nurse]", "[nurce]")
    with pytest.raises(ProtocolError) as caught:
        parse_triage(text.replace("limit: 3", "limit: 9"), "small.yaml", HOUSE)
    lines = [fault.line for fault in caught.value.faults]
    assert lines == sorted(lines)
    wanted = [
        text.splitlines().index(line) + 1 for line in text.splitlines() if "rose" in line or "nurce" in line
    ]
    assert set(wanted) < set(lines)
    assert len(str(caught.value).splitlines()) == len(lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("just words", "expected keys with values"),
        ("- a\n- b", "expected keys with values"),
        ("a: 1\n---\nb: 2\n", "a second document"),
        ("a: \x07", "character"),
        ("{[a]: b}", "a key must be one plain word"),
        ("a: " + "b" * MAX_BYTES, "larger than 256 KiB"),
        ("[" + "a," * 20_001 + "]", "more than 20000 values"),
    ],
)
def test_text_that_is_no_protocol_at_all(text, words):
    with pytest.raises(ProtocolError, match=re.escape(words)):
        parse_triage(text, "small.yaml", HOUSE)


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_a_file_gets_past_as_another_kind_of_error(data):
    start = data.draw(st.integers(0, len(TRIAGE)))
    length = data.draw(st.integers(0, 12))
    piece = data.draw(st.text(alphabet="abn:{}[],\"' \n#-?&*!|0159.", max_size=6))
    try:
        parse_triage(TRIAGE[:start] + piece + TRIAGE[start + length :], "small.yaml", HOUSE)
    except ProtocolError as error:
        found = error.faults
    else:
        return
    assert found
    assert all(fault.line >= 1 and fault.column >= 1 for fault in found)


# ---- house ----

SMALL_HOUSE = """\
priorities: [now, soon, hour]
clinician: soon
unknown_limit: 3
exception_never_below: soon
every_protocol_asks: [bad]
plausible: {pulse: [20, 250]}
signs:
  bad: {floor: now, life_threat: yes}
visits: [hour]
needs: {fall: fall}
may_hold: [hour]
services: {gp: {title: GP, confirm: 2 h}}
welfare_calls: {hour: {at: [10 min, 30 min], then_every: 1 h}}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"),
    [
        ("clinician: soon", "clinician: son", 2, 12, 'did you mean "soon"'),
        ("[now, soon, hour]", "[now, soon, now]", 1, 25, "listed twice"),
        ("floor: now", "floor: nwo", 8, 16, 'did you mean "now"'),
        ("asks: [bad]", "asks: [bda]", 5, 23, 'did you mean "bad"'),
        ("[20, 250]", "[250, 20]", 6, 20, "turn them round"),
        ("life_threat: yes", "life_thret: yes", 8, 21, 'did you mean "life_threat"'),
        ("fall: fall}", "fall: a fall with so much ado}", 10, 15, "at most 20"),
        ("visits: [hour]", "visits: [our]", 9, 10, 'did you mean "hour"'),
        ("may_hold: [hour]", "may_hold: [hour, our]", 11, 18, 'did you mean "hour"'),
        ("confirm: 2 h", "confirm: soon", 12, 37, "a time with its unit"),
        ("{hour: {at:", "{our: {at:", 13, 17, 'did you mean "hour"'),
        ("30 min]", "12 min]", 13, 37, "at least 5 min after the one before"),
        ("[10 min,", "[0 min,", 13, 29, "the first: after the call"),
        ("every: 1 h", "every: 60 s", 13, 58, "at least 5 min"),
        (", then_every: 1 h", "", 13, 23, '"then_every" is missing'),
        ("{hour: {at: [10 min, 30 min], then_every: 1 h}}", "{}", 13, 16, "nobody who waits would be rung"),
        (
            "life_threat: yes}",
            "life_threat: yes, when_expected_dying: {floor: hour, because: plan, signed: [A, A]}}",
            8,
            97,
            "two different people",
        ),
    ],
)
def test_a_broken_house(old, new, line, column, words):
    parse_house(SMALL_HOUSE, "house.yaml")
    with pytest.raises(ProtocolError) as caught:
        parse_house(SMALL_HOUSE.replace(old, new), "house.yaml")
    fault_at(caught.value, line, column, words)


def test_welfare_calls_are_the_houses_own():
    """S4: and a house that says nothing of them, such as the customer's, has the defaults."""
    assert parse_house(SMALL_HOUSE, "house.yaml").welfare_calls == {"hour": WelfareCalls((10, 30), 60)}
    older = SMALL_HOUSE.split("welfare_calls")[0]
    assert parse_house(older, "house.yaml").welfare_calls == HOUSE.welfare_calls == WELFARE_CALLS


# ---- escalation ----

LADDER = """\
escalation: one-hour
version: 1.0.0
status: draft
title: Nobody yet
serves: [one_hour]
steps:
  - {offer: {at_once: 2, wait: 2 min}}
  - {at: 6 min, alert: {role: coordinator}}
  - {at: 15 min, call: {role: manager}, then_every: 15 min}
nobody_eligible: {alert: coordinator}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"),
    [
        ("offer: {at_once: 2, wait: 2 min}", "alert: {role: manager}", 7, 5, "begins with an offer"),
        (", then_every: 15 min", "", 9, 5, "ends in silence"),
        ("call: {role: manager}, then", "hand_over: {to: ambulance}, then", 9, 5, "ends in silence"),
        ("role: coordinator}", "role: cordinator}", 8, 31, 'did you mean "coordinator"'),
        ("{at: 6 min", "{at: 66 min", 8, 10, "not inside the target of one_hour, 60 min"),
        ("{at: 6 min", "{at: 16 min", 9, 10, "order of time"),
        ("wait: 2 min", "wait: 2", 7, 32, 'did you mean "2 min"'),
        ("wait: 2 min", "wait: 2 h", 7, 13, "not inside the target"),
        ("[one_hour]", "[one_huor]", 5, 10, 'did you mean "one_hour"'),
        ("[one_hour]", "[one_hour, one_hour]", 5, 20, "listed twice"),
        (
            "alert: {role: coordinator}}",
            "alert: {role: coordinator}, call: {role: manager}}",
            8,
            5,
            "exactly one of",
        ),
        (
            "{at: 6 min, alert: {role: coordinator}}",
            "{at: 6 min, then_every: 1 min, alert: {role: manager}}",
            8,
            17,
            "last step",
        ),
        (
            "{at: 6 min, alert: {role: coordinator}}",
            "{at: 6 min, offer: {at_once: 1, wait: 2 min}}",
            8,
            5,
            "second offer",
        ),
        (
            "wait: 2 min}",
            'wait: 2 min, daytime: {from: "20:00", to: "08:00"}}',
            7,
            48,
            "ends before it begins",
        ),
        ("wait: 2 min}", 'wait: 2 min, daytime: {from: "8", to: "20:00"}}', 7, 55, "a time of day"),
        ("wait: 2 min}", 'wait: 2 min, teams: "Falls"}', 7, 39, 'did you mean "team"'),
        ("nobody_eligible: {alert: coordinator}", "nobody: x", 1, 1, '"nobody_eligible" is missing'),
    ],
)
def test_a_broken_ladder(old, new, line, column, words):
    parse_escalation(LADDER, "ladder.yaml", HOUSE)
    with pytest.raises(ProtocolError) as caught:
        parse_escalation(LADDER.replace(old, new, 1), "ladder.yaml", HOUSE)
    fault_at(caught.value, line, column, words)


# ---- files, folders, the command ----


@pytest.mark.skipif(
    not SHARED.exists(), reason=f"LOUD: {SHARED} is absent, the customer's own files are not tried"
)
def test_the_customers_own_files_load_and_ours_asks_all_that_they_ask():
    house = load_house(SHARED / "house.yaml")
    theirs = load_triage(SHARED / "fall-at-home.yaml", house)
    ours = load_triage(FOLDER / "triage" / "fall-at-home.yaml", HOUSE)
    assert load_triage(SHARED / "fall-at-home.yaml", HOUSE).version == "1.0.0"
    asked = {question.id for question in theirs.questions}
    assert [question.id for question in ours.questions if question.id in asked] == [
        question.id for question in theirs.questions
    ]
    assert {one.id for one in theirs.dispositions} <= {one.id for one in ours.dispositions}


def test_a_library_without_drafts_leaves_them_out():
    assert {"fall-at-home", "blocked-catheter"} <= set(load_library(FOLDER, draft=True).triage)
    assert not load_library(FOLDER, draft=False).triage


def library(tmp_path, **files):
    (tmp_path / "triage").mkdir()
    (tmp_path / "escalation").mkdir()
    (tmp_path / "house.yaml").write_text((FOLDER / "house.yaml").read_text())
    for name, text in files.items():
        folder = "triage" if text.startswith("protocol") else "escalation"
        (tmp_path / folder / f"{name}.yaml").write_text(text)
    return tmp_path


def test_the_house_says_in_what_order_protocols_are_offered():
    library = load_library(FOLDER, draft=True)
    assert [*library.triage] == [name for name in HOUSE.order if name in library.triage]
    assert next(iter(library.triage)) == "fall-at-home", "the most frequent keeps its key"


def test_a_library_tells_the_faults_of_all_its_files_together(tmp_path):
    folder = library(tmp_path, a=TRIAGE.replace("limit: 3", "limit: 4"), b=LADDER.replace("2 min", "2"))
    with pytest.raises(ProtocolError) as caught:
        load_library(folder, draft=True)
    assert {Path(fault.file).name for fault in caught.value.faults} >= {"a.yaml", "b.yaml"}


def test_positions_whose_priority_no_ladder_serves_are_a_fault(tmp_path):
    with pytest.raises(ProtocolError, match='no escalation protocol serves "one_hour"'):
        load_library(library(tmp_path, a=TRIAGE), draft=True)


def test_two_protocols_of_one_name_and_two_ladders_for_one_priority_are_faults(tmp_path):
    with pytest.raises(ProtocolError) as caught:
        load_library(library(tmp_path, a=TRIAGE, b=TRIAGE, c=LADDER, d=LADDER), draft=True)
    assert "a second protocol" in str(caught.value)
    assert "already served" in str(caught.value)


def test_a_file_that_is_away_or_no_text_is_a_fault_too(tmp_path):
    with pytest.raises(ProtocolError, match="cannot be opened"):
        load_house(tmp_path / "house.yaml")
    (tmp_path / "ladder.yaml").write_bytes(b"escalation: x\ntitle: \xff\n")
    with pytest.raises(ProtocolError, match=r"ladder.yaml:2:8: not UTF-8"):
        load_escalation(tmp_path / "ladder.yaml", HOUSE)


def test_the_command_says_all_is_sound(capsys):
    assert main(["check"]) == 0
    assert "all sound" in capsys.readouterr().out


def test_the_command_prints_faults_and_failed_examples_and_exits_1(tmp_path, capsys):
    folder = library(tmp_path, a=TRIAGE.replace("gives: rest", "gives: visit"), b=LADDER)
    assert main(["check", str(folder)]) == 1
    assert re.search(r'a\.yaml:\d+:5: example "well" gives "rest" .* not "visit"', capsys.readouterr().out)


def test_the_command_writes_the_schemas(tmp_path, capsys):
    assert main(["schema", "triage"]) == 0
    assert "json-schema.org/draft/2020-12" in capsys.readouterr().out
    assert main(["schema", "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"house.json", "triage.json", "escalation.json"}
