"""The JSON API for machines: what a token opens, what its operations do, and how each refusal says what to do."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub import once
from hub.audit import Audit
from hub.once import ApiOnce
from hub.places import Place
from hub.tokens import ApiToken, Scope
from records.alarms import ring
from records.model import Call, Case, Timeline
from tests.desk import Desk
from tests.machines import Machine
from tests.story import BEST_ANSWERS, VISIT

HOUSE = [
    {"field": "person_name", "value": "Maureen Doyle"},
    {"field": "address", "value": "12 Oak Road, LS8 2AB"},
    {"field": "number", "value": "0113 496 0812"},
    {"field": "dependants", "value": "nobody"},
]


@pytest.fixture
def machine(sqlite_desk: Desk) -> Machine:
    return Machine(sqlite_desk)


def problem(answer: Any, status: int) -> Any:
    """The refusal, which says what to do, and nothing of anybody."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["type"].startswith("/api/v1/docs#")
    assert said["instance"].startswith("urn:uuid:")
    assert said["detail"].endswith(".")
    return said


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_an_administrator_makes_a_token_sees_it_once_and_takes_it_back(sqlite_desk: Desk) -> None:
    alex = sqlite_desk.person("Alex Shaw")
    csrf = alex.headers["x-csrf-token"]
    assert alex.post("/tokens", data={"name": "Telecare", "csrf": csrf}).status_code == 422
    asked = {"name": "Telecare", "scopes": ["cases:read", "calls:write"], "days": "30", "csrf": csrf}
    shown = alex.post("/tokens", data=asked).text
    token = shown.split("<code>fp_")[1].split("</code>")[0]
    headers = {"authorization": f"Bearer fp_{token}"}
    assert token not in alex.get("/tokens").text
    (row,) = sqlite_desk.rows(ApiToken)
    assert token not in str(row)
    visitor = TestClient(sqlite_desk.app)
    assert visitor.get("/api/v1/cases", headers=headers).status_code == 200
    assert sqlite_desk.rows(ApiToken)[0].last_used_at is not None
    sqlite_desk.person("Alex Shaw").post(f"/tokens/{row.key}/revoke", data={"csrf": csrf})
    refused = visitor.get("/api/v1/cases", headers=headers)
    problem(refused, 401)
    assert [one.action for one in sqlite_desk.rows(Audit) if one.subject == f"token:{row.key}"] == [
        "token_made",
        "token_revoked",
    ]
    assert sqlite_desk.jay.get("/tokens").status_code == 403


def test_a_token_opens_no_more_than_its_scopes_and_no_longer_than_it_holds(sqlite_desk: Desk) -> None:
    reader = Machine(sqlite_desk, [Scope.cases_read])
    reader.gets("/cases")
    refused = reader.posts("/calls")
    assert "calls:write" in problem(refused, 403)["detail"]
    assert 'scope="calls:write"' in refused.headers["www-authenticate"]
    sqlite_desk.jay.headers.pop("x-csrf-token")
    nobody = sqlite_desk.jay.get("/api/v1/cases")
    assert problem(nobody, 401)["detail"].startswith("Send a token")
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    assert reader.client.get("/board", follow_redirects=False).status_code in (303, 401), (
        "no page opens by it"
    )
    with sqlite_desk.hub.db.write() as session:
        session.get_one(ApiToken, reader.row.key).ends_at = sqlite_desk.clock.machine()
    problem(reader.client.get("/api/v1/cases"), 401)


def test_a_token_of_one_place_sees_nothing_of_another(sqlite_desk: Desk) -> None:
    with sqlite_desk.hub.db.write() as session:
        session.add(
            Place(id="york", name="York", training=True, hub_number="+441904960000", public_number="0")
        )
    here, there = Machine(sqlite_desk), Machine(sqlite_desk, place="york")
    opened = here.does("/calls", {"fields": HOUSE}, 201)
    case, call = opened["case"], opened["call"]
    begun = here.does(f"/cases/{case}/assessments", {"protocol": "fall-at-home"}, 201)["assessment"]
    assert there.gets("/cases") == {"cases": [], "next": None}
    assert there.does("/cases/search", {"ref": opened["ref"]}) == {"cases": []}
    there.gets(f"/cases/{case}", 404)
    there.gets(f"/assessments/{begun}", 404)
    for path, body in (
        (f"/calls/{call}/end", {}),
        (f"/calls/{call}/fields", {"fields": HOUSE}),
        (f"/cases/{case}/outcome", {"outcome": "visited"}),
        (f"/cases/{case}/assessments", {"protocol": "fall-at-home"}),
        (f"/assessments/{begun}/answers", {"question": "breathing", "answer": "yes"}),
        (f"/assessments/{begun}/disposition", {}),
    ):
        problem(there.posts(path, body), 404)
    assert there.gets("/events")["events"] == []


