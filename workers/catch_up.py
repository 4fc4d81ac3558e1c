"""What a carrier could not tell us while our webhooks were away is asked for: texts that came in, and receipts."""

from datetime import timedelta

from sqlmodel import Session, col, select

from dispatch import inbox, messages, store, undelivered
from dispatch.inbox import Incoming
from dispatch.model import Message
from hub import outbox
from hub.outbox import Effect, EffectState, Queue
from hub.places import Place, place_of
from workers.bench import Bench
from workers.carrier import SmsCarrier

ASK_AFTER = timedelta(seconds=45)
ASK_FOR = timedelta(hours=6)
GOOD_FOR = timedelta(minutes=5)


def ask_for_it(session: Session, place: Place, bench: Bench) -> None:
    """Put the question into the outbox, unless the last one is still waiting."""
    waiting = select(Effect.id).where(
        Effect.place == place.id,
        Effect.kind == "catch_up",
        col(Effect.state).in_((EffectState.waiting, EffectState.running)),
    )
    if session.exec(waiting).first() is None:
        now = bench.hub.clock.now()
        effect = Effect(
            place=place.id,
            queue=Queue.records,
            kind="catch_up",
            payload={},
            created_at=now,
            valid_until=now + GOOD_FOR,
        )
        outbox.append(session, effect)


def catch_up(bench: Bench, effect: Effect) -> str:
    """Ask the carrier. Raises `CarrierError`; the next minute asks again."""
    hub = bench.hub
    with hub.db.read() as session:
        place = place_of(session, effect.place)
    carrier = bench.carrier(place.training)
    return f"{_texts(bench, carrier, place)} texts, {_receipts(bench, carrier)} receipts"


def _texts(bench: Bench, carrier: SmsCarrier, place: Place) -> int:
    hub = bench.hub
    found = carrier.received(place.hub_number)
    with hub.db.read() as session:
        known = store.sids_known(session, [text.sid for text in found])
    missed = [text for text in reversed(found) if text.sid not in known]
    for text in missed:
        incoming = Incoming(text.sid, text.phone, text.body)

        def keep(session: Session, incoming: Incoming = incoming) -> None:
            inbox.receive(session, bench.desk, place, incoming, hub.clock.now())

        hub.db.write_again(keep)
    return len(missed)


def _receipts(bench: Bench, carrier: SmsCarrier) -> int:
    hub = bench.hub
    now = hub.clock.now()
    with hub.db.read() as session:
        unsure = store.without_receipt(session, now - ASK_AFTER, now - ASK_FOR)
    for message in unsure:
        status, code = carrier.status(message.sid or "")

        def note(
            session: Session, message: Message = message, told: tuple[str, int | None] = (status, code)
        ) -> None:
            failed = messages.status_came(session, message.effect_id or 0, message.sid or "", *told, now)
            if failed is not None:
                undelivered.not_delivered(session, bench.desk, failed, now)

        hub.db.write_again(note)
    return len(unsure)
