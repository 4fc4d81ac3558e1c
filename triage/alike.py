"""Whether two cases speak of the same person or the same door, by what was typed in them (S13, S14, S15). Pure."""

from collections.abc import Callable
from functools import partial

from records.homes import Home, is_exact, same_door
from records.model import Case
from records.people.rules import is_the_same
from records.read_back import fields, is_read_back


def _name(case: Case) -> object:
    return " ".join(case.person_name.casefold().split())


VALUES: dict[str, Callable[[Case], object]] = {
    "person_name": _name,
    "born": lambda case: case.born,
    "nhs_number": lambda case: case.nhs_number,
}
"""The identifiers of `records.read_back` but the address, as they are compared."""


def agree(one: Case, other: Case, field: str) -> bool | None:
    """None where one of the two does not know it: unknown is neither the same nor another."""
    if field == "address":
        return agree_homes(Home(one.address, one.postcode), Home(other.address, other.postcode))
    mine, theirs = VALUES[field](one), VALUES[field](other)
    return mine == theirs if mine and theirs else None


def agree_homes(mine: Home, theirs: Home) -> bool | None:
    """S15: one notion of a door for all: who lives behind it, how to get in, and its key safe. Without a whole postcode
    it could be in any town."""
    return same_door(mine, theirs) if is_exact(mine) and is_exact(theirs) else None


def what_is_same(own: Case | None, other: Case, *, same_number: bool) -> list[str]:
    """Why a call may be about that other case (S13), in words."""
    said = ["same number"] if same_number else []
    if own is None:
        return said
    if agree(own, other, "nhs_number"):
        said.append("same NHS number")
    if agree(own, other, "person_name") and agree(own, other, "born"):
        said.append("same name and date of birth")
    if agree(own, other, "address"):
        said.append("same address")
    return said


def may_be_same(own: Case, other: Case) -> bool:
    """The same NHS number, or the same name and date of birth (S13)."""
    named = agree(own, other, "person_name") and agree(own, other, "born")
    return bool(agree(own, other, "nhs_number") or named)


def is_same(own: Case, other: Case) -> bool:
    """S14: nor before two identifiers were read back."""
    return is_read_back(own) and is_the_same(partial(agree, own, other), fields(own))
