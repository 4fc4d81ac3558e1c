"""Who is to be rung, on which number, and how to get in: on the call before its questions, once two are read back."""

import pytest

from records.model import Case
from records.people.model import Carer
from tests.desk import Desk, entry, types
from tests.people import HOME, MAUREEN, linked_to, person, rung
from tests.service.test_known import knows

JANET = {
    "name": "Janet Doyle",
    "relation": "daughter",
    "number": "07700 900321",
    "be_rung": True,
    "speak": "yes",
    "source_kind": "person",
}


def carer(desk: Desk, who: int, **said: object) -> None:
    desk.does(f"/api/people/{who}/carers", {**JANET, **said})


def test_who_is_to_be_rung_is_said_once_two_are_read_back_and_not_before(desk: Desk) -> None:
    """S14, S17. Those who agreed to be rung stand first; what nobody asked is not known."""
    maureen = person(desk)
    carer(desk, maureen)
    carer(desk, maureen, name="Ada Quinn", relation="neighbour", number="", be_rung=False, speak="not_known")
    call, _ = rung(desk, read_back="", **MAUREEN)
    assert "Janet" not in knows(desk, call)
    types(desk, call, entry("read_back", "person_name, born"))
    shown = knows(desk, call)
    assert "To ring: Janet Doyle (daughter), 07700 900321, safe to speak; agreed to be rung" in shown
    assert "To ring: Ada Quinn (neighbour), no number; what they agreed to is not known" in shown
    assert shown.index("Janet Doyle (daughter)") < shown.index("Ada Quinn")


def test_the_list_is_bounded_and_says_how_many_more_there_are(desk: Desk) -> None:
    maureen = person(desk)
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn"):
        carer(desk, maureen, name=name)
    call, _ = rung(desk, **MAUREEN)
    shown = knows(desk, call)
    assert shown.count("To ring:") == 4
    assert "and 2 more to ring on their record" in shown


def test_a_number_that_is_not_safe_says_so_and_a_no_to_telling_them_too(desk: Desk) -> None:
    """S17."""
    maureen = person(desk)
    carer(desk, maureen, speak="no")
    carer(desk, maureen, name="Tom Doyle", number="07700 900322", speak="not_known")
    call, case = rung(desk, **MAUREEN)
    shown = knows(desk, call)
    assert "07700 900321, NOT SAFE TO SPEAK; agreed to be rung" in shown
    assert "07700 900322, nobody has asked whether it is safe; agreed to be rung" in shown
    no = {"purpose": "carer", "said": "objected", "how": "by phone", "with_whom": "tom  doyle"}
    assert desk.jay.post(f"/cases/{case}/consent", data=no).status_code == 303
    said = (
        "07700 900322, nobody has asked whether it is safe; they have SAID NO to telling Tom Doyle anything"
    )
    assert f"Tom Doyle (daughter), {said}" in knows(desk, call)


def test_where_safeguarding_was_marked_no_number_is_taken_for_safe(desk: Desk) -> None:
    """S17, S18."""
    maureen = person(desk)
    carer(desk, maureen, speak="not_known")
    call, _ = rung(desk, **MAUREEN, safeguarding="yes")
    assert "07700 900321, safeguarding: not known to be safe to speak" in knows(desk, call)


@pytest.mark.parametrize(
    ("where", "way_in", "home"),
    [
        (HOME, True, False),
        ({"address": "3 Elm Close", "postcode": "LS8 1QD"}, False, True),
        ({}, False, True),
    ],
)
def test_s15_where_they_live_and_how_to_get_in_there_and_nowhere_else(
    desk: Desk, where: dict[str, str], *, way_in: bool, home: bool
) -> None:
    maureen = person(desk)
    desk.does(f"/api/people/{maureen}/addresses", {**HOME, "access_words": "side gate"})
    call, _ = rung(desk, **MAUREEN, **where)
    shown = knows(desk, call)
    assert ("How to get in: side gate" in shown) == way_in
    assert ("1 access note for another address than the one typed is not shown" in shown) == (not way_in)
    assert ("Home on their record: 12 Oak Road, LS8 2AB" in shown) == home


def test_their_nhs_number_is_said_where_the_call_has_none(desk: Desk) -> None:
    person(desk)
    typed = {name: MAUREEN[name] for name in ("person_name", "born")}
    call, case = rung(desk, **typed)
    assert linked_to(desk, case) is not None
    assert "NHS number on their record: 999 000 0018 (not verified)" in knows(desk, call)
    types(desk, call, entry("nhs_number", MAUREEN["nhs_number"]))
    assert "NHS number on their record" not in knows(desk, call)


def test_nothing_that_is_an_error_or_was_said_in_a_sealed_case(desk: Desk) -> None:
    """S18."""
    maureen = person(desk)
    first = next(case for case in desk.rows(Case))
    carer(desk, maureen)
    carer(desk, maureen, name="Tom Doyle", case=first.key)
    call, _ = rung(desk, **MAUREEN)
    assert "Janet Doyle" in knows(desk, call)
    assert "Tom Doyle" in knows(desk, call)
    janet = next(row for row in desk.rows(Carer) if row.name == "Janet Doyle")
    desk.does(f"/api/people/rows/carer/{janet.key}/in-error", {"why": "of another"})
    assert "Janet Doyle" not in knows(desk, call)
    amara = desk.person("Amara Obi")
    amara.post(f"/api/cases/{first.key}/seal", json={"why": "the family"}).raise_for_status()
    assert "Tom Doyle" not in knows(desk, call)


def test_a_carers_number_is_read_as_it_is_typed_and_kept_with_what_is_safe(desk: Desk) -> None:
    maureen = person(desk)
    path = f"/api/people/{maureen}/carers"
    assert "telephone number" in desk.does(path, {**JANET, "number": "ask at the door"}, 422)["problem"]
    assert "Type the number first" in desk.does(path, {**JANET, "number": ""}, 422)["problem"]
    assert desk.rows(Carer) == []
    carer(desk, maureen, speak="no")
    refused = desk.does(path, {**JANET, "name": "Tom Doyle"}, 422)["problem"]
    assert "marked not safe to speak" in refused
    (janet,) = desk.rows(Carer)
    assert (janet.number, janet.agreed, janet.source_kind) == ("+447700900321", ["be_rung"], "person")
