"""What is exchanged is FHIR by the published definitions, and means what the engine means."""

import json
import random
from copy import deepcopy
from functools import cache

import pytest
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from protocols.__main__ import main
from protocols.answers import State, hear
from protocols.exchange.bundle import bundle
from protocols.exchange.fhirpath import may
from protocols.exchange.limits import not_said
from protocols.exchange.names import BASE, FHIRPATH
from protocols.exchange.questionnaire import ENABLE_WHEN
from protocols.exchange.response import Taken, response
from protocols.model import FALSE, UNKNOWN
from tests.fhir_published import judged
from tests.protocols.calls import LIBRARY
from tests.protocols.planted import table
from tests.protocols.sound import HOUSE, ILL, LEG, edited, read

CALLS = 12
# Gates that `enableWhen` cannot say, scores with steps, and all that a condition may be.
HARD = edited(
    LEG,
    ("ask_if: {swollen: yes}}", "ask_if: {all: [{swollen: yes}, {not: {blood: dry}}]}}"),
    ("range: [0, 240], worse: higher}", "range: [0, 240], worse: higher, ask_if: {hot: no}}"),
    ("worse: lower, record: yes}", "worse: lower, record: yes, ask_if: {lasts: {at_most: 100 h}}}"),
    (
        "questions:\n",
        "scores:\n"
        "  - {score: sore, title: Sore, points: {swollen: {yes: 3, no: 0}, blood: {dry: 0, drips: 1, pours: 3}, "
        "hot: {yes: 2, no: 0}}}\nquestions:\n",
    ),
    (
        "      - {rule: pours, if: {blood: pours}}\n",
        "      - {rule: pours, if: {blood: pours}}\n"
        "      - {rule: sore, if: {sore: {at_least: 5}}}\n"
        "      - {rule: sure, if: {all: [{known: {sore: {at_least: 2}}}, {known: {walks: {at_most: 3 steps}}}]}}\n"
        "      - {rule: warm, if: {any: [{room: {at_least: 30 C}}, {not: {room: {at_least: 10 C}}}]}}\n",
    ),
)
# An observation that cannot be true was answered: `known` does not let it pass.
ODD = edited(
    ILL,
    (
        "      - {rule: ill, ",
        '      - {rule: low, if: {known: {systolic: {at_most: "90 mmHg"}}}}\n'
        '      - {rule: fast, if: {not: {known: {pulse: {at_most: "60 /min"}}}}}\n'
        "      - {rule: ill, ",
    ),
)
PROTOCOLS = [
    *((LIBRARY.house, one) for one in LIBRARY.triage.values()),
    *((HOUSE, read(row.text)) for row in table("unusual")),
    (HOUSE, read(HARD)),
    (HOUSE, read(ODD)),
]


def random_answer(question, dice):
    if dice.random() < 0.25:
        return UNKNOWN
    if question.kind != "number":
        return dice.choice(question.answers)
    low, high = question.range or (0, 100)
    return dice.choice(
        [low, high, round(dice.uniform(low, high)), *([high + 1] if question.observation else [])]
    )


def random_call(protocol, dice):
    """Every question that applies has an answer; one that does not has none."""
    answers = {}
    for question in protocol.questions:
        if hear(protocol, answers, {}).states[question.index] is not State.NOT_APPLICABLE:
            answers[question.id] = random_answer(question, dice)
    return answers


def answered(protocol, answers, **more):
    said = {"status": "completed", "authored": "2026-11-01T09:30:00+00:00"} | more
    return response(protocol, Taken("7", "K4T9", answers=answers, **said))


def actions(resource):
    for action in resource.get("action", ()):
        yield action
        yield from actions(action)


def conditions(plan, language=FHIRPATH):
    """By the action's id: what is said of when it counts."""
    return {
        action["id"]: action["condition"][0]["expression"]["expression"]
        for action in actions(plan)
        if "id" in action and "condition" in action
        if action["condition"][0]["expression"]["language"] == language
    }


