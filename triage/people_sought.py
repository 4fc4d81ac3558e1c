"""Who is looked for, from what people type: a date of birth said any way, numbers and postcodes as they come. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hub.errors import Refused
from records.people.search import Sought
from triage import birth, rules


def read(typed: Mapping[str, str], today: date) -> tuple[Sought, dict[str, str]]:
    """`typed` by field of `Sought`. Also what could not be read, by field, with a sentence: the rest is looked for."""
    ways: dict[str, Callable[[str], Any]] = {
        "name": str,
        "nhs_number": rules.nhs_number,
        "born": lambda text: birth.born(text, today),
        "postcode": rules.postcode,
        "phone": rules.phone,
    }
    found: dict[str, Any] = {}
    look_again: dict[str, str] = {}
    for field, way in ways.items():
        if text := typed.get(field, "").strip():
            try:
                found[field] = rules.read_now(way, text)
            except Refused as why:
                look_again[field] = str(why)
    return Sought(**found), look_again
