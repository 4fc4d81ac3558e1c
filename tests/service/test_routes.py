"""Every route names who may call it, and the hub keeps to it: all of them are walked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from pydantic import SecretStr
from starlette.testclient import TestClient

from dashboard import demo
from dashboard.app import create_app
from hub.access import Role
from hub.assemble import assemble
from hub.settings import Settings
from tests.free_text import routes_of
from tests.stage import StageClock
from tests.story import START

OPEN = {
    "/health",
    "/health/live",
    "/health/ready",
    "/ready",
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/fhir/metadata",
    "/fhir/.well-known/smart-configuration",
    "/oauth2/token",
    "/log-in",
    "/own/",
    "/own/log-in",
    "/own/sent",
    "/own/in/{token}",
    "/own/words",
    "/phone/pin",
    "/wall/pair",
    "/webhooks/sms",
    "/webhooks/sms/status",
    "/webhooks/voice",
    "/webhooks/voice/status",
    "/webhooks/voice/key",
    "/webhooks/voice/ended",
}
"""The only routes without a log-in; the carriers' check a signature instead."""
FOR_MACHINES = ("/api/v1/", "/fhir/")
OWN = "/own/"
"""Under it stand the pages of the people whom the hub knows: a log-in of their own opens them, and no role does."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("routes")
    file = folder / "first-point.sqlite3"
    file.write_bytes(migrated_sqlite.read_bytes())
    settings = Settings(
        data=folder,
        redis_url="unix:///nowhere/valkey.sock",
        secret_key=SecretStr("x" * 40),
        phones_token=SecretStr("token"),
        public_url="http://testserver",
    )
    hub = assemble(settings, StageClock(START))
    with hub.db.write() as session:
        demo.lay_out(session, settings.place, hub.clock.now())
    with TestClient(create_app(hub), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made
    hub.db.close()


def _routes(client: TestClient) -> list[Any]:
    """Every route with its whole path, also those of included routers and of the API for machines."""
    return list(routes_of(client.app))  # type: ignore[arg-type]


def _checks(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _checks(inner)


def test_every_route_names_who_may_call_it(client: TestClient) -> None:
    routes = _routes(client)
    assert len(routes) > 40, "the walk sees the routes"
    for route in routes:
        checks = list(_checks(route.dependant))
        roles = [check for check in checks if hasattr(check, "roles")]
        whys = [check for check in checks if hasattr(check, "why")]
        scopes = [check for check in checks if hasattr(check, "scopes")]
        own = [check for check in checks if hasattr(check, "own")]
        assert roles or scopes or whys or own, f"{route.path} does not say who may call it"
        assert bool(own) == (route.path.startswith(OWN) and route.path not in OPEN), route.path
        assert not (roles and scopes), f"{route.path} is for people or for machines"
        assert bool(scopes) == (route.path.startswith(FOR_MACHINES) and route.path not in OPEN), route.path
        if not roles and not scopes and not own:
            assert route.path in OPEN, f"{route.path} is open, and this list does not know it"


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "1", path)


def test_nobody_gets_in_without_a_log_in(client: TestClient) -> None:
    """Asked as a script would: 401, or 303 to the log-in for a page; never an answer."""
    for route in _routes(client):
        if route.path in OPEN:
            continue
        for method in sorted(route.methods - {"HEAD"}):
            answer = client.request(method, _filled(route.path))
            assert answer.status_code in (401, 303), f"{method} {route.path}: {answer.status_code}"


def test_a_role_that_does_not_reach_is_refused(client: TestClient) -> None:
    """A responder can call nothing of the handlers', coordinators' and managers'."""
    answer = client.post(
        "/log-in",
        data={"name": "ana.reid@example.nhs.uk", "password": demo.PASSWORD},
        headers={"Origin": "http://testserver"},
    )
    assert answer.status_code == 303
    refused = 0
    for route in _routes(client):
        roles = next((check.roles for check in _checks(route.dependant) if hasattr(check, "roles")), ())
        if roles and Role.responder not in roles:
            for method in sorted(route.methods - {"HEAD"}):
                status = client.request(method, _filled(route.path)).status_code
                assert status == 403, f"{method} {route.path}: {status}"
                refused += 1
    assert refused > 25
    client.cookies.clear()


def test_a_form_without_its_proof_is_refused(client: TestClient) -> None:
    """CSRF: a logged-in browser that is made to post by another site changes nothing."""
    answer = client.post(
        "/log-in",
        data={"name": "jay.osei@example.nhs.uk", "password": demo.PASSWORD},
        headers={"Origin": "http://testserver"},
    )
    assert answer.status_code == 303
    assert client.post("/api/calls/new").status_code == 403
    assert client.post("/api/calls/new", headers={"X-CSRF-Token": "0" * 64}).status_code == 403
    client.cookies.clear()


def test_every_page_is_sent_with_its_guards(client: TestClient) -> None:
    headers = client.get("/log-in", headers={"Accept": "text/html"}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_ten_megabytes_are_refused_in_plain_words(client: TestClient) -> None:
    answer = client.post("/webhooks/sms", content=b"x" * 10_000_000)
    assert answer.status_code == 413
    assert "large" in answer.text.lower()


def test_ten_megabytes_without_a_length_are_refused_too(client: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/log-in", content=(b"x" * 65536 for _ in range(160)), headers=form)
    assert answer.status_code == 413
