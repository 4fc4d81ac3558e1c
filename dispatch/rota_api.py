"""The plan of shifts and of who is on call, as it is changed by hand. Only translates."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field, NaiveDatetime
from sqlmodel import Session

from dispatch import coming_on, rota, store
from dispatch.duty_model import ChangeKind
from dispatch.model import Responder
from dispatch.working_hours import MOST_WEEKS, days_of, span_of
from hub import on_call
from hub.access import Role, User
from hub.bodies import Body, Number, Text
from hub.errors import NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from hub.on_call import TITLES
from hub.places import Place, place_of

router = APIRouter()
Planner = Annotated[Visitor, allow(Role.coordinator, Role.manager)]
Said = dict[str, str]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Repeat = Literal["once", "weekly", "weekdays", "weekends", "daily"]
ON_DAYS: dict[str, tuple[int, ...]] = {
    "once": (),
    "weekdays": (0, 1, 2, 3, 4),
    "weekends": (5, 6),
    "daily": tuple(range(7)),
}


class NewShift(Body):
    """`begins` and `ends` by the clock on the wall; one that ends no later than it begins ends on the next day."""

    responder: Id
    day: date
    begins: time
    ends: time
    base: str = Field(pattern=r"^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?$")
    repeat: Repeat = "once"
    weeks: int = Field(default=1, ge=1, le=MOST_WEEKS)
    because: Text = Field(default="", max_length=300)


class Because(Body):
    why: Text = Field(default="", max_length=300)


class Swap(Body):
    to: Id
    because: Text = Field(default="", max_length=300)


class NewPeriod(Body):
    """Times by the clock on the wall."""

    role: Role
    user: Id
    begins: NaiveDatetime
    ends: NaiveDatetime


@router.post("/shifts")
def add(request: Request, told: NewShift, visitor: Planner) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        place = place_of(session, visitor.user.place)
        who = _responder(session, place, told.responder)
        on = (told.day.weekday(),) if told.repeat == "weekly" else ON_DAYS[told.repeat]
        spans = [
            span_of(day, told.begins, told.ends, place.local()) for day in days_of(told.day, on, told.weeks)
        ]
        because = _overriding(visitor, told.because)
        base = told.base.upper()
        planned, left_out = rota.add(session, place, who, spans, base, now, visitor.user.actor, because)
    shifts = "1 shift" if planned == 1 else f"{planned} shifts"
    not_planned = f" Not planned: {'; '.join(left_out[:5])}." if left_out else ""
    return {"said": f"{shifts} of {who.short_name} planned.{not_planned}"}


@router.post("/shifts/{shift_id}/sick")
def sick(request: Request, shift_id: Number, told: Because, visitor: Planner) -> Said:
    return _end(request, shift_id, ChangeKind.sick, told, visitor)


@router.post("/shifts/{shift_id}/remove")
def remove(request: Request, shift_id: Number, told: Because, visitor: Planner) -> Said:
    return _end(request, shift_id, ChangeKind.removed, told, visitor)


@router.post("/shifts/{shift_id}/swap")
def swap(request: Request, shift_id: Number, told: Swap, visitor: Planner) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        place = place_of(session, visitor.user.place)
        shift = rota.shift_of_place(session, place.id, shift_id)
        to = _responder(session, place, told.to)
        because = _overriding(visitor, told.because)
        left = rota.swap(session, place, shift, to, now, visitor.user.actor, because)
    return {"said": f"{to.short_name} has taken it over. {left}".strip()}


@router.post("/alarms/{alarm_id}/put-on")
def put_on(request: Request, alarm_id: Number, visitor: Planner) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        return {"said": coming_on.put_on(session, visitor.user.place, alarm_id, now, visitor.user.actor)}


@router.post("/on-call")
def plan_on_call(request: Request, told: NewPeriod, visitor: Planner) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        place = place_of(session, visitor.user.place)
        begins, ends = _utc(told.begins, place), _utc(told.ends, place)
        on_call.plan(session, place.id, told.role, told.user, begins, ends, now, visitor.user.name)
        name = session.get_one(User, told.user).name
    return {"said": f"{name} is on call as {TITLES[told.role]} in that time."}


@router.post("/on-call/{period_id}/remove")
def remove_on_call(request: Request, period_id: Number, visitor: Planner) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        on_call.remove(session, visitor.user.place, period_id, now)
    return {"said": "Taken out of the plan. Look whether that leaves a gap."}


def _end(request: Request, shift_id: int, kind: ChangeKind, told: Because, visitor: Visitor) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        place = place_of(session, visitor.user.place)
        shift = rota.shift_of_place(session, place.id, shift_id)
        who = store.responder(session, shift.responder_id)
        left = rota.end(session, shift, kind, told.why, now, visitor.user.actor)
    what = (
        "is sick: nothing is offered on that shift" if kind is ChangeKind.sick else "is taken off that shift"
    )
    return {"said": f"{who.short_name} {what}. {left}".strip()}


def _overriding(visitor: Visitor, because: str) -> str:
    """Hours and rest are passed over by a manager alone, with a reason."""
    if because and not visitor.user.has(Role.manager):
        raise Refused("Only a manager may pass over hours and rest. Leave the reason empty, or ask one.")
    return because


def _responder(session: Session, place: Place, responder_id: int) -> Responder:
    found = session.get(Responder, responder_id)
    if found is None or found.place != place.id or not found.active:
        raise NotFound("There is no such responder here.")
    return found


def _utc(at: datetime, place: Place) -> datetime:
    return at.replace(tzinfo=place.local()).astimezone(UTC)
