"""Every look is written down, whatever it goes by, and nobody waits for it."""

import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from dashboard import looks
from dashboard.v1.app import PATH as V1
from hub.audit import Audit
from hub.look_book import Look, LookBook
from hub.tokens import Scope
from records.fhir.asked import PARAMS
from records.model import Assessment
from tests.desk import Desk
from tests.free_text import routes_of
from tests.machines import Machine
from tests.sealed_room import Room

NOTED: dict[str, tuple[str, str]] = {
    "/audit": ("Nora Quinn", "audit_looked_at"),
    "/audit.csv": ("Nora Quinn", "audit_exported"),
    "/audit/break-glass": ("Nora Quinn", "looked at emergency openings"),
    "/api/assessments/{assessment_id}": ("Amara Obi", "case_opened"),
    "/api/calls/{call_id}/state": ("Femi Ade", "opened call"),
    "/api/cases/{case_id}/safety-net": ("Jay Osei", "case_opened"),
    "/api/cases/{case_id}/sbard": ("Mina Patel", "case_opened"),
    "/assessments/{assessment_id}/explanation": ("Femi Ade", "case_opened"),
    "/board": ("Priya Nair", "looked at board"),
    "/board/snapshot": ("Dana Cole", "looked at board"),
    "/calls": ("Jay Osei", "looked at calls"),
    "/calls/state": ("Mina Patel", "looked at calls"),
    "/calls/{call_id}": ("Jay Osei", "opened call"),
    "/calls/{call_id}/view": ("Mina Patel", "opened call"),
    "/cases/{case_id}": ("Priya Nair", "case_opened"),
    "/cases/{case_id}/panel": ("Dana Cole", "case_opened"),
    "/cases/{case_id}/consent": ("Priya Nair", "consent_opened"),
    "/clinician": ("Amara Obi", "looked at clinicians' list"),
    "/clinician/state": ("Femi Ade", "looked at clinicians' list"),
    "/corrections": ("Nora Quinn", "looked at corrections"),
    "/concerns": ("Ruth Adeyemi", "looked at concerns"),
    "/downtime": ("Priya Nair", "downtime_list_opened"),
    "/hand-over": ("Priya Nair", "looked at hand-over"),
    "/messages": ("Priya Nair", "looked at messages"),
    "/subject-access": ("Nora Quinn", "looked at requests for access"),
    "/retention": ("Nora Quinn", "looked at retention"),
    "/erasures": ("Dana Cole", "looked at erasures"),
    "/record": ("Priya Nair", "looked at the shared record's writes"),
    "/referrals": ("Jay Osei", "looked at referrals"),
    "/mine": ("Ana Reid", "looked at own visits"),
    f"{V1}/alarms": ("", "alarms_listed"),
    f"{V1}/assessments/{{assessment_id}}": ("", "case_opened"),
    f"{V1}/assessments/{{assessment_id}}/explanation": ("", "explanation_opened"),
    f"{V1}/assessments/{{assessment_id}}/questionnaire-response": ("", "case_opened"),
    f"{V1}/cases": ("", "cases_listed"),
    f"{V1}/cases/{{case_id}}": ("", "case_opened"),
    f"{V1}/cases/{{case_id}}/safety-net": ("", "case_opened"),
    f"{V1}/cases/{{case_id}}/summary": ("", "case_opened"),
    f"{V1}/events": ("", "events_read"),
    f"{V1}/responders": ("", "responders_listed"),
    f"{V1}/tasks": ("", "tasks_listed"),
}
"""Who asks (nobody: a machine), and what is written down."""
NOBODY_SHOWN = {
    "/", "/health", "/health/live", "/health/ready", "/ready", "/log-in", "/calls-worker.js", "/visit-worker.js",
    "/calls/away", "/calls/line", "/wall", "/wall/snapshot", "/wall/pair", "/walls", "/tokens", "/phones",
    "/my-phones", "/remembered-phones", "/protocols", "/protocols/new", "/protocols/{sha256}", "/shifts", "/responders",
    "/protocols/{sha256}/flow.svg", "/protocols/{sha256}/flow.pdf", "/protocols/measures", "/responders/{responder_id}",
    "/visit-away", "/api/me", "/people", "/fhir/metadata",
    "/fhir/.well-known/smart-configuration", "/fhir/Subscription", "/fhir/Subscription/{uid}", "/connections",
    "/protocols/{sha256}/fhir.json", "/phones/api/{path:path}", "/messages/templates", "/messages/phones",
    f"{V1}/docs", f"{V1}/openapi.json", "/own/", "/own/log-in", "/own/sent", "/own/in/{token}",
}  # fmt: skip
"""Nothing of a person who was called about is on these."""
ELSEWHERE = {
    "/calls/{call_id}/known": "test_known.py",
    "/cases/{case_id}/person": "test_people.py",
    "/cases/{case_id}/referral": "test_referrals_in.py",
    **{f"/fhir/{kind}{number}": "test_fhir_face.py" for kind in PARAMS for number in ("", "/{number}")},
    "/fhir/$export": "test_fhir_export.py",
    "/fhir/$export-file/{uid}/{name}": "test_fhir_export.py",
    "/fhir/$export-status/{uid}": "test_fhir_export.py",
    "/o/{code}": "test_responder_page.py",
    "/people/{person_id}": "test_people.py",
    "/people/{person_id}/own-page": "test_own_view.py",
    "/own/home": "test_own_view.py",
    "/own/visits": "test_own_view.py",
    "/own/about": "test_own_view.py",
    "/own/health": "test_own_view.py",
    "/own/plans": "test_own_view.py",
    "/own/looked": "test_own_view.py",
    "/own/consent": "test_own_view.py",
    "/own/corrections": "test_own_view.py",
    "/own/delegates": "test_own_view.py",
    "/own/download": "test_own_view.py",
    "/own/download/page": "test_own_view.py",
    "/own/download/fhir": "test_own_view.py",
    "/people/{person_id}/records": "test_record_reads.py",
    "/protocols/{sha256}/against/{other_sha256}": "test_replays.py",
    "/protocols/{sha256}/against/{other_sha256}/progress": "test_replays.py",
    "/referrals/{referral_id}": "test_referrals_in.py",
    "/referrals/messages/{message_id}": "test_referrals_in.py",
    "/subject-access/{number}": "test_subject_access.py",
    "/subject-access/{number}/answer.{kind}": "test_subject_access.py",
    "/subject-access/{number}/contents": "test_subject_access.py",
}
"""Noted too: these tests follow it."""


