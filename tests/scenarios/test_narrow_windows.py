"""The moments between two steps of a worker or a ticker, each held open: what a random kill hits once in a thousand."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from dispatch.model import Message, Offer, OfferState
from hub import outbox
from hub.deadlines import Deadline, DeadlineState
from hub.outbox import Effect, EffectState, Queue
from tests.scenarios.test_visit import asked
from tests.story import Story
from workers import jobs, sms, ticker
from workers.carrier import CarrierError
from workers.relay import MOST_FAULTS, Relay
from workers.ticker import Ticker


def claimed_offer(story: Story) -> Effect:
    """A call has been taken and committed; its offer's text is claimed, and has not been sent."""
    call = story.takes_call()
    call.answers(mobility="worse")
    call.commits()
    relay = Relay(story.bench, Queue.dispatch, jobs.INSIDE, {})
    with story.hub.db.read() as session:
        text = session.exec(select(Effect.id).where(Effect.kind == "sms")).one()
    effect = relay._claim_or_do(text or 0)
    assert effect is not None
    return effect


def row(story: Story, effect: Effect) -> Effect:
    with story.hub.db.read() as session:
        return session.get_one(Effect, effect.id)


def test_the_carriers_word_comes_while_a_second_attempt_looks(story: Story) -> None:
    """The first worker sent and died; the second has claimed; now the carrier's own word settles it. The second finds
    a text that is known already, as its own: it is not sent again."""
    effect = claimed_offer(story)
    sid = sms.send(story.bench, effect)
    story.settle(lambda: row(story, effect).state is EffectState.settled)
    effect.attempts = 2
    assert sms.send(story.bench, effect) == sid
    story.quiet()
    asked(story)


def test_a_worker_that_slept_longer_than_its_lease_sends_nothing(story: Story) -> None:
    """A machine put to sleep between claim and send: whoever has taken over meanwhile sends, and nobody else."""
    effect = claimed_offer(story)
    story.clock.machine_ahead += timedelta(seconds=20)
    story.work()
    with pytest.raises(CarrierError, match="lease"):
        sms.send(story.bench, effect)
    story.quiet()
    asked(story)


def test_a_failure_after_the_carriers_word_takes_nothing_back(story: Story) -> None:
    """The carrier has said that it has the text; a last attempt that failed beside it neither marks the text as failed
    nor ends the offer."""
    effect = claimed_offer(story)
    sms.send(story.bench, effect)
    story.settle(lambda: row(story, effect).state is EffectState.settled)
    with story.hub.db.write() as session:
        sms.failed(session, story.bench, effect, CarrierError("500", final=True), story.clock.now())
    with story.hub.db.read() as session:
        message = session.exec(select(Message).where(Message.effect_id == effect.id)).one()
        assert message.status in ("accepted", "queued", "sent", "delivered")
        assert session.exec(select(Offer.state)).one() is OfferState.sent
    story.quiet()
    asked(story)


def test_a_fault_outside_is_tried_again_and_given_up_in_the_open(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the carrier but we are at fault: no effect goes round for ever in silence."""

    def broken(*_: Any) -> str:
        raise ValueError("a fault of our own")

    effect = claimed_offer(story)
    story.clock.machine_ahead += timedelta(seconds=20)
    relay = Relay(story.bench, Queue.dispatch, jobs.INSIDE, {"sms": broken})
    for _ in range(MOST_FAULTS):
        relay.run(effect.id or 0)
        story.clock.at += timedelta(seconds=6)
    assert row(story, effect).state is EffectState.parked
    story.watch()
    assert any("gave up on a piece of work" in words for words in story.alarms())
    story.phone("dana").expects("gave up on a piece of work")
    with story.hub.db.write() as session:
        again = session.get_one(Effect, effect.id)
        again.state, again.attempts, again.wake_at = EffectState.waiting, 0, outbox.AT_ONCE
        session.add(again)
    story.quiet()
    asked(story)


def test_one_thing_due_that_cannot_be_done_holds_up_no_other(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that fails in the database itself is put off, and what is due behind it fires."""

    def broken(session: Session, *_: Any) -> None:
        for _nth in range(2):  # the database allows one live deadline of a kind
            session.add(Deadline(place="training", kind="x", owner="x", subject=1, due_at=story.clock.at))
        session.flush()

    told = story.fall()
    asked(story)
    at = story.clock.at
    with story.hub.db.write() as session:
        first = Deadline(place="training", kind="task", owner="x", subject=1, due_at=at - timedelta(hours=1))
        session.add(first)
        session.flush()
        poisoned = first.id
    monkeypatch.setitem(ticker.ALONE, "task", broken)
    story.clock.at += timedelta(minutes=4)
    assert Ticker(story.bench).fire_due() >= 2
    with story.hub.db.read() as session:
        assert session.get_one(Deadline, poisoned).due_at > story.clock.at
        assert session.exec(select(Offer.state).order_by(Offer.id)).first() is OfferState.expired  # type: ignore[arg-type]
    with story.hub.db.write() as session:
        row_ = session.get_one(Deadline, poisoned)
        row_.state = DeadlineState.void
        session.add(row_)
    assert timedelta(seconds=20) > outbox.LEASE
    story.quiet()
    asked(story)
    assert told.word == "offered"


def test_what_was_tried_for_days_is_not_given_up_for_one_fault_of_our_own(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults in a row count, and not how often the other side was away before."""

    def broken(*_: Any) -> str:
        raise ValueError("a fault of our own")

    effect = claimed_offer(story)
    with story.hub.db.write() as session:
        session.get_one(Effect, effect.id).attempts = 50
    story.clock.machine_ahead += timedelta(seconds=20)
    Relay(story.bench, Queue.dispatch, jobs.INSIDE, {"sms": broken}).run(effect.id or 0)
    assert row(story, effect).state is EffectState.waiting
    with story.hub.db.write() as session:
        session.get_one(Effect, effect.id).attempts = 1
    story.clock.at += timedelta(seconds=6)
    story.quiet()
    asked(story)