# --- once -------------------------------------------------------------------------------------------------------------


def test_the_same_key_opens_one_call_and_gives_the_same_answer(sqlite_desk: Desk, machine: Machine) -> None:
    key = str(uuid.uuid4())
    first = machine.posts("/calls", {"fields": HOUSE}, key)
    again = machine.posts("/calls", {"fields": HOUSE}, key)
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(sqlite_desk.rows(Call)) == 1
    assert "another request" in problem(machine.posts("/calls", {"fields": HOUSE[:1]}, key), 422)["detail"]
    without = machine.client.post("/api/v1/calls", json={})
    assert "Idempotency-Key" in problem(without, 400)["detail"]
    ends = f"/calls/{first.json()['call']}/end"
    assert machine.does(ends, key="end-of-that-call") == machine.does(ends, key="end-of-that-call")
    assert "cannot be done now" in problem(machine.posts(ends), 409)["detail"]


def test_a_refusal_changes_nothing_and_keeps_no_key(sqlite_desk: Desk, machine: Machine) -> None:
    key = str(uuid.uuid4())
    problem(machine.posts("/cases/999/assessments", {"protocol": "fall-at-home"}, key), 404)
    with sqlite_desk.hub.db.read() as session:
        assert session.exec(select(ApiOnce)).all() == []
    machine.does("/calls", {"fields": HOUSE}, 201, key)


def test_asked_by_many_at_once_one_call_is_opened(desk: Desk) -> None:
    machine, key, answers = Machine(desk), str(uuid.uuid4()), list[Any]()
    begin = threading.Barrier(6)

    def asks() -> None:
        begin.wait()
        answers.append(machine.posts("/calls", {"fields": HOUSE}, key))

    hands = [threading.Thread(target=asks) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(desk.rows(Call)) == len(desk.rows(Case)) == 1
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.text for answer in done}) == 1
    for waits in (answer for answer in answers if answer.status_code != 201):
        problem(waits, 409)
        assert waits.headers["retry-after"] == "1"


def test_while_the_same_is_in_progress_it_is_told_to_wait(desk: Desk) -> None:
    if desk.hub.db.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time: the second waits in the line, and gets the answer")
    machine, key = Machine(desk), str(uuid.uuid4())
    asked = once.Asked(machine.row.key, key, "/api/v1/calls", "")
    with desk.hub.db.write() as session:
        once.begin(session, asked)
        waits = machine.posts("/calls", {}, key)
    problem(waits, 409)
    assert waits.headers["retry-after"] == "1"
    machine.does("/calls", {}, 201, key)


def test_answers_are_forgotten_after_a_day(sqlite_desk: Desk, machine: Machine) -> None:
    machine.does("/calls", {}, 201)
    now = sqlite_desk.clock.machine()
    with sqlite_desk.hub.db.write() as session:
        assert not once.any_old(session, now + timedelta(hours=23))
        assert once.any_old(session, now + timedelta(hours=25))
        assert once.forget_old(session, now + timedelta(hours=25)) == 1
        assert session.exec(select(ApiOnce)).all() == []


# --- from the call to the door ----------------------------------------------------------------------------------------


def triaged(machine: Machine) -> dict[str, Any]:
    opened: dict[str, Any] = machine.does("/calls", {"fields": HOUSE}, 201)
    begun = machine.does(f"/cases/{opened['case']}/assessments", {"protocol": "fall-at-home"}, 201)
    number = begun["assessment"]
    for question, answer in {**BEST_ANSWERS, **VISIT}.items():
        begun = machine.does(f"/assessments/{number}/answers", {"question": question, "answer": answer})
    assert begun["asked"] is None
    assert begun["provisional"]
    done = machine.does(f"/assessments/{number}/disposition")
    assert done["state"] == "finished"
    machine.does(f"/calls/{opened['call']}/end")
    return opened


