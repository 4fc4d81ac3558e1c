"""What is served of the Booking and Referral Standard: messages in, and the referrals of whoever asks.

A search names people in its address: no address is written to any log here (`dashboard/__main__.py`, `hub/log.py`).
"""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator

from dashboard.bars import headers
from hub.assemble import Hub
from hub.bodies import as_kept
from hub.gate import hub_of, may
from hub.tokens import Machine, Scope
from records.fhir.shapes import Resource
from records.looks import keep_look
from triage.bars import answering, receiving, store
from triage.bars.bounds import MOST_BYTES
from triage.bars.model import Referral
from triage.bars.receiving import Envelope

router = APIRouter()
FHIR_JSON = "application/fhir+json"
VERSION = "1.0"
MOST_FOUND = 50
Sender = Annotated[Machine, may(Scope.referrals_write)]
Reader = Annotated[Machine, may(Scope.referrals_read)]
Asked = Annotated[str, Query(max_length=300), AfterValidator(as_kept)]


async def sent(request: Request) -> bytes:
    """The body, and of one that is too large its beginning, so that somebody can see who sent it."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MOST_BYTES:
            return bytes(found[: MOST_BYTES + 1])
    return bytes(found)


@router.post("/$process-message")
def process_message(request: Request, machine: Sender, raw: Annotated[bytes, Depends(sent)]) -> Response:
    """One message, kept before it is read, and answered at once."""
    hub = hub_of(request)
    envelope = Envelope(
        raw,
        _header(request, "x-request-id"),
        _header(request, "x-correlation-id"),
        headers.problem(request.headers),
    )
    looked = receiving.look(envelope)
    library = request.app.state.library
    answered = hub.db.write_again(
        lambda session: receiving.receive(
            session, library, envelope, looked, machine, hub.settings.public, hub.clock.now()
        )
    )
    given = {
        "X-Request-Id": envelope.request_id,
        "X-Correlation-Id": envelope.correlation_id,
    }
    return JSONResponse(
        answered.body,
        answered.status,
        {name: value for name, value in given.items() if value.isascii() and value.isprintable()},
        FHIR_JSON,
    )


def _header(request: Request, name: str) -> str:
    return as_kept(request.headers.get(name, ""))[: headers.MOST_ID]


@router.get("/ServiceRequest/{uid}")
def one_request(request: Request, uid: str, machine: Reader) -> Response:
    """A referral of its own, as it came, under our number."""
    with hub_of(request).db.read() as session:
        found = store.by_uid(session, machine.place, machine.name, uid[:36])
        body = _resource(hub_of(request), found, _status(found, store.is_open(session, found)))
    keep_look(hub_of(request), machine, "case_opened", f"case:{found.case_id}")
    return JSONResponse(body, media_type=FHIR_JSON)


@router.get("/ServiceRequest")
def requests(
    request: Request,
    machine: Reader,
    identifier: Asked = "",
    nhs: Annotated[Asked, Query(alias="patient:identifier")] = "",
    subject: Annotated[Asked, Query(alias="subject:identifier")] = "",
    count: Annotated[int, Query(alias="_count", ge=0, le=MOST_FOUND)] = 20,
) -> Response:
    """Its own referrals by what it calls them, or by an NHS number; at most so many, the newest first."""
    hub = hub_of(request)
    number = (nhs or subject).rpartition("|")[2].replace(" ", "")
    entries: list[Resource] = []
    with hub.db.read() as session:
        if identifier or number:
            for one in store.of_sender(session, machine.place, machine.name, identifier, number, count):
                resource = _resource(hub, one, _status(one, store.is_open(session, one)))
                entries.append({"resource": resource, "search": {"mode": "match"}})
    if entries:
        keep_look(hub, machine, "referrals_found", f"place:{machine.place}")
    body = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
    return JSONResponse(body, media_type=FHIR_JSON)


def _resource(hub: Hub, referral: Referral, status: str) -> Resource:
    facts = json.loads(hub.db.seal.open(referral.facts) or '{"request": {}}')
    return answering.service_request(facts, referral.uid, status, referral.came_at)


def _status(referral: Referral, is_open: bool) -> str:
    if referral.cancelled_at or referral.rejected_at:
        return "revoked"
    return "active" if is_open else "completed"


@router.get("/metadata")
def metadata(request: Request, _machine: Reader) -> Response:
    """What is served here, and nothing of anybody."""
    hub = hub_of(request)
    return JSONResponse(capability(hub.settings.public, hub.clock.now()), media_type=FHIR_JSON)


def capability(hub_url: str, now: datetime) -> dict[str, Any]:
    searched = [
        ("identifier", "what the sender calls the referral or its case: system|value"),
        ("patient:identifier", "NHS number; the hub writes no address of a search to any log"),
    ]
    served = {
        "type": "ServiceRequest",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": "token", "documentation": words} for name, words in searched],
    }
    event = {"system": answering.EVENTS, "code": "servicerequest-request"}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.date().isoformat(),
        "kind": "instance",
        "software": {"name": "First Point", "version": VERSION},
        "implementation": {"description": "First Point, referrals in", "url": f"{hub_url}/fhir"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [served],
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    }
                ],
            }
        ],
        "messaging": [
            {
                "documentation": f"{event['code']}, new, update and cancel, and answers to our own messages",
                "supportedMessage": [
                    {
                        "mode": "receiver",
                        "definition": "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request",
                    }
                ],
            }
        ],
    }
