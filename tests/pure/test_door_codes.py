"""S19: what is a key-safe code in what people type, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.door_codes import MARK, cut

M = MARK
CODES = [
    ("key safe 1234", f"key safe {M}", ["1234"], "the plainest"),
    (
        "keysafe is 4 5 9 2 by the back door",
        f"keysafe is {M} by the back door",
        ["4 5 9 2"],
        "digit by digit",
    ),
    ("code for the door C1479Y", f"code for the door {M}", ["C1479Y"], "letters belong to it"),
    ("key box: 0000#", f"key box: {M}", ["0000#"], "and so does the hash"),
    ("the code's twelve thirty four", f"the code's {M}", ["twelve thirty four"], "said as it is heard"),
    ("key safe code is 12-34", f"key safe code is {M}", ["12-34"], "in pairs"),
    ("Key-safe 1234, by the back door", f"Key-safe {M}, by the back door", ["1234"], "words around it stay"),
    ("key safe 12", f"key safe {M}", ["12"], "half typed is half a secret"),
    ("key safe 1", f"key safe {M}", ["1"], "in doubt"),
    ("key safe number 104", f"key safe number {M}", ["104"], "no house after those words"),
    ("Key safe C 1479 Y left of door", f"Key safe {M} left of door", ["C 1479 Y"], "letters apart"),
    (
        "key safe by the back door, 4592",
        f"key safe by the back door, {M}",
        ["4592"],
        "where it is comes between",
    ),
    (
        "Keysafe left of porch (number is 1470X)",
        f"Keysafe left of porch (number is {M})",
        ["1470X"],
        "a letter",
    ),
    ("1234 is the key safe", f"{M} is the key safe", ["1234"], "said first"),
    ("4592, key safe by the door", f"{M}, key safe by the door", ["4592"], "said first, with a comma"),
    ("C1479Y for the keysafe", f"{M} for the keysafe", ["C1479Y"], "said first"),
    ("lock box 7788 under the sill", f"lock box {M} under the sill", ["7788"], "another name"),
    ("gate code 5501, door code 2210", f"gate code {M}, door code {M}", ["5501", "2210"], "two of them"),
    ("entry code: *1470#", f"entry code: {M}", ["*1470#"], "star and hash"),
    ("keysafe four five nine two", f"keysafe {M}", ["four five nine two"], "in words"),
    ("key safe double four nine two", f"key safe {M}", ["double four nine two"], "as people say it"),
    (
        "key safe by door, one four seven nine",
        f"key safe by door, {M}",
        ["one four seven nine"],
        "words, later",
    ),
    ("12 Oak Road, keysafe 4592", f"12 Oak Road, keysafe {M}", ["4592"], "the house stays"),
    ("key safe 4592 LS8 2AB", f"key safe {M} LS8 2AB", ["4592"], "the postcode stays"),
    ("key safe 4592 ring 07700 900123", f"key safe {M} ring 07700 900123", ["4592"], "the telephone stays"),
    ("KEY SAFE 12/34", f"KEY SAFE {M}", ["12/34"], "no blood pressure"),
    ("key safe 12:34", f"key safe {M}", ["12:34"], "no time, straight after those words"),
    ("communal door code 1470, flat 12", f"communal door code {M}, flat 12", ["1470"], "the flat stays"),
    ("her pin is 8812 for the keypad", f"her pin is {M} for the keypad", ["8812"], "a pin"),
    ("press 4592 and push", f"press {M} and push", ["4592"], "what is pressed"),
    ("key safe 1234 84 year old lady", f"key safe {M} 84 year old lady", ["1234"], "the age stays"),
    ("DONE keysafe code now 7719", f"DONE keysafe code now {M}", ["7719"], "from a responder's phone"),
    ("key save 1234", f"key save {M}", ["1234"], "misheard"),
    (f"key safe {M}, gate code 5501", f"key safe {M}, gate code {M}", ["5501"], "one is apart already"),
]
NOT_CODES = [
    ("key safe by the front door", "no code"),
    ("07700 900123, key safe by the door", "a telephone"),
    ("key safe, ring Janet on 0113 496 0812", "a telephone after those words"),
    ("key safe; mobile +44 7700 900123", "a telephone abroad's way"),
    ("NHS 999 000 0018, key safe at the back", "an NHS number"),
    ("9990000018 key safe", "an NHS number in a row"),
    ("LS8 2AB key safe outside", "a postcode"),
    ("key safe at the back, LS8 2AB", "a postcode after"),
    ("12 Oak Road, key safe by the door", "a house"),
    ("key safe at 12 Oak Road", "a house after those words"),
    ("104 Park View, key safe", "a house with three digits"),
    ("Flat 104, key safe in the lobby", "a flat"),
    ("key safe on the 2nd floor", "a floor"),
    ("key safe outside, BP 120/80", "a blood pressure"),
    ("key safe outside. bp is 138/92, pulse 104", "a pulse"),
    ("she is 84, key safe by the door", "an age"),
    ("key safe by the door, 84 years old", "an age after"),
    ("key safe outside, she's 103", "a great age"),
    ("born 3/7/1941, key safe at the back", "a date"),
    ("key safe fitted in 2021", "a year"),
    ("fell at 14:20, key safe outside", "a time"),
    ("key safe outside, fell at 14:20", "a time after"),
    ("key safe outside, carers 10am", "a time of day"),
    ("key safe 2 metres left of the door", "a length"),
    ("key safe outside, warfarin 3mg, paracetamol 500 mg", "doses"),
    ("key safe outside, 2 dogs", "dogs"),
    ("key safe outside, sats on oxygen 100%", "a share"),
    ("key safe outside, the 104th visit", "an ordinal"),
    ("ring code 4K7", "a reference of ours"),
    ("key safe outside. FP 4K79C", "a reference of ours near those words"),
    ("postcode LS8 2AB, area code 0113", "other codes"),
    ("post code is 2234", "another code"),
    ("key safe outside, otherwise ring 999", "an emergency number"),
    ("she fell at twelve, two hours ago", "numbers in words, and no key"),
    ("one of her keys is with number 14", "a neighbour"),
    ("blood pressure one twenty over eighty", "in words"),
    ("1", "an answer to an offer"),
    ("DELAY 20", "a delay"),
    ("999 4K7C", "an ambulance"),
    ("on the kitchen floor since 1300, talking", "no word of keys"),
    ("weighs 104 kg, lives at 12 Oak Road LS8 2AB, 0113 496 0812", "no word of keys"),
    ("", "nothing"),
]


@pytest.mark.parametrize(("text", "words", "codes", "why"), CODES, ids=[row[0] for row in CODES])
def test_a_code_is_cut_out_and_the_words_around_it_stay(
    text: str, words: str, codes: list[str], why: str
) -> None:
    found = cut(text)
    assert (found.words, [code.said for code in found.codes]) == (words, codes), why


@pytest.mark.parametrize(("text", "why"), NOT_CODES, ids=[row[0] for row in NOT_CODES])
def test_what_is_plainly_something_else_stays(text: str, why: str) -> None:
    assert cut(text).words == text, why


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4592", M),
        ("C1479Y", M),
        ("147", M),
        ("round the back, 4592", f"round the back, {M}"),
        ("neighbour at 14 has a key, 07700 900123", "neighbour at 14 has a key, 07700 900123"),
        ("side door of 104 Oak Road", "side door of 104 Oak Road"),
        ("ring the bell twice", "ring the bell twice"),
    ],
)
def test_the_field_that_asks_how_to_get_in_says_itself_what_four_digits_are(text: str, words: str) -> None:
    assert cut(text, is_way_in=True).words == words


def test_codes_know_which_they_are() -> None:
    found = cut(f"key safe {M}, gate code 5501")
    assert found.had_marks
    assert [(code.nth, code.before) for code in found.codes] == [(1, f"key safe {M}, gate code ")]


PIECES = st.sampled_from(
    ["key safe", "door code", "is", "by the door", "1234", "4 5 9 2", "C1479Y", "12", "Oak Road", ",", "twelve", "one",
     "07700 900123", "LS8 2AB", "the", "code", "84", "years", "at", "14:20", M, "#", ".", "for", "press", "120/80"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_nothing_is_lost(text: str) -> None:
    """With each code put back where it stood, the text is the one that was typed."""
    found = cut(text)
    words = found.words
    for code in reversed(found.codes):
        head = len(MARK.join(words.split(MARK)[: code.nth + 1]))
        words = words[:head] + code.said + words[head + len(MARK) :]
    assert words == text


def test_a_long_text_is_read_at_once() -> None:
    text = "key safe code is the number is now " * 50 + "1 " * 100
    assert len(cut(text).words) > 100
