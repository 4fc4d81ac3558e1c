"""A coordinator pauses the ladder of a position, and it goes on: by hand, or by itself at the pause's end."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, update

from dispatch import pauses, seeking
from dispatch.desk import Desk
from dispatch.pauses import MOST, Pause
from dispatch.taking_back import SEEKING
from hub import deadlines
from hub.actors import HUB, Actor
from hub.deadlines import Deadline
from hub.errors import Conflict, Refused
from hub.places import place_of
from records.model import Position
from records.service import take, write_line


def begin(
    session: Session, desk: Desk, position: Position, minutes: int, why: str, now: datetime, actor: Actor
) -> Pause:
    """Offers and ladder stand still for so many minutes; who has been asked already may still say yes. Raises `Refused`
    without a reason or where it would be too long, `Conflict` where nothing goes on that could be paused."""
    if not why:
        raise Refused("Say why the ladder is paused; the reason is kept.")
    case = take(session, position.case_id, now)
    session.refresh(position)
    began_at = position.ladder_began_at
    if position.state not in SEEKING or began_at is None:
        raise Conflict("Nobody is being looked for, so there is nothing to pause.")
    if (held := pauses.of(session, position)) is not None:
        raise Conflict(f"{held.by_name} has paused it already.")
    since = pauses.waits_since(session, position)
    left = MOST - (began_at - since)
    if timedelta(minutes=minutes) > left:
        more = int(left.total_seconds() // 60)
        raise Refused(f"A ladder may stand still for 30 min in all: {more} min are left. Ask for less.")
    session.execute(
        update(Pause)
        .where(col(Pause.position_id) == position.key, col(Pause.ended_at).is_(None))
        .values(ended_at=now)
    )  # of a run of the ladder that is over
    pause = Pause(
        place=position.place,
        case_id=case.key,
        position_id=position.key,
        began_at=now,
        until=now + timedelta(minutes=minutes),
        why=why,
        by_name=actor.name,
        waits_since=since,
        ladder_began_at=began_at,
    )
    session.add(pause)
    session.flush()
    deadline = Deadline(
        place=pause.place,
        case_id=case.id,
        kind="ladder_pause",
        owner="ladder_pause",
        subject=pause.key,
        due_at=pause.until,
        human=False,
    )
    deadlines.set_deadline(session, deadline)
    until = f"{pause.until.astimezone(place_of(session, pause.place).local()):%H:%M}"
    title = position.title.lower()
    write_line(session, case.key, now, actor, "paused", f"Ladder of the {title} paused until {until}: {why}")
    seeking.seek(session, desk, position.key, now)
    return pause


def go_on(session: Session, desk: Desk, position: Position, now: datetime, actor: Actor) -> None:
    """Before its time, by hand. Raises `Conflict` where it is not paused."""
    take(session, position.case_id, now)
    session.refresh(position)
    pause = pauses.of(session, position)
    if pause is None:
        raise Conflict("The ladder is not paused; it goes on already.")
    _end(session, desk, pause, position, now, actor)


def over(session: Session, desk: Desk, pause_id: int, now: datetime) -> None:
    """Its time has come."""
    pause = session.get_one(Pause, pause_id)
    take(session, pause.case_id, now)
    session.refresh(pause)
    if pause.ended_at is None:
        position = session.get_one(Position, pause.position_id, populate_existing=True)
        _end(session, desk, pause, position, now, HUB)


def _end(session: Session, desk: Desk, pause: Pause, position: Position, now: datetime, actor: Actor) -> None:
    """What was to come comes later by as long as it stood still; a late ticker adds nothing to that."""
    pause.ended_at = now
    session.add(pause)
    deadlines.clear(session, "ladder_pause", pause.key)
    began_at = position.ladder_began_at
    if began_at is None or began_at != pause.ladder_began_at or position.state not in SEEKING:
        return
    stood = min(now, pause.until) - pause.began_at
    pause.ladder_began_at = position.ladder_began_at = began_at + stood
    if position.ladder_done_at is not None:
        position.ladder_done_at += stood
    session.add(position)
    session.flush()
    words = f"The pause is over: the ladder of the {position.title.lower()} goes on."
    write_line(session, pause.case_id, now, actor, "goes_on", words)
    seeking.seek(session, desk, position.key, now)
