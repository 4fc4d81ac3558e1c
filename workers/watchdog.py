"""Proves each minute that nothing is forgotten, and says so where it is: on the board, and to the manager's phone."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from dispatch import messages, store
from hub import beats, outbox
from hub.access import Role
from hub.on_call import TITLES, coming_gaps, on_call
from hub.outbox import Effect, Queue
from hub.places import Place
from records import alarms, milestones
from records.alarms import LIVE, Alarm
from records.model import Case
from records.store import without_deadline
from workers.bench import Bench

log = logging.getLogger(__name__)
NO_RECEIPT_AFTER = timedelta(seconds=90)
RECEIPTS_LOOKED_AT = timedelta(hours=6)
REFUSED = "record_refused"
MOST_REFUSED = 200
KINDS = ("forgotten", "stuck", "parked", "no_receipt", "silent", "nobody_on_call", REFUSED)


@dataclass(frozen=True)
class Finding:
    """Something that must not be; `case_id` where it is about one."""

    kind: str
    subject: str
    words: str
    case_id: int | None = None


def find(session: Session, place: Place, now: datetime, machine: datetime) -> list[Finding]:
    """Everything the watchdog finds just now."""
    found = [
        Finding("forgotten", str(case.id), f"{case.ref} is open and nothing is due on it. Open it.", case.id)
        for case in without_deadline(session, place.id)
    ]
    for effect in outbox.stuck(session, place.id, machine):
        found.append(
            Finding("stuck", str(effect.id), "Work of the hub is stuck. Ring support.", effect.case_id)
        )
    found += _refused(outbox.parked(session, place.id, MOST_REFUSED, of=milestones.KIND))
    for effect in outbox.parked(session, place.id, but=milestones.KIND):
        found.append(
            Finding(
                "parked", str(effect.id), "The hub gave up on a piece of work. Ring support.", effect.case_id
            )
        )
    for message in store.without_receipt(session, now - NO_RECEIPT_AFTER, now - RECEIPTS_LOOKED_AT):
        if message.place == place.id:
            words = "A text left and no receipt has come. Ring them if it matters."
            found.append(Finding("no_receipt", str(message.id), words, message.case_id))
    for name in beats.silent(session, machine):
        found.append(Finding("silent", name, f"The hub's {name} is silent. Work may be slow. Ring support."))
    return found + _nobody_on_call(session, place, now)


def _refused(parked: list[Effect]) -> list[Finding]:
    """One for each record server: people look at its page when there is time, and nobody's care waits for it."""
    refused = Counter(effect.payload["server"] for effect in parked)
    return [
        Finding(
            REFUSED,
            server,
            f"A record server refused what the hub wrote ({count} waits to be sent again). Open “Shared record”.",
        )
        for server, count in sorted(refused.items())
    ]


def _nobody_on_call(session: Session, place: Place, now: datetime) -> list[Finding]:
    """A gap in the plan is told once, some hours ahead (S29)."""
    found = []
    for gap in coming_gaps(session, place.id, now):
        since = gap.starts_at.astimezone(place.local()).strftime("%H:%M")
        stands_in = ", ".join(user.name for user in on_call(session, place.id, gap.role, gap.starts_at))
        words = f"Nobody is on call as {TITLES[gap.role]} from {since}. " + (
            f"Until that is planned {stands_in} is asked." if stands_in else "Nobody stands in."
        )
        found.append(Finding("nobody_on_call", f"{gap.role}:{gap.starts_at:%Y-%m-%dT%H:%M}", words))
    return found


def watch(bench: Bench) -> int:
    """One round over every place. Returns how many findings stand."""
    hub = bench.hub
    now, machine = hub.clock.now(), hub.clock.machine()
    standing = 0
    with hub.db.read() as session:
        rounds = [(place, find(session, place, now, machine)) for place in session.exec(select(Place))]
        old = {
            (alarm.place, alarm.kind, alarm.subject)
            for alarm in session.exec(select(Alarm).where(col(Alarm.kind).in_(KINDS), text(LIVE)))
        }
    for place, findings in rounds:
        standing += len(findings)
        here = {(place.id, finding.kind, finding.subject) for finding in findings}
        over = {known for known in old if known[0] == place.id} - here
        fresh = [f for f in findings if (place.id, f.kind, f.subject) not in old]
        if fresh or over:
            with hub.db.write() as session:
                for _, kind, subject in over:
                    alarms.end(session, place.id, kind, subject, now)
                for finding in fresh:
                    _tell(session, place, finding, now)
    return standing


def _tell(session: Session, place: Place, finding: Finding, now: datetime) -> None:
    log.error("watchdog", extra={"kind": finding.kind, "case": finding.case_id})
    case = session.get(Case, finding.case_id) if finding.case_id else None
    alarms.ring(session, place.id, finding.kind, finding.subject, finding.words, now, case)
    if finding.kind in ("no_receipt", REFUSED):
        return  # a text about a text that did not arrive would only make more of them
    for manager in on_call(session, place.id, Role.manager, now):
        at = now.astimezone(place.local()).strftime("%H:%M")
        body = f"FP {case.ref if case else 'hub'}: {finding.words} ({at})"
        messages.text(session, place, manager, body, now, queue=Queue.alerts)
