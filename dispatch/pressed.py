"""What a responder presses on their own page, done once and as of when it was pressed. A phone without a connection
keeps it and tells it later, perhaps twice: each press has an id of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import CursorResult, delete
from sqlmodel import Field, Session, SQLModel, col, select

from dispatch import check_in, service, visits
from dispatch.desk import Desk
from dispatch.model import Offer, Responder
from hub.errors import Conflict, Refused
from hub.places import place_of
from records.model import Position
from records.service import take, write_line

What = Literal["answer", "step", "late", "hand_back", "danger", "999", "all_well"]
StepEvent = Literal["set_off", "arrive", "begin_care", "finish", "find_no_access"]
AN_ANSWER_HOLDS = timedelta(minutes=5)
"""A yes that reaches us later was given to something that may have changed since. [LOCAL]"""
AT_ONCE = timedelta(minutes=1)
"""What is told so soon needs no words about when it was pressed."""
KEPT_FOR = timedelta(days=30)
"""So long the same press, told again, is known: a phone that lay in a drawer over a holiday repeats nothing. [LOCAL]"""
NOT_YOURS = "This visit is not yours any more. Nothing to do, thank you."


class Pressed(SQLModel, table=True):
    """One press that was done, by the id its page gave it."""

    id: str = Field(primary_key=True, max_length=36)
    place: str = Field(max_length=40)
    responder_id: int = Field(foreign_key="responder.id")
    offer_id: int = Field(foreign_key="offer.id")
    what: str = Field(max_length=20)
    at: datetime
    heard_at: datetime


@dataclass(frozen=True)
class Press:
    """`ago`: how long before it was told, by the one clock of that phone: one that is wrong does no harm."""

    what: What
    says: Literal["yes", "no"] = "no"
    event: StepEvent = "set_off"
    minutes: int = 0
    why: str = ""
    ago: timedelta = timedelta(0)


def do_once(
    session: Session, desk: Desk, who: Responder, offer: Offer, press: Press, press_id: str, now: datetime
) -> datetime:
    """Do it, unless this very press has been done. Returns when it was pressed, as it is kept."""
    known = session.get(Pressed, press_id)
    if known is not None:
        if known.responder_id != who.id:
            raise Refused("This was sent by somebody else. Load the page again, and press once more.")
        return known.at
    at = do(session, desk, who, offer, press, now)
    session.add(
        Pressed(
            id=press_id,
            place=who.place,
            responder_id=who.key,
            offer_id=offer.key,
            what=press.what,
            at=at,
            heard_at=now,
        )
    )
    return at


def do(session: Session, desk: Desk, who: Responder, offer: Offer, press: Press, now: datetime) -> datetime:
    """Returns when it was pressed. Raises `Conflict` or `Refused` where it is not possible now."""
    case = take(session, offer.case_id, now)
    position = session.get_one(Position, offer.position_id, populate_existing=True)
    if press.what == "answer":
        _answer(session, desk, who, offer, press, now)
        return now
    if press.what == "danger":  # S26: whatever else is true, and silently
        visits.danger(session, who, position, case, now)
        return now
    if position.responder_id != who.id:
        raise Conflict(NOT_YOURS)
    at = _when(position, press.ago, now)
    if now - at > AT_ONCE and press.what != "999":
        local = at.astimezone(place_of(session, case.place).local())
        words = f"{who.short_name} pressed it at {local:%H:%M}, without a connection."
        write_line(session, case.key, now, who.actor, "pressed", words)
    _on_visit(session, who, position, press, at, now)
    return at


def _answer(session: Session, desk: Desk, who: Responder, offer: Offer, press: Press, now: datetime) -> None:
    if press.says == "no":
        service.decline(session, desk, offer, now, who.actor)
        return
    if press.ago > AN_ANSWER_HOLDS:
        minutes = round(press.ago.total_seconds() / 60)
        raise Refused(f"Your yes took {minutes} min to reach us and is not counted. Look, and say it again.")
    service.accept(session, desk, offer, now, who.actor)


def _on_visit(
    session: Session, who: Responder, position: Position, press: Press, at: datetime, now: datetime
) -> None:
    if press.what == "all_well":
        check_in.all_well(session, position, at, now, who.actor)
    elif press.what == "999":
        visits.ambulance(session, who, position, now)
    elif press.what == "hand_back":
        visits.hand_back(session, position, now, who.actor, press.why)
    elif press.what == "late":
        left = press.minutes - round((now - at).total_seconds() / 60)
        visits.delay(session, position, max(left, 1), now, who.actor)
        visits.end_overdue_alarms(session, position, now)
    else:
        visits.end_overdue_alarms(session, position, now)  # first: no access rings an alarm of its own
        visits.step(session, position, press.event, now, who.actor, at)


def _when(position: Position, ago: timedelta, now: datetime) -> datetime:
    """No step was before the one that came before it, nor before the yes, and none is in the future."""
    before = (
        position.accepted_at,
        position.set_off_at,
        position.arrived_at,
        position.care_began_at,
    )
    return min(max([now - ago, *(at for at in before if at is not None)]), now)


def forget_old(session: Session, now: datetime) -> int:
    """Presses that no phone can still be telling. Returns how many."""
    gone = session.execute(delete(Pressed).where(col(Pressed.heard_at) < now - KEPT_FOR))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def any_old(session: Session, now: datetime) -> bool:
    old = select(Pressed.id).where(Pressed.heard_at < now - KEPT_FOR).limit(1)
    return session.exec(old).first() is not None
