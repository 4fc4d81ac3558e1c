"""S17: each telephone number carries whether it is safe to text, to speak and to leave a message on it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.columns import one_of
from hub.errors import Refused


class Safe(StrEnum):
    yes = "yes"
    no = "no"
    not_known = "not_known"


class ContactPoint(SQLModel, table=True):
    """One number of a place, whoever rang from it; the newest word on it stands, with who asked and when."""

    __tablename__ = "contact_point"
    __table_args__ = (Index("contact_point_number", "place", "number", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    number: str = Field(max_length=20, description="E.164")
    text: Safe = Field(default=Safe.not_known, sa_type=one_of(Safe))
    speak: Safe = Field(default=Safe.not_known, sa_type=one_of(Safe))
    message: Safe = Field(default=Safe.not_known, sa_type=one_of(Safe))
    by: str = Field(max_length=80)
    at: datetime


WAYS = {"text": "to text", "speak": "to speak", "message": "to leave a message"}


def may_text(point: ContactPoint | None) -> bool:
    """Whether a text that nobody has asked for just now may be sent to this number: only where it is known to be safe,
    safeguarding or not. Pure."""
    return point is not None and point.text is Safe.yes


def may_leave_message(point: ContactPoint | None, *, safeguarding: bool) -> bool:
    """Whether words may be left on its answering machine. Never where it is not safe; where safeguarding is marked,
    only where it is known to be safe. Pure."""
    safe = point.message if point else Safe.not_known
    return safe is Safe.yes if safeguarding else safe is not Safe.no


def warning(point: ContactPoint | None, *, safeguarding: bool) -> str:
    """What somebody who is about to ring must know; empty where nothing speaks against it. Pure."""
    unsafe = [words for way, words in WAYS.items() if point and getattr(point, way) is Safe.no]
    if unsafe:
        return f"not safe {' or '.join(unsafe)}"
    if safeguarding and (point is None or point.speak is not Safe.yes):
        return "safeguarding: not known to be safe to speak"
    return ""


def read(text: str) -> tuple[str, Safe]:
    """`text: no` as the page's button says it. Raises `Refused`."""
    way, _, said = (part.strip() for part in text.partition(":"))
    if way not in WAYS or said not in list(Safe):
        raise Refused("Say whether it is safe to text, to speak or to leave a message: yes, no or not known.")
    return way, Safe(said)


def of_number(session: Session, place: str, number: str | None) -> ContactPoint | None:
    if not number:
        return None
    found = select(ContactPoint).where(ContactPoint.place == place, ContactPoint.number == number)
    return session.exec(found).first()


def say(
    session: Session, place: str, number: str | None, way: str, safe: Safe, by: str, now: datetime
) -> None:
    """Raises `Refused` without a number."""
    if not number:
        raise Refused("Type the number first: it is the number that is safe or not.")
    point = of_number(session, place, number) or ContactPoint(place=place, number=number, by=by, at=now)
    setattr(point, way, safe)
    point.by, point.at = by, now
    session.add(point)
    session.flush()


def of_numbers(session: Session, place: str, numbers: Collection[str]) -> dict[str, ContactPoint]:
    """Those that anybody has been asked about, by number."""
    if not numbers:
        return {}
    found = select(ContactPoint).where(ContactPoint.place == place, col(ContactPoint.number).in_(numbers))
    return {point.number: point for point in session.exec(found)}
