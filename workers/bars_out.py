"""A hand-over goes to another service by a message: once, in order, and tried again until its time is over.

Each attempt sends the same words under the same `X-Request-Id`; a second one first asks whether the first got through,
and 409 says that it did. Whatever cannot be sent ends with a human who rings them (S30).
"""

import json
import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from dispatch import two_together
from hub import outbox
from hub.outbox import Effect
from hub.places import place_of
from hub.sealing import seal_of
from hub.services import Service
from records.lifecycles import HandOverState
from records.model import Case, HandOver
from records.service import take
from triage.bars.reading import read
from triage.bars_out import asking, gathering, hearing, message, store
from triage.bars_out.message import Letter
from triage.bars_out.model import Reason, ReferralSent
from workers.bars_headers import headers_of
from workers.bench import Bench
from workers.fhir import Asking, Fault, RecordError

log = logging.getLogger(__name__)
BACK_OFF_S = (2.0, 5.0, 15.0, 30.0, 60.0, 120.0)
"""Before each next attempt; the last is repeated. [LOCAL]"""
TOLD_FOR = timedelta(hours=4)
"""So long a change, or a calling off, is tried; then somebody rings them. A new one has its hand-over's. [LOCAL]"""
ITS_TURN_IN = timedelta(seconds=5)
NOT_CONFIGURED = "the hub knows no address of theirs any more"
TIME_IS_OVER = "it did not get through in time"
_chance = random.SystemRandom()


@dataclass(frozen=True)
class _Ready:
    service: Service
    reason: Reason
    body: bytes
    headers: dict[str, str]
    request_key: str
    left_before: bool


@dataclass(frozen=True)
class _Came:
    """`refused`: why, in their words. `later`: what went wrong with this attempt."""

    refused: str = ""
    later: str = ""
    wait_s: float | None = None


def send(bench: Bench, effect: Effect) -> None:
    """Settles or puts off the effect itself, in the transaction that writes down how it went."""
    hub = bench.hub
    ready = hub.db.write_again(lambda session: _made_ready(session, bench, effect))
    if ready is None:
        return
    if outbox.lease_holds(effect, hub.clock.machine()):
        came = _post(bench, ready)
    else:
        came = _Came(later="stopped for longer than the lease")
    if came.later:
        log.warning("bars_request", extra={"effect": effect.id, "attempts": effect.attempts})
    hub.db.write_again(lambda session: _write_down(session, bench, effect, came))


def look_for_changes(session: Session, bench: Bench, case_id: int, now: datetime) -> None:
    """What matters of the case has perhaps changed since they were told: if so, they hear it. The case is taken only
    then: a look must not lead to another look."""
    case = session.get_one(Case, case_id)
    newest = {one.hand_over_id: one for one in store.of_case(session, case_id)}
    for last in newest.values():
        row = session.get_one(HandOver, last.hand_over_id)
        if last.received_at is None or last.reason is Reason.revoked:
            continue  # what has not left says how it stands then; what has is looked at again once they have it
        letter = _letter(session, bench, last, case, row, now)
        if letter is not None and message.digest(letter) != last.told:
            take(session, case_id, now)
            asking.tell_what_changed(session, row, last, now)


def _made_ready(session: Session, bench: Bench, effect: Effect) -> _Ready | None:
    """What is sent, and kept before it is; None where it is not its turn, not wanted any more, or cannot be sent."""
    now = bench.hub.clock.now()
    sent = session.get_one(ReferralSent, int(effect.payload["referral"]))
    case = take(session, sent.case_id, now)
    session.refresh(sent)
    row = session.get_one(HandOver, sent.hand_over_id)
    before = [one for one in store.of_hand_over(session, row.key) if one.key < sent.key]
    if any(not one.is_over for one in before):
        machine = bench.hub.clock.machine()
        outbox.try_again(session, effect, now + ITS_TURN_IN, machine, "not its turn", effect.attempts - 1)
        return None
    if sent.is_over or (sent.reason is not Reason.revoked and not _is_wanted(sent, row)):
        _over(session, effect, sent, asking.NOT_WANTED, now)
        return None
    service = _service(bench, sent)
    if service is None:
        why = NOT_CONFIGURED
    elif sent.reason is not Reason.revoked:
        why = gathering.stands_in_the_way(session, case, row)
    else:
        why = ""
    if why or service is None:
        _over(session, effect, sent, why, now)
        asking.ring_them(session, case, row, sent, why, now)
        return None
    left_before = sent.left_at is not None
    body = (seal_of(session).open(sent.sealed) if sent.sealed else None) or _written(
        session, bench, sent, case, row, now
    )
    sent.left_at, sent.tried_at, sent.attempts = sent.left_at or now, now, effect.attempts
    session.add(sent)
    by = f"First Point, {place_of(session, case.place).name}"
    headers = headers_of(service.service_id, sent.uid, sent.request_key, by, service.ods)
    return _Ready(service, sent.reason, body.encode(), headers, sent.request_key, left_before)