def test_every_address_that_shows_a_person_is_a_look(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    room = Room(desk)
    begun = desk.does(f"/api/cases/{room.cases['ordinary'].key}/assessments", {"protocol": "fall-at-home"})
    machine = Machine(desk, list(Scope))
    case = room.cases["ordinary"].key
    numbers = {"case_id": case, "call_id": 1, "assessment_id": begun["view"]["assessment"]}
    assert desk.rows(Assessment)
    people = {who: desk.person(who) for who, _ in NOTED.values() if who}
    gets = {route.path for route in routes_of(desk.app) if "GET" in route.methods}
    assert gets - NOTED.keys() - NOBODY_SHOWN - ELSEWHERE.keys() == set(), "say of each address what it shows"
    for path, (who, action) in NOTED.items():
        client: Any = people.get(who, machine)
        before = len(rows(desk))
        address = path.format(**numbers)
        if who:
            answer = client.get(address, headers={"accept": "text/html"})
            assert answer.status_code == 200, f"{path} {answer.status_code}"
        else:
            machine.gets(address.removeprefix(V1))
        new = [row for row in rows(desk)[before:] if row.action == action]
        old = [row for row in rows(desk)[:before] if row.action == action and row.actor == "token:1"]
        assert new or (not who and old), f"{path} is a look that nobody wrote down"
        for row in new:
            if row.subject.startswith("case:"):
                assert row.relation, f"{path}: what they had to do with it"


def rows(desk: Desk) -> list[Audit]:
    with desk.hub.db.read() as session:
        return list(session.exec(select(Audit).order_by(Audit.id)))  # type: ignore[arg-type]


@contextlib.contextmanager
def somebody_writes(desk: Desk) -> Iterator[None]:
    """The line of writers is taken for as long as the block runs."""
    begun, done = threading.Event(), threading.Event()

    def hold() -> None:
        with desk.hub.db.write():
            begun.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(10)
    try:
        yield
    finally:
        done.set()
        holder.join()


def test_reading_never_waits_for_a_write(sqlite_desk: Desk) -> None:
    """While somebody else writes and does not end, a case opens; its look is there once they have ended."""
    desk = sqlite_desk
    case = Room(desk).cases["ordinary"].key
    priya = desk.person("Priya Nair")
    book = desk.hub.look_book = LookBook(desk.hub.settings.data)
    with somebody_writes(desk):
        assert priya.get(f"/cases/{case}/panel").status_code == 200
        assert priya.get("/cases/4711/panel").status_code == 404
    assert book.carry(desk.hub.db) == 2
    assert {(row.action, row.subject, row.relation) for row in rows(desk)[-2:]} == {
        ("case_opened", f"case:{case}", "at_work"),
        ("refused", "case:4711", None),
    }
    priya.get(f"/cases/{case}/panel")
    assert book.carry(desk.hub.db) == 0, "the same look for a quarter of an hour"
    desk.clock.at += timedelta(minutes=16)
    priya.get(f"/cases/{case}/panel")
    assert book.carry(desk.hub.db) == 1
    desk.hub.look_book = None
    book.close(desk.hub.db)


def look_at(desk: Desk, subject: str) -> Look:
    return Look(
        desk.place, desk.clock.now(), "user:1", "case_opened", subject, relation="at_work", once_in_s=900
    )


def test_a_process_that_is_killed_loses_no_look_and_doubles_none(sqlite_desk: Desk, tmp_path: Path) -> None:
    db, mine = sqlite_desk.hub.db, LookBook(tmp_path)
    dead = LookBook(tmp_path)
    for number in range(3):
        dead.write(look_at(sqlite_desk, f"case:{number}"))
    assert mine.carry(db) == 0, "it lives, and its looks are its own to carry"
    left = dead._path.read_text()
    os.close(dead._file)  # as the kernel does for the dead
    dead._path.write_text(f'{left}{{"place": "lee')  # in the middle of a line
    assert mine.carry(db) == 3
    dead._path.write_text(left)  # it died after the commit, before the file was taken away
    assert mine.carry(db) == 0
    assert not dead._path.exists()
    mine.close(db)
    assert list((tmp_path / "looks").iterdir()) == []


def test_where_the_database_is_away_looks_wait_in_their_file(sqlite_desk: Desk, tmp_path: Path) -> None:
    book = LookBook(tmp_path)
    book.write(look_at(sqlite_desk, "case:1"))

    class Away:
        @contextlib.contextmanager
        def write(self) -> Iterator[None]:
            raise ConnectionError
            yield

    away: Any = Away()
    with pytest.raises(ConnectionError):
        book.carry(away)
    assert book.carry(sqlite_desk.hub.db) == 1
    book.close(sqlite_desk.hub.db)


def test_the_served_hub_carries_by_itself(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    case = desk.does("/api/calls/new")["case"]
    with TestClient(desk.app) as served:
        served.cookies.update(desk.jay.cookies)
        served.get(f"/cases/{case}/panel")
        assert desk.hub.look_book is not None
    assert desk.hub.look_book is None
    assert [row.relation for row in rows(desk) if row.action == "case_opened"] == ["on_its_call"]
    assert looks.CARRY_S <= 0.5
