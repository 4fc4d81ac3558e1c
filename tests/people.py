"""Persons on the hub's own record, made as a handler makes them: for the tests of what is known of somebody."""

from typing import Any

from records.model import Case
from tests.desk import Desk, entry, types

MAUREEN = {"person_name": "Maureen Doyle", "born": "3/7/1941", "nhs_number": "999 000 0018"}
HOME = {"address": "12 Oak Road", "postcode": "LS8 2AB"}
BY_NAME, BY_NUMBER = "person_name, born", "person_name, nhs_number"


def rung(desk: Desk, read_back: str = BY_NAME, **typed: str) -> tuple[int, int]:
    """A call about somebody, two identifiers read back where named: its number, and the case's."""
    call = desk.does("/api/calls/new")
    types(desk, call["call"], *(entry(field, value) for field, value in typed.items()))
    if read_back:
        types(desk, call["call"], entry("read_back", read_back))
    return call["call"], call["case"]


def person(desk: Desk, **typed: str) -> int:
    """Somebody new to the record, made from a call about them."""
    _, case = rung(desk, **{**MAUREEN, **HOME, **typed})
    made: int = desk.does(f"/api/cases/{case}/person")["person"]
    return made


def fact(desk: Desk, person_id: int, **said: Any) -> int:
    body = {"kind": "allergy", "about": "penicillin", "source_kind": "record", "source": "GP record", **said}
    made: int = desk.does(f"/api/people/{person_id}/facts", body)["fact"]
    return made


def linked_to(desk: Desk, case_id: int) -> int | None:
    found: int | None = next(case.person_id for case in desk.rows(Case) if case.key == case_id)
    return found
