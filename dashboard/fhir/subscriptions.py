"""`Subscription`: a machine has an address of its own told when a case or a visit changes (rest-hook)."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from dashboard.fhir.serving import answer, base_of, small_body
from hub.assemble import Hub
from hub.bodies import as_kept
from hub.errors import Refused
from hub.fhir_gate import Held, Subscriber, must_open
from hub.gate import TokenTooNarrow, hub_of
from hub.tokens import Scope
from records.fhir import asked, subscribing
from records.fhir.subscription_model import Subscription
from records.fhir.written import Resource, instant

router = APIRouter()
KIND = "Subscription"
TOLD_ONCE = "urn:first-point:subscription-secret"
PAYLOADS = (None, "application/fhir+json")


def _sees_cases(held: Held, criteria: str) -> None:
    """Whoever is told that something changed may read it too."""
    if Scope.cases_read not in held.machine.scopes:
        raise TokenTooNarrow(Scope.cases_read)
    must_open(held, criteria.partition("?")[0], "r")


@router.post(f"/{KIND}")
def make(request: Request, held: Subscriber, raw: Annotated[bytes, Depends(small_body)]) -> Response:
    must_open(held, KIND, "c")
    hub = hub_of(request)
    criteria, endpoint, ends_at = _read(raw)
    subscribing.read(criteria)
    _sees_cases(held, criteria)
    with hub.db.write() as session:
        row, secret = subscribing.make(session, held.machine, criteria, endpoint, ends_at, hub.clock.now())
    body = _shown(row)
    body["channel"]["extension"] = [{"url": TOLD_ONCE, "valueString": secret}]
    return answer(body, 201, {"Location": f"{base_of(hub)}/{KIND}/{row.uid}"})


def _read(raw: bytes) -> tuple[str, str, datetime | None]:
    """Raises `Refused`."""
    try:
        said: Any = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("This is not JSON.") from None
    said = said if isinstance(said, dict) else {}
    channel = said.get("channel")
    channel = channel if isinstance(channel, dict) else {}
    criteria, endpoint = said.get("criteria"), channel.get("endpoint")
    if said.get("resourceType") != KIND or not isinstance(criteria, str) or not isinstance(endpoint, str):
        raise Refused("Send a Subscription with criteria, and a channel with an endpoint.")
    if channel.get("type") != "rest-hook":
        raise Refused("The channel is a rest-hook, and nothing else.")
    if channel.get("payload") not in PAYLOADS:
        raise Refused("The payload is application/fhir+json; it carries numbers alone.")
    if channel.get("header"):
        raise Refused("Headers of your own are not sent: check FP-Signature instead.")
    return as_kept(criteria), as_kept(endpoint), _end(said.get("end"))


def _end(said: Any) -> datetime | None:
    if said is None:
        return None
    if not isinstance(said, str) or "T" not in said:
        raise Refused("The end is an instant: 2026-03-04T14:02:00Z.")
    return asked.span(said)[1]


@router.get(f"/{KIND}")
def own(request: Request, held: Subscriber) -> Response:
    """All of its own: there are few."""
    must_open(held, KIND, "s")
    hub = hub_of(request)
    with hub.db.read() as session:
        rows = subscribing.of_machine(session, held.machine)
    base = base_of(hub)
    entries = [
        {"fullUrl": f"{base}/{KIND}/{row.uid}", "resource": _shown(row), "search": {"mode": "match"}}
        for row in rows
    ]
    body: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(rows)}
    body["link"] = [{"relation": "self", "url": f"{base}/{KIND}"}]
    return answer({**body, "entry": entries} if entries else body)


@router.get(f"/{KIND}/{{uid}}")
def one(request: Request, uid: str, held: Subscriber) -> Response:
    must_open(held, KIND, "r")
    with hub_of(request).db.read() as session:
        row = subscribing.one(session, held.machine, as_kept(uid)[:36])
    return answer(_shown(row))


@router.delete(f"/{KIND}/{{uid}}")
def delete(request: Request, uid: str, held: Subscriber) -> Response:
    must_open(held, KIND, "d")
    hub: Hub = hub_of(request)
    with hub.db.write() as session:
        row = subscribing.one(session, held.machine, as_kept(uid)[:36])
        subscribing.end(session, row, hub.clock.now(), held.machine.actor)
    return Response(status_code=204)


def _shown(row: Subscription) -> Resource:
    made: Resource = {
        "resourceType": KIND,
        "id": row.uid,
        "status": str(row.stage),
        "reason": f"asked for by {row.by_name}",
        "criteria": row.criteria,
        "channel": {"type": "rest-hook", "endpoint": row.endpoint, "payload": "application/fhir+json"},
    }
    if row.trouble:
        made["error"] = row.trouble
    if row.ends_at is not None:
        made["end"] = instant(row.ends_at)
    return made
