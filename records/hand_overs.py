"""Another service is asked to take over. It is not over before that service has confirmed with a reference (S30)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Refused
from records import alarms, call_backs
from records.model import CallBack, Case, HandOver, Position
from records.service import Due, end_target, move, owe, supersede, take
from records.store import rows_of

CONFIRM_IN = timedelta(minutes=5)
"""S30: no ambulance reference after five minutes is an alarm."""
CLINICIAN_IN = timedelta(minutes=5)
"""A refused or unconfirmed 999 is rung back by a clinician. [LOCAL]"""
BECAUSE = "999 has not confirmed"


def request(
    session: Session, case: Case, to: str, dialled_by: str, why: str, now: datetime, actor: Actor
) -> HandOver:
    """Ask once: while a hand-over to the same service is live or confirmed, that one stands."""
    for row in rows_of(session, HandOver, case.key):
        if row.to == to and row.state in ("requested", "confirmed"):
            return row
    row = HandOver(
        place=case.place, opened_at=now, case_id=case.key, to=to, dialled_by=dialled_by, why=why[:300]
    )
    who = {"caller": "the caller dials", "hub": "the hub dials", "responder": "the responder dials"}[
        dialled_by
    ]
    words = f"Hand-over to {to}: {who}. {why}"
    return owe(session, row, now, actor, words, Due("hand_over_unconfirmed", now + CONFIRM_IN))


def is_on_its_way(session: Session, case: Case, to: str = "999") -> bool:
    """S11: whatever need it was asked for, other visits of this case wait for a clinician's word meanwhile."""
    return any(
        row.to == to and row.state in ("requested", "confirmed")
        for row in rows_of(session, HandOver, case.key)
    )


def confirm(session: Session, row: HandOver, reference: str, now: datetime, actor: Actor) -> None:
    """They have it. Raises `Refused` without a reference."""
    reference = reference.strip()
    if not reference:
        raise Refused(
            f"Type the reference that {row.to} gave you: without it the hand-over is not confirmed."
        )
    case = take(session, row.case_id, now)
    words = f"{row.to} has confirmed, reference {reference[:60]}."
    move(session, row, "confirm", now, actor, words, reference=reference[:60])
    _end_alarms(session, row, now)
    for call_back in rows_of(session, CallBack, case.key, live=True):
        if call_back.why == BECAUSE:
            supersede(session, call_back, now, actor, "Confirmed after all.")
    if row.to == "999" and not any(p.stops_clock for p in rows_of(session, Position, case.key, live=True)):
        end_target(session, case, now)


def refuse(session: Session, row: HandOver, why: str, now: datetime, actor: Actor) -> None:
    """They will not take it: back to work on the old clock."""
    case = take(session, row.case_id, now)
    move(session, row, "refuse", now, actor, f"{row.to} refused: {why}")
    _back_to_work(session, case, now)
    _end_alarms(session, row, now)


def ask_again(session: Session, row: HandOver, now: datetime, actor: Actor) -> None:
    take(session, row.case_id, now)
    due = Due("hand_over_unconfirmed", now + CONFIRM_IN)
    move(session, row, "request", now, actor, f"Hand-over to {row.to} asked for again.", due)


def time_out(session: Session, row_id: int, now: datetime) -> None:
    """No reference in time: an alarm, and a clinician rings."""
    row = session.get_one(HandOver, row_id)
    case = take(session, row.case_id, now)
    move(session, row, "time_out", now, HUB, f"{row.to} has given no reference in time.")
    words = f"{case.ref}: no reference from {row.to} after {CONFIRM_IN.seconds // 60} min. Ring them."
    alarms.ring(session, row.place, "hand_over", row.key, words, now, case)
    _back_to_work(session, case, now)


def _back_to_work(session: Session, case: Case, now: datetime) -> None:
    call_backs.open_call_back(session, case, "hub_clinician", BECAUSE, now + CLINICIAN_IN, now, HUB)


def _end_alarms(session: Session, row: HandOver, now: datetime) -> None:
    alarms.end(session, row.place, "hand_over", row.key, now)
    alarms.end(session, row.place, "ambulance", row.case_id, now)
