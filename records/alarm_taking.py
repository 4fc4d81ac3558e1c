"""Somebody takes an alarm; the timeline of its case says who."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import Acting
from records import alarms
from records.alarms import Alarm
from records.service import take, write_line

READ_IS_DONE = frozenset({"asks_on", "on_early"})
"""Kinds that tell of something: whoever takes one knows it, and no more is to be done."""


def take_alarm(session: Session, alarm_id: int, now: datetime, who: Acting) -> Alarm:
    """Raises `NotFound`, and `Conflict` for the second who takes it."""
    alarm = alarms.find(session, who.place, alarm_id)
    alarms.take(session, alarm, now, who.actor)
    if alarm.kind in READ_IS_DONE:
        alarms.end(session, alarm.place, alarm.kind, alarm.subject, now)
    if alarm.case_id is not None:
        take(session, alarm.case_id, now)
        words = f"{who.name} took the alarm: {alarm.words}"
        write_line(session, alarm.case_id, now, who.actor, "alarm_taken", words)
    return alarm