def test_from_a_call_to_its_end_by_machine_alone(desk: Desk) -> None:
    """S1: the clock starts with the call. S2: care that begins stops it. S3: somebody is asked by the disposition."""
    machine = Machine(desk)
    opened = triaged(machine)
    case = opened["case"]
    seen = machine.gets(f"/cases/{case}")
    assert seen["case"]["clock_start"] == opened["clock_start"]
    assert seen["person"]["person_name"] == "Maureen Doyle"
    assert seen["person"]["postcode"] == "LS8 2AB"
    (offer,) = seen["offers"]
    said = machine.does(f"/offers/{offer['id']}/accept")
    assert (said["state"], said["theirs"]) == ("accepted", True)
    (position,) = machine.gets(f"/cases/{case}")["positions"]
    assert "set_off" in position["steps"]
    for event in ("set_off", "arrive", "begin_care", "finish"):
        moved = machine.does(f"/positions/{position['id']}/steps", {"event": event})
    assert moved["state"] == "done"
    ended = machine.does(f"/cases/{case}/outcome", {"outcome": "visited", "words": "All well."})
    assert ended == {"case": case, "outcome": "visited", "closed": True, "in_the_way": ""}
    assert machine.gets(f"/cases/{case}")["case"]["state"] == "closed"
    assert {line.actor_name for line in desk.rows(Timeline) if line.actor == f"token:{machine.row.key}"} == {
        "Telecare North"
    }


def test_a_no_asks_the_next(sqlite_desk: Desk, machine: Machine) -> None:
    case = triaged(machine)["case"]
    (first,) = machine.gets(f"/cases/{case}")["offers"]
    assert machine.does(f"/offers/{first['id']}/decline")["state"] == "declined"
    assert [one["state"] for one in machine.gets(f"/cases/{case}")["offers"]] == ["declined", "sent"]


def test_a_need_that_was_heard_of_earlier_runs_on_its_own_clock(sqlite_desk: Desk, machine: Machine) -> None:
    """S1: never later than now, and bounded."""
    now = sqlite_desk.clock.now()
    early = now - timedelta(minutes=30)
    assert machine.does("/calls", {"heard_at": early.isoformat()}, 201)["clock_start"].startswith(
        f"{early:%Y-%m-%dT%H:%M}"
    )
    for wrong in (now + timedelta(minutes=1), now - timedelta(days=3)):
        problem(machine.posts("/calls", {"heard_at": wrong.isoformat()}), 422)
    assert len(sqlite_desk.rows(Case)) == 1


def test_what_cannot_be_used_is_kept_and_said_and_what_is_unknown_is_refused(
    sqlite_desk: Desk, machine: Machine
) -> None:
    wrong = {"field": "nhs_number", "value": "999 000 0019"}
    opened = machine.does("/calls", {"fields": [wrong]}, 201)
    assert set(opened["look_again"]) == {"nhs_number"}
    path = f"/calls/{opened['call']}/fields"
    assert (
        machine.does(path, {"fields": [{"field": "nhs_number", "value": "9990000018"}]})["look_again"] == {}
    )
    odd = machine.posts(path, {"fields": [{"field": "state", "value": "closed"}]})
    assert [one["field"] for one in problem(odd, 422)["fields"]] == ["body.fields.0.field"]
    problem(machine.posts(path, {"fields": HOUSE, "surprise": 1}), 422)
    problem(machine.client.get("/api/v1/nowhere"), 404)
    problem(machine.client.delete("/api/v1/cases"), 405)
    found = machine.does("/cases/search", {"nhs_number": "999 000 0018"})["cases"]
    assert [one["id"] for one in found] == [opened["case"]]
    problem(machine.posts("/cases/search", {}), 422)


def test_pages_are_bounded_and_go_on_where_they_ended(sqlite_desk: Desk, machine: Machine) -> None:
    made = [machine.does("/calls", {}, 201)["case"] for _ in range(5)]
    got, after = [], 0
    while after is not None:
        page = machine.gets("/cases", after=after, limit=2)
        got += [one["id"] for one in page["cases"]]
        after = page["next"]
    assert got == made
    assert machine.gets("/cases", state="closed")["cases"] == []
    assert machine.gets("/cases", priority="two_hours")["cases"] == []
    for query in ({"limit": 101}, {"limit": 0}, {"state": "ajar"}, {"after": 2**40}, {"priority": "a'; --"}):
        problem(machine.client.get("/api/v1/cases", params=query), 422)


