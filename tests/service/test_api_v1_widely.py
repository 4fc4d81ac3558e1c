"""The JSON API against its own description: whatever is sent, no server error, and no answer not described."""

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from records.model import Case
from tests.desk import Desk
from tests.machines import Machine
from tests.service.test_api_v1 import triaged

CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 4
"""Of each operation, of what it allows and of what it does not: some four hundred requests in all."""


@pytest.mark.parametrize("mode", GenerationMode)
def test_whatever_is_sent_is_answered_as_described(sqlite_desk: Desk, mode: GenerationMode) -> None:
    machine = Machine(sqlite_desk)
    triaged(machine)
    machine.does("/calls", {}, 201)
    schema = from_asgi("/api/v1/openapi.json", sqlite_desk.app)
    headers = {"authorization": f"Bearer {machine.token}"}
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
        @given(case=operation.as_strategy(generation_mode=mode), there=st.booleans())
        def tried(case: Any, there: bool) -> None:
            if there and case.path_parameters:
                case.path_parameters = dict.fromkeys(case.path_parameters, 1)
            if str(case.query.get("wait_s", "")).isdigit():
                case.query["wait_s"] = 0
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            asked.append(answer.status_code)

        tried()
    assert len(asked) > 180
    assert {200, 404, 422} & set(asked)
    assert sqlite_desk.rows(Case), "and the hub still answers"
