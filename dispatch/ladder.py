"""The steps of an escalation protocol besides its offers: who is alerted, rung, or handed over to, and when."""

from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import alarm_ladder, check_in, messages, pauses, store, texts
from dispatch.desk import Desk
from dispatch.escalation import StepDue, due_between, next_at, step_in_words
from dispatch.model import Message
from hub.access import Role, User
from hub.actors import HUB, Actor
from hub.errors import Conflict
from hub.on_call import on_call
from hub.outbox import Queue
from hub.places import Place, place_of
from protocols.model import EscalationProtocol
from records import alarms, hand_overs
from records.lifecycles import PositionState
from records.model import Case, Position
from records.service import Due, redue, take, write_line

AT_LEAST_EVERY = timedelta(minutes=15)
"""A position that nobody has is looked at again at least so often, whatever its protocol says."""
RUNG_ALARMS = ("nobody_accepted", check_in.SEND, check_in.SILENT)
"""What a voice call can be about."""
ROLES = {"coordinator": Role.coordinator, "manager": Role.manager, "duty_clinician": Role.hub_clinician}


def climb(session: Session, desk: Desk, position_id: int, now: datetime) -> None:
    """Do every step that has fallen due while nobody has accepted, and set the time of the next."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    began_at = position.ladder_began_at
    if position.state not in (PositionState.open, PositionState.offered) or began_at is None:
        return
    if (paused := pauses.of(session, position)) is not None:
        redue(session, position, *_looked_at(position, paused.until + AT_LEAST_EVERY, now))
        return
    protocol = desk.library.escalation[position.priority]
    place = place_of(session, position.place)
    for due in due_between(protocol, began_at, position.ladder_done_at, now):
        _step(session, desk, place, case, position, due, now)
    _done(session, position, protocol, max(now, position.ladder_done_at or now), now)


def next_step_now(session: Session, desk: Desk, position: Position, now: datetime, actor: Actor) -> str:
    """By hand: what would come next comes at once, and what comes after that in its own time. Returns what was done, in
    words; raises `Conflict` where nothing is to come."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    began_at, done_at = position.ladder_began_at, position.ladder_done_at
    if position.state not in (PositionState.open, PositionState.offered) or began_at is None:
        raise Conflict("Nobody is being looked for, so the ladder has no next step.")
    if pauses.of(session, position) is not None:
        raise Conflict("The ladder is paused. Let it go on first.")
    protocol = desk.library.escalation[position.priority]
    at = next_at(protocol, began_at, done_at)
    if at is None:
        raise Conflict("The ladder has no further step. Somebody must act by hand.")
    place = place_of(session, position.place)
    due = due_between(protocol, began_at, done_at, at)
    words = " and ".join(step_in_words(one.step) for one in due)
    write_line(session, case.key, now, actor, "skipped", f"The next step of the ladder is done now: {words}.")
    for one in due:
        _step(session, desk, place, case, position, one, now)
    _done(session, position, protocol, at, now)
    return words


def _done(
    session: Session, position: Position, protocol: EscalationProtocol, up_to: datetime, now: datetime
) -> None:
    assert position.ladder_began_at is not None
    position.ladder_done_at = up_to
    session.add(position)
    ladder_at = next_at(protocol, position.ladder_began_at, up_to) or now + AT_LEAST_EVERY
    redue(session, position, *_looked_at(position, ladder_at, now))


def _looked_at(position: Position, ladder_at: datetime, now: datetime) -> list[Due]:
    dues = [Due("ladder", ladder_at, human=False)]
    if position.state is PositionState.open:
        dues.append(Due("seek", now + timedelta(minutes=1), human=False))
    return dues


