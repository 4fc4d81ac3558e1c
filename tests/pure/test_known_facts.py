"""S8: what was said before may raise urgency and never lowers it, over random calls of every protocol of the house."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.answers import State, hear
from protocols.engine import UNKNOWN, assess, dropped, finish
from protocols.model import Answer, Question
from protocols.verdict import Leaf
from records.model import Assessment
from tests.protocols.calls import LIBRARY
from triage.ago import ago, on
from triage.facts import because, counted, reason
from triage.given import given_of
from triage.past import Said
from triage.versions import record_of

NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
NOV = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
FALL = LIBRARY.triage["fall-at-home"]
HEAD = {"hit_head": "yes"}


def said(
    answer: Answer, at: datetime = NOV, by: str = "Janet Doyle, daughter", question: str = "thinners"
) -> Said:
    return Said(question, answer, at, by, 12, "4K7")


def begun(**more: Any) -> Assessment:
    about = dict.fromkeys(
        ("place", "protocol", "protocol_version", "protocol_sha256", "house_sha256", "taken_by"), "x"
    )
    return Assessment(**{**about, "opened_at": NOW, "case_id": 1, **more})


def an_answer(question: Question) -> st.SearchStrategy[Any]:
    if question.kind != "number":
        return st.sampled_from([*question.answers, UNKNOWN])
    low, high = question.range or (0, 100)
    return st.one_of(st.just(UNKNOWN), st.integers(int(low), int(high)))


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Answer], dict[str, Answer]]:
    """A protocol, answers to all its questions, and what of earlier answers counts."""
    name = draw(st.sampled_from(sorted(LIBRARY.triage)))
    protocol = LIBRARY.triage[name]
    answers = {question.id: draw(an_answer(question)) for question in protocol.questions}
    before = [
        Said(question.id, draw(an_answer(question)), NOV, "", 1, "4K7")
        for question in protocol.questions
        if question.record
        for _ in range(draw(st.integers(0, 2)))
    ]
    before = [one for one in before if one.answer != UNKNOWN]
    facts = counted(protocol, before, NOW, UTC)
    return name, answers, {question: fact["answer"] for question, fact in facts.items()}


@settings(max_examples=300)
@given(call=calls(), reached=st.integers(0, 40))
def test_facts_never_make_a_call_less_urgent_wherever_it_stands(call: Any, reached: int) -> None:
    protocol, answers, facts = LIBRARY.triage[call[0]], call[1], call[2]
    heard = dict(list(answers.items())[:reached])
    for run in (assess, dropped):
        with_facts, without = run(protocol, LIBRARY.house, heard, facts), run(protocol, LIBRARY.house, heard)
        assert with_facts.rank <= without.rank
        assert with_facts.unknown_count >= without.unknown_count, "it never shortens that count"
    assert assess(protocol, LIBRARY.house, heard, {}) == assess(protocol, LIBRARY.house, heard), (
        "no fact is no fact"
    )


@settings(max_examples=300)
@given(call=calls())
def test_a_question_that_is_not_asked_because_it_is_known_ends_no_milder(call: Any) -> None:
    protocol, answers, facts = LIBRARY.triage[call[0]], call[1], call[2]
    states = hear(protocol, {}, facts).states
    known = {q.id for q, state in zip(protocol.questions, states, strict=True) if state is State.FROM_RECORD}
    asked = {name: answer for name, answer in answers.items() if name not in known}
    whole = {**answers, **{name: facts[name] for name in known if answers[name] == UNKNOWN}}
    with_facts = finish(protocol, LIBRARY.house, asked, facts)
    assert with_facts.rank <= finish(protocol, LIBRARY.house, whole).rank


@pytest.mark.parametrize(
    ("before", "counts", "words", "why"),
    [
        ([said("yes")], "yes", "yes on 19 Nov by Janet Doyle, daughter", "who and when"),
        (
            [said("no", NOV + timedelta(days=3), "neighbour"), said("yes")],
            "yes",
            "yes on 19 Nov by Janet Doyle, daughter; no on 22 Nov by neighbour",
            "two who differ are both named, and the worse counts although it is older",
        ),
        ([said("no")], "no", "no on 19 Nov by Janet Doyle, daughter", "shown, though it changes nothing"),
        ([said("yes", by="")], "yes", "yes on 19 Nov", "nobody gave a name"),
        ([said("perhaps")], None, "", "no answer of this question: not on the record is unknown"),
        ([said("yes", question="where")], None, "", "a question that the record may not answer"),
        ([], None, "", "nothing is nothing"),
    ],
)
def test_what_counts_of_what_was_said(before: list[Said], counts: str | None, words: str, why: str) -> None:
    facts = counted(FALL, before, NOW, UTC)
    assert facts.get("thinners", {}).get("answer") == counts, why
    assert facts.get("thinners", {}).get("words", "") == words, why


def test_chemotherapy_within_six_weeks_counts_for_six_weeks() -> None:
    unwell = LIBRARY.triage["unwell-older-adult"]
    before = said("yes", question="chemo")
    assert counted(unwell, [before], before.at + timedelta(days=41), UTC)["chemo"]["answer"] == "yes"
    assert counted(unwell, [before], before.at + timedelta(days=43), UTC) == {}


def test_the_reason_says_when_it_was_said_and_is_kept_with_the_assessment() -> None:
    row = begun(facts=counted(FALL, [said("yes")], NOW, UTC), answers=HEAD)
    verdict = assess(FALL, LIBRARY.house, row.answers, record_of(row))
    assert verdict.rank == 0, "a knock to the head with a blood thinner"
    words = [one["words"] for one in because(row, verdict)]
    assert "takes a blood thinner or bleeds easily (said on 19 Nov)" in words
    assert record_of(begun()) == {}, "absent is unknown"


def test_a_no_now_is_shown_and_the_worse_of_before_counts() -> None:
    """protocol-language.md: a record fact and an answer that differ, the worse counts."""
    facts = counted(FALL, [said("yes")], NOW, UTC)
    record = {"thinners": "yes"}
    answers = {**HEAD, "thinners": "no"}
    shown = {one.question: one for one in given_of(FALL, hear(FALL, answers, record), facts, {})}
    assert shown["thinners"].words == "no"
    assert shown["thinners"].known == "said before: yes on 19 Nov by Janet Doyle, daughter; the worse counts"
    assert assess(FALL, LIBRARY.house, answers, record).rank == 0
    asked = {one.question: one for one in given_of(FALL, hear(FALL, HEAD, record), facts, {})}
    assert asked["thinners"].words == "yes"
    assert asked["thinners"].known.endswith("confirm when you can")
    assert "thinners" not in {one.question for one in given_of(FALL, hear(FALL, {}, {}), {}, {})}


def test_a_fact_of_another_need_of_the_call_still_says_that_it_is_old() -> None:
    leaf = Leaf("chemo", "Chemotherapy?", "yes", False, True, "chemotherapy")
    assert reason(leaf, None) == "chemotherapy (said before)"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "yesterday"),
        (8, "8 days ago"),
        (15, "2 weeks ago"),
        (70, "2 months ago"),
        (740, "2 years ago"),
    ],
)
def test_ages_as_people_say_them(days: int, words: str) -> None:
    assert ago(NOW - timedelta(days=days), NOW, UTC) == words


def test_a_day_of_another_year_names_it() -> None:
    assert on(NOV, NOW, UTC) == "19 Nov"
    assert on(NOV - timedelta(days=365), NOW, UTC) == "19 Nov 2025"
