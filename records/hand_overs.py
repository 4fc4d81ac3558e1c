"""Another service is asked to take over. It is not over before that service has confirmed with a reference (S30)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Refused
from records import alarms, asked_elsewhere, beside_999, call_backs, dependants, store
from records.lifecycles import Owed
from records.model import CallBack, Case, CaseState, HandOver, Outcome, Position
from records.service import Due, end_target, move, owe, record_outcome, supersede, take
from records.store import rows_of

AMBULANCE = "999"
CONFIRM_IN = timedelta(minutes=5)
"""S30: no ambulance reference after five minutes is an alarm. Other services' time stands in the house file."""
CLINICIAN_IN = timedelta(minutes=5)
"""A refused or unconfirmed hand-over is rung back by a clinician. [LOCAL]"""
MESSAGE = asked_elsewhere.MESSAGE
DIALS = {
    "caller": "the caller dials",
    "hub": "the hub dials",
    "responder": "the responder dials",
    MESSAGE: "the hub sends it",
}


def request(
    session: Session,
    case: Case,
    to: str,
    dialled_by: str,
    why: str,
    now: datetime,
    actor: Actor,
    *,
    confirm_in: timedelta = CONFIRM_IN,
    ends_as: Outcome | None = None,
) -> HandOver:
    """Ask once: while a hand-over to the same service is live or confirmed, that one stands."""
    for row in rows_of(session, HandOver, case.key):
        if row.to == to and row.state in ("requested", "confirmed"):
            return row
    row = HandOver(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        to=to,
        dialled_by=dialled_by,
        why=why[:300],
        confirm_min=int(confirm_in.total_seconds() // 60),
        ends_as=ends_as,
    )
    words = f"Hand-over to {to}: {DIALS[dialled_by]}. {why}"
    owe(session, row, now, actor, words, _due(row, now))
    if to == AMBULANCE:
        dependants.review(session, case, now)  # S20: they may be taken away
    return row


def ask_ambulance(
    session: Session, case: Case, dialled_by: str, why: str, now: datetime, actor: Actor
) -> HandOver:
    """999, for a need of this case: from here on its visits wait for a clinician's word (S11)."""
    was_on_its_way = is_on_its_way(session, case)
    row = request(session, case, AMBULANCE, dialled_by, why, now, actor)
    if not was_on_its_way:
        beside_999.wait(session, case, now)
    return row


def _due(row: HandOver, now: datetime) -> Due:
    return Due("hand_over_unconfirmed", now + timedelta(minutes=row.confirm_min))


def is_on_its_way(session: Session, case: Case, to: str = "999") -> bool:
    """S11: whatever need it was asked for, other visits of this case wait for a clinician's word meanwhile."""
    return any(
        row.to == to and row.state in ("requested", "confirmed")
        for row in rows_of(session, HandOver, case.key)
    )


def confirm(session: Session, row: HandOver, reference: str, now: datetime, actor: Actor) -> None:
    """They have it. Raises `Refused` without a reference, or the name of who took it."""
    reference = reference.strip()
    if not reference:
        raise Refused(
            f"Type the reference that {row.to} gave you, or the name of who took it: "
            "without it the hand-over is not confirmed."
        )
    case = take(session, row.case_id, now)
    words = f"{row.to} has confirmed, reference {reference[:60]}."
    move(session, row, "confirm", now, actor, words, reference=reference[:60])
    _end_alarms(session, row, now)
    for call_back in rows_of(session, CallBack, case.key, live=True):
        if call_back.why == _because(row):
            supersede(session, call_back, now, actor, "Confirmed after all.")
            alarms.end(session, row.place, "call_back", call_back.key, now)
    if row.to == AMBULANCE and not any(
        p.stops_clock for p in rows_of(session, Position, case.key, live=True)
    ):
        end_target(session, case, now)
    _say_how_it_ended(session, case, row, now, actor)


def _say_how_it_ended(session: Session, case: Case, row: HandOver, now: datetime, actor: Actor) -> None:
    """Only where nobody of ours still owes them anything; else whoever finishes last says it."""
    ours = [live for live in store.owed_of(session, case.key) if live.owed not in (Owed.call, Owed.task)]
    if row.ends_as is not None and case.state is CaseState.open and case.outcome is None and not ours:
        record_outcome(session, case, row.ends_as, f"{row.to}, {row.reference}", now, actor)


def refuse(session: Session, row: HandOver, why: str, now: datetime, actor: Actor) -> None:
    """They will not take it: back to work on the old clock. Raises `Refused` without a reason."""
    if not why:
        raise Refused("Say why they will not take it; the reason is kept.")
    case = take(session, row.case_id, now)
    move(session, row, "refuse", now, actor, f"{row.to} refused: {why}")
    _back_to_work(session, case, row, now)
    _end_alarms(session, row, now)


def ask_again(session: Session, row: HandOver, now: datetime, actor: Actor) -> None:
    take(session, row.case_id, now)
    move(session, row, "request", now, actor, f"Hand-over to {row.to} asked for again.", _due(row, now))
    asked_elsewhere.again(session, row, now)


def time_out(session: Session, row_id: int, now: datetime) -> None:
    """No reference in time: an alarm, and a clinician rings."""
    row = session.get_one(HandOver, row_id)
    case = take(session, row.case_id, now)
    move(session, row, "time_out", now, HUB, f"{row.to} has given no reference in time.")
    words = f"{case.ref}: no reference from {row.to} after {row.confirm_min} min. Ring them."
    alarms.ring(session, row.place, "hand_over", row.key, words, now, case)
    _back_to_work(session, case, row, now)


def _because(row: HandOver) -> str:
    return f"{row.to} has not confirmed"


def _back_to_work(session: Session, case: Case, row: HandOver, now: datetime) -> None:
    """Once: asked again and unconfirmed again, the clinician's call-back that stands is enough."""
    if row.to == AMBULANCE:
        beside_999.go_on_without(session, case, now)
    numbers = store.numbers_of(session, case.key)
    call_backs.ask_clinician(session, case, _because(row), now + CLINICIAN_IN, now, HUB, numbers=numbers)


def _end_alarms(session: Session, row: HandOver, now: datetime) -> None:
    alarms.end(session, row.place, "hand_over", row.key, now)
    if row.to == AMBULANCE:
        alarms.end(session, row.place, "ambulance", row.case_id, now)
