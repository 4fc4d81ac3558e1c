"""S14 over HTTP: two identifiers read back by one key, kept with who and when, and gone when one of them changes."""

import uuid

import pytest

from records.model import Case, Timeline
from records.read_back import is_read_back, pairs
from tests.desk import Desk, entry, types


def case(desk: Desk) -> Case:
    found: Case = desk.rows(Case)[0]
    return found


def who(desk: Desk) -> int:
    call: int = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("person_name", "Maureen Doyle"), entry("born", "3/7/1941"))
    return call


def test_two_read_back_are_kept_with_who_and_when(desk: Desk) -> None:
    call = who(desk)
    assert not is_read_back(case(desk))
    assert pairs(case(desk)) == [("person_name", "born")]
    html = desk.jay.get(f"/calls/{call}/view").json()["html"]
    assert 'data-value="person_name, born" data-key="i"' in html
    types(desk, call, entry("read_back", "person_name, born"))
    assert is_read_back(case(desk))
    assert case(desk).read_back == {
        "fields": ["person_name", "born"],
        "by": "Jay Osei",
        "at": desk.clock.now().isoformat(),
    }
    assert "Name and date of birth, Jay Osei 14:00" in desk.jay.get(f"/calls/{call}/view").json()["html"]


@pytest.mark.parametrize(
    ("field", "value", "holds"),
    [
        ("person_name", "Maureen Boyle", False),
        ("person_name", "Maureen Doyle", True),
        ("born", "3/7/1942", False),
        ("born", "", False),
        ("address", "12 Oak Road", True),
        ("need_words", "on the floor", True),
    ],
)
def test_a_changed_identifier_takes_the_tick_away(desk: Desk, field: str, value: str, *, holds: bool) -> None:
    call = who(desk)
    types(desk, call, entry("read_back", "person_name, born"))
    types(desk, call, entry(field, value))
    assert is_read_back(case(desk)) == holds
    said = [line.words for line in desk.rows(Timeline) if line.event == "read_back"]
    assert len(said) == (1 if holds else 2)


@pytest.mark.parametrize(
    "value", ["person_name", "person_name, person_name", "person_name, shoe", "person_name, nhs_number"]
)
def test_one_alone_or_one_that_is_not_there_does_not_count(desk: Desk, value: str) -> None:
    call = who(desk)
    types(desk, call, entry("read_back", value))
    assert not is_read_back(case(desk))


def test_it_is_taken_back_and_does_not_go_along_to_another_case(desk: Desk) -> None:
    first = desk.does("/api/calls/new")
    call = who(desk)
    types(desk, call, entry("read_back", "person_name, born"))
    desk.does(f"/api/calls/{call}/join", {"case": first["case"]})
    joined = next(one for one in desk.rows(Case) if one.id == first["case"])
    assert joined.person_name == "Maureen Doyle"
    assert not is_read_back(joined), "read back once more on the case that it is about now"
    types(desk, call, {"id": str(uuid.uuid4()), "field": "read_back", "value": "person_name, born"})
    types(desk, call, entry("read_back", ""))
    assert not is_read_back(next(one for one in desk.rows(Case) if one.id == first["case"]))


def test_home_is_kept_apart_from_where_they_are_now(desk: Desk) -> None:
    """S15."""
    call = desk.does("/api/calls/new")["call"]
    types(
        desk, call, entry("address", "14 Elm Close, at the daughter's"), entry("home_address", "12 Oak Road")
    )
    assert (case(desk).address, case(desk).home_address) == ("14 Elm Close, at the daughter's", "12 Oak Road")
    types(desk, call, entry("home_address", ""))
    assert case(desk).home_address is None


@pytest.mark.parametrize(
    ("typed", "postcode", "why"),
    [
        (["12 Oak Road, Leeds ls8 2ab"], "LS8 2AB", "said in one breath with the address"),
        (["LS82AB"], "LS8 2AB", "nothing but the postcode"),
        (["12 Oak Road LS8 2AB", "12 Oak Road LS8 2AC"], "LS8 2AC", "corrected where it was typed"),
        (["12 Oak Road LS8 2AB", "12 Oak Road"], "LS8 2AB", "what is known stays"),
        (["12 Oak Road"], None, "no postcode in it"),
        (["Flat B1, 12 Oak Road"], None, "a flat is no postcode"),
    ],
)
def test_a_postcode_in_where_they_are_is_taken_for_one(
    desk: Desk, typed: list[str], postcode: str | None, why: str
) -> None:
    call = desk.does("/api/calls/new")["call"]
    for words in typed:
        said = types(desk, call, entry("address", words))
    assert case(desk).postcode == postcode, why
    assert case(desk).address == typed[-1], "kept as it was said"
    assert said["postcode"] == (postcode or "")


def test_a_postcode_typed_in_its_own_field_stands_whatever_the_address_says(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("postcode", "LS6 1AA"), entry("address", "12 Oak Road LS8 2AB"))
    assert case(desk).postcode == "LS6 1AA"