def fires(protocol, answers):
    """What the engine makes of the same, by the id of the action."""
    readings = hear(protocol, answers, {}).mild
    rules = {
        f"{one.id}.{rule.rule}": rule.test(readings) != FALSE
        for one in protocol.dispositions
        for rule in one.rules
    }
    flags = {one.flag: one.test(readings) != FALSE for one in protocol.red_flags}
    otherwise = {
        f"{one.id}.otherwise": not any(rules.values()) for one in protocol.dispositions if one.otherwise
    }
    return rules | flags | otherwise


def gates(protocol):
    return {one.id: may(one.ask_if, protocol) for one in protocol.questions if one.ask_if is not None}


@cache
def everything():
    """All bundles and calls, judged by one process: the issues, and for each protocol what each text comes to."""
    dice = random.Random(20)
    bundles = [bundle(protocol, house) for house, protocol in PROTOCOLS]
    calls = [[random_call(protocol, dice) for _ in range(CALLS)] for _, protocol in PROTOCOLS]
    texts = [
        conditions(sent["entry"][1]["resource"])
        | {f"gate {name}": text for name, text in gates(protocol).items()}
        for sent, (_, protocol) in zip(bundles, PROTOCOLS, strict=True)
    ]
    responses = [
        [answered(protocol, one) for one in some]
        for (_, protocol), some in zip(PROTOCOLS, calls, strict=True)
    ]
    resources = [*bundles, *(some[0] for some in responses), *BROKEN.values(), ODD_CODE]
    asked = [(list(text.values()), some) for text, some in zip(texts, responses, strict=True)]
    issues, values = judged(resources, asked)
    return bundles, calls, responses, texts, issues, values


def broken(*path, becomes):
    """The fall protocol's bundle with one thing in it that is not FHIR."""
    sent = deepcopy(bundle(LIBRARY.triage["fall-at-home"], LIBRARY.house))
    *way, last = path
    at = sent
    for step in way:
        at = at[step]
    if becomes is None:
        del at[last]
    else:
        at[last] = becomes
    return sent


FIRST = ("entry", 0, "resource")
BROKEN = {
    "a status that is none": broken(*FIRST, "status", becomes=7),
    "a question without its link": broken(*FIRST, "item", 0, "linkId", becomes=None),
    "a word that FHIR has not": broken(*FIRST, "item", 0, "sayAloud", becomes="Are they breathing?"),
    "two answers at once": broken("entry", 1, "resource", "action", 0, "title", becomes=["one", "two"]),
    "a kind of resource that is none": broken("entry", 0, "resource", "resourceType", becomes="Questions"),
}
ODD_CODE = broken("entry", 2, "resource", "kind", becomes="Errand")


def parsed(resource):
    return get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_the_whole_library_is_fhir_by_the_published_definitions():
    bundles, _, responses, _, issues, _ = everything()
    assert len(LIBRARY.triage) == 15
    assert issues[: 2 * len(PROTOCOLS)] == [[]] * (2 * len(PROTOCOLS))
    for sent in (*bundles, *(some[0] for some in responses)):
        parsed(sent)


def test_a_code_that_is_none_of_the_published_ones_is_found():
    assert everything()[4][-1] == ["ActivityDefinition.kind: Errand is none of request-resource-types"]


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_not_fhir_is_refused_by_both(what):
    assert everything()[4][2 * len(PROTOCOLS) :][list(BROKEN).index(what)], what
    with pytest.raises((ValidationError, KeyError)):
        parsed(BROKEN[what])


@pytest.mark.parametrize("nth", range(len(PROTOCOLS)), ids=lambda nth: f"{nth} {PROTOCOLS[nth][1].protocol}")
def test_every_condition_in_fhirpath_comes_to_what_the_engine_says(nth):
    """Unknown is never no, elsewhere either (S7): what may be so fires."""
    _, calls, _, texts, _, values = everything()
    protocol = PROTOCOLS[nth][1]
    for answers, found in zip(calls[nth], values[nth], strict=True):
        states = hear(protocol, answers, {}).states
        gated = {
            f"gate {name}": states[protocol.by_id[name].index] is not State.NOT_APPLICABLE
            for name in gates(protocol)
        }
        wanted = fires(protocol, answers) | gated
        assert dict(zip(texts[nth], found, strict=True)) == {name: [wanted[name]] for name in texts[nth]}, (
            answers
        )


