"""A hand-over goes to another service by a message: once, in order, and tried again until its time is over.

Each attempt goes under the same `X-Request-Id`, and says what may leave by then (S17). A second one first asks whether
the first got through, and 409 says that it did. Whatever cannot be sent ends with a human who rings them (S30).
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
from hub.actors import HUB
from hub.outbox import Effect
from hub.places import place_of
from hub.sealing import seal_of
from hub.services import Service
from records.asked_elsewhere import HEAR, MESSAGE
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
MOST_WAIT_S = 120.0
"""However long they ask us to wait: a hand-over has little time. [LOCAL]"""
ITS_TURN_IN = timedelta(seconds=5)
NOT_CONFIGURED = "the hub knows no address of theirs any more"
_chance = random.SystemRandom()


@dataclass(frozen=True)
class _Ready:
    service: Service
    reason: Reason
    body: bytes
    headers: dict[str, str]
    request_key: str
    may_be_there: bool


@dataclass(frozen=True)
class _Came:
    """`no`: why they do not take the person, `refused`: the message, in their words. `later`: what went wrong with this
    attempt."""

    no: str = ""
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
        if not last.is_over or not _may_hear(last, row):
            continue  # what has not left says how it stands then; what has is looked at again once they have it
        letter = _letter(session, bench, last, case, row, now)
        if letter is not None and message.digest(letter) != last.told:
            take(session, case_id, now)
            asking.tell_what_changed(session, row, last, now)


def _made_ready(session: Session, bench: Bench, effect: Effect) -> _Ready | None:
    """What is sent, and kept before it is; None where it is not its turn, not wanted any more, or cannot be sent."""
    now = bench.hub.clock.now()
    sent = session.get_one(ReferralSent, int(effect.payload["referral"]))
    before = [one for one in store.of_hand_over(session, sent.hand_over_id) if one.key < sent.key]
    if not sent.is_over and (until := _waits_for(session, sent, before, now)):
        machine = bench.hub.clock.machine()
        outbox.try_again(session, effect, until, machine, "not its turn", effect.attempts - 1)
        return None  # the case is not taken: waiting changes nothing of it
    case = take(session, sent.case_id, now)
    session.refresh(sent)
    row = session.get_one(HandOver, sent.hand_over_id, populate_existing=True)
    if sent.is_over or not _is_wanted(sent, row):
        _over(session, effect, sent, asking.NOT_WANTED, now)
        return None
    service, letter = _service(bench, sent), _letter(session, bench, sent, case, row, now)
    if service is None or letter is None:
        _give_up(session, bench, effect, sent, case, row, NOT_CONFIGURED, now)
        return None
    off = sent.reason is Reason.revoked
    if not off and (why := gathering.stands_in_the_way(session, case, row)):
        _give_up(session, bench, effect, sent, case, row, why, now)
        return None
    asked_before = any(one.reason is Reason.new and one.left_at for one in before)
    may_be_there = sent.reason is Reason.new and sent.left_at is not None and not asked_before
    body = _body(session, sent, letter)
    sent.left_at, sent.tried_at, sent.attempts = sent.left_at or now, now, effect.attempts
    session.add(sent)
    by = f"First Point, {place_of(session, case.place).name}"
    headers = headers_of(service.service_id, sent.uid, sent.request_key, by, service.ods)
    return _Ready(service, sent.reason, body.encode(), headers, sent.request_key, may_be_there)


def _waits_for(
    session: Session, sent: ReferralSent, before: list[ReferralSent], now: datetime
) -> datetime | None:
    """Until when an earlier message of the hand-over has its turn. One that nothing sends any more holds nobody up."""
    open_yet = {one.key for one in before if not one.is_over}
    tries = asking.live_tries(session, sent.case_id) if open_yet else {}
    untils = [tries[key] or now for key in open_yet & tries.keys()]
    return max([now, *untils]) + ITS_TURN_IN if untils else None


def _is_wanted(sent: ReferralSent, row: HandOver) -> bool:
    """A new one for as long as nobody has said yes or no in another way; a change also after they have it."""
    if sent.reason is Reason.new:
        return row.state is HandOverState.requested and row.dialled_by == MESSAGE
    return sent.reason is Reason.revoked or row.state in HEAR


def _may_hear(last: ReferralSent, row: HandOver) -> bool:
    """Whether they are told of changes after `last`: not who never had the referral, or is not wanted any more."""
    has_it = last.reason is Reason.update or last.received_at is not None
    return has_it and last.reason is not Reason.revoked and row.state in HEAR and row.dialled_by == MESSAGE


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


def _body(session: Session, sent: ReferralSent, letter: Letter) -> str:
    """As it left before, unless what matters has changed. Nobody knows then which words got through: `told` is empty,
    so that a change is told as soon as they have it."""
    told = message.digest(letter)
    is_as_before = sent.reason is Reason.revoked or sent.told == told
    if sent.sealed and is_as_before and (before := seal_of(session).open(sent.sealed)):
        return before
    body = json.dumps(message.bundle(letter))
    sent.sealed, sent.told = seal_of(session).shut(body), "" if sent.left_at else told
    return body


def _post(bench: Bench, ready: _Ready) -> _Came:
    try:
        asked = bench.service_client(ready.service).within()
        if ready.may_be_there and _is_there(asked, ready.request_key):
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
        return _Came(refused=hearing.NOT_TAKEN_IN)
    if found.encounter_status == hearing.CANCELLED and ready.reason is not Reason.revoked:
        return _Came(no=hearing.kept(found.encounter_why) or hearing.NO_REASON)
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
    elif came.no:
        hearing.said_no(session, sent, case, row, came.no, now, HUB)
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
        _give_up(session, bench, effect, sent, case, row, came.later, now)
        return
    own_s = BACK_OFF_S[min(effect.attempts, len(BACK_OFF_S)) - 1]
    wait = timedelta(seconds=max(own_s, min(came.wait_s or 0.0, MOST_WAIT_S)) * _chance.uniform(1.0, 1.2))
    outbox.try_again(session, effect, now + wait, bench.hub.clock.machine(), came.later)


def _give_up(
    session: Session,
    bench: Bench,
    effect: Effect,
    sent: ReferralSent,
    case: Case,
    row: HandOver,
    why: str,
    now: datetime,
) -> None:
    """A human tells them how it stands now: only what changes after this is for a message again."""
    letter = _letter(session, bench, sent, case, row, now)
    sent.told = message.digest(letter) if letter is not None else sent.told
    _over(session, effect, sent, why, now)
    asking.ring_them(session, case, row, sent, why, now)


def _over(session: Session, effect: Effect, sent: ReferralSent, why: str, now: datetime) -> None:
    """Not sent, or not again. Why stays to be read beside the hand-over."""
    if outbox.settle(session, effect, now, {"not_sent": True}) and not sent.is_over:
        sent.given_up_at, sent.trouble = now, (sent.trouble or why)[:300]
        session.add(sent)
