"""Find over all cases: by what people say of them, with why, never in an address, and kept as one look."""

from datetime import timedelta
from typing import Any

import pytest

from dashboard.pages.find import LOOKED
from hub.audit import Audit
from records.model import Call, Case
from tests.desk import Desk
from tests.free_text import committed
from triage.finding import MOST, WITHIN


@pytest.fixture
def closed(sqlite_desk: Desk) -> Case:
    """A case of Maureen's that closed yesterday."""
    desk = sqlite_desk
    made = desk.does("/api/calls/new")
    desk.does(f"/api/cases/{made['case']}/wrong-number", {"call": made["call"]})
    with desk.hub.db.write() as session:
        case, call = session.get_one(Case, made["case"]), session.get_one(Call, made["call"])
        case.person_name, case.postcode, case.nhs_number = "Maureen Doyle", "LS8 2AB", "9990000018"
        call.number = "+447700900123"
        session.add_all([case, call])
    desk.clock.at += timedelta(days=1)
    found: Case = desk.rows(Case)[0]
    return found


def finds(desk: Desk, typed: str, status: int = 200, name: str = "Priya Nair") -> Any:
    answer = desk.person(name).post("/find", json={"typed": typed})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("999 000 0018", "NHS number"),
        ("maureen", "name"),
        ("doyle", "name"),
        ("ls8 2ab", "postcode"),
        ("07700 900123", "telephone number"),
    ],
)
def test_a_closed_case_is_found_with_why(sqlite_desk: Desk, closed: Case, typed: str, why: str) -> None:
    found = finds(sqlite_desk, typed)
    assert found["found"] == 1
    assert closed.ref in found["html"]
    assert f"same {why}" in found["html"]


def test_by_reference_open_and_closed_and_one_look_each_time(sqlite_desk: Desk, closed: Case) -> None:
    committed(sqlite_desk)
    opened = sqlite_desk.rows(Case)[-1]
    for ref in (closed.ref, opened.ref.lower(), f"FP {opened.ref}"):
        assert finds(sqlite_desk, ref)["found"] == 1
    looks = [row for row in sqlite_desk.rows(Audit) if row.action == LOOKED]
    assert [row.why for row in looks] == [closed.ref, opened.ref, opened.ref]
    assert {row.subject for row in looks} == {f"place:{sqlite_desk.place}"}


def test_nothing_too_little_too_old_and_not_theirs(sqlite_desk: Desk, closed: Case) -> None:
    assert "none that has closed within 30 days" in finds(sqlite_desk, "nobody like that")["html"]
    assert not [row for row in sqlite_desk.rows(Audit) if row.action == LOOKED], "nobody was looked at"
    finds(sqlite_desk, "ma", 422)
    finds(sqlite_desk, "maureen", 403, "Ruth Adeyemi")
    sqlite_desk.clock.at += WITHIN
    assert finds(sqlite_desk, "maureen")["found"] == 0


def test_it_is_bounded_and_says_so(sqlite_desk: Desk, closed: Case) -> None:
    with sqlite_desk.hub.db.write() as session:
        for nth in range(MOST + 5):
            copy = closed.model_dump(exclude={"id", "ref"})
            session.add(Case(**copy, ref=f"Z{nth:02}"))
    found = finds(sqlite_desk, "maureen")
    assert found["found"] == MOST
    assert "there are more" in found["html"]