def test_a_look_is_written_down_and_safeguarding_is_not_there(sqlite_desk: Desk, machine: Machine) -> None:
    """S18: nothing of it leaves, not even that there is something."""
    marked = {"field": "safeguarding", "value": "yes"}
    opened = machine.does("/calls", {"fields": [*HOUSE, marked]}, 201)
    assert sqlite_desk.rows(Case)[0].safeguarding
    answer = machine.client.get(f"/api/v1/cases/{opened['case']}")
    assert "safeguarding" not in answer.text.lower()
    (look,) = [one for one in sqlite_desk.rows(Audit) if one.action == "case_opened"]
    assert (look.actor, look.subject) == (f"token:{machine.row.key}", f"case:{opened['case']}")


def test_an_alarm_is_taken_once(sqlite_desk: Desk, machine: Machine) -> None:
    case = machine.does("/calls", {}, 201)["case"]
    with sqlite_desk.hub.db.write() as session:
        about = session.get_one(Case, case)
        ring(
            session,
            sqlite_desk.place,
            "overdue_arrive",
            1,
            "Somebody is late.",
            sqlite_desk.clock.now(),
            about,
        )
    (alarm,) = [one for one in machine.gets("/alarms")["alarms"] if one["kind"] == "overdue_arrive"]
    taken = machine.does(f"/alarms/{alarm['id']}/take")
    assert (taken["state"], taken["taken_by"]) == ("taken", "Telecare North")
    assert "Telecare North has taken" in problem(machine.posts(f"/alarms/{alarm['id']}/take"), 409)["detail"]
    assert [line.words for line in sqlite_desk.rows(Timeline) if line.event == "alarm_taken"] == [
        "Telecare North took the alarm: Somebody is late."
    ]
    assert len(machine.gets("/responders")["responders"]) == 8


def test_an_outcome_on_a_case_that_has_changed_is_not_kept(sqlite_desk: Desk, machine: Machine) -> None:
    opened = machine.does("/calls", {}, 201)
    old = machine.gets(f"/cases/{opened['case']}")["case"]["version"]
    machine.does(f"/calls/{opened['call']}/fields", {"fields": HOUSE})
    asked = {"outcome": "cancelled", "words": "They rang off.", "version": old}
    problem(machine.posts(f"/cases/{opened['case']}/outcome", asked), 409)
    assert sqlite_desk.rows(Case)[0].outcome is None


# --- the feed ---------------------------------------------------------------------------------------------------------


def test_events_are_read_on_without_a_gap(sqlite_desk: Desk, machine: Machine) -> None:
    triaged(machine)
    got, after, epoch = [], 0, ""
    while seen := machine.gets("/events", after=after, limit=3, epoch=epoch):
        if not seen["events"]:
            break
        got += [one["n"] for one in seen["events"]]
        after, epoch = seen["next"], seen["epoch"]
    assert got == list(range(1, after + 1))
    for query in ({"after": after + 1}, {"after": 0, "epoch": "another"}):
        problem(machine.client.get("/api/v1/events", params=query), 409)


def test_who_waits_for_events_is_told_as_soon_as_there_is_one(sqlite_desk: Desk, machine: Machine) -> None:
    with TestClient(sqlite_desk.app) as running:
        headers, answers = {"authorization": f"Bearer {machine.token}"}, list[Any]()

        def waits() -> None:
            answers.append(running.get("/api/v1/events", params={"wait_s": 20}, headers=headers))

        hand = threading.Thread(target=waits)
        hand.start()
        machine.does("/calls", {}, 201)
        hand.join(timeout=15)
        assert answers[0].json()["events"][0]["n"] == 1


# --- what it says of itself -------------------------------------------------------------------------------------------


def test_the_description_names_each_operation_and_the_page_loads_nothing_from_elsewhere(
    sqlite_desk: Desk,
) -> None:
    nobody = TestClient(sqlite_desk.app)
    made = nobody.get("/api/v1/openapi.json").json()
    operations = {
        (path, method): one for path, methods in made["paths"].items() for method, one in methods.items()
    }
    assert len(operations) > 15
    page = nobody.get("/api/v1/docs").text
    for (path, _), one in operations.items():
        assert one["x-scope"] in set(Scope)
        assert one["security"] == [{"token": [one["x-scope"]]}]
        assert "application/problem+json" in one["responses"]["422"]["content"]
        assert f"/api/v1{path}" in page
    assert 'src="http' not in page
    assert "<script>" not in page


def test_short_names_say_that_it_lives(sqlite_desk: Desk) -> None:
    nobody = TestClient(sqlite_desk.app)
    assert nobody.get("/health").json() == {"status": "live"}
    assert nobody.get("/ready").json() == {"status": "ready"}
