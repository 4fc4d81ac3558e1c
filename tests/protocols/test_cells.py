"""A question as finitely many answers: every other answer is worth the same as one of them, and the worse are known."""

from itertools import pairwise

import pytest

from protocols.conditions import leaves
from protocols.model import AtLeast, AtMost
from protocols.news2 import weigh
from protocols.proof.cells import WAYS, cells_of, conditions_of
from protocols.proof.subject import Subject
from tests.protocols.calls import LIBRARY
from tests.protocols.sound import HOUSE, TEXTS, read

PROTOCOLS = {name: (read(text), HOUSE) for name, text in TEXTS.items()}
PROTOCOLS |= {name: (protocol, LIBRARY.house) for name, protocol in LIBRARY.triage.items()}


def numbers(question):
    """The numbers that may be said: on the question's steps, or tenths where it has none; each end too."""
    low, high = question.range
    step = question.step or 0.1
    return [round(low + step * place, 6) for place in range(int((high - low) / step + 1e-9) + 1)]


def sound(text):
    return Subject(*PROTOCOLS[text])


def cells_in(text, question):
    subject = sound(text)
    return subject.call.cells[subject.protocol.by_id[question].index]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_number_is_worth_what_the_one_is_worth_that_stands_for_it(name):
    subject = sound(name)
    asked = [
        leaf
        for one in conditions_of(subject.protocol)
        for leaf in leaves(one)
        if isinstance(leaf, AtLeast | AtMost)
    ]
    for cells in subject.call.cells:
        question = cells.question
        if question.kind != "number":
            continue
        told = [leaf for leaf in asked if leaf.question == question.id]

        def worth(number, question=question, told=told):
            sides = [
                number >= leaf.bound if isinstance(leaf, AtLeast) else number <= leaf.bound for leaf in told
            ]
            if question.score == "news2":
                ways = WAYS if question.id == "spo2" else ({},)
                sides += [weigh({**way, question.id: number}).points[question.id] for way in ways]
            if question.band is not None:
                sides += [number < question.band[0], number > question.band[1]]
            return sides

        assert all(number in numbers(question) for number in cells.values)
        stands = [worth(number) for number in cells.values]
        assert all(worth(number) in stands for number in numbers(question))
        assert list(cells.values) == sorted(cells.values)
        assert all(here != after for here, after in pairwise(stands))
        if question.mildest is not None:
            assert cells.values[cells.mild] == question.mildest


def in_words(cells, steps):
    return {(cells.values[before], cells.values[after]) for before, after in steps}


WORSE = {
    "no is worse": ("leg", "breath", [{("yes", "no")}]),
    "the last is worst": ("leg", "blood", [{("dry", "drips"), ("drips", "pours")}]),
    "yes is worse": ("leg", "swollen", [{("no", "yes")}]),
    "neither is worse": ("leg", "adult", []),
    "more is worse": ("leg", "lasts", [{(0, 48)}]),
    "fewer is worse": ("leg", "walks", [{(100, 0)}]),
    "outside a band": ("leg", "room", [{(21.5, 14), (14, 0), (21.5, 28.5), (28.5, 30)}]),
    "a chart says how bad": (
        "ill",
        "resp",
        [{(16, 9), (16, 1), (9, 1), (16, 21), (16, 25), (21, 25)}],
    ),
    "a choice on a chart": (
        "ill",
        "consciousness",
        [{("alert", other) for other in ("new_confusion", "voice", "pain", "unresponsive")}],
    ),
    "a choice that a scale weighs": ("ill", "oxygen", [{("air", "oxygen")}]),
    "a choice that weighs nothing": ("ill", "spo2_scale", []),
}


@pytest.mark.parametrize(("text", "question", "steps"), WORSE.values(), ids=WORSE)
def test_what_is_one_step_worse(text, question, steps):
    cells = cells_in(text, question)
    assert [in_words(cells, each) for each in cells.steps] == steps
    for each, chain in zip(cells.steps, cells.chains, strict=True):
        assert set(chain) >= set(each)
        assert all((a, d) in chain for a, b in chain for c, d in chain if b == c)


def test_how_bad_a_saturation_is_depends_on_scale_and_oxygen():
    """RCP 2017, SpO2 scale 2: 88 to 92 weighs nothing; above it only on oxygen, the more the higher."""
    cells = cells_in("ill", "spo2")
    one, air, oxygen = (in_words(cells, steps) for steps in cells.steps)
    assert {(96, 94), (94, 92), (92, 50)} <= one
    assert not any(before < after for before, after in one)
    assert {(88, 86), (86, 84), (84, 50)} <= air
    assert not any(before < after for before, after in air)
    assert {(88, 86), (88, 93), (93, 95), (95, 98), (88, 98)} <= oxygen
    assert not any(before > 92 >= after or before < 88 <= after for before, after in oxygen)


