"""What would change a call: every answer and both sides of every threshold, in words, the nearest few."""

import json

import pytest

from protocols.explain import OF_TWO, would_become, would_become_by_two
from protocols.loader import parse_triage
from tests.pure.test_engine import HOUSE, REST, does, protocol, yes_no
from tests.pure.test_scores import HOUSE as SCORES_HOUSE
from tests.pure.test_scores import TEXT, WELL

HOURS = {"id": "hours", "ask": "Hours?", "kind": "number", "unit": "h", "range": [0, 10], "worse": "higher"}
DANGER = yes_no("danger")


def timed(*rules, **more):
    """`rules`: priority and condition of each, most urgent first."""
    return protocol(
        [DANGER, HOURS | more],
        [does(f"d{place}", priority, *conditions) for place, (priority, *conditions) in enumerate(rules)]
        + [REST],
    )


def changes(small, answers, record=None, house=HOUSE):
    return {one.priority: one.changes for one in would_become(small, house, answers, record or {})}


EIGHT = ("hour", {"hours": {"at_least": "8 h"}})
TWO = ("two_hours", {"hours": {"at_most": "2 h"}})


@pytest.mark.parametrize(
    ("rules", "hours", "expected"),
    [
        ((EIGHT,), 5, {"hour": ("Hours? 8 h or more",)}),
        ((EIGHT,), 9, {"advice": ("Hours? less than 8 h",)}),
        ((TWO,), 5, {"two_hours": ("Hours? 2 h or less",)}),
        ((TWO,), 1, {"advice": ("Hours? more than 2 h",)}),
        (
            (EIGHT, TWO),
            1,
            {"hour": ("Hours? 8 h or more",), "advice": ("Hours? more than 2 h, less than 8 h",)},
        ),
        (
            (EIGHT, TWO),
            9,
            {"two_hours": ("Hours? 2 h or less",), "advice": ("Hours? more than 2 h, less than 8 h",)},
        ),
        ((("hour", {"hours": {"at_least": "10 h"}}),), 3, {"hour": ("Hours? 10 h or more",)}),
        ((("hour", {"hours": {"at_most": "0 h"}}),), 3, {"hour": ("Hours? 0 h or less",)}),
        ((("hour", {"hours": {"at_least": "0 h"}}),), 3, {}),
        ((("hour", {"hours": {"at_most": "10 h"}}),), 3, {}),
    ],
)
def test_both_sides_of_a_threshold_in_words_and_nothing_outside_the_range(rules, hours, expected):
    assert changes(timed(*rules), {"danger": "no", "hours": hours}) == expected


def test_the_last_value_on_the_other_side_is_one_step_away():
    """Half hours are counted: seven and a half alone lies between the two."""
    small = timed(
        ("hour", {"hours": {"at_least": "8 h"}}), ("two_hours", {"hours": {"at_least": "7.5 h"}}), step=0.5
    )
    assert changes(small, {"danger": "no", "hours": 9}) == {
        "two_hours": ("Hours? 7.5 h or more, less than 8 h",),
        "advice": ("Hours? less than 7.5 h",),
    }
    assert changes(small, {"danger": "no", "hours": 7.5}) == {
        "hour": ("Hours? 8 h or more",),
        "advice": ("Hours? less than 7.5 h",),
    }


@pytest.mark.parametrize("said", [{}, {"hours": "unknown"}])
def test_what_is_not_known_may_turn_out_to_be_any_stretch(said):
    """An unknown number could be eight: a visit stands already, and only less would change that."""
    expected = (
        {"advice": ("Hours? more than 2 h, less than 8 h",)} if said else {"hour": ("Hours? 8 h or more",)}
    )
    assert (
        changes(timed(EIGHT, TWO) if said else timed(EIGHT), {"danger": "no", **said}).items()
        >= expected.items()
    )


def test_of_each_side_the_nearest_that_leads_there():
    both = {"any": [{"hours": {"at_least": "8 h"}}, {"hours": {"at_least": "9 h"}}]}
    near = timed(("hour", both))
    assert changes(near, {"danger": "no", "hours": 7.5}) == {"hour": ("Hours? 8 h or more, less than 9 h",)}
    around = timed(("hour", {"any": [{"hours": {"at_most": "2 h"}}, {"hours": {"at_least": "8 h"}}]}))
    assert changes(around, {"danger": "no", "hours": 5}) == {
        "hour": ("Hours? 2 h or less", "Hours? 8 h or more")
    }


def test_of_answers_that_are_as_far_the_first_is_named():
    where = {
        "id": "where",
        "ask": "Where?",
        "kind": "choice",
        "answers": ["chair", "bed", "floor"],
        "worse": "neither",
        "because": "no place is worse",
    }
    small = protocol([DANGER, where], [does("visit", "hour", {"where": ["bed", "floor"]}), REST])
    assert changes(small, {"danger": "no", "where": "chair"}) == {"hour": ("Where? bed",)}


@pytest.mark.parametrize(("many", "shown"), [(8, 8), (9, 9), (10, 9)])
def test_one_more_than_a_few_is_named_too_and_two_more_are_counted(many, shown):
    names = [f"q{place}" for place in range(many)]
    anything = {"any": [{name: "yes"} for name in names]}
    small = protocol([DANGER, *map(yes_no, names)], [does("visit", "hour", anything), REST])
    (said,) = changes(small, dict.fromkeys(("danger", *names), "no")).values()
    assert said[:8] == tuple(f"{name}? yes" for name in names[:8])
    assert len(said) == shown
    assert said[8:] == {8: (), 9: ("q8? yes",), 10: ("2 other answers",)}[many]


