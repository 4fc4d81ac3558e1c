"""Other systems are told of changes, each in order: what fails waits by itself, and holds up nobody else's."""

import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from sqlmodel import Session

from hub import outbox
from hub.outbox import Effect
from hub.places import place_of
from hub.tokens import ApiToken
from records.fhir import subscribing
from records.fhir.subscription_model import Notice, Subscription, SubscriptionStage
from workers import outward
from workers.bench import Bench
from workers.exports import face_of
from workers.heads import signature
from workers.outward import NotThere

BUDGET_S = 4.0
"""For all that one turn tells one receiver, beside the last time-out: well under the lease of an effect."""
STATUS = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"
GONE = 410


@dataclass
class Told:
    """How one turn went."""

    told: list[Notice]
    trouble: str = ""
    gone: bool = False


def look(bench: Bench) -> None:
    """Each in a transaction of its own."""
    hub = bench.hub
    with hub.db.read() as session:
        live = subscribing.live(session)
        ahead = [
            row for row in live if subscribing.has_news(session, row, hub.clock.machine(), hub.clock.now())
        ]
    for row in ahead:
        face = face_of(bench, row.place)
        with hub.db.write() as session:
            fresh = session.get_one(Subscription, row.key, with_for_update=True)
            if fresh.stage in (SubscriptionStage.requested, SubscriptionStage.active):
                subscribing.look(session, fresh, face, hub.clock.machine())


def tell(bench: Bench, effect: Effect) -> None:
    """What waits, as far as one turn goes; settles the effect, or puts it off."""
    hub = bench.hub
    with hub.db.read() as session:
        row = session.get_one(Subscription, int(effect.payload["subscription"]))
        token = session.get_one(ApiToken, row.token_id)
        holds = token.holds(hub.clock.machine())
        notices, dropped = subscribing.to_tell(session, row, token.scopes)
        secret = hub.db.seal.open(row.sealed_secret)
        is_training = place_of(session, row.place).training
    went = Told([])
    if holds and row.stage in (SubscriptionStage.requested, SubscriptionStage.active):
        went = _send(bench, effect, row, notices, secret, is_training=is_training)
    now = hub.clock.now()
    hub.db.write_again(lambda session: _write_down(session, bench, effect, went, dropped, now))


def _send(
    bench: Bench,
    effect: Effect,
    row: Subscription,
    notices: list[Notice],
    secret: str | None,
    *,
    is_training: bool,
) -> Told:
    went = Told([])
    if secret is None:
        return Told([], "none of the hub's secrets opens that under which it is signed")
    until = time.monotonic() + BUDGET_S
    handshake: list[Notice | None] = [None] if row.stage is SubscriptionStage.requested else []
    try:
        way = outward.way_to(row.endpoint, is_training=is_training)
        with httpx.Client(trust_env=False, headers={"accept-encoding": "identity"}) as http:
            for notice in [*handshake, *notices]:
                if time.monotonic() > until or not outbox.lease_holds(effect, bench.hub.clock.machine()):
                    break
                body = json.dumps(_notification(bench, row, notice, row.told + len(went.told) + 1)).encode()
                signed = {
                    "Content-Type": "application/fhir+json",
                    "FP-Signature": f"sha256={signature(secret, body)}",
                }
                status = outward.post(http, way, body, signed)
                if not 200 <= status < 300:
                    return Told(went.told, f"it answered {status}", status == GONE)
                if notice is not None:
                    went.told.append(notice)
    except NotThere as error:
        went.trouble = str(error)
    return went


def _notification(bench: Bench, row: Subscription, notice: Notice | None, nth: int) -> dict[str, Any]:
    """As the Subscriptions Backport says for R4: of what changed the number alone. Told again, it is the same `nth`."""
    base = f"{bench.hub.settings.public}/fhir"
    said: list[dict[str, Any]] = [
        {"name": "subscription", "valueReference": {"reference": f"{base}/Subscription/{row.uid}"}},
        {"name": "status", "valueCode": str(row.stage)},
        {"name": "type", "valueCode": "handshake" if notice is None else "event-notification"},
        {"name": "events-since-subscription-start", "valueString": str(row.told if notice is None else nth)},
    ]
    if notice is not None:
        event = [
            {"name": "event-number", "valueString": str(nth)},
            {"name": "timestamp", "valueInstant": notice.at.isoformat()},
            {"name": "focus", "valueReference": {"reference": f"{base}/{notice.focus}"}},
        ]
        said.append({"name": "notification-event", "part": event})
    status = {
        "resourceType": "Parameters",
        "id": str(uuid.uuid4()),
        "meta": {"profile": [STATUS]},
        "parameter": said,
    }
    entry = {
        "fullUrl": f"urn:uuid:{status['id']}",
        "resource": status,
        "request": {"method": "GET", "url": f"{base}/Subscription/{row.uid}/$status"},
        "response": {"status": "200"},
    }
    return {
        "resourceType": "Bundle",
        "type": "history",
        "timestamp": bench.hub.clock.now().isoformat(),
        "entry": [entry],
    }


def _write_down(
    session: Session, bench: Bench, effect: Effect, went: Told, dropped: list[Notice], now: datetime
) -> None:
    row = session.get_one(Subscription, int(effect.payload["subscription"]), with_for_update=True)
    subscribing.arrived(session, row, went.told, dropped, now)
    if row.stage not in (SubscriptionStage.requested, SubscriptionStage.active):
        outbox.settle(session, effect, now, {"over": True})
        return
    if not went.trouble:
        outbox.settle(session, effect, now, {"told": len(went.told)})
        subscribing.well(session, row, now)
    elif subscribing.failed(session, row, went.trouble, now, gone=went.gone):
        first = bool(went.told)  # it was there a moment ago: this is the first failure again
        wait = subscribing.BACK_OFF[0 if first else min(effect.attempts, len(subscribing.BACK_OFF)) - 1]
        machine = bench.hub.clock.machine()
        outbox.try_again(session, effect, now + wait, machine, went.trouble, 1 if first else None)
    else:
        outbox.settle(session, effect, now, {"gave_up": went.trouble})
