"""What each kind of effect does, and the one RQ job, which carries an effect's number."""

from datetime import datetime

from sqlmodel import Session

from dispatch import nexts, seeking, stand_downs, telling, visits
from hub.outbox import Effect
from records import milestones
from records.asked_elsewhere import Moved
from triage import further_contact
from triage.bars import responding
from triage.bars_out import asking
from workers import (
    bars,
    bars_out,
    exports,
    fhir_writes,
    heads,
    keeping,
    own_page,
    proving,
    replays,
    sms,
    subscriptions,
)
from workers.bench import Bench
from workers.catch_up import catch_up
from workers.relay import Inside, Outside, Relay


def _seek(session: Session, bench: Bench, effect: Effect, now: datetime) -> None:
    seeking.seek(session, bench.desk, int(effect.payload["position"]), now)


def _worse(session: Session, bench: Bench, effect: Effect, now: datetime) -> None:
    visits.tell_worse(session, bench.desk, int(effect.payload["position"]), now)


def _wait(session: Session, _: Bench, effect: Effect, now: datetime) -> None:
    stand_downs.wait_for_999(session, int(effect.payload["position"]), now)


def _other_died(session: Session, _: Bench, effect: Effect, now: datetime) -> None:
    stand_downs.wait_after_death(session, int(effect.payload["case"]), str(effect.payload["of"]), now)


def _tell(session: Session, _: Bench, effect: Effect, now: datetime) -> None:
    telling.tell(session, int(effect.payload["case"]), now)


def _further_contact(session: Session, _: Bench, effect: Effect, now: datetime) -> None:
    further_contact.look(session, int(effect.payload["call"]), now)


def _referral_moved(session: Session, bench: Bench, effect: Effect, now: datetime) -> None:
    responding.moved(session, bench.hub.settings.public, int(effect.payload["case"]), now)


def _hand_over_moved(session: Session, bench: Bench, effect: Effect, now: datetime) -> None:
    what, case_id = Moved(effect.payload["what"]), int(effect.payload["case"])
    if what is Moved.facts:
        bars_out.look_for_changes(session, bench, case_id, now)
    else:
        asking.moved(session, case_id, what, effect.payload["hand_over"], now)


def _begin_next(session: Session, _: Bench, effect: Effect, now: datetime) -> None:
    nexts.begin(session, int(effect.payload["position"]), now)


INSIDE: dict[str, Inside] = {
    "seek": _seek,
    "worse": _worse,
    "wait": _wait,
    "begin_next": _begin_next,
    "other_died": _other_died,
    "tell": _tell,
    "further_contact": _further_contact,
    "referral_moved": _referral_moved,
    "hand_over_moved": _hand_over_moved,
    "own_ask": own_page.look,
}
"""Effects on our own database alone: claimed, done and settled in one transaction."""
OUTSIDE: dict[str, Outside] = {
    "sms": sms.send,
    "sms_to_person": sms.send,
    "voice": sms.ring,
    "catch_up": catch_up,
    "replay": replays.go_on,
    "prove": proving.begin,
    milestones.KIND: fhir_writes.write,
    "bars_response": bars.send,
    "bars_request": bars_out.send,
    "audit_head": heads.tell,
    "fhir_export": exports.go_on,
    "fhir_notify": subscriptions.tell,
    "access_prepare": keeping.prepare,
    "access_remove": keeping.remove,
    "erase": keeping.erase,
    "retention_count": keeping.count,
    "retention": keeping.go_on,
}
"""Effects on the world outside, or too long for a turn in the line of writers: claimed, done, settled."""

_relay: list[Relay] = []


def use(relay: Relay) -> None:
    """RQ knows a job by its name alone, so this process's relay is kept here."""
    _relay[:] = [relay]


def run(effect_id: int) -> None:
    """The RQ job (`hub.assemble.JOB`)."""
    _relay[0].run(effect_id)
