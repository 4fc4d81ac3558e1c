"""ON from somebody who is on no shift: a shift that begins soon begins now, and the room is told; with none planned,
a coordinator puts them on by one press. Hours and rest hold here as in the plan.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from dispatch import duty, messages, people, rota, store, texts
from dispatch.duty_model import ChangeKind
from dispatch.model import Responder, Shift
from dispatch.replies import Reading
from dispatch.working_hours import Span, in_two_places, too_much
from hub.actors import Actor
from hub.errors import Conflict, Refused
from hub.places import Place, place_of
from records import alarms

EARLY = timedelta(hours=1)
"""A planned shift that begins within so long is begun by ON. [LOCAL]"""
UNPLANNED_LASTS = timedelta(hours=4)
"""So long is a shift that nobody has planned, as far as hours and rest and the next shift allow. [LOCAL]"""
SHORTEST = timedelta(hours=1)
"""A shorter one is not worth beginning. [LOCAL]"""
ASKS_ON = "asks_on"
ON_EARLY = "on_early"


def change(session: Session, place: Place, who: Responder, event: str, minutes: int, now: datetime) -> str:
    """As `duty.change`; ON also from whoever is on no shift. Returns what it comes to; raises `Refused` in words."""
    if event != "on" or duty.shift_of(session, who.key, now) is not None or not who.active:
        return duty.change(session, place, who, event, minutes, now)
    soon = _next(session, who, now)
    if soon is not None and soon.starts_at <= now + EARLY:
        return _begin_early(session, place, who, soon, now)
    words = f"{who.short_name} ({who.profession}) says ON and is on no shift. Put them on, or take this and ring them."
    alarms.ring(session, place.id, ASKS_ON, who.key, words, now)
    return "no shift of yours is planned now. The control room has been told and answers"


def by_text(session: Session, place: Place, who: Responder, reading: Reading, now: datetime) -> str:
    """The same, asked for by text; returns the text that answers it, also where it is refused."""
    try:
        said = change(session, place, who, reading.event, reading.minutes, now)
    except Refused as refused:
        said = str(refused)
    return texts.about_duty(said, texts.clock(now, place.local()))


def put_on(session: Session, place: str, alarm_id: int, now: datetime, actor: Actor) -> str:
    """They asked for it, and a coordinator puts them on for now. Raises `Conflict` where somebody has done it already,
    `Refused` where hours or rest speak against it."""
    alarm = alarms.find(session, place, alarm_id)
    if alarm.kind != ASKS_ON or alarm.state is alarms.AlarmState.over:
        raise Conflict("Somebody has decided about this already.")
    who = people.responder(session, place, int(alarm.subject))
    zone = place_of(session, place).local()
    session.get_one(Responder, who.key, with_for_update=True)
    span = _as_long_as_allowed(session, who, now)
    others = rota.around(session, who.key, span)
    if why_not := in_two_places(span, others, zone) or too_much(span, others, zone):
        raise Refused(f"{who.short_name} cannot be put on: {why_not}.")
    base = people.record_of(session, who).base
    rota.keep_shift(session, who, span, base, store.area(session, place, base), ChangeKind.added, now, actor)
    alarms.end(session, place, ASKS_ON, who.key, now)
    until = f"you are on until {span.ends_at.astimezone(zone):%H:%M}"
    body = texts.about_duty(until, texts.clock(now, zone))
    messages.text(session, place_of(session, place), who, body, now)
    duty.tell_boards(session, who, now)
    return f"{who.short_name} is on until {span.ends_at.astimezone(zone):%H:%M}; they are told."


def _begin_early(session: Session, place: Place, who: Responder, shift: Shift, now: datetime) -> str:
    whole = Span(now, shift.ends_at)
    others = [one for one in rota.around(session, who.key, whole) if one.starts_at != shift.starts_at]
    planned = f"{shift.starts_at.astimezone(place.local()):%H:%M}"
    if too_much(whole, others, place.local()):
        raise Refused(f"your shift begins at {planned}; hours and rest do not let it begin sooner")
    shift.starts_at = now
    session.add(shift)
    rota.keep(session, who, ChangeKind.added, whole, now, who.actor, f"begun by ON, planned from {planned}")
    words = f"{who.short_name} has begun their shift of {planned} now."
    alarms.end(session, place.id, ASKS_ON, who.key, now)
    alarms.ring(session, place.id, ON_EARLY, who.key, words, now)
    session.flush()
    return duty.change(session, place, who, "on", 0, now)


def _as_long_as_allowed(session: Session, who: Responder, now: datetime) -> Span:
    """Up to where the next shift begins, so that both are one."""
    ends_at, soon = now + UNPLANNED_LASTS, _next(session, who, now)
    if soon is not None and now + SHORTEST < soon.starts_at < ends_at:
        ends_at = soon.starts_at
    return Span(now, ends_at)


def _next(session: Session, who: Responder, now: datetime) -> Shift | None:
    found = select(Shift).where(Shift.responder_id == who.id, Shift.starts_at > now)
    return session.exec(found.order_by(col(Shift.starts_at))).first()