def test_only_news2_has_to_be_said_in_words():
    for sent, (_, protocol) in zip(everything()[0], PROTOCOLS, strict=True):
        in_words = conditions(sent["entry"][1]["resource"], "text/plain")
        assert not in_words or any(score.kind == "news2" for score in protocol.scores), protocol.protocol
        assert not any(one in text for text in in_words.values() for one in ("%resource", "where("))


# --- the form -------------------------------------------------------------------------------------


def items(resource):
    for item in resource.get("item", ()):
        yield item
        yield from items(item)


def is_enabled(item, given):
    """`enableWhen` as FHIR has it: but for `exists`, a test of a question without an answer is false."""
    found = [holds(test, given) for test in item["enableWhen"]]
    return all(found) if item.get("enableBehavior") == "all" else any(found)


def holds(test, given):
    (wanted,) = (value for name, value in test.items() if name.startswith("answer"))
    said = given.get(test["question"])
    if test["operator"] == "exists":
        return (said is not None) == wanted
    (value,) = said.values() if said else (None,)
    if value is None:
        return False
    if test["operator"] == "=":
        return (value["system"], value["code"]) == (wanted["system"], wanted["code"])
    return value >= wanted if test["operator"] == ">=" else value <= wanted


def test_a_form_asks_a_question_exactly_when_the_engine_does():
    bundles, calls, responses, texts, _, values = everything()
    native = 0
    for nth, (_, protocol) in enumerate(PROTOCOLS):
        form = {
            item["linkId"].removesuffix(".group"): item
            for item in bundles[nth]["entry"][0]["resource"]["item"]
        }
        for answers, filled, found in zip(calls[nth], responses[nth], values[nth], strict=True):
            given = {item["linkId"]: item["answer"][0] for item in items(filled) if "answer" in item}
            states = hear(protocol, answers, {}).states
            for name in gates(protocol):
                applies = states[protocol.by_id[name].index] is not State.NOT_APPLICABLE
                if "enableWhen" in form[name]:
                    native += 1
                    assert is_enabled(form[name], given) == applies, (protocol.protocol, name, answers)
                else:
                    (said,) = [one for one in form[name]["extension"] if one["url"] == ENABLE_WHEN]
                    assert said["valueExpression"]["expression"] == gates(protocol)[name]
                    assert found[list(texts[nth]).index(f"gate {name}")] == [applies]
    assert native > 300


def test_not_known_is_an_answer_that_must_be_given_and_never_one_left_out():
    """S7: every question is required, and to each there is a way to say that it is not known."""
    for sent in everything()[0]:
        for item in items(sent["entry"][0]["resource"]):
            if item["type"] == "choice":
                assert item["required"], item["linkId"]
                assert item["answerOption"][-1]["valueCoding"]["code"] == "asked-unknown"
            elif item["type"] == "decimal":
                assert "required" not in item


def test_words_to_say_why_unit_and_range_stand_in_the_form():
    form = {
        item["linkId"]: item for item in items(everything()[0][index("fall-at-home")]["entry"][0]["resource"])
    }
    fall = LIBRARY.triage["fall-at-home"].by_id
    assert form["floor_time.say"]["text"] == fall["floor_time"].say
    assert form["thinners.why"]["text"] == fall["thinners"].why
    said = {one["url"].rsplit("/", 1)[1]: one for one in form["floor_time"]["extension"]}
    assert said["minValue"]["valueDecimal"] == 0
    assert said["maxValue"]["valueDecimal"] == 10080
    assert said["questionnaire-unit"]["valueCoding"]["code"] == "min"


def index(name):
    return next(nth for nth, (_, one) in enumerate(PROTOCOLS) if one.protocol == name)


# --- the plan -------------------------------------------------------------------------------------


