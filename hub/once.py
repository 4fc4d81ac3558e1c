"""What a machine asks for twice under the same key is done once: the answer is kept by the transaction that did it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Index, delete
from sqlmodel import Field, Session, SQLModel, col, select

from hub.db import alone_with
from hub.errors import Conflict, Refused

KEPT_FOR = timedelta(hours=24)


class ApiOnce(SQLModel, table=True):
    """One request that was carried out, and what was answered. The key itself is not kept, and neither is the body."""

    __tablename__ = "api_once"
    __table_args__ = (Index("api_once_at", "at"),)
    token_id: int = Field(primary_key=True, foreign_key="api_token.id")
    key_hash: str = Field(primary_key=True, max_length=64)
    route: str = Field(max_length=120)
    request_hash: str = Field(max_length=64)
    status: int
    answer: str = Field(description="as it was sent, JSON")
    at: datetime


class InProgress(Conflict):
    """The same is being done just now."""

    retry_after_s = 1


@dataclass(frozen=True)
class Asked:
    """A request as it can be told from any other. `what`: everything that decides what it does."""

    token_id: int
    key: str
    route: str
    what: str

    @property
    def key_hash(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def request_hash(self) -> str:
        """Salted by the key, which nobody keeps: a short body cannot be guessed from it."""
        return hashlib.sha256("\n".join((self.key, self.route, self.what)).encode()).hexdigest()


class DoneBefore(Exception):
    """It need not be done again: this was answered."""

    def __init__(self, kept: ApiOnce) -> None:
        super().__init__("done before")
        self.kept = kept


def begin(session: Session, asked: Asked) -> None:
    """First of all in its transaction. Raises `DoneBefore`; `InProgress` where another is at the same just now; and
    `Refused` where this key was used for something else."""
    if not alone_with(session, f"once:{asked.token_id}:{asked.key_hash}"):
        raise InProgress("The same request is being carried out just now. Wait a second and send it again.")
    kept = session.get(ApiOnce, (asked.token_id, asked.key_hash))
    if kept is None:
        return
    if kept.request_hash != asked.request_hash:
        raise Refused(
            "This Idempotency-Key was used for another request. Take a new key for each thing that you ask for."
        )
    raise DoneBefore(kept)


def keep(session: Session, asked: Asked, status: int, answer: str, now: datetime) -> None:
    """By the same transaction as what it did."""
    kept = ApiOnce(
        token_id=asked.token_id,
        key_hash=asked.key_hash,
        route=asked.route,
        request_hash=asked.request_hash,
        status=status,
        answer=answer,
        at=now,
    )
    session.add(kept)


def any_old(session: Session, now: datetime) -> bool:
    old = select(ApiOnce.at).where(ApiOnce.at < now - KEPT_FOR).limit(1)
    return session.exec(old).first() is not None


def forget_old(session: Session, now: datetime) -> int:
    """Returns how many."""
    done = session.execute(delete(ApiOnce).where(col(ApiOnce.at) < now - KEPT_FOR))
    assert isinstance(done, CursorResult)
    return done.rowcount
