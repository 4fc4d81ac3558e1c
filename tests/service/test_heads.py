"""The head of the audit's chain is told elsewhere at intervals, and looked for before the next is told."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import delete, select

from hub import audit, audit_heads, audit_proof
from hub.access import User
from hub.audit import Audit
from hub.outbox import Effect
from records.alarms import Alarm
from tests.desk import Desk
from workers import heads, jobs

SECRET = "the secret under which heads are signed"


@pytest.fixture
def bench(sqlite_desk: Desk, tmp_path: Path) -> Any:
    sqlite_desk.hub.settings.audit_heads = str(tmp_path / "elsewhere" / "heads.log")
    return SimpleNamespace(hub=sqlite_desk.hub)


def noted(desk: Desk, times: int = 1) -> None:
    with desk.hub.db.write() as session:
        jay = session.exec(select(User).where(User.name == "Jay Osei")).one()
        for _ in range(times):
            audit.note(session, desk.place, desk.clock.now(), jay.actor, "tried", "case:1")
        session.flush()
        audit.lay_chain(session)


def test_a_line_in_a_file_once_for_each_head_and_an_alarm_where_it_is_gone(
    sqlite_desk: Desk, bench: Any
) -> None:
    desk, file = sqlite_desk, sqlite_desk.hub.settings.heads
    noted(desk)
    assert heads.publish(bench) is not None
    assert heads.publish(bench) is None, "told once"
    noted(desk, 2)
    told = heads.publish(bench)
    assert told == audit_heads.last(file)
    assert [head.nth for head in audit_heads.read(file)] == [told.nth - 2, told.nth] if told else False
    with desk.hub.db.read() as session:
        assert audit_proof.prove(session, audit_heads.read(file)).heads == 2
    assert told is not None
    gone = next(row.model_dump() for row in desk.rows(Audit) if row.nth == told.nth)
    with desk.hub.db.write() as session:
        session.execute(delete(Audit).where(Audit.nth == told.nth))  # type: ignore[arg-type]
    assert heads.publish(bench) is None
    assert [alarm.kind for alarm in desk.rows(Alarm)] == ["audit_broken"]
    assert audit_heads.last(file) == told, "nothing untrue is told of it"
    assert heads.publish(bench) is None
    assert [alarm.state for alarm in desk.rows(Alarm)] == ["ringing"], "rung once"
    with desk.hub.db.write() as session:
        session.add(Audit(**gone))
    assert heads.publish(bench) is None, "told already"
    assert [alarm.state for alarm in desk.rows(Alarm)] == ["over"], "the backup is back"


def test_a_file_that_cannot_be_written_rings_until_it_can(sqlite_desk: Desk, bench: Any) -> None:
    desk, file = sqlite_desk, sqlite_desk.hub.settings.heads
    noted(desk)
    file.mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(OSError, match="heads"):
            heads.publish(bench)
    assert [(alarm.kind, alarm.state) for alarm in desk.rows(Alarm)] == [("audit_untold", "ringing")], "once"
    file.rmdir()
    assert heads.publish(bench) is not None
    assert [alarm.state for alarm in desk.rows(Alarm)] == ["over"]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    got: list[tuple[str, bytes]] = []

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["FP-Signature"], body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hears)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/heads", got
    server.shutdown()
    server.server_close()


def test_a_signed_webhook_through_the_outbox_and_a_line_of_syslog(
    sqlite_desk: Desk, bench: Any, listener: tuple[str, list[tuple[str, bytes]]]
) -> None:
    desk, (url, got), settings = sqlite_desk, listener, sqlite_desk.hub.settings
    settings.audit_webhook, settings.audit_webhook_secret = url, SecretStr(SECRET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.settimeout(5)
        settings.audit_syslog = f"127.0.0.1:{log.getsockname()[1]}"
        noted(desk)
        told = heads.publish(bench)
        assert told is not None
        said = log.recv(2000).decode()
    assert f"nth={told.nth}" in said
    assert told.link in said
    assert got == [], "only a worker talks to the outside"
    (effect,) = [one for one in desk.rows(Effect) if one.kind == "audit_head"]
    assert jobs.OUTSIDE["audit_head"](bench, effect) == "HTTP 204"
    ((signed, body),) = got
    assert signed == f"sha256={heads.signature(SECRET, body)}"
    assert json.loads(body) == {
        "nth": told.nth,
        "at": told.at.isoformat(),
        "link": told.link,
        "place": "training",
    }


def test_where_syslog_is_away_the_file_is_written_all_the_same(sqlite_desk: Desk, bench: Any) -> None:
    sqlite_desk.hub.settings.audit_syslog = "/nowhere/log"
    noted(sqlite_desk)
    assert heads.publish(bench) == audit_heads.last(bench.hub.settings.heads)
