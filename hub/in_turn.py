"""Effects of one case that go out one after another: each waits until the one before it is done or given up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text, update
from sqlmodel import Session, col, select

from hub import outbox
from hub.db import straight
from hub.errors import Conflict
from hub.outbox import AT_ONCE, LIVE, OF_RECORD, Effect, EffectState

NOT_ITS_TURN = "for the one before it"
_table: Any = Effect.__table__  # type: ignore[attr-defined]
_APPEND_ALL = insert(_table).returning(_table.c.id, sort_by_parameter_order=True)


def append_all(session: Session, effects: Sequence[Effect]) -> None:
    """As `outbox.append`, for all of them in one statement."""
    if not effects:
        return
    new = [effect.model_dump(exclude={"id"}) for effect in effects]
    for effect, number in zip(effects, straight(session).execute(_APPEND_ALL, new).scalars(), strict=True):
        effect.id = number
    session.info.setdefault("effects", []).extend(effects)


def earlier(session: Session, effect: Effect) -> list[Effect]:
    """The case's writes to the same server that were owed before this one, oldest first, whatever became of them. They
    are locked: none can be settled between this look and what is decided by it."""
    found = select(Effect).where(
        text(OF_RECORD), Effect.case_id == effect.case_id, col(Effect.id) < (effect.id or 0)
    )
    rows = session.exec(
        found.order_by(col(Effect.id)).with_for_update().execution_options(populate_existing=True)
    )
    return [row for row in rows if row.payload["server"] == effect.payload["server"]]


def others_wait(session: Session, effect: Effect) -> bool:
    """Whether anything of its case is still to be sent, to whichever server."""
    found = select(Effect.id).where(text(LIVE), text(OF_RECORD), Effect.case_id == effect.case_id)
    return session.exec(found.where(col(Effect.id) != effect.id).limit(1)).first() is not None


def put_back(session: Session, effect: Effect, not_before: datetime, machine: datetime) -> None:
    """It is not its turn: as if it had never been claimed."""
    outbox.try_again(session, effect, not_before, machine, NOT_ITS_TURN, effect.attempts - 1)


def let_next_go(session: Session, effect: Effect) -> None:
    """The one that waits behind it may go now: enqueued after commit, as anything that is appended."""
    found = select(Effect).where(
        text(LIVE),
        Effect.case_id == effect.case_id,
        Effect.kind == effect.kind,
        col(Effect.id) > (effect.id or 0),
        Effect.state == EffectState.waiting,
        Effect.error == NOT_ITS_TURN,
    )
    for waits in session.exec(found.order_by(col(Effect.id))):
        if waits.payload["server"] == effect.payload["server"]:
            waits.not_before = waits.error = None
            session.add(waits)
            session.info.setdefault("effects", []).append(waits)
            return


def of_case(session: Session, case_id: int, limit: int = 100) -> list[Effect]:
    """The writes of one case, newest first."""
    found = select(Effect).where(text(OF_RECORD), Effect.case_id == case_id)
    return list(session.exec(found.order_by(col(Effect.id).desc()).limit(limit)))


def of_place(
    session: Session, place: str, state: EffectState | None, but: Sequence[int], limit: int
) -> list[Effect]:
    """The writes of a place, newest first; those in one state alone if asked. `but`: not of these cases (S18)."""
    found = select(Effect).where(text(OF_RECORD), Effect.place == place)
    found = found.where(col(Effect.case_id).not_in(but)) if but else found
    if state is EffectState.waiting:
        found = found.where(text(LIVE))
    elif state is not None:
        found = found.where(Effect.state == state)
    return list(session.exec(found.order_by(col(Effect.id).desc()).limit(limit)))


def send_again(session: Session, effect: Effect, now: datetime) -> None:
    """What was given up is tried anew, with all its days before it. Raises `Conflict` where somebody else was first."""
    sent = session.execute(
        update(Effect)
        .where(col(Effect.id) == effect.id, col(Effect.state) == EffectState.parked)
        .values(
            state=EffectState.waiting,
            attempts=0,
            not_before=None,
            wake_at=AT_ONCE,
            lease_until=None,
            settled_at=None,
            created_at=now,
        )
        .returning(col(Effect.id))
        .execution_options(synchronize_session=False)
    )
    if sent.scalar_one_or_none() is None:
        raise Conflict("This is not waiting to be sent again: somebody else was first.")
    session.info.setdefault("effects", []).append(effect)
