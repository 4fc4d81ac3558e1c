"""What a handler types, made safe to use: numbers, postcodes and dates as people say them. Pure."""

import re
from collections.abc import Callable
from typing import TypeVar

import phonenumbers

from hub.errors import Refused
from records.people.rules import nhs_number as nhs_number
from triage.model import CaptureField

POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\Z")
"""Shape of a British postcode (outward, inward); whether it exists is not checked here."""
OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?\Z")
LONGEST = {
    CaptureField.need_words: 2000,
    CaptureField.address: 400,
    CaptureField.home_address: 400,
    CaptureField.access_words: 400,
    CaptureField.talk_words: 400,
    CaptureField.caller_relation: 80,
    CaptureField.need: 20,
}
SHORT = 200
ON_A_CALL = re.compile(r" (What you typed is kept|Kept)\b[^.]*\.|; check it with the caller")
"""What is said of words that a call keeps as they were typed."""
T = TypeVar("T")


def postcode(text: str) -> str:
    """`ls82ab` → `LS8 2AB`; an outward part alone (`LS8`) is enough to send somebody the right way."""
    squeezed = re.sub(r"\s+", "", text.upper())
    if OUTWARD.match(squeezed):
        return squeezed
    found = POSTCODE.match(squeezed)
    if found is None:
        raise Refused("This does not look like a postcode, such as LS8 2AB or LS8. Kept as you typed it.")
    return f"{found[1]} {found[2]}"


ANYWHERE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b", re.IGNORECASE)


def postcode_in(text: str) -> str | None:
    """The whole postcode that stands in an address, the last one; an outward part alone could be a flat's number."""
    found = ANYWHERE.findall(text)
    return " ".join(found[-1]).upper() if found else None


def phone(text: str, region: str = "GB") -> str:
    """A telephone number as E.164: `0113 496 0812` → `+441134960812`."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Refused(
            "This is not a telephone number. Kept as you typed it; check it with the caller."
        ) from None
    if not phonenumbers.is_possible_number(number):
        raise Refused("This telephone number is too short or too long. Kept; check it with the caller.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_now(way: Callable[[str], T], text: str) -> T:
    """What was typed into a form, which keeps the words in sight itself: nothing of them is kept otherwise. Raises
    `Refused`."""
    try:
        return way(text)
    except Refused as why:
        raise Refused(ON_A_CALL.sub("", str(why))) from None


def longest(field: CaptureField) -> int:
    return LONGEST.get(field, SHORT)
