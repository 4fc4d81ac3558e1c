"""What is heard of the record beside what is said: in the worse direction only (S8), and what is refused."""

import pytest

from hub.errors import Refused
from protocols.answers import State, check_answer, fact_of, hear
from protocols.engine import UNKNOWN, assess
from tests.pure.test_engine import HOUSE, REST, does, protocol, yes_no

PAIN = {"id": "q", "ask": "Pain?", "kind": "choice", "answers": ["none", "some", "much"], "worse": "last"}
HIGH = {"id": "q", "ask": "Hours?", "kind": "number", "unit": "h", "range": [2, 10], "worse": "higher"}
LOW = HIGH | {"worse": "lower"}
OUTSIDE = HIGH | {"worse": {"outside": [4, 6]}}
BAD, GOOD = yes_no("q"), yes_no("q", worse="no")


def recorded(question):
    data = [yes_no("other"), {**question, "record": "yes"}]
    return protocol(data, [does("visit", "hour", {"other": "yes"}), REST])


def heard(question, answers, fact):
    small = recorded(question)
    found = hear(small, answers, {"q": fact})
    index = small.by_id["q"].index
    said = [
        bin(one.masks[index]) if question["kind"] != "number" else (one.lows[index], one.highs[index])
        for one in (found.open, found.mild)
    ]
    return (*said, found.states[index].name)


# question, answer, fact, as anything, as mildest, how it stands
TABLE = [
    (BAD, None, "yes", "0b1", "0b1", State.FROM_RECORD, "the worst answers by itself"),
    (BAD, None, "no", "0b11", "0b10", State.NOT_REACHED, "a mild fact spares nobody the question"),
    (BAD, UNKNOWN, "yes", "0b1", "0b1", State.NOT_KNOWN, "not known, but the record knows"),
    (BAD, UNKNOWN, "no", "0b11", "0b11", State.NOT_KNOWN, "never less urgent than unknown"),
    (BAD, "no", "yes", "0b1", "0b1", State.ANSWERED, "the worse counts"),
    (BAD, "yes", "no", "0b1", "0b1", State.ANSWERED, "the worse counts"),
    (GOOD, None, "no", "0b10", "0b10", State.FROM_RECORD, "no is the worse"),
    (GOOD, "yes", "no", "0b10", "0b10", State.ANSWERED, "no is the worse"),
    (PAIN, None, "some", "0b110", "0b10", State.NOT_REACHED, "at least as bad as the fact"),
    (PAIN, None, "none", "0b111", "0b1", State.NOT_REACHED, "the mildest says nothing"),
    (PAIN, UNKNOWN, "some", "0b110", "0b110", State.NOT_KNOWN, "at least as bad as the fact"),
    (PAIN, UNKNOWN, "much", "0b100", "0b100", State.NOT_KNOWN, "no more than the worst"),
    (PAIN, "none", "some", "0b10", "0b10", State.ANSWERED, "the worse counts"),
    (PAIN, "much", "some", "0b100", "0b100", State.ANSWERED, "the worse counts"),
    (HIGH, None, 5, (5, 10), (5, 5), State.NOT_REACHED, "a number is asked all the same"),
    (HIGH, None, 10, (10, 10), (10, 10), State.NOT_REACHED, "a number is asked all the same"),
    (HIGH, UNKNOWN, 5, (5, 10), (5, 10), State.NOT_KNOWN, "at least as many"),
    (HIGH, 4, 5, (5, 5), (5, 5), State.ANSWERED, "the worse counts"),
    (HIGH, 6, 5, (6, 6), (6, 6), State.ANSWERED, "the worse counts"),
    (HIGH, 5, 5.0, (5, 5), (5, 5), State.ANSWERED, "the same"),
    (LOW, None, 5, (2, 5), (5, 5), State.NOT_REACHED, "at most as many"),
    (LOW, UNKNOWN, 5, (2, 5), (2, 5), State.NOT_KNOWN, "at most as many"),
    (LOW, 6, 5, (5, 5), (5, 5), State.ANSWERED, "the worse counts"),
    (LOW, 4, 5, (4, 4), (4, 4), State.ANSWERED, "the worse counts"),
    (OUTSIDE, UNKNOWN, 9, (2, 10), (2, 10), State.NOT_KNOWN, "both ends are worse: it may be any"),
    (OUTSIDE, 5, 9, (9, 9), (9, 9), State.ANSWERED, "the worse counts"),
    (OUTSIDE, 2, 7, (2, 2), (2, 2), State.ANSWERED, "two from the band are worse than one"),
]


@pytest.mark.parametrize(("question", "answer", "fact", "as_anything", "as_mildest", "state", "why"), TABLE)
def test_a_fact_counts_in_the_worse_direction_only(
    question, answer, fact, as_anything, as_mildest, state, why
):
    """S8."""
    answers = {} if answer is None else {"q": answer}
    assert heard(question, answers, fact) == (as_anything, as_mildest, state.name), why


@pytest.mark.parametrize(
    ("question", "fact", "counts"),
    [
        (BAD, "yes", True),
        (BAD, "warfarin", False),
        (BAD, UNKNOWN, False),
        (BAD, 1, False),
        (PAIN, "some", True),
        (PAIN, "awful", False),
        (HIGH, 2, True),
        (HIGH, 10, True),
        (HIGH, 5.5, True),
        (HIGH, 1.9, False),
        (HIGH, 10.1, False),
        (HIGH, "5", False),
    ],
    ids=str,
)
def test_what_is_no_answer_of_the_question_is_not_on_the_record(question, fact, counts):
    """S8: not on the record is unknown, and never no."""
    asked = recorded(question).by_id["q"]
    assert (fact_of(asked, {"q": fact}) is not None) is counts
    assert fact_of(asked, {"other": fact}) is None
    forbidden = protocol([yes_no("other"), question], [does("visit", "hour", {"other": "yes"}), REST])
    assert fact_of(forbidden.by_id["q"], {"q": fact}) is None


def test_facts_about_other_things_are_passed_over():
    small = protocol(
        [yes_no("other"), yes_no("thin", record="yes")], [does("visit", "hour", {"thin": "yes"}), REST]
    )
    facts = {"cats": "yes", "other": "yes", "thin": "yes"}
    assert assess(small, HOUSE, {"other": "no"}, facts).priority == "hour"


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        (HIGH, True, '^"Hours\\?" is answered with a number of h from 2 to 10, or unknown.$'),
        (HIGH, 11, '^"Hours\\?" is answered with a number of h from 2 to 10, or unknown.$'),
        (HIGH, "5", '^"Hours\\?" takes a number here; check_answer makes one of "5".$'),
        (PAIN, "awful", '^"Pain\\?" is answered none, some, much or unknown.$'),
        (PAIN, "MUCH", '^"Pain\\?" is answered none, some, much or unknown.$'),
        (PAIN, 3, '^"Pain\\?" is answered none, some, much or unknown.$'),
    ],
    ids=str,
)
def test_an_answer_that_is_none_is_refused_in_words(question, answer, words):
    with pytest.raises(Refused, match=words):
        assess(recorded(question), HOUSE, {"other": "no", "q": answer})


def test_a_plain_number_is_in_the_unit_of_its_question():
    asked = recorded(HIGH).by_id["q"]
    assert [check_answer(asked, raw) for raw in ("5", "5 h", "300 min", 2, "2")] == [5, 5, 5, 2, 2]
