"""Random small protocols as data: every part of the language, few enough answers that every call can be tried."""

import json

from hypothesis import strategies as st

from protocols.loader import parse_house

PRIORITIES = ["now", "ring", "hour", "words"]
HOUSE = parse_house(
    json.dumps(
        {
            "priorities": PRIORITIES,
            "clinician": "ring",
            "unknown_limit": 3,
            "exception_never_below": "words",
            "every_protocol_asks": [],
            "plausible": {},
            "signs": {
                "threat": {"floor": "now", "life_threat": "yes", "title": "A threat", "words": ["Press."]}
            },
            "visits": ["hour"],
        }
    ),
    "house.yaml",
)
MOST = 4
CHOICES = ["a", "b", "c"]
BAND = (1, 2)


def _question(draw, place, earlier):
    kind = draw(st.sampled_from(["yes_no", "yes_no", "choice", "number"]))
    question = {"id": f"q{place}", "ask": f"Question {place}?", "kind": kind}
    if kind == "yes_no":
        question["worse"] = draw(st.sampled_from(["yes", "yes", "no", "neither"]))
    elif kind == "choice":
        question |= {"answers": CHOICES, "worse": draw(st.sampled_from(["last", "last", "neither"]))}
    else:
        worse = draw(st.sampled_from(["higher", "lower", {"outside": list(BAND)}]))
        question |= {"unit": "h", "range": [0, MOST], "step": 1, "worse": worse}
    if question["worse"] == "neither":
        question["because"] = "no side is worse"
    elif sum("record" in one for one in earlier) < 2 and draw(st.integers(0, 3)) == 0:
        question["record"] = "yes"
    if earlier and draw(st.booleans()):
        question["ask_if"] = _condition(draw, earlier, depth=1)
    return question


def _leaf(draw, one):
    name = one["id"]
    if one["kind"] == "score":
        return {name: {"at_least": draw(st.integers(1, one["most"]))}}
    if one["kind"] == "yes_no":
        return {name: draw(st.sampled_from(["yes", "no"]))}
    if one["kind"] == "choice":
        if one["worse"] == "last" and draw(st.booleans()):
            return {name: {"at_least": draw(st.sampled_from(CHOICES[1:]))}}
        return {name: draw(st.lists(st.sampled_from(CHOICES), min_size=1, max_size=2, unique=True))}
    word = draw(st.sampled_from(["at_least", "at_most"]))
    return {name: {word: f"{draw(st.integers(0, MOST))} h"}}


def _condition(draw, speak_of, *, depth=2, known=False, unknown=False):
    shape = draw(st.sampled_from(["leaf", "leaf", "all", "any", "not"])) if depth else "leaf"
    if shape == "leaf":
        one = draw(st.sampled_from(speak_of))
        if unknown and draw(st.booleans()):
            return {"unknown": one["id"]}
        leaf = _leaf(draw, one)
        return {"known": leaf} if known and draw(st.integers(0, 3)) == 0 else leaf
    if shape == "not":
        return {"not": _condition(draw, speak_of, depth=depth - 1, known=known, unknown=unknown)}
    parts = [
        _condition(draw, speak_of, depth=depth - 1, known=known, unknown=unknown)
        for _ in range(draw(st.integers(2, 3)))
    ]
    return {shape: parts}


def _exceptions(draw, about, speak_of):
    if draw(st.booleans()):
        return []
    return [
        {
            "exception": f"e{place}",
            "allows": draw(st.sampled_from(["unknown", "slower", "below_floor"])),
            "about": draw(st.sampled_from(about)),
            "if": _condition(draw, speak_of, depth=1, known=True, unknown=True),
            "never_below": draw(st.sampled_from(PRIORITIES[1:])),
            "because": "a reason",
            "calls_back": {"who": "caller", "within": "5 min"},
            "signed": ["A", "B"],
        }
        for place in range(draw(st.integers(1, 2)))
    ]


def _has_points(one):
    return one["kind"] in ("yes_no", "choice") and one["worse"] != "neither"


def _points(draw, one):
    rising = CHOICES if one["kind"] == "choice" else ["no", "yes"] if one["worse"] == "yes" else ["yes", "no"]
    given = sorted(draw(st.lists(st.integers(0, 2), min_size=len(rising) - 1, max_size=len(rising) - 1)))
    return dict(zip(rising, [0, *given[:-1], max(1, given[-1])], strict=True))


@st.composite
def protocols(draw):
    """A protocol as data. Its questions have an `id`, the scores of `scores` add up what they name."""
    questions = []
    for place in range(draw(st.integers(2, 4))):
        questions.append(_question(draw, place, questions))
    speak_of = list(questions)
    countable = [one["id"] for one in questions if one["kind"] == "yes_no" and one["worse"] != "neither"]
    scores = [{"score": "count", "counts": countable}] if len(countable) > 1 else []
    speak_of += [{"id": "count", "kind": "score", "most": len(countable)} for _ in scores]
    points = {one["id"]: _points(draw, one) for one in questions if _has_points(one)}
    if points and draw(st.booleans()):
        scores.append({"score": "sum", "points": points})
        most = sum(max(one.values()) for one in points.values())
        speak_of.append({"id": "sum", "kind": "score", "most": most})
    sided = [one for one in questions if one["worse"] != "neither"]
    gated = [one for one in sided if "ask_if" in one]
    flags = [
        {"flag": f"f{place}", "if": _condition(draw, sided + gated, depth=1)}
        | draw(st.sampled_from([{"sign": "threat"}, {"floor": "ring"}, {"floor": "hour"}, {"floor": "hour"}]))
        for place in range(draw(st.integers(1, 2)))
        if sided
    ]
    dispositions = []
    for place, priority in enumerate(PRIORITIES[:-1]):
        rules = [
            {"rule": f"r{number}", "if": _condition(draw, speak_of, known=True)}
            for number in range(draw(st.integers(0, 2)))
        ]
        if rules:
            dispositions.append({"id": f"d{place}", "priority": priority, "response": "help", "when": rules})
    last = draw(st.sampled_from(["hour", "words", "words"]))
    dispositions.append({"id": "last", "priority": last, "response": "words", "otherwise": "yes"})
    populations = [
        {
            "if": _condition(draw, speak_of, depth=1),
            "else": draw(st.sampled_from([one["id"] for one in dispositions])),
            "go_to": "another service",
        }
        for _ in range(draw(st.sampled_from([0, 0, 1, 2])))
    ]
    threats = {name for flag in flags if "sign" in flag for name in _names(flag["if"])}
    excusable = [one["id"] for one in questions if one["id"] not in threats]
    excusable += [flag["flag"] for flag in flags if "sign" not in flag]
    return {
        "protocol": "random",
        "version": "1.0.0",
        "status": "draft",
        "title": "Random",
        "review_by": "2030-01-01",
        "for": populations,
        "questions": questions,
        "red_flags": flags or [{"flag": "f", "if": {"none": "yes"}, "floor": "words"}],
        "dispositions": dispositions,
        "exceptions": _exceptions(draw, excusable, speak_of) if excusable else [],
        "unknowns": {"limit": draw(st.integers(1, 3)), "to": draw(st.sampled_from(["now", "ring"]))},
        "dropped_call": {"to": draw(st.sampled_from(PRIORITIES)), "who": "handler", "within": "5 min"},
    } | ({"scores": scores} if scores else {})


def _names(condition):
    [(key, value)] = condition.items()
    if key in ("all", "any"):
        return {name for part in value for name in _names(part)}
    return _names(value) if key in ("not", "known") else {value if key == "unknown" else key}


names_in = _names
