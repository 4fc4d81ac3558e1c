"""S15: a code belongs to a door. Which ways of writing an address are one."""

import pytest

from records.homes import Home, is_typed_on, same_door

LS8 = "LS8 2AB"


@pytest.mark.parametrize(
    ("one", "other", "same", "why"),
    [
        (Home("12 Oak Road", LS8), Home("12 oak rd.", LS8), True, "written shorter"),
        (Home("12 Oak Road LS8 2AB", LS8), Home("12 Oak Road", LS8), True, "the postcode said in one breath"),
        (Home("12, Oak Road, Leeds", LS8), Home("12 Oak Road", LS8), True, "a town makes no other door"),
        (Home("No. 12 Oak Road", LS8), Home("12 Oak Road", LS8), True, "a number is a number"),
        (Home("14 Oak Road", LS8), Home("12 Oak Road", LS8), False, "next door"),
        (Home("12a Oak Road", LS8), Home("12 Oak Road", LS8), False, "another flat"),
        (
            Home("12 Oak Road, flat 2", LS8),
            Home("12 Oak Road", LS8),
            False,
            "which of its flats is not known",
        ),
        (Home("Flat 2, 12 Oak Road", LS8), Home("Flat 12, 2 Oak Road", LS8), False, "the order counts"),
        (Home("12 Oak Road", "LS17 6AA"), Home("12 Oak Road", LS8), False, "another street of that name"),
        (Home("12 Oak Road", "LS8"), Home("12 Oak Road", "LS8"), False, "no whole postcode"),
        (Home("12 Oak Road", None), Home("12 Oak Road", None), False, "no postcode"),
        (Home("", LS8), Home("", LS8), False, "a postcode is fifteen houses"),
    ],
)
def test_the_same_door(one: Home, other: Home, same: bool, why: str) -> None:
    assert same_door(one, other) is same_door(other, one) is same, why


@pytest.mark.parametrize(
    ("before", "now", "on", "why"),
    [
        (Home("", None), Home("12 Oak", None), True, "it is being typed"),
        (Home("12 Oak", None), Home("12 Oak Road", LS8), True, "and typed on"),
        (Home("12 Oak Roda", "LS8"), Home("12 Oak R", "LS8"), True, "taken back"),
        (Home("12 Oak Road", "LS8"), Home("12 Oak Road", LS8), True, "its postcode typed on"),
        (Home("12 Oak Road", LS8), Home("5 Elm Close", LS8), False, "her daughter's"),
        (Home("12 Oak Road", LS8), Home("12 Oak Road", "LS17 6AA"), False, "another street of that name"),
    ],
)
def test_an_address_that_is_typed_on_is_the_same(before: Home, now: Home, on: bool, why: str) -> None:
    assert is_typed_on(before, now) is on, why
