"""Effects: written with their cause, done once, taken back while they wait, never stuck with a dead holder."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from hub import outbox
from hub.db import Database
from hub.outbox import LEASE, SWEEP_EVERY, Effect, EffectState, Queue
from tests.contract.conftest import NOW, PLACE

LATER = NOW + timedelta(minutes=5)
MACHINE = datetime.fromisoformat("2026-09-09T09:09:09+00:00")
"""Machine time is another clock: nothing here may depend on how the two stand to each other."""


def put(db: Database, **values: Any) -> int:
    with db.write() as session:
        effect = Effect(
            **{
                "place": PLACE,
                "queue": Queue.dispatch,
                "kind": "sms",
                "payload": {"to": "+447700900141"},
                "created_at": NOW,
                **values,
            }
        )
        return outbox.append(session, effect)


def claim(
    db: Database, effect_id: int, holder: str = "w1", now: datetime = NOW, machine: datetime = MACHINE
) -> Effect | None:
    with db.write() as session:
        return outbox.claim(session, effect_id, holder, now, machine)


def state(db: Database, effect_id: int) -> EffectState:
    with db.read() as session:
        return session.get_one(Effect, effect_id).state


def test_its_number_goes_to_the_queue_after_commit_and_only_then(db: Database) -> None:
    told: list[object] = []
    db.after_commit.append(lambda info: told.append([(one.queue, one.id) for one in info["effects"]]))
    effect_id = put(db)
    assert told == [[(Queue.dispatch, effect_id)]]

    def fail() -> None:
        with db.write() as session:
            effect = Effect(place=PLACE, queue=Queue.dispatch, kind="sms", payload={}, created_at=NOW)
            outbox.append(session, effect)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(told) == 1
    with db.read() as session:
        assert len(session.exec(select(Effect)).all()) == 1


def test_what_this_process_can_do_itself_is_done_in_the_transaction_that_causes_it(db: Database) -> None:
    done: list[object] = []
    db.at_once["seek"] = lambda _, about, now: done.append((about["position"], now))
    with db.write() as session:
        for _ in range(2):
            outbox.do_or_append(session, seek_of(7))
        assert done == []
    assert done == [(7, NOW)], "once, at the end"
    with db.read() as session:
        assert session.exec(select(Effect)).all() == []


def test_where_it_fails_or_is_not_known_here_a_worker_does_it(db: Database) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    db.at_once["seek"] = fails
    with db.write() as session:
        outbox.do_or_append(session, seek_of(7))
        outbox.do_or_append(session, Effect(**{**seek_of(8).model_dump(), "kind": "worse"}))
    with db.read() as session:
        left = session.exec(select(Effect)).all()
    assert {(one.kind, one.payload["position"], one.state) for one in left} == {
        ("seek", 7, EffectState.waiting),
        ("worse", 8, EffectState.waiting),
    }


def seek_of(position: int) -> Effect:
    about = {"position": position}
    return Effect(place=PLACE, queue=Queue.dispatch, kind="seek", payload=about, created_at=NOW)


def test_many_workers_do_each_effect_once(db: Database) -> None:
    ids = [put(db) for _ in range(12)]
    done: list[int] = []
    faults: list[BaseException] = []

    def work(holder: str) -> None:
        try:
            for effect_id in ids:
                if (effect := claim(db, effect_id, holder)) is not None:
                    done.append(effect_id)
                    with db.write() as session:
                        assert outbox.settle(session, effect, NOW, {"sid": holder})
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not faults
    assert sorted(done) == ids
    assert {state(db, effect_id) for effect_id in ids} == {EffectState.settled}


def test_a_lost_lease_is_taken_up_by_another_whose_word_alone_counts(db: Database) -> None:
    effect_id = put(db)
    first = claim(db, effect_id, "w1")
    assert first is not None
    just_before, after = MACHINE + LEASE, MACHINE + LEASE + timedelta(milliseconds=1)
    assert claim(db, effect_id, "w2", machine=just_before) is None, "the lease holds"
    second = claim(db, effect_id, "w2", machine=after)
    assert second is not None
    assert second.attempts == 2, "the second asks the carrier first"
    with db.write() as session:
        assert not outbox.settle(session, first, NOW, {"sid": "SM-first"})
        assert not outbox.park(session, first, NOW, "no")
        assert not outbox.try_again(session, first, NOW, MACHINE, "no")
    assert state(db, effect_id) is EffectState.running
    with db.write() as session:
        assert outbox.settle(session, second, NOW, {"sid": "SM-second"})
    with db.read() as session:
        assert session.get_one(Effect, effect_id).result == {"sid": "SM-second"}


def test_moving_business_time_neither_loses_a_lease_nor_sends_again(db: Database) -> None:
    effect_id = put(db)
    assert claim(db, effect_id) is not None
    assert claim(db, effect_id, "w2", now=NOW + timedelta(days=3)) is None


def test_after_its_time_it_is_void_and_never_done(db: Database) -> None:
    """After an outage nobody is offered a case that is over."""
    effect_id = put(db, valid_until=LATER)
    assert claim(db, effect_id, now=LATER) is None
    assert state(db, effect_id) is EffectState.void
    assert claim(db, effect_id, now=NOW) is None


def test_before_its_time_it_waits(db: Database) -> None:
    effect_id = put(db, not_before=LATER)
    assert claim(db, effect_id) is None
    assert state(db, effect_id) is EffectState.waiting
    assert claim(db, effect_id, now=LATER) is not None


def test_a_killed_holder_does_not_outlive_the_effects_time(db: Database) -> None:
    effect_id = put(db, valid_until=LATER)
    assert claim(db, effect_id) is not None
    assert claim(db, effect_id, "w2", now=LATER, machine=MACHINE) is None
    assert state(db, effect_id) is EffectState.running, "its holder may still be sending"
    assert claim(db, effect_id, "w2", now=LATER, machine=MACHINE + 2 * LEASE) is None
    assert state(db, effect_id) is EffectState.void


def taken_back(db: Database, effect_id: int) -> None:
    with db.write() as session:
        outbox.void(session, [effect_id], NOW)


def case_closed(db: Database, _effect_id: int) -> None:
    with db.write() as session:
        outbox.void_case(session, 7, NOW)


@pytest.mark.parametrize("end", [taken_back, case_closed])
def test_what_waits_is_taken_back_and_what_runs_is_left_alone(
    db: Database, end: Callable[[Database, int], None]
) -> None:
    waits, runs = put(db, case_id=7), put(db, case_id=7)
    effect = claim(db, runs)
    assert effect is not None
    end(db, waits)
    end(db, runs)
    assert state(db, waits) is EffectState.void
    assert claim(db, waits) is None
    with db.write() as session:
        assert outbox.settle(session, effect, NOW, {}), "its settling is harmless"


def test_a_thank_you_outlives_its_case(db: Database) -> None:
    stays, other = put(db, case_id=7, outlives_case=True), put(db, case_id=8)
    case_closed(db, 0)
    assert state(db, stays) is EffectState.waiting
    assert state(db, other) is EffectState.waiting


def test_the_sweep_brings_what_was_missed_and_does_not_flood(db: Database) -> None:
    first, second = put(db), put(db, queue=Queue.alerts)
    late = put(db, not_before=LATER)

    def sweep(now: datetime = NOW, machine: datetime = MACHINE, limit: int = 10) -> list[int]:
        with db.write() as session:
            return [effect_id for _, effect_id in outbox.to_wake(session, now, machine, limit)]

    assert sorted(sweep()) == [first, second]
    assert sweep() == [], "each is left alone for a while"
    assert sweep(machine=MACHINE + SWEEP_EVERY - timedelta(milliseconds=1)) == []
    assert sorted(sweep(machine=MACHINE + SWEEP_EVERY)) == [first, second]
    assert sweep(now=LATER, machine=MACHINE + SWEEP_EVERY) == [late]
    effect = claim(db, first)
    assert effect is not None
    assert sorted(sweep(machine=MACHINE + SWEEP_EVERY * 2, limit=1)) in ([second], [first])
    with db.write() as session:
        outbox.settle(session, effect, NOW, {})
    assert first not in sweep(machine=MACHINE + timedelta(hours=1))


def test_the_sweep_says_beforehand_whether_there_is_anything(db: Database) -> None:
    with db.read() as session:
        assert not outbox.any_to_wake(session, NOW, MACHINE)
    put(db, not_before=LATER)
    with db.read() as session:
        assert not outbox.any_to_wake(session, NOW, MACHINE)
        assert outbox.any_to_wake(session, LATER, MACHINE)
        assert outbox.next_not_before(session) == LATER


def test_a_lost_lease_wakes_the_sweep(db: Database) -> None:
    effect_id = put(db)
    assert claim(db, effect_id) is not None
    with db.write() as session:
        assert outbox.to_wake(session, NOW, MACHINE + LEASE - timedelta(seconds=1), 10) == []
        assert outbox.to_wake(session, NOW, MACHINE + LEASE, 10) == [(Queue.dispatch, effect_id)]


def test_without_redis_work_is_taken_straight_from_here(db: Database) -> None:
    mine = [put(db), put(db)]
    put(db, queue=Queue.alerts)
    put(db, not_before=LATER)
    assert claim(db, mine[0]) is not None
    with db.read() as session:
        assert outbox.due_in(session, Queue.dispatch, NOW, MACHINE, 10) == mine[1:]
        assert outbox.due_in(session, Queue.dispatch, NOW, MACHINE + 2 * LEASE, 10) == mine


def test_tried_again_after_a_while(db: Database) -> None:
    effect_id = put(db)
    effect = claim(db, effect_id)
    assert effect is not None
    with db.write() as session:
        assert outbox.try_again(session, effect, LATER, MACHINE, "the carrier answered 503")
    assert claim(db, effect_id) is None
    again = claim(db, effect_id, now=LATER)
    assert again is not None
    assert again.attempts == 2


def test_given_up_it_is_parked_and_found(db: Database) -> None:
    effect_id = put(db)
    effect = claim(db, effect_id)
    assert effect is not None
    with db.write() as session:
        assert outbox.park(session, effect, NOW, "x" * 999)
    with db.read() as session:
        (found,) = outbox.parked(session, PLACE)
        assert (found.id, len(found.error or "")) == (effect_id, 300)
    assert claim(db, effect_id, machine=MACHINE + 9 * LEASE) is None


def test_the_watchdog_finds_what_nobody_took_up_again(db: Database) -> None:
    effect_id = put(db)
    assert claim(db, effect_id) is not None
    with db.read() as session:
        assert outbox.stuck(session, PLACE, MACHINE + 4 * LEASE) == []
        assert [e.id for e in outbox.stuck(session, PLACE, MACHINE + 5 * LEASE)] == [effect_id]
        assert outbox.stuck(session, "york", MACHINE + 5 * LEASE) == []


@pytest.mark.parametrize("is_running", [True, False])
def test_the_carriers_own_word_settles_it(db: Database, is_running: bool) -> None:
    """A status callback came before the worker could say so, or instead of it."""
    effect_id = put(db)
    effect = claim(db, effect_id) if is_running else None
    with db.write() as session:
        outbox.settle_by_carrier(session, effect_id, NOW, "SM1")
    assert state(db, effect_id) is EffectState.settled
    assert claim(db, effect_id, machine=MACHINE + 9 * LEASE) is None
    if effect is not None:
        with db.write() as session:
            assert not outbox.settle(session, effect, NOW, {"sid": "SM2"})


def test_the_lease_is_longer_than_a_carriers_time_outs() -> None:
    """Look-up and send, 3 s each: a lease that ended in mid-send would send twice."""
    assert timedelta(seconds=6) < LEASE <= timedelta(seconds=15)


def test_what_a_transaction_has_caused_can_be_claimed_by_it_and_is_then_not_enqueued(db: Database) -> None:
    told: list[object] = []
    db.after_commit.append(lambda info: told.append([one.id for one in info.get("effects", ())]))
    with db.write() as session:
        ours, other = (
            outbox.append(session, Effect(place=PLACE, queue=queue, kind="sms", payload={}, created_at=NOW))
            for queue in (Queue.dispatch, Queue.alerts)
        )
        taken = outbox.claim_caused(session, Queue.dispatch, {"sms"}, "w1", NOW, MACHINE)
        again = outbox.claim_caused(session, Queue.dispatch, {"sms"}, "w1", NOW, MACHINE)
    assert taken is not None
    assert (taken.id, taken.holder, taken.attempts, taken.state) == (ours, "w1", 1, EffectState.running)
    assert again is None, "the next is for another queue"
    assert told[0] == [other]
    assert state(db, ours) is EffectState.running, "as the database says, too"
    assert claim(db, ours, "w2") is None


def test_what_was_taken_back_in_the_same_transaction_is_not_claimed(db: Database) -> None:
    with db.write() as session:
        effect = Effect(place=PLACE, queue=Queue.dispatch, kind="sms", payload={}, created_at=NOW)
        effect_id = outbox.append(session, effect)
        outbox.void(session, [effect_id], NOW)
        assert outbox.claim_caused(session, Queue.dispatch, {"sms"}, "w1", NOW, MACHINE) is None
    assert state(db, effect_id) is EffectState.void
