"""What the engine's words mean, each in the smallest protocol that shows it."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from protocols.conditions import compile_condition, evaluate, surely
from protocols.engine import UNKNOWN, assess, check_answer, dropped, finish, unite
from protocols.explain import would_become
from protocols.loader import load_library, parse_house, parse_triage
from protocols.model import FALSE, MAYBE, TRUE, AllOf, AnyOf, Known, Not, OneOf, Readings

HOUSE_DATA = {
    "priorities": ["now", "clinician", "hour", "two_hours", "advice"],
    "clinician": "clinician",
    "unknown_limit": 3,
    "exception_never_below": "hour",
    "every_protocol_asks": [],
    "plausible": {"spo2": [50, 100]},
    "signs": {
        "threat": {"floor": "now", "life_threat": "yes", "title": "A threat", "words": ["Press hard."]},
        "lesser": {"floor": "clinician", "life_threat": "no"},
    },
    "visits": ["hour", "two_hours"],
    "positions": {
        "nurse": {"title": "Nurse", "stops_clock": "yes"},
        "lifter": {"title": "Lifter", "stops_clock": "no"},
        "clinician": {"title": "Clinician", "stops_clock": "no", "offered": "no"},
    },
}
HOUSE = parse_house(json.dumps(HOUSE_DATA), "house.yaml")
LIBRARY = load_library(Path(__file__).parents[2] / "protocols", draft=True)
FALL = LIBRARY.triage["fall-at-home"]
MILD = {question.id: "yes" if question.mildest is None else question.mildest for question in FALL.questions}


def yes_no(name, worse="yes", **more):
    return {"id": name, "ask": f"{name}?", "kind": "yes_no", "worse": worse, **more}


def does(name, priority, *conditions, **more):
    rules = [{"rule": f"r{place}", "if": condition} for place, condition in enumerate(conditions)]
    return {"id": name, "priority": priority, "response": name, **({"when": rules} if rules else {}), **more}


REST = does("rest", "advice", otherwise="yes")


def protocol(questions, dispositions, *, flags=(), name="small", **more):
    data = {
        "protocol": name,
        "version": "1.0.0",
        "status": "draft",
        "title": "Small",
        "review_by": "2030-01-01",
        "questions": questions,
        "red_flags": list(flags) or [{"flag": "none", "if": {questions[0]["id"]: "yes"}, "floor": "advice"}],
        "dispositions": dispositions,
        "dropped_call": {"to": "clinician", "who": "handler", "within": "5 min"},
        **more,
    }
    return parse_triage(json.dumps(data), f"{name}.yaml", HOUSE)


# ---- Kleene ----

F, M, T = FALSE, MAYBE, TRUE


def readings(*values):
    found = Readings(len(values))
    found.masks = [{F: 2, M: 3, T: 1}[value] for value in values]
    return found


A, B = OneOf("a", ("yes",), 0, 1), OneOf("b", ("yes",), 1, 1)


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (F, F, F, F),
        (F, M, F, M),
        (F, T, F, T),
        (M, F, F, M),
        (M, M, M, M),
        (M, T, M, T),
        (T, F, F, T),
        (T, M, M, T),
        (T, T, T, T),
    ],
)
def test_strong_kleene_tables(a, b, both, either):
    said = readings(a, b)
    for value, condition in ((both, AllOf((A, B))), (either, AnyOf((A, B)))):
        assert evaluate(condition, said) == compile_condition(condition)(said) == value


@pytest.mark.parametrize(("a", "negated", "known"), [(F, T, F), (M, M, F), (T, F, T)])
def test_not_and_known(a, negated, known):
    for value, condition in ((negated, Not(A)), (known, Known(A))):
        assert evaluate(condition, readings(a)) == compile_condition(condition)(readings(a)) == value


@pytest.mark.parametrize(
    ("condition", "sure"),
    [
        (A, False),
        (B, True),
        (AllOf((A, B)), False),
        (AllOf((B, B)), True),
        (AnyOf((A, B)), True),
        (AnyOf((A, A)), False),
        (Not(A), False),
        (Not(B), False),
        (Not(Not(B)), True),
        (Not(AllOf((A, B))), False),
        (Not(AllOf((A, Not(B)))), True),
        (Not(AnyOf((A, Not(B)))), False),
        (Not(AnyOf((Not(B), Not(B)))), True),
        (Known(A), False),
        (Known(B), True),
        (Not(Known(A)), False),
        (Not(Known(Not(B))), True),
    ],
    ids=str,
)
def test_what_stays_true_whatever_is_still_answered(condition, sure):
    """`a` is open, `b` is yes."""
    assert surely(condition, readings(M, T), frozenset({0})) is sure


# ---- rules, gates, unknowns ----


def test_a_rule_fires_unless_it_is_false():
    small = protocol([yes_no("pain")], [does("visit", "hour", {"pain": "yes"}), REST])
    assert [assess(small, HOUSE, {"pain": said}).priority for said in ("no", "yes", UNKNOWN)] == [
        "advice",
        "hour",
        "hour",
    ]


def test_known_lets_an_unknown_pass():
    small = protocol([yes_no("pain")], [does("visit", "hour", {"known": {"pain": "yes"}}), REST])
    assert assess(small, HOUSE, {"pain": UNKNOWN}).priority == "advice"


def test_a_gate_that_is_false_makes_the_question_not_applicable_even_if_it_was_answered():
    small = protocol(
        [yes_no("fell"), yes_no("hurt", ask_if={"fell": "yes"})],
        [does("visit", "hour", {"hurt": "yes"}), REST],
    )
    verdict = assess(small, HOUSE, {"fell": "no", "hurt": "yes"})
    assert (verdict.priority, verdict.finished, verdict.remaining) == ("advice", True, 0)


def test_a_gate_that_is_unknown_makes_the_question_asked_or_unknown():
    small = protocol(
        [yes_no("fell"), yes_no("hurt", ask_if={"fell": "yes"})],
        [does("visit", "hour", {"hurt": "yes"}), REST],
    )
    assert assess(small, HOUSE, {"fell": UNKNOWN}).next_question.id == "hurt"
    assert assess(small, HOUSE, {"fell": UNKNOWN, "hurt": "no"}).priority == "advice"
    assert assess(small, HOUSE, {"fell": UNKNOWN, "hurt": UNKNOWN}).priority == "hour"


def test_a_question_not_applicable_without_a_mildest_answer_satisfies_no_leaf():
    kind = {"id": "kind", "ask": "Which?", "kind": "choice", "answers": ["one", "two"], "worse": "neither"}
    small = protocol(
        [yes_no("has"), {**kind, "because": "only a name", "ask_if": {"has": "yes"}}],
        [does("visit", "hour", {"kind": ["one", "two"]}), REST],
    )
    assert assess(small, HOUSE, {"has": "no"}).priority == "advice"


def test_not_reached_is_not_asked_and_not_known():
    small = protocol([yes_no("a"), yes_no("b")], [does("visit", "hour", {"b": "yes"}), REST])
    so_far = assess(small, HOUSE, {"a": "no"})
    assert (so_far.priority, so_far.provisional, so_far.next_question.id, so_far.remaining) == (
        "advice",
        True,
        "b",
        1,
    )
    with pytest.raises(Refused, match=r'Not finished: "b\?"'):
        finish(small, HOUSE, {"a": "no"})
    assert finish(small, HOUSE, {"a": "no", "b": UNKNOWN}).priority == "hour"


def test_three_unknowns_add_a_clinician_and_replace_nothing():
    questions = [yes_no("a"), yes_no("b"), yes_no("c")]
    small = protocol(questions, [does("visit", "two_hours", {"a": "yes"}, positions=["nurse"]), REST])
    two = assess(small, HOUSE, {"a": UNKNOWN, "b": UNKNOWN, "c": "no"})
    three = assess(small, HOUSE, {"a": UNKNOWN, "b": UNKNOWN, "c": UNKNOWN})
    assert two.priority == "two_hours"
    assert three.priority == "clinician"
    assert [(one.kind, one.priority) for one in three.positions] == [
        ("clinician", "clinician"),
        ("nurse", "two_hours"),
    ]
    assert {leaf.question for leaf in three.because} == {"a", "b", "c"}


def test_unknowns_for_information_do_not_count():
    questions = [yes_no("a"), yes_no("b", for_information="yes"), yes_no("c", for_information="yes")]
    small = protocol(questions, [does("visit", "two_hours", {"a": "yes"}), REST])
    assert assess(small, HOUSE, dict.fromkeys("abc", UNKNOWN)).unknown_count == 1


# ---- the record ----


@pytest.mark.parametrize(
    ("answer", "fact", "priority"),
    [
        ("no", "yes", "hour"),
        ("yes", "no", "hour"),
        ("no", "no", "advice"),
        ("no", "warfarin", "advice"),
        (UNKNOWN, "no", "hour"),
        (UNKNOWN, "yes", "now"),
    ],
)
def test_where_record_and_answer_differ_the_worse_counts(answer, fact, priority):
    small = protocol(
        [yes_no("other"), yes_no("thin", record="yes")],
        [
            does("fast", "now", {"all": [{"known": {"thin": "yes"}}, {"other": "yes"}]}),
            does("visit", "hour", {"thin": "yes"}),
            REST,
        ],
    )
    other = "yes" if priority == "now" else "no"
    assert assess(small, HOUSE, {"thin": answer, "other": other}, {"thin": fact}).priority == priority


def test_the_worst_fact_on_the_record_answers_the_question_and_says_so():
    small = protocol([yes_no("thin", record="yes")], [does("visit", "hour", {"thin": "yes"}), REST])
    verdict = finish(small, HOUSE, {}, {"thin": "yes"})
    assert verdict.priority == "hour"
    assert [(leaf.question, leaf.from_record) for leaf in verdict.because] == [("thin", True)]
    assert not assess(small, HOUSE, {}, {"thin": "no"}).finished


def test_a_fact_counts_only_where_the_question_lets_the_record_answer():
    small = protocol([yes_no("thin")], [does("visit", "hour", {"thin": "yes"}), REST])
    assert assess(small, HOUSE, {"thin": "no"}, {"thin": "yes"}).priority == "advice"


def test_unknown_with_a_fact_is_at_least_as_bad_as_the_fact():
    pain = {
        "id": "pain",
        "ask": "Pain?",
        "kind": "choice",
        "answers": ["none", "some", "much"],
        "worse": "last",
    }
    small = protocol(
        [yes_no("x"), {**pain, "record": "yes"}],
        [does("fast", "clinician", {"known": {"pain": {"at_least": "some"}}}), REST],
    )
    assert assess(small, HOUSE, {"x": "no", "pain": UNKNOWN}).priority == "advice"
    assert assess(small, HOUSE, {"x": "no", "pain": UNKNOWN}, {"pain": "some"}).priority == "clinician"


# ---- population, ends, drops ----

POPULATION = [{"if": {"adult": "yes"}, "else": "rings", "go_to": "the children's line"}]


def peopled(**more):
    adult = yes_no("adult", "neither", because="only whom it is for")
    return protocol(
        [adult, yes_no("blood"), yes_no("pain")],
        [
            does("fast", "now", {"blood": "yes"}, ends_call="yes"),
            does("rings", "clinician", {"pain": "yes"}, positions=["clinician"]),
            does("rest", "advice", otherwise="yes", positions=["nurse"]),
        ],
        flags=[
            {"flag": "blood", "if": {"blood": "yes"}, "sign": "threat"},
            {"flag": "pain", "if": {"pain": "yes"}, "sign": "lesser"},
        ],
        **{"for": POPULATION, **more},
    )


def test_outside_the_population_it_refuses_but_still_hears_life_threats():
    verdict = assess(peopled(), HOUSE, {"adult": "no"})
    assert (verdict.refusal, verdict.priority) == ("the children's line", "clinician")
    assert verdict.next_question.id == "blood", "only what can show a life threat is still asked"
    assert assess(peopled(), HOUSE, {"adult": "no", "blood": "no"}).finished
    for said in ("yes", UNKNOWN):
        threat = assess(peopled(), HOUSE, {"adult": "no", "blood": said})
        assert (threat.priority, threat.refusal) == ("now", "the children's line")
        assert threat.flags[0].words == ("Press hard.",)


def test_an_unknown_population_lets_the_else_count_beside_what_the_rules_say():
    verdict = finish(peopled(), HOUSE, {"adult": UNKNOWN, "blood": "no", "pain": "no"})
    assert (verdict.priority, verdict.refusal) == ("clinician", None)
    assert [one.kind for one in verdict.positions] == ["clinician", "nurse"]


def test_a_population_question_not_reached_refuses_nobody():
    assert assess(peopled(), HOUSE, {}).refusal is None
    assert assess(peopled(), HOUSE, {}).priority == "advice"


def test_ends_call_means_no_more_questions():
    verdict = assess(peopled(), HOUSE, {"adult": "yes", "blood": UNKNOWN})
    assert (verdict.priority, verdict.finished, verdict.next_question) == ("now", True, None)


def test_an_otherwise_or_a_rule_that_nobody_has_answered_yet_ends_nothing():
    small = protocol(
        [yes_no("pain"), yes_no("blood")],
        [
            does("well", "two_hours", {"pain": "no"}, ends_call="yes"),
            does("rest", "advice", otherwise="yes", ends_call="yes"),
        ],
    )
    assert assess(small, HOUSE, {}).next_question.id == "pain"
    assert assess(small, HOUSE, {"pain": "no"}).finished
    assert not assess(small, HOUSE, {"pain": "yes"}).finished


def test_red_flags_more_urgent_than_what_ends_the_call_are_still_asked():
    small = protocol(
        [yes_no("pain"), yes_no("other"), yes_no("blood")],
        [does("fast", "now", {"blood": "yes"}), does("end", "hour", {"pain": "yes"}, ends_call="yes"), REST],
        flags=[{"flag": "blood", "if": {"blood": "yes"}, "sign": "threat"}],
    )
    assert assess(small, HOUSE, {"pain": "yes"}).next_question.id == "blood"


def test_what_the_limit_of_unknowns_adds_ends_the_call_as_a_rule_would():
    small = protocol(
        [yes_no(name) for name in "abcd"],
        [
            does("fast", "clinician", {"d": "yes"}, ends_call="yes"),
            does("visit", "hour", {"any": [{name: "yes"} for name in "abc"]}),
            REST,
        ],
        unknowns={"limit": 3, "to": "clinician"},
    )
    assert [one.id for one in assess(small, HOUSE, {"a": UNKNOWN, "b": UNKNOWN}).still] == ["c", "d"]
    verdict = assess(small, HOUSE, dict.fromkeys("abc", UNKNOWN))
    assert (verdict.finished, verdict.disposition.id) == (True, "fast")


def test_a_dropped_call_is_the_more_urgent_of_what_was_heard_and_the_dropped_call():
    assert dropped(peopled(), HOUSE, {}).priority == "clinician"
    assert dropped(peopled(), HOUSE, {"blood": "yes"}).priority == "now"
    nothing = dropped(peopled(), HOUSE, {"adult": "yes"})
    assert (nothing.finished, nothing.next_question) == (True, None)
    assert [one.kind for one in nothing.positions] == ["clinician"], "otherwise is nothing that was said"


@settings(max_examples=50)
@given(st.data())
def test_dropped_at_every_prefix_of_a_fall_is_never_below_a_clinician_nor_below_what_was_said(data):
    answers = {}
    verdict = assess(FALL, LIBRARY.house, answers)
    while verdict.next_question is not None:
        ended = dropped(FALL, LIBRARY.house, answers)
        assert ended.rank <= min(verdict.rank, LIBRARY.house.rank["clinician_20_min"])
        question = verdict.next_question
        options = [0, 60, 720] if question.kind == "number" else question.answers
        answers[question.id] = data.draw(st.sampled_from([*options, UNKNOWN, MILD[question.id]]))
        verdict = assess(FALL, LIBRARY.house, answers)
    assert finish(FALL, LIBRARY.house, answers) == verdict


# ---- floors ----


def test_a_certain_red_flag_holds_its_floor_even_if_the_rules_forget_it():
    small = protocol(
        [yes_no("blood")],
        [does("visit", "hour", {"blood": "yes"}), REST],
        flags=[{"flag": "blood", "if": {"blood": "yes"}, "sign": "threat"}],
    )
    verdict = assess(small, HOUSE, {"blood": "yes"})
    assert (verdict.priority, verdict.by_rules.id) == ("now", "visit")


def test_a_signed_exception_leaves_an_uncertain_flag_to_the_rules():
    permit = {
        "exception": "e",
        "allows": "unknown",
        "about": "thin",
        "if": {"unknown": "thin"},
        "never_below": "hour",
        "because": "a nurse looks",
        "calls_back": {"who": "nurse", "within": "20 min"},
        "signed": ["A", "B"],
    }
    flags = [{"flag": "thin", "if": {"thin": "yes"}, "sign": "lesser"}]
    rules = [does("visit", "hour", {"thin": "yes"}), REST]
    assert (
        assess(protocol([yes_no("thin")], rules, flags=flags), HOUSE, {"thin": UNKNOWN}).priority
        == "clinician"
    )
    excused = protocol([yes_no("thin")], rules, flags=flags, exceptions=[permit])
    assert assess(excused, HOUSE, {"thin": UNKNOWN}).priority == "hour"
    assert assess(excused, HOUSE, {"thin": "yes"}).priority == "clinician"


# ---- positions and several protocols ----


def two_nurses(name="many"):
    return protocol(
        [yes_no("a"), yes_no("b")],
        [
            does("soon", "hour", {"a": "yes"}, positions=["nurse", "lifter"]),
            does("later", "two_hours", {"b": "yes"}, positions=["nurse", "nurse"]),
            REST,
        ],
        name=name,
    )


def test_positions_of_every_fired_disposition_stand_each_at_its_own_priority():
    verdict = assess(two_nurses(), HOUSE, {"a": "yes", "b": "yes"})
    assert [(one.kind, one.priority, one.stops_clock) for one in verdict.positions] == [
        ("nurse", "hour", True),
        ("lifter", "hour", False),
        ("nurse", "two_hours", True),
    ]


def test_several_protocols_the_most_urgent_wins_and_the_highest_counts_stand():
    one = assess(two_nurses("one"), HOUSE, {"a": "yes", "b": "no"})
    two = assess(two_nurses("two"), HOUSE, {"a": "no", "b": "yes"})
    both = unite([two, one])
    assert (both.priority, both.disposition.id, both.protocol) == ("hour", "soon", "one + two")
    assert [(each.kind, each.priority) for each in both.positions] == [
        ("nurse", "hour"),
        ("lifter", "hour"),
        ("nurse", "two_hours"),
    ]
    assert len(both.fired) == 2
    assert both.finished


def test_of_two_alike_the_position_that_may_go_beside_999_stands():
    """It is asked for by both: held back by neither where one of them lets it go at once."""
    plain, beside = (
        protocol([yes_no("a")], [does("visit", "hour", {"a": "yes"}, positions=[wanted]), REST])
        for wanted in ("nurse", {"position": "nurse", "with_999": "yes"})
    )
    for order in ((plain, beside), (beside, plain)):
        (nurse,) = unite([finish(one, HOUSE, {"a": "yes"}) for one in order]).positions
        assert (nurse.kind, nurse.rank, nurse.stops_clock, nurse.offered, nurse.with_999) == (
            "nurse", 2, True, True, True,
        )  # fmt: skip
    queue = protocol([yes_no("a")], [does("rings", "clinician", {"a": "yes"}, positions=["clinician"]), REST])
    (queued,) = finish(queue, HOUSE, {"a": "yes"}).positions
    assert (queued.stops_clock, queued.offered, queued.with_999) == (False, False, False)


def test_what_is_united_still_asks_what_each_asks_and_keeps_the_certain_sign():
    asks_a, asks_b = (
        protocol(
            [yes_no(name)],
            [does("visit", "hour", {name: "yes"}), REST],
            flags=[{"flag": f"f_{name}", "sign": "lesser", "if": {name: "yes"}}],
            name=name,
        )
        for name in ("one", "two")
    )
    both = unite([assess(asks_a, HOUSE, {}), assess(asks_b, HOUSE, {})])
    assert ([one.id for one in both.still], both.remaining, both.finished) == (["one", "two"], 2, False)
    for order in ((UNKNOWN, "yes"), ("yes", UNKNOWN)):
        found = unite([finish(asks_a, HOUSE, {"one": order[0]}), finish(asks_b, HOUSE, {"two": order[1]})])
        assert [flag.certain for flag in found.flags] == [True]


def test_one_refuses_and_one_accepts_both_stand():
    refusing = assess(peopled(), HOUSE, {"adult": "no", "blood": "no"})
    accepting = assess(two_nurses(), HOUSE, {"a": "yes", "b": "no"})
    both = unite([accepting, refusing])
    assert (both.priority, both.refusal) == ("clinician", "the children's line")
    assert {one.disposition.id for one in both.fired} == {"soon", "rings"}


def test_nothing_to_unite_is_refused_and_one_alone_stays_as_it_is():
    with pytest.raises(Refused, match="no assessment to unite; run a protocol first"):
        unite([])
    one = assess(two_nurses(), HOUSE, {"a": "yes"})
    assert unite([one]) is one


def flagged(name, **more):
    return protocol(
        [yes_no("a"), yes_no("b"), yes_no("c")],
        [does("fast", "now", {"a": "yes"}), does("soon", "hour", {"b": "yes"}), REST],
        flags=[
            {"flag": "a", "if": {"a": "yes"}, "sign": "threat"},
            {"flag": "own", "if": {"b": "yes"}, "floor": "hour", "title": f"Own of {name}"},
        ],
        name=name,
        **more,
    )


def test_what_is_united_says_everything_of_both():
    first = assess(flagged("first"), HOUSE, {"a": UNKNOWN, "b": "yes"})
    second = assess(flagged("second"), HOUSE, {"a": "yes", "b": "yes", "c": UNKNOWN})
    both = unite([first, second])
    assert (both.protocol, both.version) == ("first + second", "1.0.0 + 1.0.0")
    assert (both.rank, both.priority, both.finished) == (0, "now", False)
    assert both.next_question is not None
    assert (both.next_question.id, both.remaining) == ("c", first.remaining + second.remaining)
    assert [one.id for one in both.still] == [one.id for one in (*first.still, *second.still)]
    assert both.unknown_count == 2
    assert [(one.disposition.id, one.rank) for one in both.fired] == [
        ("fast", 0),
        ("fast", 0),
        ("soon", 2),
        ("soon", 2),
    ]
    assert [(one.title, one.certain) for one in both.flags] == [
        ("A threat", True),
        ("Own of first", True),
        ("Own of second", True),
    ], "a sign once, and certain where one protocol is; a flag of one's own by itself"
    assert both.because == first.because, "the first of equals leads"
    assert both.scores == ()


def test_of_equals_the_one_that_accepts_leads_and_each_place_to_turn_to_stands_once():
    refusing = assess(peopled(), HOUSE, {"adult": "no", "blood": "no"})
    calling = assess(
        protocol([yes_no("a")], [does("rings", "clinician", {"a": "yes"}), REST], name="calling"),
        HOUSE,
        {"a": "yes"},
    )
    assert (refusing.rank, calling.rank) == (1, 1)
    for order in ([refusing, calling, refusing], [calling, refusing, refusing]):
        assert unite(order).protocol.startswith("calling + small")
    both = unite([refusing, calling, refusing])
    assert both.refusal == "the children's line"
    assert unite([calling, calling]).refusal is None
    elsewhere = unite([refusing._replace(refusal="111"), refusing])
    assert elsewhere.refusal == "111; the children's line"


def test_what_nobody_waits_for_any_more_has_no_next_question():
    done = assess(two_nurses(), HOUSE, {"a": "yes", "b": "no"})
    waiting = assess(two_nurses("other"), HOUSE, {"a": "yes"})
    assert unite([done, done]).next_question is None
    assert unite([done, done]).finished
    assert unite([done, waiting]).next_question == waiting.next_question
    assert not unite([done, waiting]).finished


# ---- answers ----

MINUTES = FALL.by_id["floor_time"]


@pytest.mark.parametrize(
    ("raw", "answer"),
    [(60, 60), ("60", 60), ("60 min", 60), ("2 h", 120), ("1.5 hours", 90), ("U", UNKNOWN), (0, 0)],
)
def test_a_number_is_taken_in_the_units_people_say(raw, answer):
    assert check_answer(MINUTES, raw) == answer


@pytest.mark.parametrize(
    "raw", ["soon", "60 km", -1, -0.5, 10080.5, 10081, math.nan, math.inf, -math.inf, True, "", "60 min min"]
)
def test_a_number_out_of_range_or_none_at_all_is_refused_in_a_plain_sentence(raw):
    with pytest.raises(Refused) as refused:
        check_answer(MINUTES, raw)
    accepted = '"How long on the floor?" is answered with a number of min from 0 to 10080, or unknown.'
    assert str(refused.value) == accepted


@pytest.mark.parametrize(("raw", "answer"), [(10080, 10080), ("168 h", 10080), ("0.5 h", 30), (" 7 MIN ", 7)])
def test_the_ends_of_a_range_and_other_units_of_time_are_taken(raw, answer):
    taken = check_answer(MINUTES, raw)
    assert (taken, type(taken)) == (answer, int)


def test_units_of_time_are_for_questions_of_time_alone():
    steps = {
        "id": "steps",
        "ask": "Steps?",
        "kind": "number",
        "unit": "steps",
        "range": [0, 99],
        "worse": "lower",
    }
    hours = {
        "id": "hours",
        "ask": "Hours?",
        "kind": "number",
        "unit": "h",
        "range": [0, 99],
        "worse": "higher",
    }
    small = protocol(
        [yes_no("x"), steps, hours], [does("fast", "now", {"steps": {"at_most": "5 steps"}}), REST]
    )
    assert check_answer(small.by_id["hours"], "90 min") == 1.5
    assert check_answer(small.by_id["hours"], "1 day") == 24
    assert check_answer(small.by_id["steps"], "7 STEPS") == 7
    with pytest.raises(Refused, match="a number of steps"):
        check_answer(small.by_id["steps"], "7 min")


def test_words_are_taken_as_they_are_typed():
    question = FALL.by_id["hit_head"]
    assert [check_answer(question, raw) for raw in ("Y", "no", " u ", "Don't know")] == [
        "yes",
        "no",
        UNKNOWN,
        UNKNOWN,
    ]
    with pytest.raises(Refused, match="answered yes, no or unknown"):
        check_answer(question, "maybe")


AMOUNTS = {"unit": "h", "range": [0, 48], "worse": "higher"}
HELD = [
    (yes_no("q", record="yes"), "yes", False),
    (yes_no("q", record="yes"), "no", True),
    (yes_no("q", worse="no", record="yes"), "no", False),
    (
        {
            "id": "q",
            "ask": "q?",
            "kind": "choice",
            "answers": ["a", "b", "c"],
            "worse": "last",
            "record": "yes",
        },
        "c",
        False,
    ),
    (
        {
            "id": "q",
            "ask": "q?",
            "kind": "choice",
            "answers": ["a", "b", "c"],
            "worse": "last",
            "record": "yes",
        },
        "b",
        True,
    ),
    ({"id": "q", "ask": "q?", "kind": "number", **AMOUNTS, "record": "yes"}, 48, True),
]


@pytest.mark.parametrize(("question", "fact", "asked"), HELD, ids=str)
def test_only_the_worst_answer_on_the_record_spares_the_question(question, fact, asked):
    """S8."""
    small = protocol([yes_no("x"), question], [does("fast", "now", {"x": "yes"}), REST])
    verdict = assess(small, HOUSE, {"x": "no"}, {"q": fact})
    assert ([one.id for one in verdict.still] == ["q"]) is asked


def test_an_implausible_observation_is_kept_and_counts_as_the_worst():
    spo2 = {
        "id": "spo2",
        "ask": "Oxygen?",
        "kind": "number",
        "unit": "%",
        "range": [50, 100],
        "worse": "lower",
    }
    small = protocol([yes_no("x"), spo2], [does("fast", "now", {"spo2": {"at_most": "91 %"}}), REST])
    assert check_answer(small.by_id["spo2"], 140) == 140
    assert assess(small, HOUSE, {"x": "no", "spo2": 140}).priority == "now"
    assert assess(small, HOUSE, {"x": "no", "spo2": 96}).priority == "advice"


@pytest.mark.parametrize(
    "answers", [{"nonsense": "yes"}, {"breathing": "maybe"}, {"floor_time": 99_999, "where": "on_floor"}]
)
def test_an_answer_that_fits_no_question_is_refused(answers):
    with pytest.raises(Refused):
        assess(FALL, LIBRARY.house, answers)


# ---- explanation ----


def test_because_names_the_leaves_that_are_true_or_unknown_and_no_others():
    small = protocol(
        [yes_no("a"), yes_no("b"), yes_no("c", "no")],
        [does("visit", "hour", {"any": [{"a": "yes"}, {"b": "yes"}, {"not": {"c": "yes"}}]}), REST],
    )
    verdict = assess(small, HOUSE, {"a": "no", "b": UNKNOWN, "c": "no"})
    assert [(leaf.question, leaf.answer, leaf.unknown) for leaf in verdict.because] == [
        ("b", UNKNOWN, True),
        ("c", "no", False),
    ]


def test_would_become_tries_answers_and_edges_most_urgent_first():
    answers = {"adult": "yes", "breathing": "yes", "where": "on_floor", "floor_time": 30}
    groups = would_become(FALL, LIBRARY.house, answers)
    assert [group.priority for group in groups] == ["emergency_999", "clinician_20_min", "two_days"]
    assert "How long on the floor? 720 min or more" in groups[0].changes
    assert groups[0].changes[-1] == "any sign of a threat to life"
    assert not any("breathing" in change for change in groups[0].changes)
    assert "How long on the floor? 60 min or more, less than 720 min" in groups[1].changes
    assert "up again with help" in groups[2].changes
    assert "up again" not in groups[2].changes, "further away than what leads there already"
    assert not any("18" in change for group in groups for change in group.changes)


def test_would_become_hears_the_record():
    changes = would_become(FALL, LIBRARY.house, {"adult": "yes", "hit_head": "no"}, {"thinners": "yes"})[
        0
    ].changes
    assert "hit their head" in changes


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.sampled_from(["hit_head", "leg", "blackout", "limb"]), st.sampled_from(["yes", "no", UNKNOWN])
    )
)
def test_would_become_never_promises_what_already_is(answers):
    now = assess(FALL, LIBRARY.house, answers)
    for group in would_become(FALL, LIBRARY.house, answers):
        assert group.title != now.disposition.title
        assert group.changes
