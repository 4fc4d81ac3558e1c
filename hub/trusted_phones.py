"""Phones that a responder has had remembered for a shift: a link in a text then opens with a short PIN, never with a
password in a dark car. A PIN opens the responder's own pages alone, whatever else that person may do.

Only hashes are kept, of the phone's token and of the PIN. Times here are machine time, as those of log-ins.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Index, delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from hub.access import LogIn, Role, User, hasher, start_log_in
from hub.columns import one_of, where_live
from hub.digests import digest
from hub.errors import Refused

REMEMBERED_AT_MOST = timedelta(hours=14)
"""[LOCAL]"""
RUNS_OVER = timedelta(hours=1)
"""A visit that runs over the end of its shift is still opened by the PIN for so long. [LOCAL]"""
WRONG_PINS = 5
"""So many wrong PINs, and the phone is forgotten. [LOCAL]"""
MOST_PHONES = 3
"""Of one person at a time; the oldest is forgotten. [LOCAL]"""
KEPT_FOR = timedelta(days=30)
"""How long a phone that was forgotten still stands in the list."""
SHORTEST, LONGEST = 4, 6
IS_IT = "forgotten_at IS NULL"


class Forgotten(StrEnum):
    wrong_pins = "wrong_pins"
    by_themselves = "by_themselves"
    lost = "lost"
    logged_out = "logged_out"
    left = "left"
    another = "another"


WHY = {
    Forgotten.wrong_pins: "five wrong PINs were typed on this phone",
    Forgotten.by_themselves: "you had it forgotten",
    Forgotten.lost: "the control room was told that it is lost",
    Forgotten.logged_out: "you logged out on it",
    Forgotten.left: "your log-in has ended",
    Forgotten.another: "you have other phones remembered since",
}


class TrustedPhone(SQLModel, table=True):
    """One phone of one responder, until `ends_at`. `wrong` counts the PINs tried since the last right one."""

    __tablename__ = "trusted_phone"
    __table_args__ = (
        Index("trusted_phone_token", "token_hash", unique=True),
        where_live("trusted_phone_live", "place", "user_id", where=IS_IT),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    user_id: int = Field(foreign_key="person_of_hub.id")
    token_hash: str = Field(max_length=64)
    pin_hash: str = Field(max_length=200)
    kind: str = Field(max_length=40, description="as its browser says: Android phone, iPhone")
    trusted_at: datetime
    seen_at: datetime
    ends_at: datetime
    wrong: int = 0
    forgotten_at: datetime | None = None
    forgotten_because: Forgotten | None = Field(default=None, sa_type=one_of(Forgotten))

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


def hash_pin(pin: str) -> str:
    """Raises `Refused` for a PIN that is none, or that everybody would try first. Slow, and so outside any write."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise Refused(f"A PIN has {SHORTEST} to {LONGEST} digits, and nothing else.")
    if pin in "01234567890" or pin in "09876543210" or len(set(pin)) == 1:
        raise Refused("That PIN is the first that anybody would try. Choose another.")
    return hasher.hash(pin)


