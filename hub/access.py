"""People of the hub: who they are, what they may do, and log-ins that end."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Index, bindparam, delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import Actor
from hub.columns import Json, one_of
from hub.digests import digest
from hub.errors import NotAllowed

SESSION_ENDS_AFTER = timedelta(hours=12)
"""A long shift. [LOCAL]"""
IDLE_ENDS_AFTER = timedelta(hours=2)
WRONG_LIMIT, WRONG_WINDOW = 5, timedelta(minutes=5)
"""So many wrong passwords for a name, or four times as many from an address, and both must wait."""


class Role(StrEnum):
    handler = "handler"
    hub_clinician = "hub_clinician"
    coordinator = "coordinator"
    manager = "manager"
    responder = "responder"
    governance = "governance"
    administrator = "administrator"
    privacy = "privacy"


class User(SQLModel, table=True):
    """`on_call`: the roles they answer for where no period is planned (`hub/on_call.py`); alerts go to `phone`."""

    __tablename__ = "person_of_hub"
    __table_args__ = (Index("user_name", "name_key", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    name: str = Field(max_length=80)
    name_key: str = Field(max_length=120, description="what they log in with, in small letters")
    password_hash: str = Field(max_length=200)
    roles: list[str] = Field(sa_type=Json)
    on_call: list[str] = Field(default_factory=list, sa_type=Json)
    phone: str | None = Field(default=None, max_length=20)
    active: bool = True

    @property
    def actor(self) -> Actor:
        return Actor(f"user:{self.id}", self.name)

    def has(self, *roles: Role) -> bool:
        return any(role in self.roles for role in roles)


class LogIn(SQLModel, table=True):
    """One log-in. Only the token's hash is kept. `phone_id`: the remembered phone that it is on, and ends with; `only`:
    by that phone's PIN, it has this role and no other."""

    __tablename__ = "log_in"
    __table_args__ = (Index("log_in_phone", "phone_id"),)
    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="person_of_hub.id")
    place: str = Field(max_length=40)
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    phone_id: int | None = None
    only: Role | None = Field(default=None, sa_type=one_of(Role))


class WrongPassword(SQLModel, table=True):
    """Kept only to slow down guessing; hashes of what was tried, not the words."""

    __tablename__ = "wrong_password"
    __table_args__ = (Index("wrong_password_at", "who", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    who: str = Field(max_length=64)
    at: datetime


hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's argon2id minimum
_NOBODY = hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return hasher.hash(password)


def check_password(session: Session, name: str, password: str) -> User | None:
    """The person, or None. Takes as long for a name that does not exist as for a wrong password."""
    user = session.exec(select(User).where(User.name_key == name.strip().lower(), User.active)).first()
    try:
        hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return user


def must_wait(session: Session, name: str, address: str, now: datetime) -> bool:
    """Too many wrong passwords lately, for this name or from this address."""
    limits = {
        digest(f"name:{name.strip().lower()}"): WRONG_LIMIT,
        digest(f"from:{address}"): 4 * WRONG_LIMIT,
    }
    for who, limit in limits.items():
        wrong = select(func.count()).where(WrongPassword.who == who, WrongPassword.at > now - WRONG_WINDOW)
        if session.execute(wrong).scalar_one() >= limit:
            return True
    return False


def remember_wrong(session: Session, name: str, address: str, now: datetime) -> None:
    session.execute(delete(WrongPassword).where(col(WrongPassword.at) < now - WRONG_WINDOW))
    for who in (f"name:{name.strip().lower()}", f"from:{address}"):
        session.add(WrongPassword(who=digest(who), at=now))


def start_log_in(
    session: Session,
    user: User,
    now: datetime,
    *,
    phone_id: int | None = None,
    only: Role | None = None,
    until: datetime | None = None,
) -> str:
    """Returns the token for the cookie; it is nowhere else."""
    assert user.id is not None
    token = secrets.token_urlsafe(32)
    session.execute(delete(LogIn).where(col(LogIn.ends_at) < now))
    session.add(
        LogIn(
            token_hash=digest(token),
            user_id=user.id,
            place=user.place,
            started_at=now,
            seen_at=now,
            ends_at=min(now + SESSION_ENDS_AFTER, until or datetime.max.replace(tzinfo=now.tzinfo)),
            phone_id=phone_id,
            only=only,
        )
    )
    return token


# Built once: every request asks.
_WHO = (
    select(User, LogIn)
    .join(LogIn, col(LogIn.user_id) == User.id)
    .where(
        LogIn.token_hash == bindparam("of_token"),
        LogIn.ends_at > bindparam("now"),
        LogIn.seen_at > bindparam("idle_since"),
    )
)


def who_is(session: Session, token: str, now: datetime) -> tuple[User, LogIn] | None:
    """The person behind a cookie, while the log-in and the person still hold."""
    which = {"of_token": digest(token), "now": now, "idle_since": now - IDLE_ENDS_AFTER}
    found = session.exec(_WHO, params=which).first()
    if found is None or not found[0].active:
        return None
    user, log_in = found
    return (user if log_in.only is None else _with(user, log_in.only)), log_in


_HOLD = (
    select(LogIn.token_hash)
    .join(User, col(User.id) == LogIn.user_id)
    .where(
        col(LogIn.token_hash).in_(bindparam("of_tokens", expanding=True)),
        LogIn.ends_at > bindparam("now"),
        LogIn.seen_at > bindparam("idle_since"),
        col(User.active),
    )
)


def still_hold(session: Session, tokens: Iterable[str], now: datetime) -> set[str]:
    """Those of `tokens` whose log-in and person still hold, in one look."""
    by_hash = {digest(token): token for token in tokens}
    which = {"of_tokens": list(by_hash), "now": now, "idle_since": now - IDLE_ENDS_AFTER}
    return {by_hash[found] for found in session.execute(_HOLD, which).scalars()}


def _with(user: User, role: Role) -> User:
    """A copy that no session knows, so that nobody saves it: this person with this role alone, if they have it."""
    return User(**user.model_dump() | {"roles": [role] if user.has(role) else []})


def end_log_in(session: Session, token: str) -> None:
    session.execute(delete(LogIn).where(col(LogIn.token_hash) == digest(token)))


def csrf_of(token: str, secret: str) -> str:
    """The proof that a form came from a page of this log-in."""
    return hmac.new(secret.encode(), f"csrf:{token}".encode(), hashlib.sha256).hexdigest()


def require(user: User, *roles: Role) -> None:
    """Raises `NotAllowed` unless the person has one of `roles`."""
    if not user.has(*roles):
        names = " or ".join(role.replace("_", " ") for role in roles)
        raise NotAllowed(f"This needs the role {names}. Ask your manager if you should have it.")


def here(session: Session, place: str, machine: datetime) -> set[int]:
    """Who of the place is logged in and has been seen lately; by machine time, as log-ins run."""
    alive = select(LogIn.user_id).where(
        LogIn.place == place,
        LogIn.ends_at > machine,
        LogIn.seen_at > machine - IDLE_ENDS_AFTER,
        col(LogIn.only).is_(None),  # by PIN somebody is on the road, and at no desk
    )
    return set(session.exec(alive))


def last_seen(session: Session, place: str) -> dict[int, datetime]:
    """When each person with a log-in was last seen; who has logged out is not there."""
    seen = select(LogIn.user_id, func.max(LogIn.seen_at)).where(
        LogIn.place == place, col(LogIn.only).is_(None)
    )
    return dict(session.exec(seen.group_by(col(LogIn.user_id))).all())
