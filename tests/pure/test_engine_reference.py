"""The engine against another way to the same answer: the worst over every completion of what is unknown."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.engine import UNKNOWN, assess, finish
from protocols.loader import load_library, parse_house, parse_triage

FOLDER = Path(__file__).parents[2] / "protocols"
PRIORITIES = ["now", "soon", "hour", "day", "advice"]
HOUSE = parse_house(
    json.dumps(
        {
            "priorities": PRIORITIES,
            "clinician": "soon",
            "unknown_limit": 20,
            "exception_never_below": "hour",
            "every_protocol_asks": [],
            "plausible": {
                "resp": [1, 80],
                "spo2": [50, 100],
                "systolic": [40, 300],
                "pulse": [20, 250],
                "temp": [25, 45],
            },
            "signs": {},
            "visits": ["hour", "day"],
        }
    ),
    "house.yaml",
)
CHOICES = ["none", "some", "much"]
SPAN = [0, 100]
ADULT = {
    "id": "adult",
    "ask": "Adult?",
    "kind": "yes_no",
    "worse": "neither",
    "because": "only whom it is for",
}

# One value of each band of NEWS2's chart, with its points; SpO2's by scale, and on scale 2 by air or oxygen.
BANDS = {
    "resp": {8: 3, 10: 1, 16: 0, 22: 2, 25: 3},
    "systolic": {90: 3, 95: 2, 105: 1, 130: 0, 220: 3},
    "pulse": {40: 3, 45: 1, 70: 0, 100: 1, 120: 2, 131: 3},
    "temp": {35: 3, 35.5: 1, 37: 0, 38.5: 1, 39.1: 2},
    "oxygen": {"air": 0, "oxygen": 2},
    "consciousness": {"alert": 0, "new_confusion": 3, "unresponsive": 3},
    "spo2_scale": {"scale_1": 0, "scale_2": 0},
}
SPO2 = {
    ("scale_1", "air"): {83: 3, 85: 3, 87: 3, 90: 3, 93: 2, 95: 1, 98: 0},
    ("scale_1", "oxygen"): {83: 3, 85: 3, 87: 3, 90: 3, 93: 2, 95: 1, 98: 0},
    ("scale_2", "air"): {83: 3, 85: 2, 87: 1, 90: 0, 93: 0, 95: 0, 98: 0},
    ("scale_2", "oxygen"): {83: 3, 85: 2, 87: 1, 90: 0, 93: 1, 95: 2, 98: 3},
}
WORST_OBSERVED = {
    "resp": 30,
    "systolic": 80,
    "pulse": 140,
    "temp": 34,
    "oxygen": "oxygen",
    "consciousness": "pain",
    "spo2": 83,
}


# ---- the reference: two-valued, over complete answers, straight from the file's data ----


def holds(condition, said, questions):
    [(key, value)] = condition.items()
    if key == "all":
        return all(holds(part, said, questions) for part in value)
    if key == "any":
        return any(holds(part, said, questions) for part in value)
    if key == "not":
        return not holds(value, said, questions)
    if key == "known":
        return holds(value, said, questions)
    if key in ("news2", "count", "sum"):
        [(word, bound)] = value.items()
        points = observed(said) if key == "news2" else {"count": counted, "sum": added}[key](said, questions)
        return (max(points) if word == "any_single" else sum(points)) >= bound
    answer = said[key]
    if isinstance(value, str):
        return answer == value
    if isinstance(value, list):
        return answer in value
    [(word, bound)] = value.items()
    if questions[key]["kind"] == "choice":
        order = questions[key]["answers"]
        return order.index(answer) >= order.index(bound)
    number = float(bound.split()[0])
    return answer >= number if word == "at_least" else answer <= number


def observed(said):
    rows = [BANDS[name][said[name]] for name in BANDS]
    return [*rows, SPO2[said["spo2_scale"], said["oxygen"]][said["spo2"]]]


def counted(said, questions):
    countable = [one for one in questions.values() if one["kind"] == "yes_no" and one is not ADULT]
    return [said[one["id"]] == one["worse"] for one in countable]


def points_of(question):
    """By answer, as a file would say them."""
    if question["kind"] == "yes_no":
        return {answer: 2 if answer == question["worse"] else 0 for answer in ("yes", "no")}
    return {answer: 3 * place for place, answer in enumerate(question["answers"])}


def is_scored(question):
    return question["kind"] in ("yes_no", "choice") and question is not ADULT


def added(said, questions):
    return [points_of(one)[said[one["id"]]] for one in questions.values() if is_scored(one)]


def mildest(question):
    match question["kind"], question["worse"]:
        case "yes_no", worse:
            return "no" if worse == "yes" else "yes"
        case "choice", _:
            return question["answers"][0]
        case _, worse:
            return question["range"][0] if worse == "higher" else question["range"][1]


def candidates(question, edges):
    if question["kind"] == "yes_no":
        return ["yes", "no"]
    if question["kind"] == "choice":
        return question["answers"]
    if question["kind"] == "observation":
        return list(BANDS.get(question["id"], SPO2["scale_1", "air"]))
    low, high = question["range"]
    near = {low, high} | {edge + step for edge in edges for step in (-0.5, 0, 0.5)}
    return sorted(number for number in near if low <= number <= high)


def edges_of(data, name):
    found = set()

    def walk(node):
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key == name and isinstance(value, dict):
                    found.update(
                        float(str(bound).split()[0]) for bound in value.values() if str(bound)[0].isdigit()
                    )
                walk(value)

    walk(data)
    return found


def complete_rank(data, said, priorities):
    """The rank of the first disposition with a rule that holds, every gate obeyed."""
    questions = {question["id"]: question for question in data["questions"]}
    read = {}
    for name, question in questions.items():
        applies = "ask_if" not in question or holds(question["ask_if"], read, questions)
        read[name] = said[name] if applies else mildest(question)
    for disposition in data["dispositions"]:
        if any(holds(rule["if"], read, questions) for rule in disposition.get("when", [])):
            return priorities.index(disposition["priority"])
    return priorities.index(data["dispositions"][-1]["priority"])


def worst_rank(data, answers, priorities):
    questions = data["questions"]
    options = [
        candidates(question, edges_of(data, question["id"]))
        if answers[question["id"]] == UNKNOWN
        else [answers[question["id"]]]
        for question in questions
    ]
    names = [question["id"] for question in questions]
    return min(
        complete_rank(data, dict(zip(names, said, strict=True)), priorities)
        for said in itertools.product(*options)
    )


# ---- random protocols ----


def leaf(draw, question, *, monotone):
    name, kind, worse = question["id"], question["kind"], question.get("worse")
    if kind == "score":
        if name == "news2" and draw(st.booleans()):
            return {name: {"any_single": draw(st.integers(1, 3))}}
        return {name: {"at_least": draw(st.integers(1, question["most"]))}}
    if kind == "yes_no":
        return {name: worse if monotone else draw(st.sampled_from(["yes", "no"]))}
    if kind == "choice":
        if monotone or draw(st.booleans()):
            return {name: {"at_least": draw(st.sampled_from(CHOICES[1:]))}}
        return {name: draw(st.lists(st.sampled_from(CHOICES), min_size=1, max_size=2, unique=True))}
    bound = f"{draw(st.integers(1, 99))} min"
    forward = "at_least" if worse == "higher" else "at_most"
    return {name: {forward if monotone else draw(st.sampled_from(["at_least", "at_most"])): bound}}


def condition(draw, questions, *, monotone, depth=2):
    shapes = ["leaf", "all", "any"] if monotone else ["leaf", "all", "any", "not"]
    shape = draw(st.sampled_from(shapes)) if depth else "leaf"
    if shape == "leaf":
        question = draw(st.sampled_from(questions))
        # A question that does not apply reads as its mildest answer: a rule that runs backwards over it would
        # fire because nobody was asked, so such rules are only drawn over questions that are always asked.
        return leaf(draw, question, monotone=monotone or "ask_if" in question)
    if shape == "not":
        always = [question for question in questions if "ask_if" not in question]
        return {"not": condition(draw, always, monotone=monotone, depth=depth - 1)}
    parts = [
        condition(draw, questions, monotone=monotone, depth=depth - 1) for _ in range(draw(st.integers(1, 3)))
    ]
    return {shape: parts}


@st.composite
def calls(draw, *, monotone, scored=False):
    """A protocol as data, and answers to all its questions, some unknown; `scored`: with NEWS2, a count, points."""
    questions = []
    for place in range(draw(st.integers(2, 5))):
        kind = draw(st.sampled_from(["yes_no", "choice", "number"]))
        question = {"id": f"q{place}", "ask": f"Question {place}?", "kind": kind}
        if kind == "yes_no":
            question["worse"] = draw(st.sampled_from(["yes", "no"]))
        elif kind == "choice":
            question |= {"answers": CHOICES, "worse": "last"}
        else:
            question |= {"unit": "min", "range": SPAN, "worse": draw(st.sampled_from(["higher", "lower"]))}
        if questions and draw(st.integers(0, 3)) == 0:
            question["ask_if"] = condition(draw, questions, monotone=monotone, depth=1)
        questions.append(question)
    speak_of = list(questions)
    scores = ["news2"]
    if scored:
        counts = [question["id"] for question in questions if question["kind"] == "yes_no"]
        if len(counts) > 1:
            scores.append({"score": "count", "counts": counts})
            speak_of.append({"id": "count", "kind": "score", "most": len(counts), "ask_if": "of some"})
        points = {question["id"]: points_of(question) for question in questions if is_scored(question)}
        if points:
            scores.append({"score": "sum", "points": points})
            most = sum(max(one.values()) for one in points.values())
            speak_of.append({"id": "sum", "kind": "score", "most": most, "ask_if": "of some"})
        speak_of += [{"id": "news2", "kind": "score", "most": 20}] * 3
        questions += [{"id": name, "ask": name, "kind": "observation"} for name in (*BANDS, "spo2")]
    dispositions = []
    for place, priority in enumerate(PRIORITIES[:-1]):
        rules = [
            {"rule": f"r{number}", "if": condition(draw, speak_of, monotone=monotone)}
            for number in range(draw(st.integers(1, 2)))
        ]
        if draw(st.booleans()):
            dispositions.append(
                {"id": f"d{place}", "priority": priority, "response": "something", "when": rules}
            )
    dispositions.append({"id": "last", "priority": "advice", "response": "words", "otherwise": "yes"})
    data = {
        "protocol": "random",
        "version": "1.0.0",
        "status": "draft",
        "title": "Random",
        "review_by": "2030-01-01",
        "questions": questions,
        "red_flags": [{"flag": "f", "if": leaf(draw, questions[0], monotone=True), "floor": "advice"}],
        "dispositions": dispositions,
        "unknowns": {"limit": 20, "to": "soon"},
        "dropped_call": {"to": "soon", "who": "handler", "within": "5 min"},
    }
    if scored:
        questions.append(ADULT)
        everybody = {"if": {"adult": ["yes", "no"]}, "else": "last", "go_to": "elsewhere"}
        data |= {"scores": scores, "for": [everybody]}
    answers = {}
    unknowns = 0
    for question in questions:
        unknown = draw(st.booleans()) and unknowns < (3 if scored else 4) and question is not ADULT
        unknowns += unknown
        known = draw(st.sampled_from(candidates(question, edges_of(data, question["id"]))))
        answers[question["id"]] = UNKNOWN if unknown else known
    return data, answers


@settings(max_examples=150)
@given(calls(monotone=False))
def test_never_less_urgent_than_the_worst_that_the_unknowns_could_be(call):
    data, answers = call
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    assert finish(protocol, HOUSE, answers).rank <= worst_rank(data, answers, PRIORITIES)


@settings(max_examples=150)
@given(calls(monotone=True))
def test_exactly_the_worst_completion_where_no_rule_runs_backwards(call):
    data, answers = call
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    assert finish(protocol, HOUSE, answers).rank == worst_rank(data, answers, PRIORITIES)


@settings(max_examples=100)
@given(calls(monotone=False, scored=True))
def test_with_scores_never_less_urgent_than_the_worst_that_the_unknowns_could_be(call):
    data, answers = call
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    assert finish(protocol, HOUSE, answers).rank <= worst_rank(data, answers, PRIORITIES)


@settings(max_examples=150)
@given(calls(monotone=True, scored=True))
def test_with_scores_exactly_the_worst_completion_where_no_rule_runs_backwards(call):
    data, answers = call
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    assert finish(protocol, HOUSE, answers).rank == worst_rank(data, answers, PRIORITIES)


@settings(max_examples=100)
@given(calls(monotone=True, scored=True), st.sampled_from(sorted(WORST_OBSERVED)))
def test_a_worse_observation_or_none_is_never_slower(call, name):
    data, answers = call
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    before = finish(protocol, HOUSE, answers).rank
    for worse in (WORST_OBSERVED[name], UNKNOWN):
        assert finish(protocol, HOUSE, {**answers, name: worse}).rank <= before


@settings(max_examples=100)
@given(calls(monotone=True), st.data())
def test_saying_something_worse_is_never_slower(call, draws):
    data, answers = call
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    question = draws.draw(st.sampled_from(data["questions"]))
    worst = {"yes_no": question["worse"], "choice": CHOICES[-1]}.get(
        question["kind"], SPAN[1] if question["worse"] == "higher" else SPAN[0]
    )
    before = assess(protocol, HOUSE, answers).rank
    for worse in (worst, UNKNOWN):
        assert assess(protocol, HOUSE, {**answers, question["id"]: worse}).rank <= before


# ---- the fall protocol ----

LIBRARY = load_library(FOLDER, draft=True)
FALL = LIBRARY.triage["fall-at-home"]
MILD = {question.id: "yes" if question.mildest is None else question.mildest for question in FALL.questions}
# Three signed exceptions: these, when unknown, go to a clinician within 20 minutes instead of 999.
EXCEPTED = {"thinners", "floor_time", "floor_harm"}
EXCUSED = {one.about for one in FALL.exceptions}


@st.composite
def falls(draw, unknown_share=4):
    answers = {}
    for question in FALL.questions:
        if draw(st.integers(0, unknown_share)) == 0:
            answers[question.id] = UNKNOWN
        elif question.kind == "number":
            answers[question.id] = draw(st.sampled_from([0, 59, 60, 719, 720, 10080]))
        elif draw(st.booleans()):
            answers[question.id] = draw(st.sampled_from(question.answers))
        else:
            answers[question.id] = MILD[question.id]
    return answers


@settings(max_examples=300)
@given(falls())
def test_an_unknown_in_the_fall_protocol_is_never_slower_than_any_answer(answers):
    unknown = finish(FALL, LIBRARY.house, answers)
    for question in FALL.questions:
        if answers[question.id] != UNKNOWN:
            continue
        options = (0, 60, 720, 10080) if question.kind == "number" else question.answers
        for option in options:
            known = finish(FALL, LIBRARY.house, {**answers, question.id: option})
            excused = question.id in EXCEPTED and unknown.rank <= LIBRARY.house.rank["clinician_20_min"]
            assert excused or unknown.rank <= known.rank, (question.id, option)


@settings(max_examples=300)
@given(falls())
def test_a_red_flag_that_may_be_true_holds_its_floor_unless_excepted(answers):
    verdict = finish(FALL, LIBRARY.house, answers)
    for flag in verdict.flags:
        if flag.certain or flag.flag not in EXCUSED:
            assert verdict.rank <= LIBRARY.house.rank[flag.floor], flag.flag
        else:
            assert verdict.rank <= LIBRARY.house.rank["clinician_20_min"]


@settings(max_examples=200)
@given(falls(), st.sampled_from(["yes", "no", UNKNOWN, "warfarin", 7]))
def test_a_fact_from_the_record_never_makes_a_call_slower(answers, fact):
    without = assess(FALL, LIBRARY.house, answers)
    with_fact = assess(FALL, LIBRARY.house, answers, {"thinners": fact})
    assert with_fact.rank <= without.rank
    assert with_fact.unknown_count == without.unknown_count


@pytest.mark.parametrize("disposition", [one.id for one in FALL.dispositions])
def test_every_disposition_of_the_fall_protocol_is_reached_by_an_example(disposition):
    assert any(example.gives == disposition for example in FALL.examples)