def fits(phone: TrustedPhone, pin: str) -> bool:
    try:
        return hasher.verify(phone.pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def trust(
    session: Session, log_in: LogIn, kind: str, pin_hash: str, shift_lasts: timedelta, now: datetime
) -> tuple[str, TrustedPhone]:
    """Remember the phone of this log-in for as long as the shift lasts; returns the token for its cookie, which is
    nowhere else. The log-in belongs to the phone from then on and ends with it."""
    session.execute(delete(TrustedPhone).where(col(TrustedPhone.ends_at) < now - KEPT_FOR))
    for old in of_person(session, log_in.user_id, now)[MOST_PHONES - 1 :]:
        forget(session, old, Forgotten.another, now)
    token = secrets.token_urlsafe(32)
    phone = TrustedPhone(
        place=log_in.place,
        user_id=log_in.user_id,
        token_hash=digest(token),
        pin_hash=pin_hash,
        kind=kind[:40],
        trusted_at=now,
        seen_at=now,
        ends_at=now + min(shift_lasts + RUNS_OVER, REMEMBERED_AT_MOST),
    )
    session.add(phone)
    session.flush()
    log_in.phone_id = phone.id
    session.add(log_in)
    return token, phone


def phone_of(session: Session, token: str) -> TrustedPhone | None:
    """The phone with this cookie, remembered still or not."""
    return session.exec(select(TrustedPhone).where(TrustedPhone.token_hash == digest(token))).first()


def is_remembered(phone: TrustedPhone, now: datetime) -> bool:
    return phone.forgotten_at is None and phone.ends_at > now


def why_not(phone: TrustedPhone) -> str:
    """In words, for the phone's own page."""
    because = WHY[phone.forgotten_because] if phone.forgotten_because else "your shift is over"
    return f"This phone is not remembered any more: {because}. Log in with your name and password."


def count_try(session: Session, phone: TrustedPhone, now: datetime) -> bool:
    """Counted before it is looked at, so that many at once are no more tries than one after the other. False where
    there is none left."""
    counted = session.execute(
        update(TrustedPhone)
        .where(
            col(TrustedPhone.id) == phone.id,
            col(TrustedPhone.forgotten_at).is_(None),
            col(TrustedPhone.ends_at) > now,
            col(TrustedPhone.wrong) < WRONG_PINS,
        )
        .values(wrong=col(TrustedPhone.wrong) + 1)
        .returning(col(TrustedPhone.wrong))
    ).scalar_one_or_none()
    return counted is not None


def was_wrong(session: Session, phone: TrustedPhone, now: datetime) -> int:
    """How many tries are left; with none the phone is forgotten."""
    session.refresh(phone)
    left = max(WRONG_PINS - phone.wrong, 0)
    if left == 0:
        forget(session, phone, Forgotten.wrong_pins, now)
    return left


def let_in(session: Session, phone: TrustedPhone, now: datetime) -> str:
    """A log-in by PIN: the responder's pages alone, and never longer than the phone is remembered. Returns its token,
    or nothing where the phone is not remembered any more."""
    session.refresh(phone)
    user = session.get_one(User, phone.user_id)
    if not user.active or not user.has(Role.responder):
        forget(session, phone, Forgotten.left, now)
    if not is_remembered(phone, now):
        return ""
    phone.wrong, phone.seen_at = 0, now
    session.add(phone)
    return start_log_in(session, user, now, phone_id=phone.key, only=Role.responder, until=phone.ends_at)


def forget(session: Session, phone: TrustedPhone, because: Forgotten, now: datetime) -> None:
    """From now on it takes a password; whoever is logged in on it is so no more."""
    session.execute(delete(LogIn).where(col(LogIn.phone_id) == phone.id))
    if phone.forgotten_at is None:
        phone.forgotten_at, phone.forgotten_because = now, because
        session.add(phone)


def forget_all(session: Session, user_id: int, because: Forgotten, now: datetime) -> None:
    """Every phone of somebody who leaves, or who has lost them all."""
    for phone in of_person(session, user_id, now):
        forget(session, phone, because, now)


def of_person(session: Session, user_id: int, now: datetime) -> Sequence[TrustedPhone]:
    """Those remembered just now, newest first."""
    found = select(TrustedPhone).where(
        TrustedPhone.user_id == user_id, col(TrustedPhone.forgotten_at).is_(None), TrustedPhone.ends_at > now
    )
    return session.exec(found.order_by(col(TrustedPhone.id).desc())).all()


def of_place(
    session: Session, place: str, now: datetime, limit: int = 300
) -> Sequence[tuple[TrustedPhone, User]]:
    """Every phone of the place that is remembered just now, by name."""
    found = (
        select(TrustedPhone, User)
        .join(User, col(User.id) == TrustedPhone.user_id)
        .where(
            TrustedPhone.place == place, col(TrustedPhone.forgotten_at).is_(None), TrustedPhone.ends_at > now
        )
    )
    return session.exec(found.order_by(col(User.name), col(TrustedPhone.id)).limit(limit)).all()
