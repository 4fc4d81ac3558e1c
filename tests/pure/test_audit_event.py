"""A row of the audit as FHIR says it; read by a library that is not ours."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from hub.audit import Audit
from records.fhir.audit_event import audit_event

AT = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "relation", "code", "purpose", "outcome"),
    [
        ("case_opened", "on_its_call", "R", "TREAT", "0"),
        ("case_opened", "broke_glass", "R", "BTG", "0"),
        ("broke_glass", "broke_glass", "R", "BTG", "0"),
        ("refused", None, "E", "HOPERAT", "4"),
        ("consent_objected", None, "U", "HOPERAT", "0"),
        ("looked at board", None, "R", "HOPERAT", "0"),
    ],
)
def test_a_row_as_an_event(action: str, relation: str | None, code: str, purpose: str, outcome: str) -> None:
    row = Audit(
        id=7,
        place="leeds",
        at=AT,
        actor="user:3",
        action=action,
        subject="case:12",
        why="403 GET /cases/{case_id}",
        relation=relation,
    )
    event: Any = AuditEvent.model_validate(audit_event(row, "Mina Patel", "First Point, Leeds"))
    assert (event.action, event.outcome, event.recorded) == (code, outcome, AT)
    assert event.agent[0].purposeOfUse[0].coding[0].code == purpose
    assert event.agent[0].who.identifier.value == "user:3"
    assert event.entity[0].what.identifier.value == "12"
