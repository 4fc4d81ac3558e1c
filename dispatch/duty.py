"""On, off, break: by text or on their own page. Whoever pauses is asked nothing; a break ends by itself at its time.

What has been offered to them goes on to the next. What they have accepted stays theirs until they say DONE or BACK.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from dispatch import store
from dispatch.duty_model import Pause, PauseKind
from dispatch.model import OfferState, Responder, Shift
from dispatch.musts import pause_of
from dispatch.taking_back import end_offer
from hub import events
from hub.errors import Refused
from hub.places import Place
from records import alarms
from records.model import Case, Position
from records.positions import start_offering

MOST_BREAK_MIN = 120
"""[LOCAL]"""
TOPIC = "duty"
OFF_ON_VISIT = "off_on_visit"


def change(session: Session, place: Place, who: Responder, event: str, minutes: int, now: datetime) -> str:
    """`on`, `off` or `break` for so many minutes. Returns what it comes to; raises `Refused` in words."""
    shift = shift_of(session, who.key, now)
    if shift is None:
        raise Refused(f"you are on no shift just now. To be put on one ring {place.public_number}")
    until = f"{shift.ends_at.astimezone(place.local()):%H:%M}"
    if event == "on":
        end_pauses(session, who, now)
        tell_boards(session, who, now)
        return f"you are on until {until}"
    position = store.assignment_of(session, who.key) or store.next_of(session, who.key)
    if position is not None:
        held = store.accepted_offer(session, position.key)
        raise Refused(f"you are on {held.code if held else 'a visit'}: reply DONE or BACK first")
    if event == "break" and not 1 <= minutes <= MOST_BREAK_MIN:
        raise Refused(f"say for how long, up to {MOST_BREAK_MIN} min: BREAK 20")
    kind = PauseKind.on_break if event == "break" else PauseKind.off
    back_at = min(now + timedelta(minutes=minutes), shift.ends_at) if event == "break" else shift.ends_at
    end_pauses(session, who, now)
    session.add(Pause(place=who.place, responder_id=who.key, kind=kind, starts_at=now, ends_at=back_at))
    session.flush()
    tell_boards(session, who, now)
    said = "is on a break" if event == "break" else "has gone off"
    pass_offers_on(session, who, said, now)
    if event == "break":
        return f"break until {back_at.astimezone(place.local()):%H:%M}; it ends by itself. ON ends it now"
    return f"off for the rest of this shift, until {until}. Reply ON to be back"


def tell_boards(session: Session, who: Responder, now: datetime) -> None:
    """The list of responders is drawn anew at once, and not at its next minute."""
    events.tell(session, who.place, now, TOPIC, who.key, None)


def shift_of(session: Session, responder_id: int, now: datetime) -> Shift | None:
    found = select(Shift).where(
        Shift.responder_id == responder_id, Shift.starts_at <= now, Shift.ends_at > now
    )
    return session.exec(found.order_by(col(Shift.ends_at).desc())).first()


def end_pauses(session: Session, who: Responder, now: datetime) -> None:
    while (pause := pause_of(session, who.key, now)) is not None:
        pause.ends_at = now
        session.add(pause)
        session.flush()


def pass_offers_on(session: Session, who: Responder, because: str, now: datetime) -> None:
    """Each case looks for somebody else in a transaction of its own: two cases locked by one would wait for each
    other."""
    for offer in store.live_offers_of(session, who.key):
        end_offer(session, offer, "expire", now, because)
        if offer.state is not OfferState.sent:
            start_offering(session, session.get_one(Position, offer.position_id), now)


def visit_needs_somebody(session: Session, who: Responder, because: str, now: datetime) -> str:
    """Whoever is taken off a shift may be on a visit, and another may be their next: neither is dropped silently, a
    coordinator decides. Returns what must be done, empty where they have none."""
    theirs = (store.assignment_of(session, who.key), store.next_of(session, who.key))
    return " ".join(_ring(session, who, row, because, now) for row in theirs if row is not None)


def _ring(session: Session, who: Responder, position: Position, because: str, now: datetime) -> str:
    case = session.get_one(Case, position.case_id)
    said = "has it next" if position.is_next else "has accepted it"
    state = said if position.state == "accepted" else f"is {position.state.replace('_', ' ')}"
    words = f"{who.short_name} {because} and {state} ({case.ref}). Ring them, or hand it back."
    alarms.ring(session, case.place, OFF_ON_VISIT, position.key, words, now, case)
    return words
