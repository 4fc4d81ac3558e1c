"""Every side effect is a row here, written by the transaction that caused it. RQ carries its number; this is the truth.

An effect waits, runs under a lease, and is settled, or void (over before it was done), or parked (gave up: a human is
told). Leases and wake-ups run on machine time; `not_before` and `valid_until` on business time.
"""

from collections.abc import Container, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import Json, one_of, where_live
from hub.db import attempt, before_commit, straight

LEASE = timedelta(seconds=12)
"""Longer than a carrier's look-up (3 s) and send (3 s) time-outs together, so that a lease never ends mid-send."""
SWEEP_EVERY = timedelta(seconds=5)
"""How long the sweep leaves an effect alone once it was enqueued, so that a dead queue cannot flood."""


AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class Queue(StrEnum):
    """By urgency; each has workers of its own, so nothing lesser can hold up a dispatch."""

    dispatch = "dispatch"
    alerts = "alerts"
    records = "records"
    reports = "reports"


class EffectState(StrEnum):
    waiting = "waiting"
    running = "running"
    settled = "settled"
    void = "void"
    parked = "parked"


LIVE = "state IN ('waiting', 'running')"
LIVING = (EffectState.waiting, EffectState.running)
PARKED = "state = 'parked'"
RECORD_KIND = "fhir_write"
OF_RECORD = f"kind = '{RECORD_KIND}'"


