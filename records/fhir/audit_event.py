"""One row of the audit as a FHIR R4 `AuditEvent`. Pure."""

from typing import Any, Protocol

SYSTEM = "urn:first-point:"
TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
PURPOSES = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
SOURCES = "http://terminology.hl7.org/CodeSystem/security-source-type"
BREAK_GLASS, TREATMENT, OPERATIONS = "BTG", "TREAT", "HOPERAT"
MEANS = {BREAK_GLASS: "break the glass", TREATMENT: "treatment", OPERATIONS: "healthcare operations"}
WRITES = (
    "made",
    "sealed",
    "unsealed",
    "revoked",
    "reviewed",
    "consent",
    "token",
    "wall",
    "changed",
    "in_error",
)
MINOR_FAILURE, SUCCESS = "4", "0"


class Row(Protocol):
    """What it is built from: `hub.audit.Audit`."""

    id: int | None
    at: Any
    actor: str
    action: str
    subject: str
    why: str | None
    relation: str | None


def audit_event(row: Row, who: str, source: str) -> dict[str, Any]:
    """`who`: the name of who looked, `source`: the hub's own. A refusal is an event that failed; a look by break-glass,
    and the breaking itself, carry the purpose BTG. Times are UTC instants."""
    refused = row.action == "refused"
    event = {
        "resourceType": "AuditEvent",
        "id": str(row.id),
        "type": {"system": TYPES, "code": "rest", "display": "RESTful Operation"},
        "subtype": [{"system": f"{SYSTEM}audit", "code": row.action.replace(" ", "-")}],
        "action": _action(row.action),
        "recorded": row.at.isoformat(),
        "outcome": MINOR_FAILURE if refused else SUCCESS,
        "purposeOfEvent": [_purpose(row)],
        "agent": [
            {
                "who": {"identifier": {"system": f"{SYSTEM}actor", "value": row.actor}, "display": who},
                "requestor": True,
                "purposeOfUse": [_purpose(row)],
            }
        ],
        "source": {
            "observer": {"display": source},
            "type": [{"system": SOURCES, "code": "4", "display": "Application Server"}],
        },
        "entity": [_entity(row)],
    }
    if refused:
        event["outcomeDesc"] = row.why or "refused"
    return event


def _purpose(row: Row) -> dict[str, Any]:
    routine = TREATMENT if row.relation else OPERATIONS
    code = BREAK_GLASS if "broke_glass" in (row.relation, row.action) else routine
    return {"coding": [{"system": PURPOSES, "code": code, "display": MEANS[code]}]}


def _action(action: str) -> str:
    """R for a look, U for a change, E for what only happened."""
    if action.startswith(WRITES) or action.endswith(WRITES):
        return "U"
    return "E" if action.startswith("logged") or action == "refused" else "R"


def _entity(row: Row) -> dict[str, Any]:
    kind, _, number = row.subject.partition(":")
    about: dict[str, Any] = {"what": {"identifier": {"system": f"{SYSTEM}{kind}", "value": number or kind}}}
    if row.why and row.action != "refused":
        about["description"] = row.why
    return about
