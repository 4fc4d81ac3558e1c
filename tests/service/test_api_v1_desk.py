"""The JSON API of the control room: what a coordinator's page does, by the same services, with the same refusals."""

import pytest

from dispatch.model import Message, Responder
from hub.access import Role, User
from hub.tokens import ApiToken, Scope
from records.model import Case, HandOver, Task, Timeline
from tests.desk import Desk
from tests.machines import Machine
from tests.service.test_api_v1 import HOUSE, problem, triaged


@pytest.fixture
def machine(sqlite_desk: Desk) -> Machine:
    return Machine(sqlite_desk)


def visit(machine: Machine) -> tuple[int, int]:
    """A case and its position, that somebody has said yes to."""
    case = triaged(machine)["case"]
    (offer,) = machine.gets(f"/cases/{case}")["offers"]
    machine.does(f"/offers/{offer['id']}/accept")
    (position,) = machine.gets(f"/cases/{case}")["positions"]
    assert position["is_next"] is False
    return case, position["id"]


def test_s25_delay_a_step_taken_back_and_a_visit_handed_back(sqlite_desk: Desk, machine: Machine) -> None:
    case, position = visit(machine)
    at = f"/positions/{position}"
    assert machine.does(f"{at}/read-out")["state"] == "accepted"
    machine.does(f"{at}/steps", {"event": "set_off"})
    late = machine.does(f"{at}/delay", {"minutes": 40})
    assert (late["state"], late["case"]) == ("en_route", case)
    assert late["forecast_at"] > sqlite_desk.clock.now().isoformat()
    machine.does(f"{at}/steps", {"event": "arrive"})
    assert "why the step" in problem(machine.posts(f"{at}/undo", {"why": ""}), 422)["detail"]
    assert machine.does(f"{at}/undo", {"why": "The wrong house."})["state"] == "en_route"
    assert machine.does(f"{at}/steps", {"event": "arrive"})["state"] == "at_door"
    assert machine.does(f"{at}/all-well")["state"] == "at_door"
    assert machine.does(f"{at}/undo", {"why": "Again."})["state"] == "en_route"
    back = machine.does(f"{at}/hand-back", {"why": "The car has broken down."})
    assert back["responder_name"] == ""
    assert back["state"] in ("open", "offered")


def test_a_visit_is_stood_down_once_with_a_reason_and_the_key_answers_again(
    sqlite_desk: Desk, machine: Machine
) -> None:
    _, position = visit(machine)
    at, key = f"/positions/{position}/stand-down", "stood-down-once"
    problem(machine.posts(at, {"why": ""}), 422)
    first = machine.posts(at, {"why": "The daughter has come."}, key)
    assert first.json()["state"] == "stood_down"
    again = machine.posts(at, {"why": "The daughter has come."}, key)
    assert (again.text, again.headers["idempotent-replayed"]) == (first.text, "true")
    assert "cannot" in problem(machine.posts(at, {"why": "Again."}), 409)["detail"]
    told = [row for row in sqlite_desk.rows(Message) if "stood down" in row.body]
    assert len(told) == 1, "exactly who was told of it is told, once"


def test_a_ladder_is_paused_goes_on_and_its_next_step_is_taken(sqlite_desk: Desk, machine: Machine) -> None:
    case = triaged(machine)["case"]
    (position,) = machine.gets(f"/cases/{case}")["positions"]
    at = f"/positions/{position['id']}"
    until = machine.does(f"{at}/pause", {"minutes": 10, "why": "The daughter rings back."})["until"]
    assert until > sqlite_desk.clock.now().isoformat()
    problem(machine.posts(f"{at}/pause", {"minutes": 10, "why": "Again."}), 409)
    problem(machine.posts(f"{at}/pause", {"minutes": 31, "why": "Long."}), 422)
    assert machine.does(f"{at}/go-on")["said"] == "The ladder goes on."
    assert machine.does(f"{at}/next-step", {}, 201)["said"]
    without = machine.client.post(f"/api/v1{at}/next-step", json={})
    assert "Idempotency-Key" in problem(without, 400)["detail"]


