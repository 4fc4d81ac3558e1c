"""Machines with tokens of their own, for the tests of the JSON API."""

import uuid
from collections.abc import Iterable
from typing import Any

from starlette.testclient import TestClient

from hub import tokens
from hub.actors import HUB
from hub.tokens import Scope
from tests.desk import Desk


class Machine:
    """One machine at the hub's door: every POST with a key of its own, unless one is given."""

    def __init__(
        self,
        desk: Desk,
        scopes: Iterable[Scope] = Scope,
        place: str | None = None,
        name: str = "Telecare North",
    ) -> None:
        now = desk.clock.machine()
        with desk.hub.db.write() as session:
            self.row, self.token = tokens.make(session, place or desk.place, name, scopes, 30, HUB, now)
        self.client = TestClient(
            desk.app,
            raise_server_exceptions=False,
            headers={"authorization": f"Bearer {self.token}"},
        )

    def gets(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/api/v1{path}", params=query)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def posts(self, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=headers)

    def does(self, path: str, body: Any = None, status: int = 200, key: str = "") -> Any:
        answer = self.posts(path, body, key)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()
