"""A screen on a wall reads the wall and nothing else, idles as long as it likes, and can be taken back."""

import re

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from hub import wall_screens
from hub.access import IDLE_ENDS_AFTER
from hub.audit import Audit
from hub.wall_gate import WALL_COOKIE
from hub.wall_screens import CODE_HOLDS, SCREEN_HOLDS, WallScreen
from tests.desk import Desk

PAGE = {"accept": "text/html"}
HTML = {"accept": "text/html", "origin": "http://testserver"}


def browser(desk: Desk) -> TestClient:
    return TestClient(desk.app, follow_redirects=False, raise_server_exceptions=False)


def code_for(desk: Desk, name: str = "Room 2, by the door") -> str:
    admin = desk.person("Alex Shaw")
    made = admin.post("/walls", data={"name": name, "csrf": admin.headers["x-csrf-token"]}, headers=PAGE)
    assert made.status_code == 200
    found = re.search(r"<code>([A-Z0-9]{4} [A-Z0-9]{4})</code>", made.text)
    assert found is not None
    return found[1]


def paired(desk: Desk) -> TestClient:
    screen = browser(desk)
    answer = screen.post("/wall/pair", data={"code": code_for(desk).lower()}, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
    return screen


def test_it_reads_the_wall_and_nothing_else(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.assessed()
    screen = paired(desk)
    assert "Wallboard" in screen.get("/wall", headers=PAGE).text
    assert screen.get("/wall/snapshot").status_code == 200
    for path in ("/board", "/board/snapshot", "/cases/1", "/downtime", "/messages", "/walls", "/calls"):
        assert screen.get(path).status_code == 401, path
    assert screen.post("/api/cases/1/note", json={"words": "x"}).status_code == 401
    assert screen.post("/wall").status_code == 405
    with screen.websocket_connect("/feed?as=wall&since=0"):
        pass
    for way in ("", "?as=json"):
        with screen.websocket_connect(f"/feed{way}") as socket, pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 4401
    assert [row.action for row in desk.rows(Audit) if row.action.startswith("wall")] == [
        "wall_made",
        "wall_paired",
    ]


def test_nobody_touches_it_and_it_goes_on_until_it_is_taken_back(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    screen = paired(desk)
    key, much_later = screen.cookies[WALL_COOKIE], desk.hub.clock.machine() + IDLE_ENDS_AFTER * 20
    with desk.hub.db.read() as session:
        assert wall_screens.screen_of(session, key, much_later) is not None
    assert screen.get("/wall").status_code == 200
    (row,) = desk.rows(WallScreen)
    admin = desk.person("Alex Shaw")
    csrf = {"csrf": admin.headers["x-csrf-token"]}
    assert admin.post(f"/walls/{row.key}/revoke", data=csrf).status_code == 303
    assert screen.get("/wall").status_code == 401
    assert desk.person("Dana Cole").get("/walls").status_code == 403, "an administrator alone"


def test_a_code_opens_one_screen_once_and_ten_minutes_long(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    code = code_for(desk)
    assert browser(desk).post("/wall/pair", data={"code": code}, headers=HTML).status_code == 303
    assert browser(desk).post("/wall/pair", data={"code": code}, headers=HTML).status_code == 401
    late = code_for(desk, "Corridor").replace(" ", "")
    after = desk.hub.clock.machine() + CODE_HOLDS
    with desk.hub.db.write() as session:
        assert wall_screens.pair(session, desk.place, late, after) is None


def test_codes_cannot_be_guessed_and_no_other_site_may_send_one(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    right = code_for(desk)
    elsewhere = {"accept": "text/html", "origin": "http://elsewhere.example"}
    assert browser(desk).post("/wall/pair", data={"code": right}, headers=elsewhere).status_code == 403
    tried = [
        browser(desk).post("/wall/pair", data={"code": "WRONG"}, headers=HTML).status_code for _ in "123456"
    ]
    assert tried == [401] * 5 + [429]
    assert browser(desk).post("/wall/pair", data={"code": right}, headers=HTML).status_code == 429


def test_a_key_ends_and_only_its_hash_is_kept(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    screen = paired(desk)
    key = screen.cookies[WALL_COOKIE]
    (row,) = desk.rows(WallScreen)
    assert key not in str(row.model_dump())
    assert row.code_hash is None
    with desk.hub.db.read() as session:
        assert wall_screens.screen_of(session, key, row.ends_at) is None
    assert row.ends_at - desk.hub.clock.machine() < SCREEN_HOLDS