def test_s22_offers_by_hand_withdrawn_and_given_to_another(sqlite_desk: Desk, machine: Machine) -> None:
    case = triaged(machine)["case"]
    seen = machine.gets(f"/cases/{case}")
    (offer,), (position,) = seen["offers"], seen["positions"]
    at = f"/positions/{position['id']}"
    withdrawn = machine.does(f"/offers/{offer['id']}/withdraw", {"why": "She knows her."})
    assert withdrawn["offer"] == offer["id"]
    nurses = [row for row in sqlite_desk.rows(Responder) if row.skills == ["nursing"]]
    lifter = next(row for row in sqlite_desk.rows(Responder) if row.skills == ["lifting"])
    problem(machine.posts(f"{at}/offers", {"to": lifter.key}), 422)
    chosen = next(row for row in nurses if machine.posts(f"{at}/offers", {"to": row.key}).status_code == 201)
    live = [one for one in machine.gets(f"/cases/{case}")["offers"] if one["state"] == "sent"]
    mine = next(one for one in live if one["responder"] == chosen.short_name)
    machine.does(f"/offers/{mine['id']}/accept")
    texted = machine.does(f"/cases/{case}/messages", {"to": chosen.key, "body": "Ring the hub."}, 201)
    assert texted["to"] == chosen.short_name
    body = {"to": chosen.key, "body": "Maureen Doyle waits"}
    assert "may not say" in problem(machine.posts(f"/cases/{case}/messages", body), 422)["detail"]
    others = [row for row in nurses if row is not chosen]
    given = [
        machine.posts(f"{at}/reassign", {"to": row.key, "why": "Nearer.", "again": True}) for row in others
    ]
    assert 200 in [answer.status_code for answer in given]
    problem(machine.posts(f"{at}/offers", {"to": 9999}), 404)
    assert machine.posts(f"{at}/offers/all").status_code in (201, 409)


def test_tasks_are_listed_a_page_at_a_time_and_done_with_what_they_ask_for(
    sqlite_desk: Desk, machine: Machine
) -> None:
    """S3: what waits for a human is a row with its kind."""
    case, position = visit(machine)
    for event in ("set_off", "arrive", "begin_care", "finish"):
        machine.does(f"/positions/{position}/steps", {"event": event})
    listed = machine.gets("/tasks", limit=1)
    tasks = listed["tasks"]
    while listed["next"] is not None:
        listed = machine.gets("/tasks", limit=1, after=listed["next"])
        tasks += listed["tasks"]
    assert {one["case_id"] for one in tasks} == {case}
    by_kind = {one["kind"]: one["id"] for one in tasks}
    assert {"finish", "visit_note"} & set(by_kind)
    if "finish" in by_kind:
        said = problem(machine.posts(f"/tasks/{by_kind['finish']}/done", {"words": "x"}), 422)
        assert "choose its outcome" in said["detail"]
    noted = machine.does(f"/positions/{position}/note", {"what": "treated", "words": "Sutured."})
    assert noted["state"] == "done"
    machine.does(f"/cases/{case}/outcome", {"outcome": "visited"})
    for one in machine.gets("/tasks")["tasks"]:
        machine.does(f"/tasks/{one['id']}/done", {"words": "Done."})
    assert machine.gets("/tasks") == {"tasks": [], "next": None}
    assert not [row for row in sqlite_desk.rows(Task) if row.state == "open"]


