"""No alarm stays on the board alone. S26: nobody takes a danger: the coordinator on call is texted, then the manager is
rung, again and again until somebody has taken it. Of all others the manager on call is told in one text how many wait.
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
from records.alarm_climbs import DANGER, TOLD_AGAIN_AFTER, TOLD_AT_MOST_EVERY, AlarmRound, climb_of
from records.alarms import Alarm, AlarmState
from records.model import Case
from records.service import take, write_line

MANAGER_AFTER = timedelta(minutes=5)
"""[LOCAL]"""


def untaken(session: Session, desk: Desk, alarm_id: int, now: datetime) -> None:
    """The ticker's turn, while it rings."""
    alarm = session.get_one(Alarm, alarm_id)
    if alarm.kind == DANGER:
        _danger(session, desk, alarm_id, now)
    elif alarm.state is AlarmState.ringing:
        _with_all_others(session, desk, alarm, now)


def _with_all_others(session: Session, desk: Desk, alarm: Alarm, now: datetime) -> None:
    """One text for all that ring too long; nobody's phone rings again within `TOLD_AT_MOST_EVERY`."""
    told = session.get(AlarmRound, alarm.place, with_for_update=True)
    if told is not None and now < told.told_at + TOLD_AT_MOST_EVERY:
        alarms.look_again(session, alarm, told.told_at + _until_told_again(alarm, told.told_at))
        return
    managers = on_call(session, alarm.place, Role.manager, now)
    waiting = alarms.waiting_too_long(session, alarm.place, now) or [alarm]
    minutes = round((now - waiting[0].raised_at).total_seconds() / 60)
    body = texts.alarms_untaken(len(waiting), minutes, desk.link("board"))
    place = place_of(session, alarm.place)
    for manager in managers:
        messages.text(session, place, manager, body, now, queue=Queue.alerts)
    if managers:
        session.merge(AlarmRound(place=alarm.place, told_at=now))
    alarms.look_again(session, alarm, now + (TOLD_AGAIN_AFTER if managers else TOLD_AT_MOST_EVERY))


def _until_told_again(alarm: Alarm, told_at: datetime) -> timedelta:
    """Longer for what was counted in that text than for what has waited too long only since."""
    after = climb_of(alarm.kind).after
    was_in_it = after is not None and alarm.raised_at + after <= told_at
    return TOLD_AGAIN_AFTER if was_in_it else TOLD_AT_MOST_EVERY


def _danger(session: Session, desk: Desk, alarm_id: int, now: datetime) -> None:
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
