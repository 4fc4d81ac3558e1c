"""S11: while 999 is on its way, a visit that nobody has accepted waits for a clinician's word, unless its protocol says
that it may go beside it."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from records import alarms
from records.lifecycles import PositionState
from records.model import Case, Position
from records.positions import start_offering, stop_offering
from records.service import Due, redue, write_line
from records.store import rows_of

DECIDE_IN = timedelta(minutes=20)
"""A clinician's word on a visit that waits. [LOCAL]"""
SEEK_SAFETY = timedelta(seconds=30)
"""If the effect that starts the offers were lost, the ticker would start them after so long."""
UNACCEPTED = (PositionState.open, PositionState.offered)


def wait(session: Session, case: Case, now: datetime) -> None:
    """999 is on its way now. Whoever has said yes goes on: a clinician may stand them down."""
    for row in rows_of(session, Position, case.key, live=True):
        if row.state in UNACCEPTED and not (row.with_999 or row.held_for_999):
            row.held_for_999 = True
            session.add(row)
            redue(session, row, waiting(now))
            words = f"{row.title} waits for a clinician's word: 999 is on its way."
            write_line(session, case.key, now, HUB, "waits", words)
            stop_offering(session, row, now)


def waiting(now: datetime) -> Due:
    return Due("held_for_999", now + DECIDE_IN)


def go_on(session: Session, row: Position, now: datetime, actor: Actor, words: str) -> None:
    """It waits no more: whoever is wanted is looked for."""
    row.held_for_999 = False
    session.add(row)
    redue(session, row, Due("seek", now + SEEK_SAFETY, human=False))
    alarms.end(session, row.place, "held_for_999", row.key, now)
    write_line(session, row.case_id, now, actor, "released", words)
    start_offering(session, row, now)


def go_on_without(session: Session, case: Case, now: datetime) -> None:
    """999 is not on its way after all: nothing waits for it."""
    for row in rows_of(session, Position, case.key, live=True):
        if row.held_for_999:
            words = f"{row.title} is looked for again: 999 is not on its way."
            go_on(session, row, now, HUB, words)
