"""A case that was handed to another service by a message: they hear what becomes of it. Another room knows what to tell
them, each time in a transaction of its own. A hub that sends no messages looks up nothing."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from hub import outbox
from hub.outbox import LIVE, Effect, Queue
from records.lifecycles import HandOverState
from records.model import Case, CaseState, HandOver
from records.store import rows_of

MESSAGE = "message"
"""`HandOver.dialled_by` where the hub sends it, and nobody has to dial."""
KIND = "hand_over_moved"
LOOK_IN = timedelta(seconds=20)
"""What is typed comes word by word: they are told of the whole of it. [LOCAL]"""
HEAR = (HandOverState.requested, HandOverState.confirmed, HandOverState.timed_out)
"""Whoever was asked, and has it or may take it yet, hears of changes."""
_OF_CASE: Any = bindparam("of_case")
_LOOKS_ALREADY = select(Effect.id).where(
    text(LIVE), col(Effect.case_id) == _OF_CASE, Effect.kind == KIND, col(Effect.not_before).is_not(None)
)
_TO_LOOK_AT: Any = (
    select(HandOver.id)
    .where(col(HandOver.case_id) == _OF_CASE, HandOver.dialled_by == MESSAGE, col(HandOver.state).in_(HEAR))
    .where(~_LOOKS_ALREADY.exists())
    .limit(1)
)


class Moved(StrEnum):
    """`again`: they are asked anew. `off`: they are not wanted any more. `closed`: what has not got through is not sent
    any more. `facts`: something may have changed."""

    again = "again"
    off = "off"
    closed = "closed"
    facts = "facts"


def again(session: Session, row: HandOver, now: datetime) -> None:
    if row.dialled_by == MESSAGE:
        _owe(session, row.place, row.case_id, Moved.again, now, row.key)


def call_off(session: Session, case: Case, now: datetime) -> None:
    """Those of its hand-overs that went by message, and that they may take, or have taken."""
    for row in _by_message(session, case):
        if row.state in HEAR:
            _owe(session, case.place, case.key, Moved.off, now, row.key)


def _by_message(session: Session, case: Case) -> list[HandOver]:
    if not session.info.get("services"):
        return []
    return [row for row in rows_of(session, HandOver, case.key) if row.dialled_by == MESSAGE]


def look(session: Session, case: Case, now: datetime) -> None:
    """As a transaction about the case ends. A case that closes leaves nobody with a question that is open, and no
    message that would wait for ever: what has not got through is taken back."""
    if case.state is CaseState.closed:
        for row in _by_message(session, case) if case.closed_at == now else ():
            what = Moved.off if row.state is HandOverState.timed_out else Moved.closed
            _owe(session, case.place, case.key, what, now, row.key)
    elif session.info.get("services") and session.exec(_TO_LOOK_AT, params={"of_case": case.key}).first():
        _owe(session, case.place, case.key, Moved.facts, now, not_before=now + LOOK_IN)


def _owe(
    session: Session,
    place: str,
    case_id: int,
    what: Moved,
    now: datetime,
    hand_over: int | None = None,
    not_before: datetime | None = None,
) -> None:
    effect = Effect(
        place=place,
        case_id=case_id,
        queue=Queue.records,
        kind="hand_over_moved",
        payload={"case": case_id, "what": what.value, "hand_over": hand_over},
        outlives_case=what is not Moved.facts,
        not_before=not_before,
        created_at=now,
    )
    outbox.append(session, effect)
