"""Logging in over HTTP: what lets somebody in, what does not, and when it ends."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from dashboard import demo
from dashboard.app import create_app
from dashboard.door import local_path
from hub.access import IDLE_ENDS_AFTER, SESSION_ENDS_AFTER, WRONG_LIMIT, WRONG_WINDOW
from hub.assemble import Hub, assemble
from hub.audit import Audit
from hub.gate import COOKIE
from hub.settings import Settings
from tests.stage import StageClock
from tests.story import START

JAY = demo.log_in_of("Jay Osei")
PAGE = {"accept": "text/html"}


class Door:
    """A hub and a browser before its door."""

    def __init__(self, folder: Path, database_url: str, public: str = "http://testserver") -> None:
        self.clock = StageClock(START)
        settings = Settings(
            data=folder,
            database_url=database_url,
            redis_url="unix:///nowhere/valkey.sock",
            secret_key=SecretStr("a secret for the tests of the door"),
            phones_token=SecretStr("token"),
            public_url=public,
        )
        self.hub: Hub = assemble(settings, self.clock)
        with self.hub.db.write() as session:
            demo.lay_out(session, settings.place, self.clock.now())
        self.client = TestClient(create_app(self.hub), base_url=public, follow_redirects=False)

    def logs_in(self, name: str = JAY, password: str = demo.PASSWORD, **how: str) -> httpx.Response:
        headers = {
            "accept": how.pop("accept", "text/html"),
            **{k.replace("_", "-"): v for k, v in how.items()},
        }
        target = headers.pop("next", "")
        form = {"name": name, "password": password, "next": target}
        answer: httpx.Response = self.client.post("/log-in", data=form, headers=headers)
        return answer

    def actions(self) -> list[str]:
        with self.hub.db.read() as session:
            return list(session.exec(select(Audit.action).order_by(Audit.id)))  # type: ignore[arg-type]


@pytest.fixture
def door(tmp_path: Path, sqlite_url: str) -> Iterator[Door]:
    opened = Door(tmp_path, sqlite_url)
    yield opened
    opened.hub.db.close()


@pytest.mark.parametrize(
    ("who", "start"),
    [("Jay Osei", "/calls"), ("Amara Obi", "/calls"), ("Priya Nair", "/board"), ("Ana Reid", "/mine")],
)
def test_each_role_starts_where_its_work_is(door: Door, who: str, start: str) -> None:
    answer = door.logs_in(demo.log_in_of(who))
    assert (answer.status_code, answer.headers["location"]) == (303, start)
    assert door.client.get("/", headers=PAGE).headers["location"] == start
    assert "logged in" in door.actions()


def test_the_cookie_is_the_servers_alone(door: Door) -> None:
    cookie = door.logs_in().headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # a training place on http


def test_the_cookie_is_secure_where_the_hub_is(tmp_path: Path, sqlite_url: str) -> None:
    door = Door(tmp_path, sqlite_url, "https://hub.example")
    assert "; Secure" in door.logs_in().headers["set-cookie"]


def test_every_log_in_has_a_token_of_its_own(door: Door) -> None:
    first = door.logs_in().cookies[COOKIE]
    assert door.logs_in().cookies[COOKIE] != first


@pytest.mark.parametrize(
    ("name", "password"),
    [(JAY, "wrong"), ("nobody@example.nhs.uk", demo.PASSWORD), ("", ""), ("a\x00b", "x")],
)
def test_what_is_wrong_is_said_and_the_name_kept(door: Door, name: str, password: str) -> None:
    answer = door.logs_in(name, password)
    assert answer.status_code == 401
    assert "is not right" in answer.text
    assert "set-cookie" not in answer.headers
    assert door.actions() == ["wrong password"]
    if name == JAY:
        assert f'value="{JAY}"' in answer.text


def test_too_many_wrong_passwords_must_wait_even_with_the_right_one(door: Door) -> None:
    for _ in range(WRONG_LIMIT):
        assert door.logs_in(password="wrong").status_code == 401
    answer = door.logs_in()
    assert answer.status_code == 429
    assert "Wait 5 minutes" in answer.text
    assert door.logs_in(demo.log_in_of("Mina Patel")).status_code == 303, "others are not held up"
    door.clock.machine_ahead += WRONG_WINDOW + timedelta(seconds=1)
    assert door.logs_in().status_code == 303


@pytest.mark.parametrize("after", [IDLE_ENDS_AFTER, SESSION_ENDS_AFTER])
def test_a_log_in_ends(door: Door, after: timedelta) -> None:
    door.logs_in()
    assert door.client.get("/calls", headers=PAGE).status_code == 200
    door.clock.machine_ahead += after + timedelta(seconds=1)
    answer = door.client.get("/calls", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in?next=/calls")
    assert door.client.get("/calls/state").status_code == 401


def test_logging_out_ends_it_at_once_and_needs_the_proof(door: Door) -> None:
    door.logs_in()
    kept = door.client.cookies[COOKIE]
    assert door.client.post("/log-out").status_code == 403
    csrf = re.search(r'name="csrf-token" content="([0-9a-f]+)"', door.client.get("/calls", headers=PAGE).text)
    assert csrf is not None
    answer = door.client.post("/log-out", data={"csrf": csrf[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
    door.client.cookies.set(COOKIE, kept)
    assert door.client.get("/calls/state").status_code == 401


def test_a_link_in_a_text_leads_on_after_the_log_in(door: Door) -> None:
    first = door.client.get("/o/4K7C", headers=PAGE)
    assert first.headers["location"] == "/log-in?next=/o/4K7C"
    assert 'name="next" value="/o/4K7C"' in door.client.get("/log-in?next=/o/4K7C", headers=PAGE).text
    assert door.logs_in(demo.log_in_of("Ana Reid"), next="/o/4K7C").headers["location"] == "/o/4K7C"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a\\b",
        "javascript:alert(1)",
        "/a\nb",
        "evil",
        "",
    ],
)
def test_nobody_is_led_elsewhere(door: Door, target: str) -> None:
    assert local_path(target) == ""
    assert door.logs_in(next=target.replace("\n", "")).headers["location"] == "/calls" or target == "/a\nb"


@pytest.mark.parametrize(
    "sent",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_another_page_cannot_log_somebody_in(door: Door, sent: dict[str, str]) -> None:
    answer = door.logs_in(**sent)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("sent", [{"sec_fetch_site": "same-origin"}, {"origin": "http://testserver"}, {}])
def test_our_own_page_can(door: Door, sent: dict[str, str]) -> None:
    assert door.logs_in(**sent).status_code == 303


def test_the_call_screen_logs_in_without_leaving_the_page(door: Door) -> None:
    wrong = door.logs_in(password="wrong", accept="application/json")
    assert (wrong.status_code, wrong.json()["problem"][:4]) == (401, "The ")
    said = door.logs_in(accept="application/json").json()
    assert set(said) == {"csrf", "user", "name"}
    new = door.client.post("/api/calls/new", headers={"x-csrf-token": said["csrf"]})
    assert new.status_code == 200


def test_the_page_says_what_it_is(door: Door) -> None:
    answer = door.client.get("/log-in", headers=PAGE)
    assert "confidential" in answer.text
    assert "ring 999" in answer.text
    assert "0113 496 0000" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_whoever_is_in_is_not_asked_again(door: Door) -> None:
    door.logs_in()
    assert door.client.get("/log-in", headers=PAGE).headers["location"] == "/calls"


def test_a_name_that_is_too_long_is_refused_calmly(door: Door) -> None:
    assert door.logs_in("x" * 5000).status_code == 422
