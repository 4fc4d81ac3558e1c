"""The training place's plan for the days to come: shifts, and who is on call, with a gap to find."""

from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session, col, select

from dashboard.demo import AREAS, RESPONDERS
from dispatch.model import Responder, Shift
from dispatch.working_hours import span_of
from hub.access import Role, User
from hub.on_call import OnCall
from hub.places import place_of

DAYS = 13
EARLY, LATE = (time(7), time(19)), (time(9), time(21))
GAP_ON_DAY = 9
"""On that night nobody is planned as duty clinician: the page says so."""


def lay_out(session: Session, place_id: str, now: datetime) -> None:
    """Only where nothing is planned yet: whoever plays with the plan finds it again as they left it."""
    if session.exec(select(OnCall.id).where(OnCall.place == place_id)).first() is not None:
        return
    place = place_of(session, place_id)
    today = now.astimezone(place.local()).date()
    bases = {goes.phone: goes.base for goes in RESPONDERS}
    staff = session.exec(select(Responder).where(Responder.place == place_id).order_by(col(Responder.id)))
    for nth, who in enumerate(one for one in staff if one.phone in bases):
        base = bases[who.phone]
        for ahead in range(2, DAYS + 1):
            if (ahead + nth) % 4 > 1:
                continue
            span = span_of(today + timedelta(days=ahead), *(EARLY if nth % 2 else LATE), place.local())
            session.add(
                Shift(
                    place=place_id,
                    responder_id=who.key,
                    starts_at=span.starts_at,
                    ends_at=span.ends_at,
                    skills=f"|{'|'.join(who.skills)}|",
                    latitude=AREAS[base][0],
                    longitude=AREAS[base][1],
                    base=base,
                )
            )
    turns = {
        Role.coordinator: ("Priya Nair", "Dana Cole"),
        Role.manager: ("Dana Cole",),
        Role.hub_clinician: ("Amara Obi", "Femi Ade"),
    }
    ids = {user.name: user.id for user in session.exec(select(User).where(User.place == place_id))}
    midnight = datetime.combine(today, time(), place.local())
    for role, names in turns.items():
        for ahead in range(DAYS + 1):
            if role is Role.hub_clinician and ahead == GAP_ON_DAY:
                continue
            session.add(
                OnCall(
                    place=place_id,
                    role=role,
                    user_id=ids[names[ahead % len(names)]] or 0,
                    starts_at=(midnight + timedelta(days=ahead)).astimezone(UTC),
                    ends_at=(midnight + timedelta(days=ahead + 1)).astimezone(UTC),
                    planned_by="the demo",
                )
            )
