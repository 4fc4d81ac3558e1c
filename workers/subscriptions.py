"""Other systems are told of changes, each in order: what fails waits by itself, and holds up nobody else's."""

import json
import logging
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from sqlmodel import Session

from hub import outbox
from hub.errors import Conflict
from hub.outbox import Effect
from hub.places import place_of
from hub.tokens import ApiToken
from records.fhir import following, subscribing
from records.fhir.kinds import Face
from records.fhir.subscription_model import Notice, Subscription, SubscriptionStage
from workers import outward
from workers.bench import Bench
from workers.exports import face_of
from workers.heads import signature
from workers.outward import NotThere

log = logging.getLogger(__name__)
LIVE = (SubscriptionStage.requested, SubscriptionStage.active)
BUDGET_S = 4.0
"""For all that one turn tells one receiver, beside the last time-out: well under the lease of an effect."""
STATUS = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"
GONE = 410


@dataclass
class Told:
    """How one turn went. `over`: nothing was to be sent any more; `answered`: they have said at least once that they
    are there."""

    told: list[Notice]
    answered: bool = False
    over: bool = False
    trouble: str = ""
    gone: bool = False


def look(bench: Bench) -> None:
    """Each by itself: where the hub fails with one, that one says so, and the others go on."""
    hub = bench.hub
    with hub.db.read() as session:
        live = subscribing.live(session)
    faces: dict[str, Face] = {}
    for row in live:
        try:
            if row.place not in faces:
                faces[row.place] = face_of(bench, row.place)
            _look_at(bench, row, faces[row.place])
        except Conflict:
            continue  # another ticker was first
        except Exception as error:
            log.error("subscription_fault", exc_info=True, extra={"subscription": row.key})
            _in_trouble(bench, row, f"the hub cannot look at it: {type(error).__name__}")


def _look_at(bench: Bench, row: Subscription, face: Face) -> None:
    hub = bench.hub
    with hub.db.read() as session:
        news = following.look(session, row, face, hub.clock.machine())
    if news is not None:
        with hub.db.write() as session:
            fresh = session.get_one(Subscription, row.key, with_for_update=True)
            following.note(session, fresh, news, face.now)


def _in_trouble(bench: Bench, row: Subscription, why: str) -> None:
    if row.trouble != why:
        with bench.hub.db.write() as session:
            session.get_one(Subscription, row.key, with_for_update=True).trouble = why


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
    went = Told([], over=True)
    if holds and row.stage in LIVE:
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
        return Told([], trouble="none of the hub's secrets opens that under which it is signed")
    until = time.monotonic() + BUDGET_S
    handshake: list[Notice | None] = [None] if row.stage is SubscriptionStage.requested else []
    try:
        way = outward.way_to(row.endpoint, is_training=is_training)
        with httpx.Client(trust_env=False, headers={"accept-encoding": "identity"}) as http:
            for notice in [*handshake, *notices]:
                if time.monotonic() > until or not outbox.lease_holds(effect, bench.hub.clock.machine()):
                    went.trouble = "" if went.answered else "it took too long to find it"
                    break
                body = json.dumps(_notification(bench, row, notice, row.told + len(went.told) + 1)).encode()
                signed = {
                    "Content-Type": "application/fhir+json",
                    "FP-Signature": f"sha256={signature(secret, body)}",
                }
                status = outward.post(http, way, body, signed)
                if not 200 <= status < 300:
                    went.trouble, went.gone = f"it answered {status}", status == GONE
                    break
                went.answered = True
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
    """Nothing where the lease was lost: whoever holds it now writes down what they have done."""
    row = session.get_one(Subscription, int(effect.payload["subscription"]), with_for_update=True)
    told, is_over = bool(went.told), went.over or row.stage not in LIVE
    given_up = bool(went.trouble) and subscribing.is_given_up(row, now, told=told, gone=went.gone)
    if went.trouble and not given_up and not is_over:
        # It was there a moment ago: then this is the first failure again.
        wait = subscribing.BACK_OFF[0 if told else min(effect.attempts, len(subscribing.BACK_OFF)) - 1]
        machine, attempts = bench.hub.clock.machine(), 1 if told else None
        ours = outbox.try_again(session, effect, now + wait, machine, went.trouble, attempts)
    else:
        ours = outbox.settle(session, effect, now, {"told": len(went.told), "gave_up": went.trouble})
    if not ours:
        return
    subscribing.arrived(session, row, went.told, dropped, now)
    if is_over:
        return
    if went.trouble:
        subscribing.failed(session, row, went.trouble, now, told=told)
        row.stage = SubscriptionStage.error if given_up else row.stage
        return
    if went.answered:
        subscribing.well(session, row)
    subscribing.go_on(session, row, now)