STEPPED = """\
protocol: steps
version: 1.0.0
status: draft
title: Steps
review_by: 2030-01-01
questions:
  - {id: breath, ask: "Breathing?", kind: yes_no, worse: no}
  - {id: falls, ask: "Falls?", kind: number, unit: falls, range: [0, 10], step: 1, worse: higher}
  - {id: warm, ask: "Warm?", kind: number, unit: C, range: [10, 30], step: 0.5, worse: {outside: [18, 24]}, record: yes}
red_flags:
  - {flag: breath, if: {breath: no}, sign: breath}
dispositions:
  - id: ambulance
    priority: now
    response: ambulance
    when: [{rule: breath, if: {breath: no}}]
  - id: visit
    priority: hour
    response: a nurse comes
    positions: [nurse]
    when:
      - {rule: many, if: {falls: {at_least: 3 falls}}}
      - {rule: two, if: {all: [{falls: {at_least: 2 falls}}, {warm: {at_most: 15 C}}]}}
      - {rule: cold, if: {all: [{falls: {at_least: 2 falls}}, {warm: {at_most: 18 C}}]}}
      - {rule: warm, if: {all: [{falls: {at_least: 2 falls}}, {warm: {at_least: 24 C}}]}}
  - {id: rest, priority: words, response: words, otherwise: yes}
unknowns: {limit: 3, to: ring}
dropped_call: {to: ring, who: handler, within: 5 min}
"""


def test_numbers_that_go_by_steps_stay_on_them():
    _, falls, warm = Subject(read(STEPPED), HOUSE).call.cells
    assert falls.values == (0, 2, 3)
    assert falls.steps == (((0, 1), (1, 2)),)
    # The record may hold the other side: each bound's mirror image counts too, 12 and 30 of the ends, 27 of 15.
    assert warm.values == (10, 10.5, 12, 12.5, 15, 15.5, 18, 21, 24, 24.5, 27, 27.5, 30)
    inside, colder = (18, 21, 24), [15.5, 15, 12.5, 12, 10.5, 10]
    warmer = [24.5, 27, 27.5, 30]
    outwards = {*pairwise(colder), *pairwise(warmer)}
    assert in_words(warm, warm.steps[0]) == outwards | {
        (mild, out) for mild in inside for out in (15.5, 24.5)
    }


FORM = {
    # What a worse answer can only make more urgent, and what not to know can: said by the form alone, without Z3.
    "leg": ({"adult", "room"}, {"adult"}),
    "tired": ({"where"}, {"thinner"}),
    "ill": (
        {"adult"},
        {"adult", "resp", "spo2_scale", "spo2", "oxygen", "systolic", "pulse", "consciousness", "temp"},
    ),
}


@pytest.mark.parametrize("text", FORM)
def test_what_the_form_alone_does_not_say(text):
    subject, (rises, opens) = sound(text), FORM[text]
    questions = subject.protocol.questions
    assert {one.id for one in questions if not subject.form.rises(one)} == rises
    assert {one.id for one in questions if not subject.form.opens(one)} == opens


HOT = "{hot: yes}]}}\n      - {rule: lasts"


def turned(text, was, now):
    assert was in text
    return Subject(read(text.replace(was, now)), HOUSE)


@pytest.mark.parametrize(
    ("was", "now", "rises", "opens"),
    [
        ("{walks: {at_most: 10 steps}}", "{not: {walks: {at_least: 11 steps}}}", {"walks"}, {"walks"}),
        ("{thinner: yes}", "{known: {thinner: yes}}", set(), {"thinner"}),
        ("{thinner: yes}", "{not: {thinner: no}}", {"thinner"}, {"thinner"}),
        ("{blood: {at_least: drips}}", "{blood: [drips]}", {"blood"}, set()),
        # What a question opens counts with it: swollen opens hot.
        (HOT, HOT.replace("{hot: yes}", "{not: {hot: no}}"), {"swollen", "hot"}, {"swollen", "hot"}),
        (HOT, HOT.replace("{hot: yes}", "{known: {hot: yes}}"), set(), {"hot"}),
        ("ask_if: {swollen: yes}", "ask_if: {not: {swollen: no}}", {"swollen"}, {"swollen"}),
        # A question without a mildest answer cannot be opened from nowhere.
        ('"Side?", kind: choice,', '"Side?", ask_if: {swollen: yes}, kind: choice,', set(), set()),
    ],
)  # fmt: skip
def test_one_rule_that_is_turned_round_and_the_form_says_less(was, now, rises, opens):
    subject = turned(TEXTS["leg"], was, now)
    questions = subject.protocol.questions
    of_before_rises, of_before_opens = FORM["leg"]
    assert {one.id for one in questions if not subject.form.rises(one)} == of_before_rises | rises
    assert {one.id for one in questions if not subject.form.opens(one)} == of_before_opens | opens


def test_cells_are_fine_enough_for_both_versions_that_are_compared():
    old, new = read(TEXTS["leg"]), read(TEXTS["leg"].replace("48 h", "24 h"))
    lasts = old.by_id["lasts"].index
    assert cells_of(old)[lasts].values == (0, 48)
    assert cells_of(old, new)[lasts].values == cells_of(new, old)[lasts].values == (0, 24, 48)
