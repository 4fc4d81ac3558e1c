"""Whether two cases speak of the same person or the same door, by what was typed in them (S13, S14, S15). Pure."""

from collections.abc import Callable

from records.model import Case
from records.read_back import is_read_back


def _name(case: Case) -> object:
    return " ".join(case.person_name.casefold().split())


def _door(case: Case) -> object:
    """An address without its postcode could be in any town."""
    words = " ".join(case.address.casefold().replace(",", " ").split())
    return (words, case.postcode) if words and case.postcode else None


VALUES: dict[str, Callable[[Case], object]] = {
    "person_name": _name,
    "born": lambda case: case.born,
    "nhs_number": lambda case: case.nhs_number,
    "address": _door,
}
"""The identifiers of `records.read_back`, as they are compared."""


def agree(one: Case, other: Case, field: str) -> bool | None:
    """None where one of the two does not know it: unknown is neither the same nor another."""
    mine, theirs = VALUES[field](one), VALUES[field](other)
    return mine == theirs if mine and theirs else None


def may_be_same(own: Case, other: Case) -> bool:
    """The same NHS number, or the same name and date of birth (S13)."""
    named = agree(own, other, "person_name") and agree(own, other, "born")
    return bool(agree(own, other, "nhs_number") or named)


def is_same(own: Case, other: Case) -> bool:
    """S14: and something that was read back says so too, and neither number nor date of birth speaks against it."""
    if not is_read_back(own) or not may_be_same(own, other):
        return False
    if False in (agree(own, other, "nhs_number"), agree(own, other, "born")):
        return False
    read: list[str] = (own.read_back or {}).get("fields", [])
    return any(agree(own, other, field) for field in read)
