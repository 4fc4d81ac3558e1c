"""Not for this protocol (S12): where to turn, and something owed until they have it. Broken protocols (S9)."""

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from dashboard import protocols_in_force
from dashboard.app import create_app
from hub.assemble import assemble
from hub.settings import Settings
from records.alarms import Alarm
from records.model import CallBack, HandOver
from tests.desk import Desk
from tests.story import BEST_ANSWERS

PROTOCOLS = Path(__file__).parents[2] / "protocols"
CHILD = {**{key: BEST_ANSWERS[key] for key in list(BEST_ANSWERS)[:6]}, "adult": "no"}
"""A child, and every sign of a threat to life asked."""


def test_outside_the_population_one_action_hands_over_and_stays_owed(desk: Desk) -> None:
    call, number = desk.assessed(CHILD)
    html = desk.jay.get(f"/calls/{call}/view").json()["html"]
    assert "Not for this protocol. Turn to: 999 or NHS 111" in html
    assert "Hand over, and a clinician rings back" in html
    desk.does(f"/api/assessments/{number}/finish")
    assert [(row.to, row.state.value) for row in desk.rows(HandOver)] == [("111", "requested")]
    assert [row.who for row in desk.rows(CallBack)] == ["hub_clinician"]
    html = desk.jay.get(f"/calls/{call}/view").json()["html"]
    assert "111: asked at" in html
    assert "111 is being asked to take over" in html
    assert "ambulance" not in html, "nobody is told that an ambulance was asked for"


def test_a_life_threat_is_heard_outside_the_population_too(desk: Desk) -> None:
    call, number = desk.assessed({**CHILD, "breathing": "no"})
    assert "start chest compressions" in desk.jay.get(f"/calls/{call}/view").json()["html"]
    desk.does(f"/api/assessments/{number}/finish", {"dialled_by": "caller"})
    assert [row.to for row in desk.rows(HandOver)] == ["999"], "one hand-over, to who is fastest"


@pytest.fixture
def shelf(tmp_path: Path, desk: Desk) -> Path:
    """This desk's protocols, in a folder of its own."""
    folder = tmp_path / "shelf"
    shutil.copytree(PROTOCOLS, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    settings = Settings(
        data=tmp_path,
        database_url=desk.hub.settings.database_url,
        redis_url="unix:///nowhere/valkey.sock",
        secret_key=SecretStr("a secret for the tests of the desk"),
        phones_token=SecretStr("token"),
        public_url="http://testserver",
        protocols=folder,
    )
    desk.hub.db.close()
    desk.hub = assemble(settings, desk.clock)
    desk.app = create_app(desk.hub)
    desk.jay = desk.person("Jay Osei")
    return folder


def alarms(desk: Desk) -> list[str]:
    return [row.words for row in desk.rows(Alarm) if row.kind == "protocol" and row.state != "over"]


def test_a_broken_protocol_never_replaces_a_working_one_and_alarms_once(desk: Desk, shelf: Path) -> None:
    _, number = desk.assessed({"breathing": "yes"})
    file = shelf / "triage" / "fall-at-home.yaml"
    sound = file.read_text()
    file.write_text(sound.replace("worse: no,", "worse: nope,", 1))
    assert protocols_in_force.read_again(desk.app)
    protocols_in_force.read_again(desk.app)  # what the folder holds has become a version meanwhile
    assert not protocols_in_force.read_again(desk.app), "told once"
    (said,) = alarms(desk)
    assert "fall-at-home.yaml:" in said
    assert "What was sound before stays in force." in said
    answered = desk.does(f"/api/assessments/{number}/answer", {"question": "rousable", "answer": "awake"})
    assert answered["view"]["asked"]["id"] == "bleeding"
    assert desk.assessed()[1] != number, "and new calls can begin it"
    file.write_text(sound + "\n")
    assert protocols_in_force.read_again(desk.app)
    assert alarms(desk) == []


def test_without_any_protocol_the_screen_says_so_and_shows_the_signs(desk: Desk, shelf: Path) -> None:
    for file in (shelf / "triage").glob("*.yaml"):
        file.write_text("protocol: [")
    desk.app = create_app(desk.hub)
    client: TestClient = desk.person("Jay Osei")
    call = client.post("/api/calls/new", json={}).json()["call"]
    html = client.get(f"/calls/{call}/view").json()["html"]
    assert "No decision support: no protocol can be loaded." in html
    assert "Not breathing normally" in html
    assert "start chest compressions" in html
