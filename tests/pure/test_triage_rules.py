"""What people say on the telephone, made safe to use; what cannot be used is refused with a sentence."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from triage.birth import born
from triage.model import CaptureField, Entry
from triage.rules import LONGEST, longest, nhs_number, phone, postcode, postcode_in

TODAY = date(2026, 3, 4)


def check_digit(nine: str) -> str | None:
    rest = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
    return None if rest == 10 else str(rest % 11)


@pytest.mark.parametrize("said", ["9990000018", "999 000 0018", "999-000-0018", " 999 000 0018 "])
def test_a_good_nhs_number(said: str) -> None:
    assert nhs_number(said) == "9990000018"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("9990000019", "wrong check digit"),
        ("0999000018", "digits swapped"),
        ("999000001", "nine digits"),
        ("99900000188", "eleven digits"),
        ("999000001x", "a letter"),
        ("", "nothing"),
        ("٩٩٩٠٠٠٠٠١٨", "digits of another script"),
        ("9990000000", "its check digit would be ten, which no number may have"),
    ],
)
def test_what_is_no_nhs_number(said: str, why: str) -> None:
    with pytest.raises(Refused):
        nhs_number(said)


@given(st.from_regex(r"\A[0-9]{9}\Z"), st.integers(1, 9), st.integers(0, 9))
def test_one_wrong_digit_never_passes(nine: str, shift: int, place: int) -> None:
    last = check_digit(nine)
    if last is None:
        return
    good = nine + last
    assert nhs_number(good) == good
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    with pytest.raises(Refused):
        nhs_number(wrong)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("LS8 2AB", "LS8 2AB"),
        ("ls82ab", "LS8 2AB"),
        (" l s 8 2 a b ", "LS8 2AB"),
        ("LS17 6XY", "LS17 6XY"),
        ("W1A1AA", "W1A 1AA"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("LS8", "LS8"),
        ("ls17", "LS17"),
        ("W1A", "W1A"),
    ],
)
def test_postcodes(said: str, kept: str) -> None:
    assert postcode(said) == kept
    assert postcode(kept) == kept


@pytest.mark.parametrize(
    "said", ["", "LS", "8LS 2AB", "LS8 2A", "LS8 2ABC", "LS8 AB2", "LÉ8 2AB", "LS8\u0660 2AB"]
)
def test_what_is_no_postcode(said: str) -> None:
    with pytest.raises(Refused):
        postcode(said)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0113 496 0812", "+441134960812"),
        ("07700 900123", "+447700900123"),
        ("+44 7700 900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("(0113) 4960812", "+441134960812"),
        ("+353 1 234 5678", "+35312345678"),
    ],
)
def test_telephone_numbers(said: str, kept: str) -> None:
    assert phone(said) == kept
    assert phone(kept) == kept


@pytest.mark.parametrize("said", ["", "abc", "12", "07700 9001234567", "+", "not known"])
def test_what_is_no_telephone_number(said: str) -> None:
    with pytest.raises(Refused):
        phone(said)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("3/7/1941", date(1941, 7, 3)),
        ("03/07/1941", date(1941, 7, 3)),
        ("3.7.41", date(1941, 7, 3)),
        ("3-7-1941", date(1941, 7, 3)),
        ("03-07-1941", date(1941, 7, 3)),
        ("3/7/41", date(1941, 7, 3)),
        ("3 July 1941", date(1941, 7, 3)),
        ("3 Jul 1941", date(1941, 7, 3)),
        ("1941-07-03", date(1941, 7, 3)),
        ("29/2/1940", date(1940, 2, 29)),
        ("4/3/26", TODAY),
        ("5/3/26", date(1926, 3, 5)),
        ("29/2/28", date(1928, 2, 29)),
    ],
)
def test_dates_of_birth(said: str, kept: date) -> None:
    assert born(said, TODAY) == kept


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("030741", "six digits in one"),
        ("03071941", "eight digits in one"),
        ("3.7.1941", "with points"),
        ("3 7 41", "with spaces"),
        ("3 jul 41", "the month's beginning"),
        ("3 JULY 1941", "large letters"),
        ("3rd of July 1941", "as it is said"),
        ("the 3rd of july, 41", "as it is said, short"),
        ("July 3 1941", "the month first"),
        ("jul 3rd, 1941", "the month first, short"),
        ("1941 July 3", "the year first"),
        ("1941/07/03", "the year first, in digits"),
        ("3-Jul-41", "as forms print it"),
    ],
)
def test_a_date_of_birth_is_said_in_many_ways(said: str, why: str) -> None:
    assert born(said, TODAY) == date(1941, 7, 3), why


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("310241", "no such day"),
        ("3/7/941", "a digit is missing"),
        ("03741", "five digits say no day"),
        ("ju 3 1941", "June or July"),
        ("3 7", "no year"),
        ("3 july 1941 leeds", "more than a date"),
        ("+3/7/1941", "a sign that belongs to nothing"),
    ],
)
def test_what_is_doubtful_is_asked_again(said: str, why: str) -> None:
    with pytest.raises(Refused):
        born(said, TODAY)


@pytest.mark.parametrize(
    ("said", "found", "why"),
    [
        ("12 Oak Road LS8 2AB", "LS8 2AB", "at the end"),
        ("ls82ab, 12 oak road", "LS8 2AB", "small and close"),
        ("between LS8 2AB and LS8 2AC", "LS8 2AC", "the last one"),
        ("12 Oak Road, LS8", None, "an outward part alone could be anything"),
        ("Flat B1, 2nd floor", None, "a flat and a floor"),
        ("NG1 2AB1", None, "too long to be one"),
    ],
)
def test_a_postcode_in_an_address(said: str, found: str | None, why: str) -> None:
    assert postcode_in(said) == found, why


@pytest.mark.parametrize(
    "said", ["", "yesterday", "29/2/1941", "32/1/1941", "3/13/1941", "5/3/2026", "1/1/1890", "1941", "7/1941"]
)
def test_what_is_no_date_of_birth(said: str) -> None:
    with pytest.raises(Refused):
        born(said, TODAY)


@given(st.text(max_size=40))
def test_any_words_are_used_or_refused_with_a_sentence(said: str) -> None:
    """A fault of another kind would lose what the handler typed."""
    for use in (nhs_number, postcode, phone, lambda text: str(born(text, TODAY))):
        why = "."
        with suppress(Refused):
            try:
                use(said)
            except Refused as refused:
                why = str(refused)
                raise
        assert why.endswith(".")


@given(st.dates(date(1905, 1, 1), TODAY))
def test_every_way_of_saying_a_day_is_that_day(day: date) -> None:
    for form in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %B %Y"):
        assert born(day.strftime(form), TODAY) == day, form


def test_no_field_is_longer_than_what_keeps_it() -> None:
    column = Entry.__table__.c.value.type.length  # type: ignore[attr-defined]
    assert all(longest(field) <= column for field in CaptureField)
    assert longest(CaptureField.need_words) == LONGEST[CaptureField.need_words] == 2000
