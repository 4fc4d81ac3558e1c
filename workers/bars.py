"""An answer to a referral goes to whoever sent it: by https alone, in order, tried again for days, then parked."""

import json
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlmodel import Session

from hub import outbox
from hub.actors import HUB, Actor
from hub.outbox import Effect
from hub.places import place_of
from hub.sealing import Seal
from hub.services import Service
from records.fhir.shapes import first, objects, words
from records.service import take, write_line
from triage.bars import confirming, store
from triage.bars.model import NO_ADDRESS, Referral, ReferralResponse
from triage.bars.tending import WITHIN_WALLS, is_public, may_be_sent_to
from workers.bars_headers import headers_of
from workers.bench import Bench
from workers.fhir import OF_OURS, RecordError, exchange

PATH = "/$process-message"
TIME_OUT_S = 4.0
"""Shorter than the lease."""
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 15, 60, 180, 600, 1800))
"""Before each next attempt; the last is repeated. [LOCAL]"""
MOST_ATTEMPTS = 150
"""Three days. [LOCAL]"""


@dataclass(frozen=True)
class Letter:
    """What is posted, and where; `problem` says why it cannot be."""

    url: str
    body: bytes
    headers: dict[str, str]
    service: Service | None = None
    problem: str = ""
    waits: bool = False
    is_training: bool = False


@dataclass(frozen=True)
class Came:
    """How it went. `knows`: their answer says that they have it, under this reference."""

    done: bool
    final: bool
    trouble: str
    knows: str | None = None


def send(bench: Bench, effect: Effect) -> None:
    """Settles, puts off or parks the effect itself, in the transaction that writes down how it went."""
    with bench.hub.db.read() as session:
        letter = _letter(session, bench, int(effect.payload["response"]))
    if letter.problem or letter.waits:
        came = Came(False, not letter.waits, letter.problem or "an earlier answer has not arrived yet")
    elif not outbox.lease_holds(effect, bench.hub.clock.machine()):
        came = Came(False, False, "stopped for longer than the lease")
    else:
        came = _to_service(bench, letter, letter.service) if letter.service else _post(letter)
    now = bench.hub.clock.now()
    bench.hub.db.write_again(lambda session: _write_down(session, bench, effect, came, now))


def _letter(session: Session, bench: Bench, response_id: int) -> Letter:
    seal = bench.hub.db.seal
    response = session.get_one(ReferralResponse, response_id)
    referral = session.get_one(Referral, response.referral_id)
    body = seal.open(response.sealed)
    if body is None:
        return Letter("", b"", {}, problem="none of the hub's secrets opens this answer")
    earlier = [one for one in store.responses_of(session, referral) if one.key < response.key]
    place = place_of(session, referral.place)
    service = next((one for one in bench.hub.services if one.sender == referral.sender), None)
    url, problem = ("", "") if service else where(session, seal, referral, is_training=place.training)
    target, ods = (service.service_id, service.ods) if service else (referral.organisation, None)
    headers = headers_of(target, response.uid, referral.uid, f"First Point, {place.name}", ods)
    waits = any(one.sent_at is None and not one.trouble.startswith("gave up") for one in earlier)
    return Letter(url, body.encode(), headers, service, problem, waits, place.training)


def where(session: Session, seal: Seal, referral: Referral, *, is_training: bool) -> tuple[str, str]:
    """The address that somebody set for the sender, or what is wrong. What a message names is an address that anybody
    could have put there, also one within our walls: only a training place goes by it."""
    row = store.sender(session, referral.place, referral.sender)
    facts = json.loads(seal.open(referral.facts) or "{}") if is_training else {}
    said = row.endpoint if row else str(facts.get("endpoint") or "")
    if not may_be_sent_to(said, is_training=is_training):
        return "", NO_ADDRESS
    return said.removesuffix("/").removesuffix(PATH) + PATH, ""


def _leads_within(url: str) -> bool:
    """Whether what the name leads to is of our own network, whatever it was when somebody set it."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return False  # the post says so
    return not all(is_public(str(one[4][0])) for one in found)


def _post(letter: Letter) -> Came:
    if not letter.is_training and _leads_within(letter.url):
        return Came(False, True, WITHIN_WALLS)
    try:
        with httpx.Client(trust_env=False, headers={"accept-encoding": "identity"}) as http:
            times = httpx.Timeout(TIME_OUT_S)
            status, _, came = exchange(http, "POST", letter.url, letter.headers, times, content=letter.body)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Came(False, False, type(error).__name__)
    return _came(status, _json(came) if len(came) <= 1_000_000 else None)


def _to_service(bench: Bench, letter: Letter, service: Service) -> Came:
    """A sender that we ask by messages too takes answers there, with the same key."""
    try:
        return _came(*bench.service_client(service).within().message(letter.body, letter.headers))
    except RecordError as error:
        return Came(False, False, str(error))


def _json(came: bytes) -> Any:
    try:
        return json.loads(came)
    except (ValueError, RecursionError):
        return None


def _came(status: int, said: Any) -> Came:
    if status == 409 or 200 <= status < 300:
        return Came(True, True, "", _reference(said) if status != 409 else None)
    final = 400 <= status < 500 and status not in OF_OURS
    return Came(False, final, f"their system answered {status}")


def _reference(bundle: Any) -> str | None:
    """Their own word that they know (S32): a MessageHeader that answers ok. That the post arrived is not one."""
    for entry in objects(first(bundle).get("entry")):
        header = first(entry.get("resource"))
        if words(header.get("resourceType")) == "MessageHeader":
            said = first(header.get("response"))
            if words(said.get("code")).lower() == "ok":
                return words(first(bundle).get("id"), 60) or words(header.get("id"), 60) or "answered ok"
    return None


def _write_down(session: Session, bench: Bench, effect: Effect, came: Came, now: datetime) -> None:
    response = session.get_one(ReferralResponse, int(effect.payload["response"]))
    referral = session.get_one(Referral, response.referral_id)
    take(session, referral.case_id, now)
    session.refresh(response)
    response.attempts = effect.attempts
    session.add(response)
    if came.done:
        outbox.settle(session, effect, now, {})
        response.sent_at, response.trouble = response.sent_at or now, ""
        if came.knows is not None:
            who = Actor("bars", referral.sender)
            confirming.knows(session, referral, response, came.knows, now, who)
        return
    give_up = came.final or effect.attempts >= MOST_ATTEMPTS
    response.trouble = f"{'gave up: ' if give_up else ''}{came.trouble}"[:200]
    if not give_up:
        again_at = now + BACK_OFF[min(effect.attempts, len(BACK_OFF)) - 1]
        outbox.try_again(session, effect, again_at, bench.hub.clock.machine(), came.trouble)
    elif outbox.park(session, effect, now, came.trouble):
        told = f"{referral.organisation} could not be told: {came.trouble}."
        write_line(session, referral.case_id, now, HUB, "referral", told)
