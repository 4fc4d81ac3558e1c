"""The FHIR door against a description made of its own routes: whatever is sent, an answer in FHIR, never a fault."""

from typing import Any, cast

from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_asgi
from starlette.routing import Mount

from hub.tokens import Scope
from records.fhir.asked import DATES, PARAMS, PREFIXES
from tests.desk import Desk
from tests.fhir_clients import Client
from tests.service.test_fhir_face import maureen

EXAMPLES = 5
"""Of each operation: some two hundred requests in all."""
WHEN = [f"{prefix}2026-0{nth}" for nth, prefix in enumerate(PREFIXES, start=1)]


def described(desk: Desk) -> dict[str, Any]:
    """With what the routes read for themselves: the parameters of searches, and bodies."""
    door: Any = next(one.app for one in desk.app.routes if isinstance(one, Mount) and one.path == "/fhir")
    made = get_openapi(title="FHIR", version="1", routes=door.routes, servers=[{"url": "/fhir"}])
    made["paths"].pop("/$process-message")  # test_referrals_odd.py
    for path, methods in made["paths"].items():
        kind = path.split("/")[1]
        names = PARAMS.get(kind, ()) if path == f"/{kind}" or path.endswith("_search") else ()
        for method in methods.values():
            method.setdefault("parameters", []).extend(
                _parameter(name) for name in (*names, "_count", "_page", "x")
            )
        if "post" in methods:
            some = {"type": "object", "properties": {"criteria": {}, "channel": {}, "resourceType": {}}}
            content = {"application/json": {"schema": {"anyOf": [some, {}]}}}
            methods["post"]["requestBody"] = {"content": content}
        if path == "/$export":
            prefer = {
                "name": "Prefer",
                "in": "header",
                "required": True,
                "schema": {"enum": ["respond-async"]},
            }
            methods["get"]["parameters"] += [_parameter("_type"), _parameter("_since"), prefer]
    return made


def _parameter(name: str) -> dict[str, Any]:
    likely = WHEN if name in DATES else ["1", "2", "1-total", "system|1", "triaged", "Patient/1"]
    schema = {"anyOf": [{"enum": likely}, {"type": "string"}]}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def test_whatever_is_sent_is_answered_in_fhir(sqlite_desk: Desk) -> None:
    maureen(sqlite_desk)
    whole = [one for one in Scope if one is not Scope.referrals_read]
    client = Client(sqlite_desk, whole)
    sqlite_desk.app.add_api_route("/described.json", lambda: JSONResponse(described(sqlite_desk)))
    schema = from_asgi("/described.json", sqlite_desk.app)
    headers = {"authorization": f"Bearer {client.secret}"}
    asked: list[int] = []
    for found in schema.get_all_operations():
        operation: Any = cast("Any", found).ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def tried(case: Any) -> None:
            answer = case.call_and_validate(headers=headers, checks=[not_a_server_error])
            asked.append(answer.status_code)
            if answer.status_code >= 400:
                assert answer.json()["resourceType"] == "OperationOutcome"

        tried()
    assert len(asked) > 120
    assert {200, 400, 404} <= set(asked)
