"""A case's milestones are written back to a record server: in order, once, and for as long as it takes.

An effect is sent when nothing earlier of its case is still to be sent to the same server. A second attempt first asks
whether the first got through. What the server refuses is parked and shown; what it cannot take now is tried for days.
"""

import logging
import random
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import in_turn, outbox
from hub.outbox import LIVING, Effect
from hub.places import place_of
from hub.record_servers import RecordServer
from protocols import news2
from records.fhir.leaving import Leaving, may_name, what_may_leave
from records.fhir.written import Written
from records.lifecycles import AssessmentState
from records.milestones import Milestone
from records.model import Assessment, Case, Position
from records.people import linking
from records.store import rows_of
from workers import fhir_sending
from workers.bench import Bench
from workers.fhir import Fault, RecordError
from workers.fhir_sending import Before, Result

log = logging.getLogger(__name__)
BACK_OFF_S = (2.0, 5.0, 15.0, 60.0)
"""Before the second to the fifth attempt; then twice as long each time, to the server's `longest_wait_min`. [LOCAL]"""
NOT_BEFORE_IT = timedelta(hours=1)
"""What waits for the one before it is let go by that one; this is only for when nobody does."""
_chance = random.SystemRandom()


def write(bench: Bench, effect: Effect) -> None:
    """Settles, parks or puts off the effect itself."""
    hub = bench.hub
    name = str(effect.payload["server"])
    server = next((one for one in hub.record_servers if one.name == name), None)
    if server is None:
        hub.db.write_again(lambda session: _park(session, effect, hub.clock.now(), NOT_CONFIGURED))
        return
    ready = hub.db.write_again(lambda session: _made_ready(session, bench, server, effect))
    if ready is None:
        return
    told, before = ready
    try:
        if not outbox.lease_holds(effect, hub.clock.machine()):
            raise RecordError(Fault.later, "stopped for longer than the lease")
        result = fhir_sending.send(bench.record_client(server), told, before, second=effect.attempts > 1)
    except RecordError as error:
        failure = error  # the name of an except clause ends with it
        log.warning(
            "record_server",
            extra={"where": name, "effect": effect.id, "status": error.status, "attempts": effect.attempts},
        )
        hub.db.write_again(lambda session: _failed(session, bench, server, effect, failure))
    else:
        hub.db.write_again(lambda session: _settle(session, effect, hub.clock.now(), result))


NOT_CONFIGURED = "the hub knows no such record server any more; name it again in FP_RECORD_SERVERS"


def _made_ready(
    session: Session, bench: Bench, server: RecordServer, effect: Effect
) -> tuple[Written, Before] | None:
    """What is to be said, as the case stands now; None where it is not its turn, or nothing may leave (S18)."""
    hub = bench.hub
    now, machine = hub.clock.now(), hub.clock.machine()
    earlier = in_turn.earlier(session, effect)
    if any(one.state in LIVING for one in earlier):
        in_turn.put_back(session, effect, now + NOT_BEFORE_IT, machine)
        return None
    before = fhir_sending.before(one.result for one in earlier)
    case = session.get_one(Case, effect.case_id)
    leaving = what_may_leave(case)
    milestones = tuple(effect.payload["milestones"])
    if leaving is Leaving.nothing and Milestone.entered_in_error not in milestones:
        _settle(session, effect, now, {"withheld": True})
        return None
    finished = [
        one for one in rows_of(session, Assessment, case.key) if one.state == AssessmentState.finished
    ]
    assessment = finished[-1] if finished else None
    place = place_of(session, case.place)
    told = Written(
        base=hub.settings.public,
        by=f"First Point, {place.name}",
        ods=server.ods,
        case=case,
        leaving=leaving,
        named=may_name(case, before.person),
        number=effect.id or 0,
        milestones=milestones,
        at=datetime.fromisoformat(effect.payload["at"]),
        now=now,
        assessment=assessment,
        positions=tuple(rows_of(session, Position, case.key)),
        news2=news2.known_total(assessment.answers, bench.shelf.library.house.plausible)
        if assessment
        else None,
        times=before.times,
        versions=before.versions,
    )
    return told, before


def _settle(session: Session, effect: Effect, now: datetime, result: Result) -> None:
    if not outbox.settle(session, effect, now, result):
        return
    in_turn.let_next_go(session, effect)
    marked = Milestone.entered_in_error in effect.payload["milestones"]
    if marked and effect.case_id is not None and not in_turn.others_wait(session, effect):
        linking.told(session, effect.case_id, now)


def _park(session: Session, effect: Effect, now: datetime, words: str) -> None:
    if outbox.park(session, effect, now, words):
        in_turn.let_next_go(session, effect)


def _failed(session: Session, bench: Bench, server: RecordServer, effect: Effect, error: RecordError) -> None:
    now = bench.hub.clock.now()
    if error.fault is Fault.refused:
        _park(session, effect, now, str(error))
    elif now - effect.created_at >= timedelta(days=server.give_up_after_days):
        _park(session, effect, now, f"tried for {server.give_up_after_days:g} days: {error}")
    else:
        wait = timedelta(seconds=_wait_s(server, effect.attempts, error))
        outbox.try_again(session, effect, now + wait, bench.hub.clock.machine(), str(error))


def _wait_s(server: RecordServer, attempts: int, error: RecordError) -> float:
    """As long as the server asks for, if that is longer; by chance a little more, so that not all come at once."""
    most_s = server.longest_wait_min * 60
    back_off_s = BACK_OFF_S[-1] * 2.0 ** min(attempts - len(BACK_OFF_S), 12)
    own_s = BACK_OFF_S[attempts - 1] if attempts <= len(BACK_OFF_S) else min(back_off_s, most_s)
    return max(own_s, error.wait_s or 0.0) * _chance.uniform(1.0, 1.2)
