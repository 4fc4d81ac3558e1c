"""A wallboard that reads and nothing else: a screen of its own, paired once by a code, taken back by an administrator.

Nobody's log-in hangs on the wall: that one would go stale when it idles, or, kept alive, would open everything else to
whoever finds the keyboard.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import Actor
from hub.digests import digest
from hub.errors import NotFound, Refused

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without look-alikes: it is read from one screen and typed on another."""
CODE_LENGTH = 8
CODE_HOLDS = timedelta(minutes=10)
SCREEN_HOLDS = timedelta(days=180)
"""Then it is paired again: a screen that nobody looks after goes dark. [LOCAL]"""
MOST = 40


class WallScreen(SQLModel, table=True):
    """One screen. Of the code and of what its cookie holds only hashes are kept; by machine time, as log-ins."""

    __tablename__ = "wall_screen"
    __table_args__ = (Index("wall_screen_place", "place", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    name: str = Field(max_length=60, description="where it hangs")
    code_hash: str | None = Field(default=None, max_length=64, unique=True)
    key_hash: str | None = Field(default=None, max_length=64, unique=True)
    made_by: str = Field(max_length=80)
    made_at: datetime
    paired_at: datetime | None = None
    ends_at: datetime
    revoked_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


@dataclass(frozen=True)
class Screen:
    """A wall that is looking; no person of the hub."""

    id: int
    place: str
    name: str


def make(session: Session, place: str, name: str, by: Actor, now: datetime) -> tuple[WallScreen, str]:
    """The row, and the code to type on it within `CODE_HOLDS`. Raises `Refused`."""
    if not name:
        raise Refused("Say where the screen hangs, so that the right one can be taken back later.")
    if sum(row.revoked_at is None and row.ends_at > now for row in listed(session, place)) >= MOST:
        raise Refused(f"There are {MOST} screens already. Take back those that hang no more.")
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    row = WallScreen(
        place=place,
        name=name,
        code_hash=digest(code),
        made_by=by.name,
        made_at=now,
        ends_at=now + CODE_HOLDS,
    )
    session.add(row)
    session.flush()
    return row, code


def pair(session: Session, place: str, code: str, now: datetime) -> tuple[WallScreen, str] | None:
    """The screen that this code is for, and the key for its cookie; None where no such code holds. It opens once."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    row = session.exec(
        select(WallScreen).where(WallScreen.place == place, WallScreen.code_hash == digest(plain))
    ).first()
    if row is None or row.revoked_at is not None or row.ends_at <= now:
        return None
    key = secrets.token_urlsafe(32)
    row.code_hash, row.key_hash = None, digest(key)
    row.paired_at, row.ends_at = now, now + SCREEN_HOLDS
    session.add(row)
    return row, key


_BY_KEY = select(WallScreen).where(WallScreen.key_hash == bindparam("of_key"))


def screen_of(session: Session, key: str, now: datetime) -> Screen | None:
    """The screen behind a cookie, while it holds."""
    row = session.exec(_BY_KEY, params={"of_key": digest(key)}).first()
    if row is None or row.revoked_at is not None or row.ends_at <= now:
        return None
    return Screen(row.key, row.place, row.name)


def revoke(session: Session, place: str, screen_id: int, now: datetime) -> WallScreen:
    """From now on it shows nothing; done twice it is done once. Raises `NotFound`."""
    row = session.get(WallScreen, screen_id)
    if row is None or row.place != place:
        raise NotFound("There is no such screen here.")
    row.revoked_at = row.revoked_at or now
    session.add(row)
    return row


def listed(session: Session, place: str) -> list[WallScreen]:
    """The newest first."""
    found = select(WallScreen).where(WallScreen.place == place).order_by(col(WallScreen.id).desc())
    return list(session.exec(found.limit(200)))
