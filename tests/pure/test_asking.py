"""Asking well: what is left out changes nothing, whatever would have been answered; and it says why."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from protocols import asking
from protocols.asking import ask
from protocols.engine import UNKNOWN, assess
from protocols.loader import parse_triage
from tests.protocols.calls import LIBRARY
from tests.pure.test_engine_reference import HOUSE, calls

NAMES = sorted(LIBRARY.triage)


def outcome(verdict):
    fired = {one.disposition.id for one in verdict.fired}
    flags = {(flag.flag, flag.certain) for flag in verdict.flags}
    return fired, verdict.positions, flags, verdict.refusal, set(verdict.advice), verdict.priority


def walked(next_one, said, also=()):
    """The answers of a call in which each question is asked as it comes; `also` is asked although it was left out."""
    answers = {}
    while (found := next_one(answers)).verdict.next_question is not None:
        for spared in found.not_needed:
            if spared.question.id in also:
                answers[spared.question.id] = said[spared.question.id]
        question = found.verdict.next_question.id
        answers[question] = said[question]
    return answers


def same_either_way(protocol, house, said, record, also):
    def all_of_them(answers):
        return asking.Asking(assess(protocol, house, answers, record), ())

    everything = assess(protocol, house, walked(all_of_them, said), record)
    short = walked(lambda answers: ask(protocol, house, answers, record), said, also)
    assert outcome(assess(protocol, house, short, record)) == outcome(everything)
    done = asking.finish(protocol, house, short, record)
    assert (done.finished, done.remaining) == (True, 0)


@settings(max_examples=300)
@given(calls(monotone=False), st.integers(1, 4), st.booleans(), st.data())
def test_leaving_out_never_changes_what_a_random_protocol_comes_to(call, limit, ends, draws):
    data, said = call
    data["unknowns"]["limit"] = limit
    if ends:
        data["dispositions"][0]["ends_call"] = "yes"
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    also = draws.draw(st.sets(st.sampled_from(sorted(said))))
    same_either_way(protocol, HOUSE, said, {}, also)


@settings(max_examples=60)
@given(calls(monotone=False, scored=True), st.integers(1, 4))
def test_leaving_out_never_changes_what_scores_come_to(call, limit):
    data, said = call
    data["unknowns"]["limit"] = limit
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    same_either_way(protocol, HOUSE, said, {}, ())


def one_of(chance, question):
    if chance.random() < 0.1:
        return UNKNOWN
    if question.mildest is not None and chance.random() < 0.75:
        return question.mildest
    if question.kind != "number":
        return chance.choice(question.answers)
    low, high = question.range
    return round(chance.uniform(low, high))


@pytest.mark.parametrize("name", NAMES)
def test_leaving_out_never_changes_what_the_library_comes_to(name):
    protocol, chance = LIBRARY.triage[name], random.Random(name)
    for _ in range(25):
        said = {question.id: one_of(chance, question) for question in protocol.questions}
        kept = {one.id: said[one.id] for one in protocol.questions if one.record and chance.random() < 0.5}
        record = {key: value for key, value in kept.items() if value != UNKNOWN}
        also = set(chance.sample(sorted(said), 3))
        same_either_way(protocol, LIBRARY.house, said, record, also)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_red_flag_asks_is_never_left_out(name):
    protocol, chance = LIBRARY.triage[name], random.Random(name)
    for _ in range(10):
        chosen = chance.sample(protocol.questions, chance.randint(0, len(protocol.questions)))
        answers = {question.id: one_of(chance, question) for question in chosen}
        found = ask(protocol, LIBRARY.house, answers)
        for spared in found.not_needed:
            assert protocol.feeds[spared.question.index] == len(LIBRARY.house.rank)
            assert spared.because


SMALL = {
    "protocol": "small",
    "version": "1.0.0",
    "status": "draft",
    "title": "Small",
    "review_by": "2030-01-01",
    "questions": [
        {"id": name, "ask": f"{name}?", "kind": "yes_no", "worse": "yes"} for name in ("danger", "a", "b", "c")
    ],
    "red_flags": [{"flag": "f", "if": {"danger": "yes"}, "floor": "now"}],
    "dispositions": [
        {"id": "at_once", "title": "At once", "priority": "now", "response": "help",
         "when": [{"rule": "d", "if": {"danger": "yes"}}]},
        {"id": "visit", "title": "A visit", "priority": "hour", "response": "a visit",
         "when": [{"rule": "r", "if": {"any": [{"a": "yes"}, {"b": "yes"}]}}]},
        {"id": "call", "title": "A call", "priority": "day", "response": "a call",
         "when": [{"rule": "s", "if": {"all": [{"a": "no"}, {"c": "yes"}]}}]},
        {"id": "last", "title": "Words", "priority": "advice", "response": "words", "otherwise": "yes"},
    ],
    "unknowns": {"limit": 3, "to": "soon"},
    "dropped_call": {"to": "soon", "who": "handler", "within": "5 min"},
}  # fmt: skip
PROTOCOL = parse_triage(json.dumps(SMALL), "small.yaml", HOUSE)


def test_it_says_why_and_how_many_may_still_come():
    found = ask(PROTOCOL, HOUSE, {"danger": "no", "a": "yes"})
    assert {one.question.id: one.because for one in found.not_needed} == {
        "b": "certain already: A visit (a? yes)",
        "c": "ruled out already: A call (a? yes)",
    }
    assert (found.verdict.finished, found.verdict.remaining) == (True, 0)


def test_what_could_still_add_a_position_or_words_is_asked():
    found = ask(PROTOCOL, HOUSE, {"danger": "yes", "a": "no"})
    assert [one.id for one in found.verdict.still] == ["b", "c"], (
        "999 does not make a visit or its words superfluous"
    )


def test_not_known_may_matter_where_it_reaches_the_limit():
    assert ask(PROTOCOL, HOUSE, {"a": "yes"}).not_needed == (), (
        "three could be unknown, and a clinician would ring"
    )
    assert len(ask(PROTOCOL, HOUSE, {"danger": "no", "a": "yes"}).not_needed) == 2


def test_a_needed_question_is_not_finished_without():
    with pytest.raises(Refused, match="c"):
        asking.finish(PROTOCOL, HOUSE, {"danger": "no", "a": "no", "b": "yes"})


def asked_well(questions, *dispositions):
    """The same small protocol with other questions and dispositions before the last."""
    data = {
        **SMALL,
        "questions": [SMALL["questions"][0], *questions],
        "dispositions": [SMALL["dispositions"][0], *dispositions, SMALL["dispositions"][-1]],
    }
    return parse_triage(json.dumps(data), "small.yaml", HOUSE)


def one(name, **more):
    return {"id": name, "ask": f"{name}?", "kind": "yes_no", "worse": "yes", **more}


def leads_to(name, priority, *conditions):
    when = [{"rule": f"r{place}", "if": condition} for place, condition in enumerate(conditions)]
    return {"id": name, "title": name.title(), "priority": priority, "response": name, "when": when}


def left_out(protocol, answers):
    return {one.question.id: one.because for one in ask(protocol, HOUSE, answers).not_needed}


def test_why_not_names_every_disposition_and_every_answer_that_settled_it():
    both = {"any": [{"a": "yes"}, {"b": "yes"}, {"c": "yes"}]}
    protocol = asked_well(
        [one("a"), one("b"), one("c")],
        leads_to("visit", "hour", both),
        leads_to("call", "day", both),
        leads_to("letter", "day", {"all": [{"a": "no"}, {"b": "no"}, {"c": "yes"}]}),
        leads_to("card", "day", {"all": [{"a": "no"}, {"c": "yes"}]}),
    )
    assert left_out(protocol, {"danger": "no", "a": "yes", "b": "yes"}) == {
        "c": "certain already: Visit (a? yes, b? yes); Call (a? yes, b? yes)."
        " ruled out already: Letter (a? yes, b? yes); Card (a? yes)"
    }


def test_why_not_where_no_rule_depends_on_it():
    protocol = asked_well([one("a"), one("b"), one("c")], leads_to("visit", "hour", {"a": "yes"}))
    assert left_out(protocol, {"danger": "no", "a": "yes"}) == {
        "b": "no rule depends on it",
        "c": "no rule depends on it",
    }


def test_what_gates_a_question_that_matters_no_more_matters_no_more_and_says_so():
    protocol = asked_well(
        [one("a"), one("fell"), one("hurt", ask_if={"fell": "yes"})],
        leads_to("visit", "hour", {"any": [{"a": "yes"}, {"hurt": "yes"}]}),
    )
    assert left_out(protocol, {"danger": "no", "a": "yes"}) == dict.fromkeys(
        ("fell", "hurt"), "certain already: Visit (a? yes)"
    )
    assert left_out(protocol, {"danger": "no", "a": "no"}) == {}


@pytest.mark.parametrize(
    "branch",
    [
        {"all": [{"a": "no"}, {"b": "yes"}]},
        {"not": {"any": [{"a": "yes"}, {"b": "no"}]}},
        {"all": [{"any": [{"a": "no"}, {"not": {"a": "yes"}}]}, {"b": "yes"}]},
    ],
    ids=str,
)
def test_within_a_condition_only_what_is_still_open_is_asked(branch):
    """`b` can do nothing any more in its branch, and `d` still decides in its own."""
    protocol = asked_well(
        [one("a"), one("b"), one("d")], leads_to("visit", "hour", {"any": [branch, {"d": "yes"}]})
    )
    assert set(left_out(protocol, {"danger": "no", "a": "yes"})) == {"b"}
    assert set(left_out(protocol, {"danger": "no", "a": "no"})) == set()


def test_what_settled_it_is_told_of_the_rule_that_fired_alone():
    protocol = asked_well(
        [one("a"), one("b"), one("c")],
        leads_to("visit", "hour", {"a": "yes"}, {"b": "yes"}, {"c": "yes"}),
    )
    assert left_out(protocol, {"danger": "no", "a": "no", "b": "yes"}) == {
        "c": "certain already: Visit (b? yes)"
    }


@pytest.mark.parametrize(
    ("condition", "answers", "spared"),
    [
        ({"all": [{"a": "no"}, {"hurt": "yes"}]}, {"a": "yes"}, ("fell", "hurt")),
        ({"all": [{"a": "no"}, {"hurt": "yes"}]}, {"a": "no"}, ()),
        ({"not": {"any": [{"a": "yes"}, {"hurt": "no"}]}}, {"a": "yes"}, ("fell", "hurt")),
        ({"all": [{"not": {"a": "yes"}}, {"hurt": "yes"}]}, {"a": "yes"}, ("fell", "hurt")),
        ({"all": [{"a": "no"}, {"known": {"b": "yes"}}]}, {"a": "yes"}, ("b",)),
        ({"any": [{"a": "yes"}, {"known": {"b": "yes"}}]}, {"a": "no"}, ()),
    ],
    ids=str,
)
def test_what_may_not_even_apply_is_spared_where_it_cannot_matter(condition, answers, spared):
    gated = [one("fell"), one("hurt", ask_if={"fell": "yes"})] if "hurt" in str(condition) else [one("b")]
    protocol = asked_well([one("a"), *gated], leads_to("visit", "hour", condition))
    assert tuple(left_out(protocol, {"danger": "no", **answers})) == spared


def test_what_is_still_asked_is_what_was_not_left_out():
    protocol = asked_well(
        [one("a"), one("b"), one("c")],
        leads_to("visit", "hour", {"any": [{"a": "yes"}, {"b": "yes"}]}),
        leads_to("call", "day", {"c": "yes"}),
    )
    verdict = ask(protocol, HOUSE, {"danger": "no", "a": "yes"}).verdict
    assert [question.id for question in verdict.still] == ["c"]
    assert (verdict.next_question.id, verdict.remaining, verdict.finished) == ("c", 1, False)


def test_whom_it_is_for_is_asked_whatever_is_certain():
    adult = one("adult") | {"worse": "neither", "because": "only whom it is for"}
    data = json.loads(json.dumps(SMALL))
    data["questions"] = [data["questions"][0], one("a"), one("b"), adult]
    data["dispositions"] = [data["dispositions"][0], leads_to("visit", "hour", {"any": [{"a": "yes"}, {"b": "yes"}]}),
                            data["dispositions"][-1]]  # fmt: skip
    data["for"] = [{"if": {"adult": "yes"}, "else": "last", "go_to": "the children's line"}]
    protocol = parse_triage(json.dumps(data), "small.yaml", HOUSE)
    found = ask(protocol, HOUSE, {"danger": "no", "a": "yes"})
    assert [question.id for question in found.verdict.still] == ["adult"]


def test_a_fact_of_the_record_settles_it_too_and_is_no_answer():
    protocol = asked_well(
        [one("thin", record="yes"), one("b")],
        leads_to("visit", "hour", {"any": [{"thin": "yes"}, {"b": "yes"}]}),
    )
    found = ask(protocol, HOUSE, {"danger": "no"}, {"thin": "yes"})
    assert found.verdict.priority == "hour"
    assert {one.question.id: one.because for one in found.not_needed} == {"b": "certain already: Visit"}


def test_once_the_limit_is_reached_one_more_unknown_matters_no_more():
    """Three are not known: a clinician rings in any case."""
    low = {"any": [{name: "yes"} for name in "xyz"]}
    protocol = asked_well(
        [one("note", for_information="yes"), *map(one, "xyz"), one("a"), one("b")],
        leads_to("visit", "hour", {"any": [{"a": "yes"}, {"b": "yes"}]}),
        leads_to("call", "day", low),
    )
    said = {"danger": "no", "note": "no", "a": "yes"}
    assert set(left_out(protocol, said | dict.fromkeys("xyz", "unknown"))) == {"b"}
    assert set(left_out(protocol, said | {"x": "unknown", "y": "unknown"})) == set(), "a third may come"
