"""An effect is claimed, done and settled, exactly once as far as the world can see, whatever is killed in between."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import outbox
from hub.db import before_commit
from hub.errors import Conflict
from hub.outbox import Effect, Queue
from workers import sms
from workers.bench import Bench
from workers.carrier import CarrierError

log = logging.getLogger(__name__)
Inside = Callable[[Session, Bench, Effect, datetime], None]
Outside = Callable[[Bench, Effect], str | None]
"""The number that the outside gives it; None where what was done has settled the effect itself."""
FAULT_AGAIN_IN = timedelta(seconds=5)
MOST_FAULTS = 6
_FAULTS = re.compile(r"fault (\d+): ")
DIRECT_LIMIT = 50
GOES_ON_FOR = timedelta(seconds=2)
"""So long one turn takes up more: a worker says that it lives between two turns alone, and others wait behind it."""


class Relay:
    """Runs effects of one queue for one worker."""

    def __init__(
        self, bench: Bench, queue: Queue, inside: dict[str, Inside], outside: dict[str, Outside]
    ) -> None:
        self.bench, self.queue = bench, queue
        self._inside, self._outside = inside, outside

    def run(self, effect_id: int) -> None:
        """Run one effect, and at once those of the same queue that it has caused; what is too many goes to the end of
        the queue."""
        machine = self.bench.hub.clock.machine
        kept, until = self.bench.hub.post.keep_for_me(self.queue), machine() + GOES_ON_FOR
        try:
            self._one(effect_id)
            while kept and machine() < until:
                self._one(kept.pop(0))
        finally:
            self.bench.hub.post.keep_no_longer()
            self.bench.hub.post.carry([(self.queue, left) for left in kept])

    def run_due(self) -> int:
        """Redis is away: take work straight from the outbox. Returns how many were run."""
        hub = self.bench.hub
        until = hub.clock.machine() + GOES_ON_FOR
        with hub.db.read() as session:
            due = outbox.due_in(session, self.queue, hub.clock.now(), hub.clock.machine(), DIRECT_LIMIT)
        for nth, effect_id in enumerate(due):
            if nth and hub.clock.machine() >= until:
                return nth
            self.run(effect_id)
        return len(due)

    def _one(self, effect_id: int) -> None:
        try:
            effect = self._claim_or_do(effect_id)
        except Conflict:
            self._fault(effect_id, "somebody else was first", timedelta(0))
            return
        except Exception as error:
            log.error("effect_fault", exc_info=True, extra={"effect": effect_id})
            self._fault(effect_id, type(error).__name__, FAULT_AGAIN_IN)
            return
        if effect is not None:
            try:
                self._go_outside(effect)
            except Exception as error:
                log.error("effect_fault", exc_info=True, extra={"effect": effect_id})
                with self.bench.hub.db.write() as session:
                    self._later(session, effect, type(error).__name__, FAULT_AGAIN_IN)

    def _claim_or_do(self, effect_id: int) -> Effect | None:
        """Claim, and return what must go outside. What needs our own database alone is done and settled in the same
        transaction, which also claims the first thing it has caused for outside: one turn in the line of writers, not
        two."""
        hub = self.bench.hub
        now = hub.clock.now()
        caused: list[Effect | None] = []
        with hub.db.write() as session:
            effect = outbox.claim(session, effect_id, self.bench.name, now, hub.clock.machine())
            if effect is None:
                return None
            if (do := self._inside.get(effect.kind)) is None:
                return effect
            do(session, self.bench, effect, now)
            outbox.settle(session, effect, now, {})
            # After the case is concluded, so that a text of a case that closes by this is taken back, not claimed.
            before_commit(session, "claim", lambda session: caused.append(self._claim_caused(session, now)))
        return caused[0]

    def _claim_caused(self, session: Session, now: datetime) -> Effect | None:
        """The first alone; the rest come in their turn, so that no lease runs while another text is on its way."""
        machine = self.bench.hub.clock.machine()
        return outbox.claim_caused(session, self.queue, self._outside, self.bench.name, now, machine)

    def _go_outside(self, effect: Effect) -> None:
        hub = self.bench.hub
        try:
            sid = self._outside[effect.kind](self.bench, effect)
        except CarrierError as error:
            log.warning(
                "carrier", extra={"effect": effect.id, "status": error.code, "attempts": effect.attempts}
            )
            failure = error  # the name of an except clause ends with it
            hub.db.write_again(
                lambda session: sms.failed(session, self.bench, effect, failure, hub.clock.now())
            )
            return
        if sid is not None:
            hub.db.write_again(lambda session: sms.went_out(session, effect, sid, hub.clock.now()))

    def _fault(self, effect_id: int, why: str, wait: timedelta) -> None:
        """A fault of our own: it waits and is tried again; after several it is parked, and the watchdog says so."""
        hub = self.bench.hub
        with hub.db.write() as session:
            effect = outbox.claim(session, effect_id, self.bench.name, hub.clock.now(), hub.clock.machine())
            if effect is not None:
                self._later(session, effect, why, wait)

    def _later(self, session: Session, effect: Effect, why: str, wait: timedelta) -> None:
        """Faults in a row count, and not attempts: the other side may have been away for days before the first."""
        now, machine = self.bench.hub.clock.now(), self.bench.hub.clock.machine()
        before = _FAULTS.match(effect.error or "")
        faults = int(before[1]) + 1 if before else 1
        if faults >= MOST_FAULTS:
            outbox.park(session, effect, now, why)
        else:
            outbox.try_again(session, effect, now + wait, machine, f"fault {faults}: {why}")
