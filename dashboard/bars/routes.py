"""What is served of the Booking and Referral Standard: messages in, and the referrals of whoever asks (their address,
`/ServiceRequest`, is shared with the hub's own: `dashboard/fhir/requests.py`).

A search names people in its address: no address is written to any log here (`dashboard/__main__.py`, `hub/log.py`).
"""

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from dashboard.bars import headers
from hub.assemble import Hub
from hub.bodies import as_kept
from hub.errors import Refused
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
MOST_FOUND = 50
Sender = Annotated[Machine, may(Scope.referrals_write)]
LONGEST = 300


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


def one_referral(hub: Hub, machine: Machine, uid: str) -> Resource:
    """A referral of its own, as it came, under our number. Raises `NotFound`."""
    with hub.db.read() as session:
        found = store.by_uid(session, machine.place, machine.name, uid[:36])
        body = _resource(hub, found, _status(found, store.is_open(session, found)))
    keep_look(hub, machine, "case_opened", f"case:{found.case_id}")
    return body


def own_referrals(hub: Hub, machine: Machine, said: Mapping[str, str]) -> Resource:
    """Its own referrals by what it calls them, or by an NHS number; at most so many, the newest first."""
    identifier = as_kept(said.get("identifier", ""))[:LONGEST]
    nhs = as_kept(said.get("patient:identifier") or said.get("subject:identifier") or "")[:LONGEST]
    number = nhs.rpartition("|")[2].replace(" ", "")
    entries: list[Resource] = []
    count = _count(said.get("_count", "20"))
    with hub.db.read() as session:
        if identifier or number:
            found = store.of_sender(session, machine.place, machine.name, identifier, number, count)
            are_open = store.are_open(session, found)
            for one in found:
                resource = _resource(hub, one, _status(one, one.case_id in are_open))
                entries.append({"resource": resource, "search": {"mode": "match"}})
    if entries:
        keep_look(hub, machine, "referrals_found", f"place:{machine.place}")
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def _count(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 5 and int(said) <= MOST_FOUND):
        raise Unreadable(f"_count must be a number up to {MOST_FOUND}.")
    return int(said)


class Unreadable(Refused):
    """A parameter means nothing."""

    status = 400


def _resource(hub: Hub, referral: Referral, status: str) -> Resource:
    facts = json.loads(hub.db.seal.open(referral.facts) or '{"request": {}}')
    return answering.service_request(facts, referral.uid, status, referral.came_at)


def _status(referral: Referral, is_open: bool) -> str:
    if referral.cancelled_at or referral.rejected_at:
        return "revoked"
    return "active" if is_open else "completed"