def _step(
    session: Session, desk: Desk, place: Place, case: Case, position: Position, due: StepDue, now: datetime
) -> None:
    waited = round((now - pauses.waits_since(session, position)).total_seconds() / 60)
    if due.step.kind == "hand_over":
        why = f"Nobody has accepted the {position.title.lower()} for {waited} min."
        hand_overs.request(session, case, due.step.to, "hub", why, now, HUB)
        return
    title = due.step.role.replace("_", " ")
    words = f"Nobody has accepted the {position.title.lower()} of {case.ref} for {waited} min; {title} told."
    alarms.ring(session, place.id, "nobody_accepted", position.key, words, now, case)
    role = ROLES.get(due.step.role)
    people = on_call(session, place.id, role, now) if role else []
    if not people:
        write_line(
            session, case.key, now, HUB, "alert", f"No {title} is on call: the alarm is on the board alone."
        )
    for person in people:
        if due.step.kind == "call":
            _ring(session, desk, place, case, position, person, waited, now)
        else:
            body = texts.nobody_has_accepted(
                case.ref,
                waited,
                desk.label(position.priority),
                case.outward,
                texts.by_when(position.due_at, now, place.local()),
                desk.link("board"),
            )
            messages.text(session, place, person, body, now, case=case, queue=Queue.alerts)
            write_line(session, case.key, now, HUB, "alert", f"{person.name} ({title}) alerted by text.")


def _ring(
    session: Session,
    desk: Desk,
    place: Place,
    case: Case,
    position: Position,
    person: User,
    waited: int,
    now: datetime,
) -> None:
    words = texts.said_aloud(case.ref, waited, desk.label(position.priority))
    messages.ring(session, place, person, words, now, case, position)
    write_line(session, case.key, now, HUB, "call", f"Ringing {person.name}.")


def nobody_eligible(
    session: Session, desk: Desk, place: Place, case: Case, position: Position, now: datetime
) -> None:
    """S31: nobody can be asked. Told at once, once; the case stays open and is looked at again each minute."""
    words = f"Nobody can be asked for the {position.title.lower()} of {case.ref} just now."
    if alarms.is_live(session, place.id, "nobody_eligible", position.key):
        return
    alarms.ring(session, place.id, "nobody_eligible", position.key, words, now, case)
    write_line(session, case.key, now, HUB, "nobody_eligible", words)
    role = ROLES.get(desk.library.escalation[position.priority].nobody_eligible, Role.coordinator)
    for person in on_call(session, place.id, role, now):
        body = texts.nobody_eligible(
            case.ref,
            position.title,
            desk.label(position.priority),
            case.outward,
            texts.by_when(position.due_at, now, place.local()),
            desk.link("board"),
        )
        messages.text(session, place, person, body, now, case=case, queue=Queue.alerts)


def key_pressed(session: Session, effect_id: int, digit: str, now: datetime) -> str:
    """A key on a voice call of the ladder: 1 takes the alarm. Returns what to say."""
    message = store.message_of_effect(session, effect_id)
    if message is None or message.case_id is None or message.user_id is None:
        return "Thank you. Goodbye."
    person = session.get_one(User, message.user_id)
    if digit != "1":
        return "That key means nothing here. Please open the board. Goodbye."
    case = take(session, message.case_id, now)
    if message.position_id is None:
        return alarm_ladder.taken_by_key(session, case, person, now)
    found = (alarms.find_live(session, case.place, kind, message.position_id) for kind in RUNG_ALARMS)
    alarm = next((one for one in found if one is not None), None)
    write_line(
        session, case.key, now, person.actor, "answered", f"{person.name} answered the call and took it."
    )
    if alarm is not None and alarm.state is alarms.AlarmState.ringing:
        alarms.take(session, alarm, now, person.actor)
    return "Thank you. The case is with you now. Please open the board. Goodbye."


def call_ended(session: Session, message: Message, status: str, now: datetime) -> None:
    """A voice call that nobody took: written down; the ladder's next step comes in its time."""
    if status != "completed" and message.case_id is not None:
        person = session.get(User, message.user_id) if message.user_id else None
        take(session, message.case_id, now)
        name = person.name if person else "The phone"
        write_line(session, message.case_id, now, HUB, "no_answer", f"{name} did not answer the call.")
