"""What a person says is wrong: it is answered within a month, by the privacy lead, and read on their own page."""

from calendar import monthrange
from datetime import datetime, timedelta

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from hub import audit, deadlines
from hub.access import User
from hub.deadlines import Deadline
from hub.errors import Conflict, NotFound, Refused
from records import alarms
from records.own.model import WAITS, Answered, Correction, OwnAccess, OwnKind
from records.people import store
from records.people.model import Person

WARN_BEFORE = timedelta(days=7)
"""[LOCAL]"""
NAG_EVERY = timedelta(days=1)
MOST = 100
MOST_WAITING = 10
LATE = "correction_late"
NAGS = "{n} corrections that people have asked for must be answered: Corrections, for the privacy lead."


def one_month_after(at: datetime) -> datetime:
    """The same day of the next month, or its last. Pure."""
    year, month = (at.year, at.month + 1) if at.month < 12 else (at.year + 1, 1)
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def ask(
    session: Session, person: Person, access: OwnAccess, about: str, words: str, now: datetime
) -> Correction:
    """Raises `Refused` without words, or where more wait than anybody answers."""
    if not words.strip():
        raise Refused("Write what is wrong, and what would be right.")
    waits = select(func.count()).where(Correction.person_id == person.key, text(WAITS))
    if session.execute(waits).scalar_one() >= MOST_WAITING:
        raise Refused("So many of your questions wait for an answer. Ring us, please.")
    made = Correction(
        place=person.place,
        person_id=person.key,
        access_id=access.key,
        by_name=access.name,
        about=about.strip(),
        words=words.strip(),
        at=now,
        answer_by=one_month_after(now),
    )
    session.add(made)
    session.flush()
    audit.note(session, person.place, now, access.actor, "correction_asked", f"person:{person.key}")
    _look_again(session, made, made.answer_by - WARN_BEFORE)
    return made


def answer(
    session: Session, place: str, number: int, answered: Answered, words: str, now: datetime, user: User
) -> Correction:
    """Raises `NotFound`, `Conflict` the second time, `Refused` without words."""
    asked = session.get(Correction, number, with_for_update=True)
    if asked is None or asked.place != place:
        raise NotFound("Nobody has asked for such a correction here.")
    if asked.answered_at is not None:
        raise Conflict("This has been answered already.")
    if not words.strip():
        raise Refused("Write the answer in plain words: the person reads it on their page.")
    asked.answered_at, asked.answered, asked.answer = now, answered, words.strip()
    asked.answered_by = user.actor.ref
    session.add(asked)
    audit.note(
        session, place, now, user.actor, "correction_answered", f"person:{asked.person_id}", answered.value
    )
    deadlines.clear(session, "correction_due", asked.key)
    session.flush()
    if not near(session, place, now):
        alarms.end(session, place, LATE, "place", now)
    return asked


def nag(session: Session, number: int, now: datetime) -> None:
    """Its month is nearly over: one alarm for all of the place, again each day until it is answered."""
    asked = session.get_one(Correction, number)
    if asked.answered_at is None:
        words = NAGS.format(n=len(near(session, asked.place, now)))
        alarms.ring(session, asked.place, LATE, "place", words, now)
        _look_again(session, asked, now + NAG_EVERY)


def near(session: Session, place: str, now: datetime) -> list[Correction]:
    """Those whose month is nearly over, or over."""
    return [one for one in waiting(session, place) if one.answer_by - WARN_BEFORE <= now]


def waiting(session: Session, place: str) -> list[Correction]:
    """The one that must be answered first stands first."""
    found = select(Correction).where(Correction.place == place, text(WAITS))
    return list(session.exec(found.order_by(col(Correction.answer_by)).limit(MOST)))


def answered(session: Session, place: str, limit: int = 50) -> list[Correction]:
    found = select(Correction).where(Correction.place == place, col(Correction.answered_at).is_not(None))
    return list(session.exec(found.order_by(col(Correction.answered_at).desc()).limit(limit)))


def shown_to(session: Session, person: Person, access: OwnAccess) -> list[Correction]:
    """The newest first: to the person all that was asked of them; to somebody they trust what they asked themselves, as
    the person may have written of them."""
    ids = [one.key for one in store.members(session, person)]
    found = select(Correction).where(col(Correction.person_id).in_(ids))
    if access.kind is not OwnKind.person:
        found = found.where(Correction.access_id == access.key)
    return list(session.exec(found.order_by(col(Correction.id).desc()).limit(MOST)))


def _look_again(session: Session, asked: Correction, at: datetime) -> None:
    due = Deadline(
        place=asked.place,
        kind="correction_due",
        owner="correction",
        subject=asked.key,
        due_at=at,
        human=True,
    )
    deadlines.set_deadline(session, due)