def _is_wanted(sent: ReferralSent, row: HandOver) -> bool:
    """A new one for as long as nobody has said yes or no in another way; a change also after they have it."""
    if sent.reason is Reason.new:
        return row.state is HandOverState.requested
    return row.state in (HandOverState.requested, HandOverState.confirmed, HandOverState.timed_out)


def _service(bench: Bench, sent: ReferralSent) -> Service | None:
    return next((one for one in bench.hub.services if one.service == sent.service), None)


def _letter(
    session: Session, bench: Bench, sent: ReferralSent, case: Case, row: HandOver, now: datetime
) -> Letter | None:
    if (service := _service(bench, sent)) is None:
        return None
    public, library = bench.hub.settings.public, bench.shelf.library
    scene = bool(two_together.words_of(session, case, now))
    return gathering.letter_of(session, library, service, sent, case, row, public, now, scene=scene)


def _written(
    session: Session, bench: Bench, sent: ReferralSent, case: Case, row: HandOver, now: datetime
) -> str:
    letter = _letter(session, bench, sent, case, row, now)
    assert letter is not None
    body = json.dumps(message.bundle(letter))
    sent.sealed, sent.told = seal_of(session).shut(body), message.digest(letter)
    return body


def _post(bench: Bench, ready: _Ready) -> _Came:
    try:
        asked = bench.service_client(ready.service).within()
        if ready.left_before and ready.reason is Reason.new and _is_there(asked, ready.request_key):
            return _Came()
        status, said = asked.message(ready.body, ready.headers)
    except RecordError as error:
        return _Came(later=str(error), wait_s=error.wait_s)
    if status == 409:
        return _Came()  # it got through before
    answer = said if isinstance(said, dict) else {}
    if 400 <= status < 500:
        return _Came(refused=hearing.in_words(answer) or f"their system answered {status}")
    if answer.get("resourceType") != "Bundle":
        return _Came(later=f"its answer ({status}) could not be read")
    found = read(answer)
    if found.answer_code == "transient-error":
        return _Came(later="it cannot take it now")
    if found.answer_code == "fatal-error":
        return _Came(refused="their system could not take it in")
    if found.encounter_status == hearing.CANCELLED and ready.reason is not Reason.revoked:
        return _Came(refused=hearing.kept(found.encounter_why) or hearing.NO_REASON)
    return _Came()


def _is_there(asked: Asking, request_key: str) -> bool:
    """A second attempt asks. Where they do not answer that, it is sent again: they know it by its number."""
    try:
        found: Any = asked.get(f"ServiceRequest?identifier={request_key}")
    except RecordError as error:
        if error.fault is Fault.later and error.status is None:
            raise
        return False
    return bool(found.get("entry"))


def _write_down(session: Session, bench: Bench, effect: Effect, came: _Came) -> None:
    now = bench.hub.clock.now()
    sent = session.get_one(ReferralSent, int(effect.payload["referral"]))
    case = take(session, sent.case_id, now)
    session.refresh(sent)
    row = session.get_one(HandOver, sent.hand_over_id)
    if came.later:
        _not_now(session, bench, effect, sent, case, row, came, now)
    elif not outbox.settle(session, effect, now, {}) or sent.is_over:
        return
    elif came.refused:
        hearing.refused(session, sent, case, row, came.refused, now)
    else:
        hearing.received(session, sent, row, now)
        look_for_changes(session, bench, case.key, now)


def _not_now(
    session: Session,
    bench: Bench,
    effect: Effect,
    sent: ReferralSent,
    case: Case,
    row: HandOver,
    came: _Came,
    now: datetime,
) -> None:
    sent.trouble = came.later[:300]
    session.add(sent)
    if sent.reason is not Reason.new and now - sent.made_at >= TOLD_FOR:
        _over(session, effect, sent, f"{TIME_IS_OVER}: {came.later}", now)
        asking.ring_them(session, case, row, sent, came.later, now)
        return
    own_s = BACK_OFF_S[min(effect.attempts, len(BACK_OFF_S)) - 1]
    wait = timedelta(seconds=max(own_s, came.wait_s or 0.0) * _chance.uniform(1.0, 1.2))
    outbox.try_again(session, effect, now + wait, bench.hub.clock.machine(), came.later)


def _over(session: Session, effect: Effect, sent: ReferralSent, why: str, now: datetime) -> None:
    """Not sent, or not again. Why stays to be read beside the hand-over."""
    if outbox.settle(session, effect, now, {"not_sent": True}) and not sent.is_over:
        sent.given_up_at, sent.trouble = now, (sent.trouble or why)[:300]
        session.add(sent)
