"""One word for a case: what the person at the other end is living through comes first."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.case_word import ORDER, STEPS, case_word
from records.lifecycles import OWING, Owed, Word

LIVE = [(owed, state) for owed in Owed for state in sorted(OWING[owed])]


@pytest.mark.parametrize(("owed", "state"), LIVE)
def test_everything_that_is_owed_has_a_word(owed: Owed, state: str) -> None:
    assert case_word([(owed, state)]) is not Word.closed


def test_nothing_owed_is_closed() -> None:
    assert case_word([]) is Word.closed


def test_the_order_names_each_live_state_once() -> None:
    assert sorted((owed, state) for owed, state, _ in ORDER) == sorted(LIVE)


def test_every_word_has_its_place_among_the_steps() -> None:
    assert set(STEPS) == set(Word)
    assert all(1 <= step <= 6 for step in STEPS.values())


@pytest.mark.parametrize(
    ("owed", "word", "why"),
    [
        ([("position", "with_person"), ("position", "open")], Word.with_person, "she is not alone"),
        ([("position", "no_access"), ("position", "en_route")], Word.no_access, "a shut door is the trouble"),
        ([("position", "accepted"), ("call", "on_line")], Word.accepted, "somebody is coming"),
        ([("position", "open"), ("call", "on_line")], Word.taking_call, "the caller is still on the line"),
        (
            [("hand_over", "requested"), ("position", "accepted")],
            Word.handing_over,
            "an ambulance is asked for",
        ),
        (
            [("hand_over", "requested"), ("position", "at_door")],
            Word.at_door,
            "a person at the door is nearer",
        ),
        ([("position", "offered"), ("call_back", "due")], Word.offered, "the visit is what she waits for"),
        ([("call_back", "failed"), ("task", "open")], Word.call_back, "a person before paper"),
        ([("hold", "held"), ("task", "open")], Word.held, "a person before paper"),
        ([("task", "open")], Word.to_finish, "paper alone is left"),
    ],
)
def test_the_nearest_to_the_person_wins(owed: list[tuple[str, str]], word: Word, why: str) -> None:
    rows = [(Owed(kind), state) for kind, state in owed]
    assert case_word(rows) is word, why


@given(st.lists(st.sampled_from(LIVE), min_size=1, max_size=6))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[Owed, str]]) -> None:
    words = {case_word(order) for order in itertools.islice(itertools.permutations(rows), 24)}
    assert len(words) == 1
    assert Word.closed not in words


@given(st.lists(st.sampled_from(LIVE), max_size=4), st.sampled_from(LIVE))
def test_one_more_row_never_makes_the_word_lesser(
    rows: list[tuple[Owed, str]], more: tuple[Owed, str]
) -> None:
    rank = {word: place for place, (_, _, word) in reversed(list(enumerate(ORDER)))} | {Word.closed: 99}
    assert rank[case_word([*rows, more])] <= rank[case_word(rows)]
