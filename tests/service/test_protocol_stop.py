"""S9: the emergency stop. One person, one reason, from the first day; no call is left with nothing."""

import pytest

from dashboard import protocols_in_force
from hub.audit import Audit
from protocols.shelf import READ_EVERY_S, Shelf
from records.alarms import Alarm
from records.lifecycles import AssessmentState
from records.model import Assessment, CallBack, Case
from tests.desk import Desk
from tests.story import BEST_ANSWERS
from triage.governance.in_force import Rulings
from triage.governance.model import Version
from workers.bench import Bench, set_up

FALL = {"kind": "triage", "protocol": "fall-at-home"}
WHY = "It sent two people with a broken hip a day late."


def stops(desk: Desk, who: str = "Priya Nair", status: int = 200, **more: str) -> dict[str, str]:
    answer = desk.person(who).post("/api/protocols/stop", json={**FALL, "because": WHY, **more})
    assert answer.status_code == status, answer.text
    said: dict[str, str] = answer.json()
    return said


def lets_go_on(desk: Desk, who: str = "Ruth Adeyemi", status: int = 200) -> None:
    answer = desk.person(who).post("/api/protocols/release", json={**FALL, "because": "Mended and proved."})
    assert answer.status_code == status, answer.text


def middle(desk: Desk, call: int) -> str:
    html: str = desk.jay.get(f"/calls/{call}/view").json()["html"]
    return html


@pytest.mark.parametrize("who", ["Ruth Adeyemi", "Femi Ade", "Dana Cole", "Priya Nair"])
def test_one_person_stops_it_with_one_reason_and_nobody_begins_it(sqlite_desk: Desk, who: str) -> None:
    desk = sqlite_desk
    call = desk.does("/api/calls/new")
    assert 'data-protocol="fall-at-home"' in middle(desk, call["call"])
    stops(desk, who)
    assert 'data-protocol="fall-at-home"' not in middle(desk, call["call"])
    said = desk.does(f"/api/cases/{call['case']}/assessments", {"protocol": "fall-at-home"}, 409)
    assert WHY in said["problem"]
    assert "Begin another protocol, or ask a clinician." in said["problem"]
    (alarm,) = [row for row in desk.rows(Alarm) if row.kind == "protocol_stopped"]
    assert f"Fall at home is stopped by {who}: {WHY}" in alarm.words
    assert ("protocol stopped", WHY) in [(row.action, row.why) for row in desk.rows(Audit)]


def test_a_handler_cannot_stop_it_nor_anybody_without_a_reason_or_twice(sqlite_desk: Desk) -> None:
    stops(sqlite_desk, "Jay Osei", 403)
    assert "why it is stopped" in stops(sqlite_desk, because=" ", status=422)["problem"]
    stops(sqlite_desk, protocol="no-such-thing", status=404)
    stops(sqlite_desk)
    assert "Priya Nair has stopped it already" in stops(sqlite_desk, "Dana Cole", 409)["problem"]


