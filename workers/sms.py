"""A text or a voice call leaves the hub. Sees the words and the number, and nothing else of the case."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import messages, own_texts, store, undelivered
from hub import outbox
from hub.outbox import Effect
from workers.bench import Bench
from workers.carrier import CarrierError

MOST_ATTEMPTS = 5
BACK_OFF = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20))
"""Before the second, third, fourth and fifth attempt. [LOCAL]"""
CALL_IS_THIS = timedelta(minutes=2)
"""All attempts of one effect, and what two machines' clocks differ by."""


def send(bench: Bench, effect: Effect) -> str:
    """Returns the carrier's number. Raises `CarrierError`."""
    if "own_access" in effect.payload:
        with bench.hub.db.read() as session:
            if not own_texts.may_leave(session, effect):
                raise CarrierError("not safe to text any more, or over", final=True)
    carrier = bench.carrier(bool(effect.payload["training"]))
    to, from_, text = (str(effect.payload[key]) for key in ("to", "from", "text"))
    if effect.attempts > 1:
        # The attempt before may have got through and died before it could say so. The carrier's own word may have come
        # since we claimed: then the text is known here as this effect's, and is not sent again for that.
        already = [sent.sid for sent in carrier.sent_to(to) if sent.body == text]
        if (known := _sid_of_attempt_before(bench, effect, already)) is not None:
            return known
    if not outbox.lease_holds(effect, bench.hub.clock.machine()):
        raise CarrierError("stopped for longer than the lease")
    return carrier.send(
        to, from_, text, f"{bench.hub.settings.public}/webhooks/sms/status?effect={effect.id}"
    )


def _sid_of_attempt_before(bench: Bench, effect: Effect, already: Sequence[str]) -> str | None:
    """`already`: what the carrier has taken that could be this effect; what other effects know as theirs is not."""
    with bench.hub.db.read() as session:
        mine, ours = messages.sid_of(session, effect), store.sids_known(session, already)
    return mine or next((sid for sid in already if sid not in ours), None)


def ring(bench: Bench, effect: Effect) -> str:
    """Returns the carrier's number. Raises `CarrierError`."""
    carrier = bench.carrier(bool(effect.payload["training"]))
    to, from_, words = (str(effect.payload[key]) for key in ("to", "from", "words"))
    if effect.attempts > 1:
        # A call has no words to be known by. One that has been placed lately and that no message of ours knows is this.
        since = bench.hub.clock.machine() - CALL_IS_THIS
        already = [rung.sid for rung in carrier.rung(to) if rung.at >= since]
        if (known := _sid_of_attempt_before(bench, effect, already)) is not None:
            return known
    if not outbox.lease_holds(effect, bench.hub.clock.machine()):
        raise CarrierError("stopped for longer than the lease")
    public = bench.hub.settings.public
    key_to = f"{public}/webhooks/voice/key?effect={effect.id}"
    return carrier.ring(to, from_, words, key_to, f"{public}/webhooks/voice/ended?effect={effect.id}")


def went_out(session: Session, effect: Effect, sid: str, now: datetime) -> None:
    outbox.settle(session, effect, now, {"sid": sid})  # first, as the carrier's word does: one order for both
    messages.went_out(session, effect, sid, now)


def failed(session: Session, bench: Bench, effect: Effect, error: CarrierError, now: datetime) -> None:
    """Try again after a while, or give up: then the offer's turn is over, and somebody is told."""
    if not error.final and effect.attempts < MOST_ATTEMPTS:
        again_at = now + BACK_OFF[min(effect.attempts, len(BACK_OFF)) - 1]
        outbox.try_again(session, effect, again_at, bench.hub.clock.machine(), str(error))
        return
    if not outbox.settle(session, effect, now, {"refused": error.code or str(error)}):
        return  # the carrier has said meanwhile that it has it, or somebody else is at it
    if effect.kind == "catch_up":
        return  # the next minute asks again
    message = messages.gave_up(session, effect, error.code, now)
    if message is not None:
        undelivered.not_delivered(session, bench.desk, message, now, carrier_away=not error.final)
