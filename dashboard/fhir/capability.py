"""What is served at `/fhir`, for machines: the CapabilityStatement, and how to get a token. Nothing of anybody."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from dashboard.fhir.serving import answer, base_of
from hub.assemble import Hub
from hub.gate import everybody, hub_of
from hub.oauth import ALGORITHMS
from hub.smart import OF_OWN, READ
from records.fhir.asked import DATES, PARAMS, REFERENCES
from triage.bars import answering

router = APIRouter()
VERSION = "1.1"
OPEN = everybody(
    "what is served and how to get a token is no secret: the code is open; nothing of a place is told"
)
OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@router.get("/metadata", dependencies=[OPEN])
def metadata(request: Request) -> Response:
    return answer(statement(hub_of(request)))


@router.get("/.well-known/smart-configuration", dependencies=[OPEN])
def smart_configuration(request: Request) -> Response:
    hub = hub_of(request)
    scopes = {f"system/{kind}.{letters}" for grants in OF_OWN.values() for kind, letters in grants.items()}
    return JSONResponse(
        {
            "token_endpoint": token_url(hub),
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": [
                "private_key_jwt",
                "client_secret_basic",
                "client_secret_post",
            ],
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "scopes_supported": [f"system/*.{READ}", *sorted(scopes)],
            "capabilities": [
                "client-confidential-asymmetric",
                "client-confidential-symmetric",
                "permission-v2",
            ],
        }
    )


def token_url(hub: Hub) -> str:
    """Where a token is asked for, and what the `aud` of a proof must be."""
    return f"{hub.settings.public}/oauth2/token"


def statement(hub: Hub) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": hub.clock.now().date().isoformat(),
        "kind": "instance",
        "software": {"name": "First Point", "version": VERSION},
        "implementation": {"description": "First Point", "url": base_of(hub)},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": _security(hub),
                "resource": [*(_resource(kind) for kind in sorted(PARAMS)), SUBSCRIPTION],
                "operation": [
                    {
                        "name": "export",
                        "definition": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export",
                    },
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    },
                ],
            }
        ],
        "messaging": [_messaging()],
    }


SUBSCRIPTION = {
    "type": "Subscription",
    "interaction": [{"code": code} for code in ("create", "read", "delete", "search-type")],
    "documentation": "rest-hook; criteria of Encounter or Task; the payload carries numbers alone",
}


def _security(hub: Hub) -> dict[str, Any]:
    service = {
        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
        "code": "SMART-on-FHIR",
    }
    return {
        "service": [{"coding": [service]}],
        "description": "Access tokens for machines: SMART backend services; see .well-known/smart-configuration",
        "extension": [{"url": OAUTH, "extension": [{"url": "token", "valueUri": token_url(hub)}]}],
    }


def _resource(kind: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": _type(name)} for name in PARAMS[kind]],
    }
    if kind == "ServiceRequest":
        made["documentation"] = (
            "A token with referrals:read searches its own referrals, by identifier or patient:identifier (NHS number); "
            "any other searches what the hub has asked for."
        )
    return made


def _type(name: str) -> str:
    return "date" if name in DATES else "reference" if name in REFERENCES else "token"


def _messaging() -> dict[str, Any]:
    event = {"system": answering.EVENTS, "code": "servicerequest-request"}
    return {
        "documentation": f"{event['code']}, new, update and cancel, and answers to our own messages",
        "supportedMessage": [
            {
                "mode": "receiver",
                "definition": "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request",
            }
        ],
    }
