"""A hub behind HTTP, and handlers at their desks: for the tests of what pages and scripts may ask of it."""

import uuid
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from dashboard import demo
from dashboard.app import create_app
from hub.assemble import Hub, assemble
from hub.settings import Settings
from tests.stage import StageClock
from tests.story import START
from triage import calls
from triage.model import Entry


class Desk:
    """A hub, and handlers at their desks."""

    def __init__(self, folder: Path, database_url: str, **settings_too: Any) -> None:
        self.clock = StageClock(START)
        settings = Settings(
            data=folder,
            database_url=database_url,
            redis_url=settings_too.pop("redis_url", "unix:///nowhere/valkey.sock"),
            secret_key=SecretStr("a secret for the tests of the desk"),
            key_safe_secret=SecretStr("the secret of the desk's key safes, long enough"),
            phones_token=SecretStr("token"),
            public_url="http://testserver",
            **settings_too,
        )
        self.hub: Hub = assemble(settings, self.clock)
        with self.hub.db.write() as session:
            demo.lay_out(session, settings.place, self.clock.now())
        self.app = create_app(self.hub)
        self.place = settings.place
        self.jay = self.person("Jay Osei")

    def person(self, name: str) -> TestClient:
        client = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
        form = {"name": demo.log_in_of(name), "password": demo.PASSWORD}
        said = client.post("/log-in", data=form, headers={"accept": "application/json"}).json()
        client.headers["x-csrf-token"] = said["csrf"]
        return client

    def does(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.jay.post(path, json={} if body is None else body)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def does_get(self, path: str) -> Any:
        answer = self.jay.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.hub.db.read() as session:
            return list(session.exec(select(kind).order_by(kind.n if kind is Entry else kind.id)))

    def rings(self, number: str = "+441134960812") -> int:
        with self.hub.db.write() as session:
            sid = f"CA{uuid.uuid4().hex}"
            return calls.ring(session, self.place, number, sid, self.clock.now()).key

    def drops(self, call: int) -> None:
        with self.hub.db.write() as session:
            row = calls.call_of(session, self.place, call)
            calls.drop(session, self.app.state.library, row, self.clock.now())

    def assessed(self, answers: dict[str, Any] | None = None) -> tuple[int, int]:
        """A new call with these answers given: the numbers of the call and the assessment. Nobody depends on them."""
        call = self.does("/api/calls/new")
        types(self, call["call"], entry("dependants", "nobody"))
        begun = self.does(f"/api/cases/{call['case']}/assessments", {"protocol": "fall-at-home"})
        number = begun["view"]["assessment"]
        for question, answer in (answers or {}).items():
            self.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
        return call["call"], number


def entry(field: str, value: str, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "field": field, "value": value, **more}


def types(desk: Desk, call: int, *entries: dict[str, Any], status: int = 200) -> Any:
    return desk.does(f"/api/calls/{call}/typed", {"entries": list(entries)}, status)