def test_what_is_not_asked_or_only_for_information_or_says_whom_it_is_for_is_no_change():
    questions = [
        DANGER,
        yes_no("adult", "neither", because="only whom it is for"),
        yes_no("fell"),
        yes_no("hurt", ask_if={"fell": "yes"}),
        yes_no("note", for_information="yes"),
    ]
    anything = {"any": [{"hurt": "yes"}, {"fell": "yes"}]}
    for_adults = [{"if": {"adult": "yes"}, "else": "rest", "go_to": "the children's line"}]
    small = protocol(questions, [does("visit", "hour", anything), REST], **{"for": for_adults})
    answers = {"danger": "no", "adult": "yes", "fell": "no", "note": "no"}
    assert changes(small, answers) == {"hour": ("fell? yes",)}


def test_the_record_counts_now_and_then():
    """S8: what the record holds already makes it so, and is no change."""
    thin = yes_no("thin", record="yes")
    both = does("fast", "clinician", {"all": [{"thin": "yes"}, {"other": "yes"}]})
    small = protocol([yes_no("other"), thin], [both, does("visit", "hour", {"thin": "yes"}), REST])
    said = {"other": "no", "thin": "no"}
    assert changes(small, said) == {"hour": ("thin? yes",)}
    assert changes(small, said, {"thin": "yes"}) == {"clinician": ("other? yes",)}


def test_thresholds_of_rules_beside_the_chart_part_its_bands():
    """A flag at 115 a minute inside the band from 111 to 130: each part lies wholly on one side."""
    racing = "  - {flag: racing, if: {pulse: {at_least: 115 /min}}, floor: now}\n"
    flagged = TEXT.replace("red_flags:\n", f"red_flags:\n{racing}", 1)
    assert flagged != TEXT
    scored = parse_triage(flagged, "scored.yaml", SCORES_HOUSE)
    said = {**WELL, "pulse": 120}
    assert changes(scored, said, house=SCORES_HOUSE) == {
        "hour": ("Pulse? 40 /min or less",),
        "advice": ("Pulse? 111 to 114 /min",),
    }


# ---- two at a time ----


def small_of_two(*pairs):
    """Each of `pairs` together is a visit; nobody alone is."""
    names = sorted({name for pair in pairs for name in pair})
    visit = [{"all": [{one: "yes"}, {two: "yes"}]} for one, two in pairs]
    return protocol([DANGER, *map(yes_no, names)], [does("visit", "hour", *visit), REST]), names


def by_two(small, answers, record=None):
    return [(one.priority, one.changes) for one in would_become_by_two(small, HOUSE, answers, record or {})]


def test_two_together_where_neither_alone_leads_there():
    small, names = small_of_two(("a", "b"))
    said = dict.fromkeys(("danger", *names), "no")
    assert by_two(small, said) == [("hour", ("a? yes and b? yes",))]
    assert by_two(small, {**said, "a": "yes"}) == []


def test_only_so_many_pairs_are_named():
    small, names = small_of_two(*[("a", other) for other in "bcdefg"])
    ((_, pairs),) = by_two(small, dict.fromkeys(("danger", *names), "no"))
    assert pairs == tuple(f"a? yes and {other}? yes" for other in "bcdefg"[:OF_TWO])


def test_a_question_with_several_other_answers_hides_no_pair_after_it():
    visit = {"all": [{"a": "yes"}, {"b": "yes"}]}
    small = protocol(
        [DANGER, HOURS, *map(yes_no, "ab")],
        [
            does(
                "visit",
                "hour",
                visit,
                {"all": [{"hours": {"at_least": "8 h"}}, {"hours": {"at_most": "2 h"}}]},
            ),
            REST,
        ],
    )
    said = {"danger": "no", "hours": 5, "a": "no", "b": "no"}
    assert by_two(small, said) == [("hour", ("a? yes and b? yes",))]


def test_the_most_urgent_of_what_two_would_do_stands_first():
    small = protocol(
        [DANGER, *map(yes_no, "abcd")],
        [
            does("fast", "hour", {"all": [{"c": "yes"}, {"d": "yes"}]}),
            does("visit", "two_hours", {"all": [{"a": "yes"}, {"b": "yes"}]}),
            REST,
        ],
    )
    said = by_two(small, dict.fromkeys(("danger", *"abcd"), "no"))
    assert said == [("hour", ("c? yes and d? yes",)), ("two_hours", ("a? yes and b? yes",))]


def test_two_together_hear_the_record():
    """S8: a fact that stands is no second change, and what the fact does alone is no news."""
    small = protocol(
        [DANGER, yes_no("thin", record="yes"), *map(yes_no, "ab")],
        [
            does("fast", "hour", {"all": [{"thin": "yes"}, {"a": "yes"}, {"b": "yes"}]}),
            does("visit", "two_hours", {"thin": "yes"}),
            REST,
        ],
    )
    said = dict.fromkeys(("danger", "thin", "a", "b"), "no")
    assert by_two(small, said) == []
    assert by_two(small, said, {"thin": "yes"}) == [("hour", ("a? yes and b? yes",))]


def test_a_large_number_is_said_as_it_is():
    small = timed(("hour", {"hours": {"at_least": "720 min"}}), unit="min", range=[0, 2880], step=10)
    assert changes(small, {"danger": "no", "hours": 900}) == {"advice": ("Hours? less than 720 min",)}
    assert json.dumps(changes(small, {"danger": "no", "hours": 0})) == '{"hour": ["Hours? 720 min or more"]}'
