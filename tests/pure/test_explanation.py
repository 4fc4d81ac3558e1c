"""One explanation: the rule, the answers that it needed and only those, what would change it, what matters no more."""

from protocols.explanation import explain
from tests.protocols.calls import LIBRARY
from tests.pure.test_asking import PROTOCOL
from tests.pure.test_engine_reference import HOUSE

FALL = LIBRARY.triage["fall-at-home"]


def test_the_rule_and_the_answers_that_it_needed_and_only_those():
    why = explain(PROTOCOL, HOUSE, {"danger": "no", "a": "yes", "b": "no", "c": "yes"})
    assert (why.disposition, why.rules, why.is_final) == ("visit", ("r",), True)
    assert [leaf.question for leaf in why.because] == ["a"]
    assert why.also == ()


def test_what_was_not_known_is_a_reason_in_words():
    why = explain(PROTOCOL, HOUSE, dict.fromkeys(("danger", "a", "b", "c"), "unknown"))
    assert why.rules == ("d",)
    assert set(why.also) == {"A visit", "A call", "soon"}


def test_one_change_two_changes_and_what_no_longer_matters():
    why = explain(PROTOCOL, HOUSE, {"danger": "no", "a": "yes"}, of_two=True)
    assert [(one.title, one.changes) for one in why.would] == [
        ("At once", ("danger? yes",)),
        ("Words", ("a? no",)),
    ]
    assert [(one.title, one.changes) for one in why.by_two] == [("A call", ("a? no and c? yes",))]
    assert [one.question.id for one in why.not_needed] == ["b", "c"]
    assert explain(PROTOCOL, HOUSE, {"danger": "no", "a": "yes"}).by_two == (), "two at a time is asked for"


def test_the_same_texts_and_answers_explain_themselves_the_same_way():
    answers = {"breathing": "yes", "rousable": "awake", "where": "on_floor"}
    first, again = (explain(FALL, LIBRARY.house, answers) for _ in range(2))
    assert first == again
    assert (first.protocol_sha256, first.house_sha256) == (FALL.sha256, LIBRARY.house.sha256)
