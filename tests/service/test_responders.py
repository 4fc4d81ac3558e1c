"""Responders as records: who may read and write what, and that it gates the next offer (S22)."""

from typing import Any

from sqlmodel import select
from starlette.testclient import TestClient

from dispatch.duty_model import ResponderRecord, StaffSafety
from dispatch.model import Exclusion, Shift
from records.model import Position
from tests.desk import Desk
from tests.service.test_shifts import can_be_asked
from tests.service.test_two_together import seek_all, visit

PAGE = {"accept": "text/html"}


def says(client: TestClient, path: str, status: int = 200, **body: Any) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return str(answer.json().get("said") or answer.json()["problem"])


def test_a_record_is_kept_and_a_skill_gates_shifts_that_run(sqlite_desk: Desk) -> None:
    desk, priya = sqlite_desk, sqlite_desk.person("Priya Nair")
    said: dict[str, Any] = {
        "grade": "Band 6",
        "organisation": "Leeds Community",
        "sector": "statutory",
        "languages": "English, Punjabi",
        "vehicle": "small car",
        "equipment": "bladder scanner",
        "base": "ls8",
    }
    assert says(priya, "/responders/1/about", **said) == "Kept: Ana R."
    (kept,) = records(desk)
    assert (kept.languages, kept.base, kept.sector) == (["English", "Punjabi"], "LS8", "statutory")
    assert "Leeds Community" in priya.get("/responders", headers=PAGE).text
    says(priya, "/responders/1/skill", skill="nursing", until="2026-03-20")
    listed = priya.get("/responders", headers=PAGE).text
    assert "does not count from Fri 20 Mar 2026" in " ".join(listed.split())
    assert "Ana R." in can_be_asked(desk)
    says(priya, "/responders/1/skill", skill="nursing", until="2026-03-04")
    assert "Ana R." not in can_be_asked(desk), "from that day on"
    says(priya, "/responders/1/skill", skill="lifting")
    assert desk.rows(Shift)[0].skills == "|nursing|lifting|"
    assert "Ana R." in can_be_asked(desk, "lifting")
    says(priya, "/responders/1/skill", skill="lifting", held=False)
    assert "Ana R." not in can_be_asked(desk, "lifting")
    assert desk.jay.get("/responders", headers=PAGE).status_code == 403


def records(desk: Desk) -> list[ResponderRecord]:
    with desk.hub.db.read() as session:
        return list(session.exec(select(ResponderRecord)))


def test_why_somebody_is_kept_away_is_for_managers(sqlite_desk: Desk) -> None:
    """S22: nobody is offered whom they are kept away from; the reason is read by managers alone."""
    desk, priya, dana = sqlite_desk, sqlite_desk.person("Priya Nair"), sqlite_desk.person("Dana Cole")
    why = "Her former husband lives there."
    assert "whole postcode is needed" in says(priya, "/responders/1/kept-away", 422, postcode="LS8", why=why)
    assert "Say for whom" in says(priya, "/responders/1/kept-away", 422, why=why)
    assert "not a valid NHS" in says(
        priya, "/responders/1/kept-away", 422, nhs_number="999 000 0011", why=why
    )
    says(priya, "/responders/1/kept-away", postcode="ls82ab", why=why)
    assert why in dana.get("/responders/1", headers=PAGE).text
    seen = priya.get("/responders/1", headers=PAGE).text
    assert "LS8 2AB" in seen
    assert why not in seen
    visit(desk)
    seek_all(desk)
    (position,) = desk.rows(Position)
    assert "Ana R." not in position.offered_to
    (kept,) = desk.rows(Exclusion)
    assert priya.post(f"/kept-away/{kept.id}/end", json={}).status_code == 403
    says(dana, f"/kept-away/{kept.id}/end")
    assert desk.rows(Exclusion) == []


def test_a_warning_about_an_address_reaches_cases_that_look_for_somebody(sqlite_desk: Desk) -> None:
    """S22: from now on two go, also where one has been asked already."""
    desk, priya, dana = sqlite_desk, sqlite_desk.person("Priya Nair"), sqlite_desk.person("Dana Cole")
    visit(desk)
    seek_all(desk)
    assert len(desk.rows(Position)) == 1
    said = says(priya, "/staff-safety", postcode="LS8 2AB", words="A dog that bites.", two="always")
    assert said == "Kept; it holds from the next offer on."
    seek_all(desk)
    assert len(desk.rows(Position)) == 2
    assert "A dog that bites." in priya.get("/responders", headers=PAGE).text
    (rule,) = desk.rows(StaffSafety)
    says(dana, f"/staff-safety/{rule.id}/end")
    assert "A dog that bites." not in priya.get("/responders", headers=PAGE).text