def test_governance_alone_lets_it_go_on(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    stops(desk)
    for who in ("Priya Nair", "Dana Cole", "Femi Ade"):
        lets_go_on(desk, who, 403)
    lets_go_on(desk)
    desk.assessed()
    assert [row.state.value for row in desk.rows(Alarm) if row.kind == "protocol_stopped"] == ["over"]


def test_whoever_is_in_the_middle_is_told_and_what_it_comes_to_is_not_acted_on(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    call, number = desk.assessed(BEST_ANSWERS)
    stamp = desk.does_get(f"/api/calls/{call}/state")["stamp"]
    stops(desk)
    assert desk.does_get(f"/api/calls/{call}/state")["stamp"] != stamp, "the page looks again by itself"
    html = middle(desk, call)
    assert "Do not go on with this protocol" in html
    assert f"Priya Nair, 14:00:</b> {WHY}" in html
    assert "Begin another protocol" in html
    assert 'data-act="commit"' not in html, "nothing of it can be put to work"
    assert WHY in desk.does(f"/api/assessments/{number}/finish", status=422)["problem"]


def test_the_open_cases_that_met_it_are_shown_while_it_is_stopped(sqlite_desk: Desk) -> None:
    """S18: what is sealed is not among them for whoever may not see it."""
    desk = sqlite_desk
    _, number = desk.assessed(BEST_ANSWERS)
    desk.does(f"/api/assessments/{number}/finish")
    desk.assessed(BEST_ANSWERS)
    decided, asked = desk.rows(Case)
    ruth = desk.person("Ruth Adeyemi")
    protocols_in_force.register(desk.app)
    (version,) = [row for row in desk.rows(Version) if row.protocol == "fall-at-home"]
    address = f"/protocols/{version.sha256}"
    assert "Open cases that met it" not in ruth.get(address).text
    stops(desk)
    html = ruth.get(address).text
    assert f"/cases/{decided.id}" in html
    assert f">{asked.ref}</a> being asked" in html
    manager = desk.person("Dana Cole")
    assert (
        manager.post(f"/api/cases/{decided.id}/seal", json={"why": "her son works here"}).status_code == 200
    )
    html = ruth.get(address).text
    assert decided.ref not in html
    assert asked.ref in html


def test_another_protocol_takes_over(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    _, number = desk.assessed({"breathing": "yes"})
    stops(desk)
    case = next(row for row in desk.rows(Assessment) if row.id == number).case_id
    desk.does(f"/api/cases/{case}/assessments", {"protocol": "unwell-older-adult"})
    states = {row.protocol: row.state for row in desk.rows(Assessment)}
    assert states == {
        "fall-at-home": AssessmentState.broken_off,
        "unwell-older-adult": AssessmentState.taking,
    }
    assert not desk.rows(CallBack), "the call goes on"


def test_or_a_clinician_rings_them(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    call, number = desk.assessed({"breathing": "yes"})
    desk.does(f"/api/assessments/{number}/to-clinician", status=409)
    stops(desk)
    desk.does(f"/api/assessments/{number}/to-clinician")
    (back,) = desk.rows(CallBack)
    assert (back.who, WHY in back.why) == ("hub_clinician", True)
    desk.does(f"/api/calls/{call}/end")


def test_a_life_threat_heard_by_a_stopped_protocol_still_takes_over(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    call, number = desk.assessed({"breathing": "no"})
    stops(desk)
    assert "start chest compressions" in middle(desk, call)
    case = next(row for row in desk.rows(Assessment) if row.id == number).case_id
    desk.does(f"/api/cases/{case}/assessments", {"protocol": "unwell-older-adult"})
    assert "start chest compressions" in middle(desk, call), "another protocol does not put it away"
    desk.does(f"/api/assessments/{number}/finish", {"dialled_by": "caller"})


def test_every_other_process_follows_within_five_seconds(desk: Desk) -> None:
    """On both databases: a worker reads by its own connection what the dashboard has committed."""
    assert READ_EVERY_S <= 2.5
    bench: Bench = set_up(desk.hub, "other")
    stops(desk, kind="escalation", protocol="two-hours")
    bench._look_at = 0.0
    bench.keep_up()
    ladder = bench.desk.library.escalation["two_hours"]
    said = [(step.kind, step.at_s, step.role) for step in ladder.steps]
    assert said == [("offer", 0, ""), ("alert", 0, "coordinator"), ("call", 300, "manager")]
    assert bench.desk.library.escalation["one_hour"].steps[-1].at_s == 30 * 60, "the others stand"


def test_a_database_that_is_away_takes_nothing_away_and_lets_nothing_go_on(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_desk
    stops(desk)
    shelf: Shelf = desk.app.state.shelf

    def away(_self: Rulings) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(Rulings, "__call__", away)
    assert not protocols_in_force.read_again(desk.app)
    assert "fall-at-home" not in shelf.library.triage
    assert len(shelf.library.triage) > 10


def test_a_stop_counts_though_a_file_is_broken(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    shelf: Shelf = desk.app.state.shelf
    shelf._marks = {}
    stops(desk)
    assert "fall-at-home" not in shelf.library.triage
