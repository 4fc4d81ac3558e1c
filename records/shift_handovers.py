"""The hand-over of a shift (S29): written once, read by whoever comes, and accepted by them; else the board alarms."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text, update
from sqlmodel import Session, col, select

from hub import deadlines
from hub.access import Role, User
from hub.deadlines import Deadline
from hub.errors import Conflict, NotAllowed, NotFound, Refused
from records import alarms, responsible
from records.model import Case
from records.shift_handover_model import WAITS, HandoverState, ShiftHandover

ACCEPT_IN = timedelta(minutes=15)
"""A list that nobody has accepted by then is an alarm. [LOCAL]"""
FOR = (Role.coordinator, Role.hub_clinician)
ALARM = "shift_handover"


def write(
    session: Session,
    place: str,
    role: Role,
    words: str,
    lines: dict[str, Any],
    user: User,
    now: datetime,
    to: User | None = None,
) -> ShiftHandover:
    """Keep the list for whoever comes; a newer one of the same role takes the place of the one that waits. `to` is
    asked to take over every case that the writer answers for: nothing moves before their yes."""
    if role not in FOR or not user.has(role):
        raise NotAllowed("Hand over what you are on shift as: coordinator or hub clinician.")
    for old in waiting(session, place, role):
        _end(session, old, HandoverState.replaced, now)
    session.flush()
    list_ = ShiftHandover(
        place=place,
        role=role.value,
        by_id=user.id or 0,
        by_name=user.name,
        at=now,
        words=words[:2000],
        lines=lines,
        to_id=to.id if to else None,
        to_name=to.name if to else None,
    )
    session.add(list_)
    session.flush()
    if to is not None:
        for case_id in sorted(case.key for case in responsible.cases_of(session, place, user.id or 0)):
            responsible.offer(session, case_id, to, user, now)
    due = Deadline(
        place=place, kind="shift_handover", owner="shift_handover", subject=list_.key, due_at=now + ACCEPT_IN
    )
    deadlines.set_deadline(session, due)
    return list_


def accept(
    session: Session, list_: ShiftHandover, ticked: Collection[int], user: User, now: datetime
) -> list[Case]:
    """The one who comes has read it. Returns the cases that moved to them with this: those that the writer has asked
    them to take over. Raises `Refused` while an urgent case is not ticked, `Conflict` where somebody was first."""
    if not user.has(Role(list_.role)):
        raise NotAllowed(f"This list is for a {list_.role.replace('_', ' ')}.")
    if user.id == list_.by_id:
        raise Refused("You have written this list. Whoever takes over from you accepts it.")
    unread = [line["ref"] for line in list_.lines["cases"] if line["urgent"] and line["id"] not in ticked]
    if unread:
        raise Refused(f"Read and tick every urgent case first: {', '.join(unread[:8])}.")
    done = session.execute(
        update(ShiftHandover)
        .where(col(ShiftHandover.id) == list_.id, text(WAITS))
        .values(state=HandoverState.accepted, accepted_by=user.name, accepted_at=now)
        .returning(col(ShiftHandover.id))
    ).scalar_one_or_none()
    session.refresh(list_)
    if done is None:
        by = (
            f"{list_.accepted_by} has accepted it"
            if list_.accepted_by
            else "a newer list has taken its place"
        )
        raise Conflict(f"This list waits no more: {by}.")
    deadlines.clear(session, "shift_handover", list_.key)
    alarms.end(session, list_.place, ALARM, list_.key, now)
    asked = [
        case.key
        for case in responsible.offered_to(session, list_.place, user.id or 0)
        if case.responsible_id == list_.by_id
    ]
    return [responsible.accept(session, case_id, user, now) for case_id in sorted(asked)]


def not_accepted(session: Session, list_id: int, now: datetime) -> None:
    """The ticker's turn: written, and nobody has accepted it."""
    list_ = session.get_one(ShiftHandover, list_id)
    if list_.state is HandoverState.waiting:
        who = list_.role.replace("_", " ")
        words = (
            f"Nobody has accepted the {who}'s hand-over list of {list_.by_name}. Open Hand-over and read it."
        )
        alarms.ring(session, list_.place, ALARM, list_.key, words, now)


def waiting(session: Session, place: str, role: Role | None = None) -> list[ShiftHandover]:
    """The lists that nobody has accepted yet: one of a role at most."""
    found = select(ShiftHandover).where(ShiftHandover.place == place, text(WAITS))
    return list(session.exec(found.where(ShiftHandover.role == role.value) if role else found))


def newest(session: Session, place: str, limit: int = 10) -> list[ShiftHandover]:
    found = select(ShiftHandover).where(ShiftHandover.place == place)
    return list(session.exec(found.order_by(col(ShiftHandover.at).desc()).limit(limit)))


def find(session: Session, place: str, list_id: int) -> ShiftHandover:
    """Raises `NotFound`."""
    list_ = session.get(ShiftHandover, list_id)
    if list_ is None or list_.place != place:
        raise NotFound("There is no such hand-over list here.")
    return list_


def _end(session: Session, list_: ShiftHandover, state: HandoverState, now: datetime) -> None:
    list_.state = state
    session.add(list_)
    deadlines.clear(session, "shift_handover", list_.key)
    alarms.end(session, list_.place, ALARM, list_.key, now)
