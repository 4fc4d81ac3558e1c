"""Another service is asked by a message, asked again, told of what has changed, or that it is not wanted any more. Each
message is owed through the outbox; a hand-over's messages go out in order."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, select

from hub import outbox
from hub.actors import HUB, Actor
from hub.errors import Conflict
from hub.outbox import LIVE, Effect, Queue
from records import alarms
from records.asked_elsewhere import Moved
from records.lifecycles import HandOverState
from records.model import Case, CaseState, HandOver, Task
from records.service import Due, owe, take, write_line
from triage.bars_out import store
from triage.bars_out.message import request_key
from triage.bars_out.model import Reason, ReferralSent
from triage.bars_out.standing import may_ring_instead

RING_THEM_IN = timedelta(minutes=10)
"""How soon somebody must have rung a service that could not be told. [LOCAL]"""
UNTOLD = "referral_untold"
NOT_WANTED = "taken back before it was sent"


def ask(session: Session, row: HandOver, case: Case, service: str, hub_url: str, now: datetime) -> None:
    """A hand-over was opened, or asked for again, with a service that takes messages."""
    _send(session, row, service, request_key(hub_url, case.ref, row.key), Reason.new, now)


def moved(session: Session, case_id: int, what: Moved, hand_over: int | None, now: datetime) -> None:
    """What was owed them, in a transaction of its own. Of facts alone the worker knows whether they have changed. The
    case is taken only where there is something to do: as a case closes, that must not lead to another look."""
    sent = store.of_hand_over(session, hand_over) if hand_over is not None else []
    if not sent or not (what is Moved.again or _open(sent) or _are_to_be_told(what, sent)):
        return
    take(session, case_id, now)
    for one in sent:
        session.refresh(one)
    row, last = session.get_one(HandOver, hand_over), sent[-1]
    if what is Moved.again:
        tries = live_tries(session, case_id)
        is_asked = any(one.reason is Reason.new and one.key in tries for one in _open(sent))
        if row.state is HandOverState.requested and not is_asked:
            take_back(session, sent, now)
            _send(session, row, last.service, last.request_key, Reason.new, now)
        return
    is_to_be_told = _are_to_be_told(what, sent)
    take_back(session, sent, now)
    if is_to_be_told:
        _send(session, row, last.service, last.request_key, Reason.revoked, now)


def _open(sent: list[ReferralSent]) -> list[ReferralSent]:
    """What asks them, or tells of changes, and is not over. A calling off is never taken back."""
    return [one for one in sent if not one.is_over and one.reason is not Reason.revoked]


def _are_to_be_told(what: Moved, sent: list[ReferralSent]) -> bool:
    """That they are not wanted any more: where something may have arrived, and once."""
    is_told = sent[-1].reason is Reason.revoked
    return what is Moved.off and not is_told and any(one.may_be_there for one in sent)


def take_back(session: Session, sent: list[ReferralSent], now: datetime) -> None:
    """What is not over is not sent, or not again. What may have arrived stays known as such."""
    for one in _open(sent):
        one.given_up_at, one.trouble = now, NOT_WANTED if one.left_at is None else one.trouble
        session.add(one)


def ring_instead(session: Session, row: HandOver, now: datetime, actor: Actor) -> None:
    """From now on it is told by telephone; its deadline, or what came of it, stays as it is.

    Raises `Conflict` where it does not go by message, or they have it."""
    take(session, row.case_id, now)
    session.refresh(row)
    sent = store.of_hand_over(session, row.key)
    if not may_ring_instead(row, sent):
        raise Conflict(f"Nothing waits to be sent to {row.to}. Ring them, and type what they say.")
    take_back(session, sent, now)
    row.dialled_by = "hub"
    session.add(row)
    words = f"{row.to} is rung, and sent no message any more."
    if any(one.left_at for one in sent):
        words = f"{words} What was sent may have arrived."
    write_line(session, row.case_id, now, actor, "referral", words)


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


def live_tries(session: Session, case_id: int) -> dict[int, datetime | None]:
    """Of each message of the case that is being sent, or will be: not before when."""
    found = select(Effect.payload, Effect.not_before).where(
        text(LIVE), Effect.case_id == case_id, Effect.kind == "bars_request"
    )
    return {int(payload["referral"]): not_before for payload, not_before in session.exec(found)}


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