def test_dispositions_stand_in_order_with_who_goes_and_by_when():
    sent = everything()[0][index("fall-at-home")]
    by_url = {f"{one['fullUrl']}|1.3.0": one["resource"] for one in sent["entry"]}
    fall = LIBRARY.triage["fall-at-home"]
    (listed,) = [
        one for one in sent["entry"][1]["resource"]["action"] if one["title"].startswith("Dispositions")
    ]
    assert [one["id"] for one in listed["action"]] == [one.id for one in fall.dispositions]
    for action, disposition in zip(listed["action"], fall.dispositions, strict=True):
        activity = by_url[action["action"][0]["definitionCanonical"]]
        roles = [one["role"]["coding"][0]["code"] for one in activity.get("participant", ())]
        assert roles == [one.kind for one in disposition.positions]
        target = LIBRARY.house.priority(disposition.priority).target_min
        assert activity.get("timingRange", {}).get("high", {}).get("value") == target
        for part in activity.get("relatedArtifact", ()):
            assert by_url[part["resource"]]["kind"] == "Task"


def test_what_cannot_be_said_is_named_and_only_what_the_protocol_uses():
    fall, unwell = (
        " ".join(not_said(LIBRARY.triage[name])) for name in ("fall-at-home", "unwell-older-adult")
    )
    assert "NEWS2" in unwell
    assert "NEWS2" not in fall
    assert "interval" not in fall
    for one in LIBRARY.triage["fall-at-home"].exceptions:
        assert one.id in fall
    plan = everything()[0][index("fall-at-home")]["entry"][1]["resource"]
    assert all(one in plan["description"] for one in not_said(LIBRARY.triage["fall-at-home"]))


# --- an assessment --------------------------------------------------------------------------------


def test_a_fact_of_the_record_is_marked_and_the_worse_counts():
    """S8."""
    fall = LIBRARY.triage["fall-at-home"]
    fact = {
        "answer": "yes",
        "at": "2026-05-01T10:00:00+00:00",
        "by": "Janet Doyle",
        "words": "said by Janet Doyle",
    }

    def told(**said):
        sent = answered(fall, {"hit_head": "yes", **said}, facts={"thinners": fact}, status="in-progress")
        assert "Janet" not in json.dumps(sent)
        (found,) = [item["answer"][0] for item in sent["item"] if item["linkId"] == "thinners"]
        (extension,) = found["extension"]
        assert extension["url"] == f"{BASE}/StructureDefinition/from-the-record"
        parts = {one["url"]: one.get("valueCoding", {}).get("code") for one in extension["extension"]}
        return found["valueCoding"]["code"], parts.get("said")

    assert told() == ("Y", None)
    assert told(thinners="no") == ("Y", "N")
    assert told(thinners="unknown") == ("Y", "asked-unknown")
    assert told(thinners="yes") == ("Y", "Y")


def test_what_does_not_apply_is_left_out_whatever_was_typed():
    sent = answered(
        LIBRARY.triage["fall-at-home"], {"hit_head": "no", "thinners": "yes", "floor_time": "unknown"}
    )
    assert [item["linkId"] for item in items(sent)] == ["hit_head", "floor_time.group", "floor_time.unknown"]


# --- by hand --------------------------------------------------------------------------------------


def test_export_prints_the_bundle_or_writes_it_and_says_what_is_not_in_it(tmp_path, capsys):
    file = "protocols/triage/fall-at-home.yaml"
    assert main(["export", file]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == bundle(LIBRARY.triage["fall-at-home"], LIBRARY.house)
    out = tmp_path / "fall.json"
    assert main(["export", file, "--out", str(out), "--base", "https://hub.example.org/fhir/"]) == 0
    assert "Not said in them:" in capsys.readouterr().out
    assert (
        json.loads(out.read_text())["entry"][0]["fullUrl"]
        == "https://hub.example.org/fhir/Questionnaire/fall-at-home"
    )
    assert main(["export", str(tmp_path / "none.yaml")]) == 1


def test_a_draft_stays_a_draft_and_an_approved_one_is_active():
    for status, found in (("draft", "draft"), ("in_review", "draft"), ("retired", "retired")):
        sent = bundle(read(edited(LEG, ("status: draft", f"status: {status}"))), HOUSE)
        assert {one["resource"]["status"] for one in sent["entry"]} == {found}
