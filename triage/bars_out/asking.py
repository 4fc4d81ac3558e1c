"""Another service is asked by a message, asked again, told of what has changed, or that it is not wanted any more. Each
message is owed through the outbox; a hand-over's messages go out in order."""

import uuid
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import outbox
from hub.actors import HUB
from hub.outbox import Effect, Queue
from records import alarms
from records.asked_elsewhere import Moved
from records.lifecycles import HandOverState
from records.model import Case, CaseState, HandOver, Task
from records.service import Due, owe, take, write_line
from triage.bars_out import store
from triage.bars_out.message import request_key
from triage.bars_out.model import Reason, ReferralSent

RING_THEM_IN = timedelta(minutes=10)
"""How soon somebody must have rung a service that could not be told. [LOCAL]"""
UNTOLD = "referral_untold"
NOT_WANTED = "taken back before it was sent"


def ask(session: Session, row: HandOver, case: Case, service: str, hub_url: str, now: datetime) -> None:
    """A hand-over was opened, or asked for again, with a service that takes messages."""
    _send(session, row, service, request_key(hub_url, case.ref, row.key), Reason.new, now)


def moved(session: Session, case_id: int, what: Moved, hand_over: int | None, now: datetime) -> None:
    """What was owed them, in a transaction of its own. Of facts alone the worker knows whether they have changed."""
    sent = store.of_hand_over(session, hand_over) if hand_over is not None else []
    if not sent:
        return
    take(session, case_id, now)
    row = session.get_one(HandOver, hand_over)
    if what is Moved.again and row.state is HandOverState.requested:
        _send(session, row, sent[-1].service, sent[-1].request_key, Reason.new, now)
    elif what is Moved.off:
        call_off(session, row, sent, now)


def call_off(session: Session, row: HandOver, sent: list[ReferralSent], now: datetime) -> None:
    """What has not left is taken back; where something may have arrived, they are told."""
    for one in sent:
        if not one.is_over:
            one.given_up_at, one.trouble = now, NOT_WANTED if one.left_at is None else one.trouble
            session.add(one)
    there = [one for one in sent if one.may_be_there]
    if there and there[-1].reason is not Reason.revoked:
        _send(session, row, there[-1].service, there[-1].request_key, Reason.revoked, now)


def tell_what_changed(session: Session, row: HandOver, last: ReferralSent, now: datetime) -> None:
    _send(session, row, last.service, last.request_key, Reason.update, now)


def _send(
    session: Session, row: HandOver, service: str, request_key: str, reason: Reason, now: datetime
) -> None:
    sent = ReferralSent(
        uid=str(uuid.uuid4()),
        place=row.place,
        case_id=row.case_id,
        hand_over_id=row.key,
        service=service,
        request_key=request_key,
        reason=reason,
        made_at=now,
    )
    session.add(sent)
    session.flush()
    effect = Effect(
        place=row.place,
        case_id=row.case_id,
        queue=Queue.records,
        kind="bars_request",
        payload={"referral": sent.key},
        outlives_case=reason is Reason.revoked,
        created_at=now,
    )
    outbox.append(session, effect)


def ring_them(
    session: Session, case: Case, row: HandOver, sent: ReferralSent, why: str, now: datetime
) -> None:
    """It cannot go by message: a task for a human, and of a closed case, which owes nothing, an alarm (S32)."""
    what = {
        Reason.new: f"{row.to} could not be sent this hand-over",
        Reason.update: f"{row.to} could not be told what has changed",
        Reason.revoked: f"{row.to} could not be told that they are not needed any more",
    }[sent.reason]
    words = f"{what}: {why}. Ring them."[:300]
    if case.state is CaseState.open:
        task = Task(place=case.place, opened_at=now, case_id=case.key, words=words)
        owe(session, task, now, HUB, words, Due("task", now + RING_THEM_IN))
    else:
        write_line(session, case.key, now, HUB, "referral", words)
        alarms.ring(session, case.place, UNTOLD, sent.key, f"{case.ref}: {words}"[:300], now, case)