class Effect(SQLModel, table=True):
    __table_args__ = (
        where_live("effect_live", "wake_at", where=LIVE),
        where_live("effect_live_case", "case_id", where=LIVE),
        where_live("effect_parked", "place", where=PARKED),
        where_live("effect_of_record", "case_id", "id", where=OF_RECORD),
        where_live("effect_of_record_place", "place", "id", where=OF_RECORD),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int | None = None
    queue: Queue = Field(sa_type=one_of(Queue))
    kind: str = Field(max_length=40)
    payload: dict[str, Any] = Field(sa_type=Json)
    outlives_case: bool = Field(default=False, description="still true after the case is closed: a thank-you")
    state: EffectState = Field(default=EffectState.waiting, sa_type=one_of(EffectState))
    attempts: int = 0
    holder: str | None = Field(default=None, max_length=80)
    wake_at: datetime = Field(default=AT_ONCE, description="machine time at which the sweep looks at it next")
    lease_until: datetime | None = None
    not_before: datetime | None = None
    valid_until: datetime | None = None
    created_at: datetime
    settled_at: datetime | None = None
    result: dict[str, Any] | None = Field(default=None, sa_type=Json)
    error: str | None = Field(default=None, max_length=300)


# Core, and built once: an effect passes here three times on its way, and building a statement costs several times what
# running it does.
_table: Any = Effect.__table__  # type: ignore[attr-defined]
_NOBODY_S = or_(
    _table.c.state == EffectState.waiting,
    and_(_table.c.state == EffectState.running, _table.c.lease_until < bindparam("machine")),
)
_CLAIMABLE = and_(
    _NOBODY_S,
    or_(_table.c.not_before.is_(None), _table.c.not_before <= bindparam("now")),
    or_(_table.c.valid_until.is_(None), _table.c.valid_until > bindparam("now")),
)
_APPEND = insert(_table).returning(_table.c.id)
_CLAIM = (
    update(_table)
    .where(_table.c.id == bindparam("of_effect"), _CLAIMABLE)
    .values(state=EffectState.running, attempts=_table.c.attempts + 1)
    .values({name: bindparam(name) for name in ("holder", "lease_until", "wake_at")})
    .returning(*_table.c)
)


def append(session: Session, effect: Effect) -> int:
    """Put `effect` into this transaction; after commit its number, and nothing else, goes to the queue."""
    new = effect.model_dump(exclude={"id"})
    effect.id = number = int(straight(session).execute(_APPEND, new).scalar_one())
    session.info.setdefault("effects", []).append(effect)
    return number


def do_or_append(session: Session, effect: Effect) -> None:
    """What needs our own database alone: this very transaction does it at its end, where this process knows how
    (`Database.at_once`). Else, and where it fails, a worker does it after commit: a fault undoes only itself."""
    do = session.info.get("at_once", {}).get(effect.kind)
    if do is None:
        append(session, effect)
        return

    def do_now(session: Session) -> None:
        if not attempt(session, lambda session: do(session, effect.payload, effect.created_at)):
            append(session, effect)

    before_commit(session, f"{effect.kind} {effect.payload}", do_now, first=True)


def claim(session: Session, effect_id: int, holder: str, now: datetime, machine: datetime) -> Effect | None:
    """Take the effect under a lease, or None where it is not to be had (done, void, held, too early or too late)."""
    lease = {"holder": holder, "lease_until": machine + LEASE, "wake_at": machine + LEASE}
    which = {"of_effect": effect_id, "now": now, "machine": machine}
    taken = straight(session).execute(_CLAIM, which | lease).one_or_none()
    if taken is None:
        _void_if_stale(session, effect_id, now, machine)
        return None
    return Effect(**taken._mapping)


def claim_caused(
    session: Session, queue: Queue, kinds: Container[str], holder: str, now: datetime, machine: datetime
) -> Effect | None:
    """Claim the first effect that this very transaction has appended, if it is for `queue` and of these kinds: it is
    then not enqueued."""
    appended: list[Effect] = session.info.get("effects", [])
    if not appended or appended[0].queue is not queue or appended[0].kind not in kinds:
        return None
    return claim(session, appended.pop(0).id or 0, holder, now, machine)


def _void_if_stale(session: Session, effect_id: int, now: datetime, machine: datetime) -> None:
    session.execute(
        update(Effect)
        .where(col(Effect.id) == effect_id, _NOBODY_S, col(Effect.valid_until) <= now)
        .values(state=EffectState.void, settled_at=now, error="its time was over before it could be done")
        .execution_options(synchronize_session=False),
        {"machine": machine},
    )


def lease_holds(effect: Effect, machine: datetime) -> bool:
    """Whether what was claimed may still be begun: half a lease is more than a send needs. A process that was stopped
    in between (a machine asleep) must not act beside the one that took over."""
    return effect.lease_until is not None and machine < effect.lease_until - LEASE / 2


def settle(session: Session, effect: Effect, now: datetime, result: dict[str, Any]) -> bool:
    """The effect is done. False where the lease was lost and somebody else holds it now."""
    return _end(session, effect, state=EffectState.settled, settled_at=now, result=result, error=None)


def settle_by_carrier(session: Session, effect_id: int, now: datetime, sid: str) -> None:
    """The carrier itself says that it has it: nobody needs to send it again, whoever was killed meanwhile."""
    session.execute(
        update(Effect)
        .where(
            col(Effect.id) == effect_id,
            col(Effect.state).in_((EffectState.waiting, EffectState.running)),
        )
        .values(state=EffectState.settled, settled_at=now, result={"sid": sid})
    )


def try_again(
    session: Session,
    effect: Effect,
    not_before: datetime,
    machine: datetime,
    error: str,
    attempts: int | None = None,
) -> bool:
    """`attempts`: as many as it has from now on; None: this one counts."""
    return _end(
        session,
        effect,
        state=EffectState.waiting,
        not_before=not_before,
        wake_at=machine,
        lease_until=None,
        error=error[:300],
        attempts=effect.attempts if attempts is None else attempts,
    )


def park(session: Session, effect: Effect, now: datetime, error: str) -> bool:
    """Give up: the row stays, the watchdog raises an alarm."""
    return _end(session, effect, state=EffectState.parked, settled_at=now, error=error[:300])


def _end(session: Session, effect: Effect, **values: Any) -> bool:
    which = {"of_effect": effect.id, "of_holder": effect.holder}
    return straight(session).execute(_ending(tuple(values)), which | values).scalar_one_or_none() is not None


@cache
def _ending(changed: tuple[str, ...]) -> Any:
    return (
        update(_table)
        .where(
            _table.c.id == bindparam("of_effect"),
            _table.c.state == EffectState.running,
            _table.c.holder == bindparam("of_holder"),
        )
        .values({name: bindparam(name) for name in changed})
        .returning(_table.c.id)
    )


def void(session: Session, effect_ids: list[int], now: datetime) -> None:
    """Take back what has not left yet. What is running now cannot be taken back; its settling is harmless."""
    if effect_ids:
        _void(session, col(Effect.id).in_(effect_ids), now)


def void_case(session: Session, case_id: int, now: datetime) -> None:
    """Nobody is offered a case that is over."""
    _void(session, and_(col(Effect.case_id) == case_id, col(Effect.outlives_case).is_(False)), now)


def void_kinds(session: Session, case_id: int, kinds: Sequence[str], now: datetime) -> None:
    """Those of these kinds, even what would have outlived the case."""
    _void(session, and_(col(Effect.case_id) == case_id, col(Effect.kind).in_(kinds)), now)


def _void(session: Session, which: Any, now: datetime) -> None:
    """What runs is not to be begun again either: an attempt that fails now, or whose holder has died, was the last.
    How an attempt before this ended stays to be read: by that it may have left."""
    waits = col(Effect.state) == EffectState.waiting
    why = func.coalesce(col(Effect.error), "taken back")
    session.execute(
        update(Effect)
        .where(which, text(LIVE), waits)
        .values(state=EffectState.void, settled_at=now, error=why)
    )
    session.execute(update(Effect).where(which, text(LIVE)).values(valid_until=now))


def any_to_wake(session: Session, now: datetime, machine: datetime) -> bool:
    return session.exec(_to_wake(now, machine).limit(1)).first() is not None


def _to_wake(now: datetime, machine: datetime) -> Any:
    return (
        select(Effect.id)
        .where(
            text(LIVE),
            col(Effect.wake_at) <= machine,
            or_(col(Effect.not_before).is_(None), col(Effect.not_before) <= now),
        )
        .order_by(col(Effect.wake_at), col(Effect.id))
    )


def to_wake(session: Session, now: datetime, machine: datetime, limit: int) -> list[tuple[Queue, int]]:
    """What should be in a queue but may have been missed; pushes each one's next wake-up on. Oldest first."""
    woken = session.execute(
        update(Effect)
        .where(col(Effect.id).in_(list(session.exec(_to_wake(now, machine).limit(limit)))))
        .values(wake_at=machine + SWEEP_EVERY)
        .returning(col(Effect.queue), col(Effect.id))
    )
    return [(queue, id_) for queue, id_ in woken]


def due_in(session: Session, queue: Queue, now: datetime, machine: datetime, limit: int) -> list[int]:
    """What could be claimed just now in a queue, oldest first: for workers whose Redis is away."""
    found = (
        select(Effect.id)
        .where(text(LIVE), Effect.queue == queue, _CLAIMABLE)
        .order_by(
            col(Effect.id) + 0
        )  # by itself SQLite would go through all effects of the past in their order
        .limit(limit)
    )
    which = {"now": now, "machine": machine}
    return [effect_id for effect_id in session.exec(found, params=which) if effect_id is not None]


def parked(session: Session, place: str, limit: int = 50, *, of: str = "", but: str = "") -> list[Effect]:
    """The oldest first; `of`: this kind alone, `but`: all others."""
    found = select(Effect).where(Effect.place == place, text(PARKED), Effect.kind != but)
    found = found.where(Effect.kind == of) if of else found
    return list(session.exec(found.order_by(col(Effect.id)).limit(limit)))


def stuck(session: Session, place: str, machine: datetime, limit: int = 50) -> list[Effect]:
    """Effects long past their lease that nobody has taken up again."""
    late = machine - 3 * LEASE
    found = select(Effect).where(
        text(LIVE),
        Effect.place == place,
        Effect.state == EffectState.running,
        col(Effect.lease_until) < late,
    )
    return list(session.exec(found.limit(limit)))


def next_not_before(session: Session) -> datetime | None:
    """Business time at which the next held-back effect may run: for tests and the demo clock, which step to it."""
    found = select(Effect.not_before).where(
        text(LIVE), col(Effect.state) == EffectState.waiting, col(Effect.not_before).is_not(None)
    )
    return session.exec(found.order_by(col(Effect.not_before))).first()
