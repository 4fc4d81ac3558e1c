"""S26: an alarm that cannot wait does not stay on the board alone. Nobody takes it: the coordinator on call is texted,
then the manager is rung, again and again until somebody has taken it.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import messages, texts
from dispatch.desk import Desk
from hub.access import Role, User
from hub.actors import HUB
from hub.on_call import on_call
from hub.outbox import Queue
from hub.places import place_of
from records import alarms
from records.alarms import Alarm, AlarmState
from records.model import Case
from records.service import take, write_line

MANAGER_AFTER = timedelta(minutes=5)
"""[LOCAL]"""


def untaken(session: Session, desk: Desk, alarm_id: int, now: datetime) -> None:
    """The ticker's turn, while it rings."""
    case_id = session.get_one(Alarm, alarm_id).case_id
    case = take(session, case_id, now) if case_id is not None else None
    alarm = session.get_one(Alarm, alarm_id, populate_existing=True)
    if alarm.state is not AlarmState.ringing:
        return
    waited = now - alarm.raised_at
    role = Role.coordinator if waited < MANAGER_AFTER else Role.manager
    people = on_call(session, alarm.place, role, now)
    for person in people:
        _tell(session, desk, alarm, case, person, round(waited.total_seconds() / 60), now, role)
    if not people and case is not None:
        words = f"No {role.value} is on call: the alarm is on the board alone."
        write_line(session, case.key, now, HUB, "alert", words)
    to_manager = alarm.raised_at + MANAGER_AFTER
    alarms.look_again(session, alarm, to_manager if now < to_manager else now + MANAGER_AFTER)


def _tell(
    session: Session,
    desk: Desk,
    alarm: Alarm,
    case: Case | None,
    person: User,
    minutes: int,
    now: datetime,
    role: Role,
) -> None:
    place, ref = place_of(session, alarm.place), case.ref if case else ""
    if role is Role.manager and case is not None:
        messages.ring(session, place, person, texts.alarm_said_aloud(ref, minutes), now, case, None)
        done = f"Ringing {person.name}"
    else:
        body = texts.alarm_untaken(ref, minutes, desk.link("board"))
        messages.text(session, place, person, body, now, case=case, queue=Queue.alerts)
        done = f"{person.name} ({role.value}) alerted by text"
    if case is not None:
        write_line(session, case.key, now, HUB, "alert", f"{done}: nobody took the alarm for {minutes} min.")


def taken_by_key(session: Session, case: Case, person: User, now: datetime) -> str:
    """A key on that voice call takes what still rings. Returns what to say."""
    ringing = alarms.climbing_of_case(session, case.key)
    if not ringing:
        return "Somebody has taken it already. Thank you. Goodbye."
    for alarm in ringing:
        alarms.take(session, alarm, now, person.actor)
        words = f"{person.name} answered the call and took the alarm: {alarm.words}"
        write_line(session, case.key, now, person.actor, "alarm_taken", words)
    return "Thank you. The alarm is with you now. Please open the board. Goodbye."