def test_s30_a_hand_over_is_confirmed_refused_and_asked_for_again(
    sqlite_desk: Desk, machine: Machine
) -> None:
    case = machine.does("/calls", {"fields": HOUSE}, 201)["case"]
    problem(machine.posts(f"/cases/{case}/refer", {"service": "nobody", "why": "x"}), 422)
    asked = machine.does(f"/cases/{case}/refer", {"service": "gp", "why": "A review."}, 201)
    at = f"/hand-overs/{asked['hand_over']}"
    problem(machine.posts(f"{at}/refuse", {"why": ""}), 422)
    assert machine.does(f"{at}/refuse", {"why": "Full."})["state"] == "refused"
    (back,) = machine.gets(f"/cases/{case}")["call_backs"]
    tried = machine.does(f"/call-backs/{back['id']}/failed", {})
    assert (tried["state"], bool(tried["way"])) == ("due", True)
    problem(machine.posts(f"/call-backs/{back['id']}/reached", {}), 422)
    assert machine.does(f"/call-backs/{back['id']}/reached", {"words": "No worse."})["state"] in (
        "reached",
        "done",
    )
    assert machine.does(f"{at}/again")["state"] == "requested"
    problem(machine.posts(f"{at}/confirm", {"reference": ""}), 422)
    assert machine.does(f"{at}/confirm", {"reference": "GP 12"})["reference"] == "GP 12"
    assert [row.state for row in sqlite_desk.rows(HandOver)] == ["confirmed"]


def test_every_other_ending_and_what_takes_a_clinician_is_refused(
    sqlite_desk: Desk, machine: Machine
) -> None:
    """S10, S21, S28, S31: with the refusals of the screens; a machine is no clinician."""

    def new() -> str:
        return f"/cases/{machine.does('/calls', {'fields': HOUSE[1:2]}, 201)['case']}"

    wrong = new()
    still = machine.does(f"{wrong}/no-capacity")
    assert (still["closed"], still["in_the_way"] != "") == (False, True)
    (call,) = machine.gets(wrong)["calls"]
    assert machine.does(f"{wrong}/wrong-number", {"call": call["id"]})["closed"]
    problem(machine.posts(f"{new()}/wrong-number", {"call": call["id"]}), 422)
    assert machine.does(f"{wrong}/reopen", {"why": "It was right."})["state"] == "open"
    advised = new()
    net = machine.gets(f"{advised}/safety-net")["words"]
    assert "No protocol" in problem(machine.posts(f"{advised}/advice", {"said": net}), 409)["detail"]
    assert "SITUATION" in machine.gets(f"{advised}/summary")["text"].upper()
    asked = {"refuser": "person", "capacity": "yes", "understood": "all", "risks": "told", "ring": "111"}
    assert machine.does(f"{new()}/declined", asked)["outcome"] == "declined"
    goes_on = machine.does(f"{new()}/declined", {**asked, "capacity": "unknown"})
    assert (goes_on["outcome"], goes_on["closed"]) == (None, False)
    died = new()
    assert machine.does(f"{died}/died", {"words": "The daughter, at nine."})["outcome"] == "died"
    assert "after_death" in {one["kind"] for one in machine.gets(died)["tasks"]}
    full = machine.does(f"{new()}/no-capacity", {"words": "Nobody on shift."})
    assert (full["closed"], full["outcome"]) == (False, None)
    assert [one["kind"] for one in machine.gets("/alarms")["alarms"] if one["kind"] == "no_capacity"]
    one, other = new(), new()
    ref = machine.gets(other)["case"]["ref"]
    assert machine.does(f"{one}/duplicate", {"ref": ref})["ref"] == ref
    urgent = {"priority": "one_hour", "why": "She is on the floor."}
    assert machine.does(f"{other}/raise", urgent)["priority"] == "one_hour"
    less = {"priority": "two_days", "why": "Better."}
    assert "clinician" in problem(machine.posts(f"{other}/raise", less), 422)["detail"]
    assert machine.does(f"{other}/notes", {"words": "The key is with the neighbour."}, 201)
    problem(machine.posts(f"{other}/notes", {"words": ""}), 422)
    problem(machine.posts(f"{other}/dependants", {"answer": "looked_after"}), 422)
    assert machine.does(f"{other}/dependants", {"answer": "nobody"})["said"] == "Kept."
    assert machine.posts(f"{other}/tell").status_code in (409, 422), "nobody has agreed to a text"
    problem(machine.posts(f"{other}/go-on"), 409)
    problem(machine.posts(f"{other}/hold", {"until": "1500", "why": "x"}), 409)
    assert machine.posts(f"{other}/lower", less).status_code == 404, "no machine lowers"
    by = {row.actor for row in sqlite_desk.rows(Timeline) if row.event in ("note", "raised", "died")}
    assert by == {f"token:{machine.row.key}"}
    assert len(sqlite_desk.rows(Case)) > 5


