"""A place is found from a few letters; whatever is typed, there are eight choices at most, and never a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.gazetteer import town_called
from triage.places_found import AT_MOST, search
from triage.postcodes import postcodes_of
from triage.rules import postcode

LEEDS = town_called("Leeds")
HOME = LEEDS.point if LEEDS else None


def found(typed: str, home: tuple[float, float] | None = HOME) -> list[str]:
    return [choice.postcode for choice in search(typed, home).choices]


@pytest.mark.parametrize(
    ("typed", "first", "what"),
    [
        ("LS8", "LS8", "the code itself"),
        ("ls8", "LS8", "lower case"),
        ("ls8 2", "LS8 2AA", "a sector, in order of the alphabet"),
        ("LS8 2AB", "LS8 2AB", "a whole postcode"),
        ("ls82ab", "LS8 2AB", "without a space"),
        ("  l s 8  2 a b ", "LS8 2AB", "with spaces anywhere"),
        ("chapel a", "LS7", "a town by its first letters"),
        ("allerton", "LS7", "or by its second word"),
        ("hyde p", "W2", "Hyde Park"),
        ("kings lynn", "PE30", "without its apostrophe"),
        ("King’s Lynn", "PE30", "with a curly one"),
        ("berwick upon", "TD15", "without its hyphens"),
    ],
)
def test_what_people_type(typed: str, first: str, what: str) -> None:
    assert found(typed)[0] == first, what


def test_both_readings_of_letters_without_a_space() -> None:
    """LS12 is a code, and the beginning of LS1 2AA."""
    assert found("ls12")[:3] == ["LS12", "LS12 1AA", "LS1 2AA"]
    assert all(code.startswith("LS1 2") for code in found("ls1 2"))


def test_nearest_first_where_home_is_known() -> None:
    assert found("ls")[:3] == ["LS1", "LS2", "LS3"]
    assert found("yo")[0] != "YO1"
    assert found("yo", None)[0] == "YO1"
    assert found("ls1", None)[:3] == ["LS1", "LS10", "LS11"]
    assert found("newcastle u") == ["ST5", "NE1"], "under Lyme is nearer to Leeds than upon Tyne"
    assert found("ashford", None)[0] == "TN23", "the biggest where no home is known"


def test_each_choice_says_where_it_is() -> None:
    choices = search("LS8 2A", HOME).choices
    assert {choice.where for choice in choices} == {"near Chapel Allerton", "near Shadwell"}
    assert search("chapel all", HOME).choices[0].where == "Chapel Allerton"


@pytest.mark.parametrize("typed", ["ZZ9", "ZZ9 9ZZ", "LS8 0", "BT1 1AA", "JE2 3AB", "X1"])
def test_what_is_no_postcode_of_great_britain(typed: str) -> None:
    assert search(typed, HOME).choices == ()
    assert search(typed, HOME).is_unlisted


@pytest.mark.parametrize(
    "typed",
    ["", " ", "L", "8", "😀", "😀😀😀", "x" * 10_000, "LS8 " * 2_500, "\x00\x00", "%", "--", "ﬁ", "ＬＳ８"],
)
def test_odd_input_finds_nothing_and_says_nothing(typed: str) -> None:
    assert not search(typed, HOME).is_unlisted
    assert len(search(typed, HOME).choices) <= AT_MOST


@given(
    st.text(max_size=70)
    | st.from_regex(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9]?[A-Za-z]{0,2}", fullmatch=True)
)
def test_every_choice_is_a_postcode_that_the_case_can_hold(typed: str) -> None:
    found_now = search(typed, HOME)
    assert len(found_now.choices) <= AT_MOST
    assert len(set(found_now.choices)) == len(found_now.choices)
    assert not (found_now.choices and found_now.is_unlisted)
    for choice in found_now.choices:
        assert postcode(choice.postcode) == choice.postcode


@pytest.mark.parametrize(
    "area", ["B1", "BA1", "E1", "EC1A", "HD1", "L1", "LS1", "M1", "N1", "SW1A", "TR1", "WC2N"]
)
def test_whole_postcodes_of_an_area_lie_near_one_another(area: str) -> None:
    points = [point for _, point in postcodes_of(area, limit=50) if point]
    assert len(points) > 20
    assert max(north for north, _ in points) - min(north for north, _ in points) < 0.3


def test_the_end_of_the_list_is_no_fault() -> None:
    assert postcodes_of("ZE3", "9ZZ") == []
    assert postcodes_of("") == []
    assert postcodes_of("é1") == []
    assert postcodes_of("../") == []
