"""The hand-over list of a shift (S29): a snapshot, read case by case, accepted by a press; else the board alarms."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard import demo
from hub.access import Role, User
from hub.deadlines import Deadline
from records.alarms import Alarm
from records.model import Case
from records.shift_handover_model import HandoverState, ShiftHandover
from records.shift_handovers import ACCEPT_IN, not_accepted
from tests.desk import Desk
from tests.free_text import committed


@pytest.fixture
def room(sqlite_desk: Desk) -> Desk:
    """With a second coordinator: Dana is one beside being a manager."""
    committed(sqlite_desk)
    return sqlite_desk


def coordinator(desk: Desk, name: str) -> TestClient:
    assert any(person.name == name and Role.coordinator in person.roles for person in demo.STAFF)
    return desk.person(name)


def writes(client: TestClient, status: int = 200, **body: Any) -> Any:
    said = client.post("/hand-over", json={"role": "coordinator", "words": "Quiet so far.", **body})
    assert said.status_code == status, said.text
    return said.json()


def accepts(client: TestClient, list_id: int, ticked: list[int], status: int = 200) -> Any:
    said = client.post(f"/hand-over/{list_id}/accept", json={"ticked": ticked})
    assert said.status_code == status, said.text
    return said.json()


def test_s29_it_is_a_snapshot_without_the_person(room: Desk) -> None:
    (case,) = room.rows(Case)
    with room.hub.db.write() as session:
        row = session.get_one(Case, case.key)
        row.person_name, row.nhs_number, row.address = "Maureen Doyle", "9990000018", "12 Oak Road"
        row.safeguarding = True
        session.add(row)
    writes(coordinator(room, "Priya Nair"))
    (kept,) = room.rows(ShiftHandover)
    (line,) = kept.lines["cases"]
    assert line["ref"] == case.ref
    assert line["responsible"] == "Amara Obi"
    assert "a visit that is not done" in line["owes"]
    assert line["due_words"] == "call is long"
    for word in ("Maureen", "999000", "Oak Road", "safeguarding", "+44"):
        assert word not in str(kept.lines), "S18: no more than the board shows"
    room.clock.at += timedelta(hours=1)
    assert room.rows(ShiftHandover)[0].lines == kept.lines


def test_s29_every_urgent_case_is_ticked_or_it_is_not_accepted(room: Desk) -> None:
    (case,) = room.rows(Case)
    room.clock.at = case.next_due_at - timedelta(minutes=5)
    priya, dana = coordinator(room, "Priya Nair"), coordinator(room, "Dana Cole")
    writes(priya)
    (kept,) = room.rows(ShiftHandover)
    assert kept.lines["cases"][0]["urgent"]
    assert case.ref in dana.get("/hand-over").text
    assert case.ref in accepts(dana, kept.key, [], 422)["problem"]
    assert "written this list" in accepts(priya, kept.key, [case.key], 422)["problem"]
    accepts(dana, kept.key, [case.key])
    (kept,) = room.rows(ShiftHandover)
    assert (kept.state, kept.accepted_by) == (HandoverState.accepted, "Dana Cole")
    accepts(dana, kept.key, [case.key], 409)
    assert "accepted by Dana Cole" in priya.get("/hand-over").text


def test_not_accepted_in_time_rings_until_it_is(room: Desk) -> None:
    priya = coordinator(room, "Priya Nair")
    writes(priya)
    (kept,) = room.rows(ShiftHandover)
    (due,) = [row for row in room.rows(Deadline) if row.kind == "shift_handover" and row.state == "waiting"]
    assert due.due_at == kept.at + ACCEPT_IN
    room.clock.at = due.due_at
    with room.hub.db.write() as session:
        not_accepted(session, kept.key, room.clock.now())
    (alarm,) = [row for row in room.rows(Alarm) if row.kind == "shift_handover"]
    assert alarm.state == "ringing"
    accepts(coordinator(room, "Dana Cole"), kept.key, [line["id"] for line in kept.lines["cases"]])
    (alarm,) = [row for row in room.rows(Alarm) if row.kind == "shift_handover"]
    assert alarm.state == "over"
    assert not [r for r in room.rows(Deadline) if r.kind == "shift_handover" and r.state == "waiting"]


def test_a_newer_list_takes_the_place_of_the_one_that_waits(room: Desk) -> None:
    priya = coordinator(room, "Priya Nair")
    writes(priya)
    writes(priya, words="One thing more.")
    old, new = room.rows(ShiftHandover)
    assert (old.state, new.state) == (HandoverState.replaced, HandoverState.waiting)
    accepts(coordinator(room, "Dana Cole"), old.key, [line["id"] for line in old.lines["cases"]], 409)


def test_s29_responsibility_moves_with_the_acceptance_and_not_before(room: Desk) -> None:
    (case,) = room.rows(Case)
    amara, femi = room.person("Amara Obi"), room.person("Femi Ade")
    (to,) = (user.id for user in room.rows(User) if user.name == "Femi Ade")
    writes(amara, role="hub_clinician", to=to)
    assert room.rows(Case)[0].responsible_name == "Amara Obi"
    (kept,) = room.rows(ShiftHandover)
    said = accepts(femi, kept.key, [case.key])
    assert case.ref in said["said"]
    assert room.rows(Case)[0].responsible_name == "Femi Ade"


def test_nobody_writes_or_accepts_what_they_are_not(room: Desk) -> None:
    writes(room.jay, 403)
    writes(coordinator(room, "Priya Nair"), 403, role="hub_clinician")
    writes(coordinator(room, "Priya Nair"))
    (kept,) = room.rows(ShiftHandover)
    accepts(room.person("Amara Obi"), kept.key, [line["id"] for line in kept.lines["cases"]], 403)


def test_s19_a_code_of_a_door_cannot_be_handed_over_in_words(room: Desk) -> None:
    said = writes(coordinator(room, "Priya Nair"), 422, words="key safe C7101Y at the back")
    assert "Nothing was saved" in said["problem"]
    assert room.rows(ShiftHandover) == []