def test_what_a_coordinator_decides_takes_a_scope_of_its_own(sqlite_desk: Desk, machine: Machine) -> None:
    """So that a token which was made before can do no more than it was made for."""
    _, position = visit(machine)
    narrow = Machine(sqlite_desk, [Scope.cases_act, Scope.offers_write, Scope.cases_read])
    for way in ("stand-down", "undo", "pause", "reassign", "offers", "offers/all", "go-on", "next-step"):
        refused = narrow.posts(f"/positions/{position}/{way}", {"why": "x", "minutes": 5, "to": 1})
        assert "desk:act" in problem(refused, 403)["detail"], way
    assert "desk:act" in problem(narrow.posts("/cases/1/reopen", {"why": "x"}), 403)["detail"]


def test_s18_sealed_cases_take_two_people(sqlite_desk: Desk) -> None:
    """An administrator asks with the token; a manager who is somebody else says yes; until then it does without."""
    desk = sqlite_desk
    alex, dana = desk.person("Alex Shaw"), desk.person("Dana Cole")
    asked = {
        "name": "Telecare",
        "scopes": ["cases:read", "sealed:read"],
        "csrf": alex.headers["x-csrf-token"],
    }
    shown = alex.post("/tokens", data=asked).text
    assert "wait for a manager" in shown
    token = f"fp_{shown.split('<code>fp_')[1].split('</code>')[0]}"
    case = desk.does("/api/calls/new")["case"]
    dana.post(f"/api/cases/{case}/seal", json={"why": "a colleague"}).raise_for_status()
    machine = Machine(desk, [Scope.cases_read])
    machine.client.headers["authorization"] = f"Bearer {token}"
    machine.gets(f"/cases/{case}", 404)
    (row,) = [one for one in desk.rows(ApiToken) if one.name == "Telecare"]
    yes = {"granted": "true", "csrf": dana.headers["x-csrf-token"]}
    assert alex.post(f"/tokens/{row.key}/sealed", data={**yes, "csrf": asked["csrf"]}).status_code == 403
    assert "Telecare" in dana.get("/tokens").text
    assert dana.post("/tokens", data={**asked, "csrf": yes["csrf"]}).status_code == 403, "makes none"
    assert dana.post(f"/tokens/{row.key}/sealed", data=yes).status_code == 303
    assert machine.gets(f"/cases/{case}")["case"]["id"] == case
    assert dana.post(f"/tokens/{row.key}/sealed", data=yes).status_code == 409
    with desk.hub.db.write() as session:  # somebody with both roles is still one person
        user = session.get_one(User, next(one.id for one in desk.rows(User) if one.name == "Dana Cole"))
        user.roles = [*user.roles, Role.administrator]
        session.add(user)
    dana.post("/tokens", data={**asked, "name": "Own", "csrf": yes["csrf"]})
    (own,) = [one for one in desk.rows(ApiToken) if one.name == "Own"]
    refused = dana.post(f"/tokens/{own.key}/sealed", data=yes)
    assert (refused.status_code, "second person" in refused.text) == (422, True)
    no = dana.post(f"/tokens/{own.key}/sealed", data={**yes, "granted": "false"})
    assert no.status_code == 303
    assert [one.scopes for one in desk.rows(ApiToken) if one.name == "Own"] == [["cases:read"]]
