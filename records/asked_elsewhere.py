"""A case that was handed to another service by a message: they hear what becomes of it. Another room knows what to tell
them, each time in a transaction of its own. A hub that sends no messages looks up nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import text
from sqlmodel import Session, col, select

from hub import outbox
from hub.outbox import LIVE, Effect, Queue
from records.lifecycles import HandOverState, Owed
from records.model import Case, CaseState, HandOver
from records.rules import Live
from records.store import rows_of

MESSAGE = "message"
"""`HandOver.dialled_by` where the hub sends it, and nobody has to dial."""
KIND = "hand_over_moved"
LOOK_IN = timedelta(seconds=20)
"""What is typed comes word by word: they are told of the whole of it. [LOCAL]"""


class Moved(StrEnum):
    """`again`: they are asked anew. `off`: they are not wanted any more. `facts`: something may have changed."""

    again = "again"
    off = "off"
    facts = "facts"


def again(session: Session, row: HandOver, now: datetime) -> None:
    if row.dialled_by == MESSAGE:
        _owe(session, row.place, row.case_id, Moved.again, now, row.key)


def call_off(session: Session, case: Case, states: Iterable[HandOverState], now: datetime) -> None:
    """Those of its hand-overs that went by message and stand so."""
    if not session.info.get("services"):
        return
    wanted = tuple(states)
    for row in rows_of(session, HandOver, case.key):
        if row.dialled_by == MESSAGE and row.state in wanted:
            _owe(session, case.place, case.key, Moved.off, now, row.key)


def look(session: Session, case: Case, owed: Iterable[Live], now: datetime) -> None:
    """As a transaction about the case ends. A case that closes leaves nobody with a question that is open."""
    if not session.info.get("services"):
        return
    if case.state is CaseState.closed:
        if case.closed_at == now:
            call_off(session, case, (HandOverState.timed_out,), now)
    elif any(row.owed is Owed.hand_over and row.kind != "999" for row in owed) and not _looks_already(
        session, case.key
    ):
        _owe(session, case.place, case.key, Moved.facts, now, not_before=now + LOOK_IN)


def _looks_already(session: Session, case_id: int) -> bool:
    found = select(Effect.id).where(
        text(LIVE), Effect.case_id == case_id, Effect.kind == KIND, col(Effect.not_before).is_not(None)
    )
    return session.exec(found.limit(1)).first() is not None


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
