"""Fires what is due, oldest first; sweeps what a queue has missed; lays the audit's chain.

Two tickers can run: one row fires once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session, select

from dispatch import (
    alarm_ladder,
    by_voice,
    check_in,
    details,
    ladder,
    nexts,
    pausing,
    pressed,
    seeking,
    visit_notes,
    visits,
)
from dispatch import service as dispatch
from dispatch.desk import Desk
from hub import audit, deadlines, once, outbox
from hub.deadlines import Deadline
from hub.errors import Conflict
from hub.places import Place
from records import (
    alarms,
    break_glass,
    call_backs,
    hand_overs,
    holds,
    responsible,
    shift_handovers,
    tasks,
    welfare,
)
from records.fhir import exporting, subscribing
from records.keeping import requests
from records.own import corrections, log_ins
from records.service import take
from triage import calls, parked
from triage import service as triage
from triage.governance import proving, reviews
from workers import subscriptions
from workers.bench import Bench
from workers.catch_up import ask_for_it

log = logging.getLogger(__name__)
PUT_OFF = timedelta(seconds=5)
ALARM_AFTER = 3
SWEEP_LIMIT = 200

ALONE: dict[str, Callable[[Session, int, datetime], None]] = {
    "call_unanswered": calls.waits,
    "call_long": calls.is_long,
    "call_parked": parked.too_long,
    "assessment": triage.lingers,
    "held_for_999": triage.held_too_long,
    "call_back": call_backs.overdue,
    "hand_over_unconfirmed": hand_overs.time_out,
    "hold": holds.end,
    "task": tasks.overdue,
    "breach": tasks.breach,
    "take_over": responsible.lapse,
    "shift_handover": shift_handovers.not_accepted,
    "near_50": partial(tasks.near, percent=50),
    "near_75": partial(tasks.near, percent=75),
    "near_90": partial(tasks.near, percent=90),
    "set_off": partial(visits.overdue, kind="set_off"),
    "next_leaves": nexts.must_leave,
    "arrive": partial(visits.overdue, kind="arrive"),
    "scene_check": check_in.ask,
    "check_unanswered": check_in.climb,
    "details_unopened": details.not_opened,
    "no_access": visits.no_access_goes_on,
    "visit_note": visit_notes.missing,
    "proof_late": proving.late,
    "protocol_review": reviews.nag,
    "glass_review": break_glass.nag,
    "correction_due": corrections.nag,
    "access_due": requests.nag,
    "access_over": requests.over,
}


def _look_whether_they_wait(session: Session, desk: Desk, case_id: int, now: datetime) -> None:
    welfare.look(session, desk.library.house.welfare_calls, case_id, now)


WITH_DESK: dict[str, Callable[[Session, Desk, int, datetime], None]] = {
    "seek": seeking.seek,
    "offer_expires": dispatch.expire,
    "text_unheard": by_voice.unheard,
    "ladder": ladder.climb,
    "alarm_untaken": alarm_ladder.untaken,
    "ladder_pause": pausing.over,
    "welfare": _look_whether_they_wait,
}
"""What happens to the subject when a deadline of each kind is due. A kind without a handler is a bug a test finds."""


class Ticker:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def fire_due(self, limit: int = 500) -> int:
        """Everything that is due now, each in a transaction of its own. Returns how many fired."""
        fired = 0
        while fired < limit and self._is_due() and self._fire_next():
            fired += 1
        return fired

    def _is_due(self) -> bool:
        """Look before locking: most of the time nothing is due."""
        hub = self.bench.hub
        with hub.db.read() as session:
            at = deadlines.next_due(session)
        return at is not None and at <= hub.clock.now()

    def _fire_next(self) -> bool:
        hub = self.bench.hub
        now = hub.clock.now()
        which: tuple[int, str, str] | None = None
        try:
            with hub.db.write() as session:
                seen = deadlines.oldest_due(session, now)
                if seen is None or seen.id is None:
                    return False
                which = seen.id, seen.place, seen.kind  # the row itself cannot be read after a rollback
                if seen.case_id is not None:
                    take(session, seen.case_id, now)
                if not deadlines.claim(session, seen, now):
                    raise Conflict("Another ticker was first, or it is owed no more.")
                late_s = (now - seen.due_at).total_seconds()
                if late_s > 30:
                    log.warning(
                        "late", extra={"deadline": seen.id, "kind": seen.kind, "late_s": round(late_s)}
                    )
                self._handle(session, seen, now)
        except Exception as error:
            if which is None:
                raise
            deadline_id, place, kind = which
            if not isinstance(error, Conflict):
                log.error("deadline_fault", exc_info=True, extra={"deadline": deadline_id, "kind": kind})
            self._put_off(deadline_id, place, now)
        return True

    def _handle(self, session: Session, deadline: Deadline, now: datetime) -> None:
        if (alone := ALONE.get(deadline.kind)) is not None:
            alone(session, deadline.subject, now)
        else:
            WITH_DESK[deadline.kind](session, self.bench.desk, deadline.subject, now)

    def _put_off(self, deadline_id: int, place: str, now: datetime) -> None:
        """A handler failed: the others go on, it is tried again soon, and a human hears of it if it stays so."""
        with self.bench.hub.db.write() as session:
            attempts = deadlines.put_off(session, deadline_id, now + PUT_OFF)
            if attempts >= ALARM_AFTER:
                words = (
                    "The hub cannot carry out something that is due. Look at what is near, and ring support."
                )
                alarms.ring(session, place, "deadline_fault", deadline_id, words, now)

    def sweep(self) -> int:
        """Enqueue what its queue has missed; each is left alone for a while then, so that nothing floods."""
        hub = self.bench.hub
        now, machine = hub.clock.now(), hub.clock.machine()
        with hub.db.read() as session:
            if not outbox.any_to_wake(session, now, machine):
                return 0
        with hub.db.write() as session:
            woken = outbox.to_wake(session, now, machine, SWEEP_LIMIT)
        hub.post.carry(woken)
        return len(woken)

    def lay_chain(self) -> int:
        with self.bench.hub.db.read() as session:
            if not audit.any_unlinked(session):
                return 0
        with self.bench.hub.db.write() as session:
            return audit.lay_chain(session)

    def forget_answers(self) -> int:
        """What machines were answered a day ago: nobody asks for that again."""
        hub = self.bench.hub
        machine = hub.clock.machine()
        with hub.db.read() as session:
            if not once.any_old(session, machine):
                return 0
        with hub.db.write() as session:
            return once.forget_old(session, machine)

    def forget_presses(self) -> int:
        """What responders pressed a month ago: their phones have told it long since."""
        hub, now = self.bench.hub, self.bench.hub.clock.now()
        with hub.db.read() as session:
            if not pressed.any_old(session, now):
                return 0
        with hub.db.write() as session:
            return pressed.forget_old(session, now)

    def forget_asks(self) -> None:
        """Who wanted to see their own page, and no worker came for."""
        hub, now = self.bench.hub, self.bench.hub.clock.now()
        with hub.db.read() as session:
            if not log_ins.any_old(session, now):
                return
        with hub.db.write() as session:
            log_ins.forget_old(session, now)

    def look_for_others(self) -> None:
        """Who has themselves told of changes is owed what has happened."""
        subscriptions.look(self.bench)

    def forget_exports(self) -> None:
        """What other systems had exported a day ago, and were told a month ago."""
        hub, now = self.bench.hub, self.bench.hub.clock.now()
        with hub.db.read() as session:
            if not (exporting.any_old(session, now) or subscribing.any_old(session, now)):
                return
        with hub.db.write() as session:
            exporting.forget_old(session, now)
            subscribing.forget_old(session, now)

    def catch_up(self) -> None:
        """Have the carriers asked for what they could not tell us."""
        with self.bench.hub.db.write() as session:
            for place in session.exec(select(Place)):
                ask_for_it(session, place, self.bench)
