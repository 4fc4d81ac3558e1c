"""Alone at the scene: from the door on they are asked every so often whether all is well, and silence climbs a ladder
of its own: the coordinator is rung, the manager, and then somebody must be sent (S25).

An `OK`, any step, or a tap on their page answers it. The danger word answers nothing (S26): this goes on beside it.
"""

from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, select, text

from dispatch import messages, store, texts
from dispatch.model import Responder
from hub.access import Role
from hub.actors import HUB, Actor
from hub.columns import one_live, where_live
from hub.errors import Conflict
from hub.on_call import on_call
from hub.places import place_of
from records import alarms
from records.model import Case, Position
from records.service import Due, redue, take, write_line

ASK_EVERY = timedelta(minutes=45)
"""S25: from ARRIVED, and from each answer. [LOCAL]"""
RUNGS = (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=15))
"""After the question: ring the coordinator; ring the manager; send somebody. [LOCAL]"""
AGAIN_EVERY = timedelta(minutes=10)
"""On the last rung, while still nothing is heard. [LOCAL]"""
SILENT, SEND = "check_in", "check_in_send"
ROLE_OF_RUNG = {1: Role.coordinator, 2: Role.manager}
ON_SCENE = ("at_door", "with_person")
OPEN = "ended_at IS NULL"


class CheckIn(SQLModel, table=True):
    """One "all well?", until something is heard. `rung`: how far its ladder has been climbed."""

    __tablename__ = "check_in"
    __table_args__ = (
        one_live("check_in_one_open", "position_id", where=OPEN),
        where_live("check_in_open", "case_id", where=OPEN),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    position_id: int = Field(foreign_key="position.id")
    asked_at: datetime
    rung: int = 0
    ended_at: datetime | None = None


def open_of(session: Session, position_id: int) -> CheckIn | None:
    found = select(CheckIn).where(CheckIn.position_id == position_id, text(OPEN))
    return session.exec(found).first()


def ask(session: Session, position_id: int, now: datetime) -> None:
    """The time has come: "all well?" by text."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    if open_of(session, position_id) is None:
        row = CheckIn(place=case.place, case_id=case.key, position_id=position_id, asked_at=now)
        session.add(row)
    held = store.accepted_offer(session, position_id)
    if held is not None:
        place = place_of(session, case.place)
        who = store.responder(session, held.responder_id)
        body = texts.all_well(held.code, texts.clock(now, place.local()))
        messages.text(session, place, who, body, now, case=case, offer=held)
    write_line(session, case.key, now, HUB, "check_in", f"{position.responder_name} asked: all well?")
    redue(session, position, Due("check_unanswered", now + RUNGS[0]))


def climb(session: Session, position_id: int, now: datetime) -> None:
    """Nothing was heard: the next rung."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    asked = open_of(session, position_id)
    if asked is None:
        redue(session, position, Due("scene_check", now + ASK_EVERY))
        return
    asked.rung = min(asked.rung + 1, len(RUNGS))
    session.add(asked)
    held = store.accepted_offer(session, position_id)
    who = store.responder(session, held.responder_id) if held else None
    silent_min = round((now - asked.asked_at).total_seconds() / 60)
    if asked.rung == len(RUNGS):
        _send_somebody(session, case, position, who, silent_min, now)
        redue(session, position, Due("check_unanswered", now + AGAIN_EVERY))
        return
    _tell(session, case, position, who, ROLE_OF_RUNG[asked.rung], silent_min, now)
    redue(session, position, Due("check_unanswered", asked.asked_at + RUNGS[asked.rung]))


def _tell(
    session: Session,
    case: Case,
    position: Position,
    who: Responder | None,
    role: Role,
    silent_min: int,
    now: datetime,
) -> None:
    words = f"{_name(position)} has not answered “all well?” for {silent_min} min ({case.ref}). {_ring(who)}"
    alarms.ring(session, case.place, SILENT, position.key, words, now, case)
    place = place_of(session, case.place)
    said = texts.all_well_aloud(case.ref, silent_min)
    people = on_call(session, case.place, role, now)
    for person in people:
        messages.ring(session, place, person, said, now, case, position)
        words = f"{_name(position)} has not answered for {silent_min} min. Ringing {person.name}."
        write_line(session, case.key, now, HUB, "check_in", words)
    if not people:
        words = (
            f"{_name(position)} has not answered, and no {role} is on call: the alarm is on the board alone."
        )
        write_line(session, case.key, now, HUB, "check_in", words)


def _send_somebody(
    session: Session, case: Case, position: Position, who: Responder | None, silent_min: int, now: datetime
) -> None:
    words = (
        f"Nothing heard of {_name(position)} at the scene for {silent_min} min ({case.ref}). "
        f"{_ring(who)} No answer: send somebody, or the police, 999."
    )
    alarms.ring(session, case.place, SEND, position.key, words, now, case)
    said = f"Nothing heard of {_name(position)} for {silent_min} min: somebody must be sent, or the police."
    write_line(session, case.key, now, HUB, "check_in", said)


def all_well(session: Session, position: Position, at: datetime, now: datetime, actor: Actor) -> None:
    """They have said so, or told it by phone, and are asked again in its time after `at`. Raises `Conflict` where they
    are not at the scene."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    if position.state not in ON_SCENE:
        raise Conflict("Nobody is at the scene just now, so there is nothing to check.")
    heard(session, position, now)
    told = "" if actor.ref.startswith("responder:") else " (told by phone)"
    write_line(session, case.key, now, actor, "all_well", f"{_name(position)}: all well{told}.")
    redue(session, position, Due("scene_check", max(at + ASK_EVERY, now + RUNGS[0])))


def heard(session: Session, position: Position, now: datetime) -> None:
    """Whatever was asked is answered."""
    asked = open_of(session, position.key)
    if asked is not None:
        asked.ended_at = now
        session.add(asked)
        session.flush()
    alarms.end_kinds(session, position.place, (SILENT, SEND), position.key, now)


def _name(position: Position) -> str:
    return position.responder_name or "The responder"


def _ring(who: Responder | None) -> str:
    return f"Ring {who.phone} now." if who else "Ring them now."
