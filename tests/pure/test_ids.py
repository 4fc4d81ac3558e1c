"""References and codes that can be read over a bad line at night: never alike, never a word, never a number."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ids import DIGITS, EXAMPLE, LETTERS, LONGEST, SHORTEST, draw, offer_code, read_code

LOOK_ALIKES = ("0O", "1IL", "2Z", "5S", "8B", "UV")


def some_reference(length: int, seed: int) -> str:
    chance = random.Random(seed)
    while (ref := draw(length, chance)) is None:
        pass
    return ref


REFS = st.builds(some_reference, st.integers(SHORTEST, LONGEST), st.integers(0, 2**32))


@pytest.mark.parametrize("alike", LOOK_ALIKES)
def test_of_signs_that_look_alike_at_most_one_is_used(alike: str) -> None:
    assert sum(sign in DIGITS + LETTERS for sign in alike) <= 1


def test_no_vowel_so_that_no_word_comes_up() -> None:
    assert not set("AEIOU") & set(LETTERS)
    assert len(set(DIGITS + LETTERS)) == len(DIGITS + LETTERS)


@given(REFS)
def test_a_reference_starts_and_ends_with_a_digit_and_holds_a_letter(ref: str) -> None:
    assert SHORTEST <= len(ref) <= LONGEST
    assert ref[0] in DIGITS
    assert ref[-1] in DIGITS
    assert re.search(f"[{LETTERS}]", ref)
    assert set(ref) <= set(DIGITS + LETTERS)


def test_all_digits_is_no_reference() -> None:
    class OnlyThrees(random.Random):
        def choice(self, seq):
            return "3"

    assert draw(3, OnlyThrees()) is None


@given(REFS, st.integers(0, 5000), st.booleans())
def test_a_code_parses_back_to_its_reference(ref: str, nth: int, small: bool) -> None:
    code = offer_code(ref, nth)
    word = code.lower() if small else code
    assert read_code(word) == (ref, code)
    assert read_code(ref) == (ref, "")


@given(REFS, REFS, st.integers(0, 5000), st.integers(0, 5000))
def test_no_code_is_another_cases_reference_or_code(a: str, b: str, i: int, j: int) -> None:
    """Whatever their lengths: a reference ends with a digit and a code with a letter."""
    assert offer_code(a, i) != b
    if a != b:
        assert offer_code(a, i) != offer_code(b, j)


def test_codes_of_a_case_are_all_different_and_grow() -> None:
    codes = [offer_code("4K7", nth) for nth in range(17 + 17**2 + 5)]
    assert codes[0] == "4K7C"
    assert codes[16] == "4K7Y"
    assert codes[17] == "4K7CC"
    assert len(codes[-1]) == len("4K7CCC")
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("999", "a number: S26 needs it for an ambulance"),
        ("47", "a number"),
        ("4K", "must end with a digit before the code"),
        ("K47", "begins with a letter, like a postcode"),
        ("LS8", "a postcode"),
        ("4A7", "vowels are never used"),
        ("407", "0 is never used"),
        ("4K7O", "O is never used"),
        ("4K7CCCC", "no case has so many offers"),
        ("4KKKKKKKKKK7", "too long"),
        ("4K7C\n", "a line's end is no part of a word"),
        ("", "nothing"),
        ("YES", "a word"),
        ("4K7-C", "a sign inside"),
    ],
)
def test_what_is_no_code(word: str, why: str) -> None:
    assert read_code(word) is None, why


@given(st.text(max_size=12))
def test_any_text_can_be_looked_at(word: str) -> None:
    found = read_code(word)
    assert found is None or word.upper().startswith(found[0])


def test_the_example_of_pages_and_texts_is_nobodys_reference():
    drawn = {draw(3, random.Random(seed)) for seed in range(20_000)}
    assert len(drawn) > 400, "all others come up"
    assert EXAMPLE not in drawn
