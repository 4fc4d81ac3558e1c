"""Another system opens a call: a telecare centre, a care home, another hub."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.errors import Refused
from hub.tokens import Machine
from records import machine_calls
from records.model import Call
from records.service import open_case
from triage import calls

OLDEST = timedelta(hours=48)
"""What was heard longer ago is a need that somebody should ring about first. [LOCAL]"""


def open_call(session: Session, machine: Machine, heard_at: datetime | None, now: datetime) -> Call:
    """A call and its case. The clock starts when that system first heard of the need, if it says when, never later than
    now (S1). Raises `Refused` for a time that cannot be."""
    start = heard_at or now
    if not now - OLDEST <= start <= now:
        raise Refused("heard_at is in the future or more than 48 hours ago. Leave it out if it is not known.")
    case = open_case(session, machine.place, start, now, machine.actor, f"Told by {machine.name}.")
    words = f"{machine.name} took the call."
    late = {"opened_at": start, "answered_at": start, "heard_at": now} if heard_at else {}
    call = calls.on_the_line(session, case, machine, now, words, **late)
    machine_calls.opened(session, call, machine.token)
    return call
