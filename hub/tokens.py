"""Machines that may call the hub: each by a token of its own, which says what it may do and when that ends."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import Actor
from hub.columns import Json
from hub.digests import digest
from hub.errors import NotFound, Refused

BEGINS = "fp_"
"""So that a token which has got somewhere it should not be can be looked for."""
LONGEST_DAYS = 366
LISTED = 200


class Scope(StrEnum):
    calls_write = "calls:write"
    cases_read = "cases:read"
    cases_act = "cases:act"
    offers_write = "offers:write"
    desk_act = "desk:act"
    alarms_take = "alarms:take"
    feed_read = "feed:read"
    referrals_write = "referrals:write"
    referrals_read = "referrals:read"
    audit_read = "audit:read"
    export_pseudonyms = "export:pseudonyms"
    export_named = "export:named"
    subscriptions_write = "subscriptions:write"
    sealed_read = "sealed:read"


MEANS = {
    Scope.calls_write: "open calls, type on them, ask the questions and commit the disposition",
    Scope.cases_read: "list, find and read cases, and see who is on shift; opening a case is written down",
    Scope.cases_act: "record what is told of visits, do tasks, answer texts, hand over, say how a case ended",
    Scope.offers_write: "accept and decline offers for a responder",
    Scope.desk_act: "what a coordinator decides: who is asked, a ladder paused, a visit stood down, a step taken back",
    Scope.alarms_take: "see the alarms and take them",
    Scope.feed_read: "follow what happens, as it happens",
    Scope.referrals_write: "send referrals by the Booking and Referral Standard, change them and cancel them",
    Scope.referrals_read: "read the referrals that it has sent itself, and what became of them",
    Scope.audit_read: "read who looked at what, and why, as FHIR AuditEvents",
    Scope.export_pseudonyms: "export all cases at /fhir, under pseudonyms: nobody's name, number or day of birth",
    Scope.export_named: "export all cases at /fhir with names, NHS numbers and days of birth",
    Scope.subscriptions_write: "have an address of its own told, by number alone, when a case or a visit changes",
    Scope.sealed_read: "see sealed cases too, wherever its other scopes reach, once a manager has said yes",
}
"""What each scope lets a machine do, in words."""


class ApiToken(SQLModel, table=True):
    """One machine's way in, by machine time as log-ins. Only the token's hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (Index("api_token_place", "place", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    name: str = Field(max_length=60, description="what the machine is called in timelines")
    token_hash: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(sa_type=Json)
    made_by: str = Field(max_length=80)
    made_at: datetime
    ends_at: datetime
    last_used_at: datetime | None = Field(default=None, description="to the minute")
    revoked_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    def holds(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.ends_at


@dataclass(frozen=True)
class Machine:
    """A machine that is calling. No person of the hub: `id` is nobody's."""

    token: int
    place: str
    name: str
    scopes: frozenset[Scope]
    last_used_at: datetime | None = None
    id: None = None

    @property
    def actor(self) -> Actor:
        return Actor(f"token:{self.token}", self.name)


def make(
    session: Session, place: str, name: str, scopes: Iterable[Scope], days: int, by: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which is nowhere else. Raises `Refused`."""
    wanted = sorted(set(scopes))
    if not name:
        raise Refused("Say what the machine is called: its name stands in the timeline of what it does.")
    if not wanted:
        raise Refused("Choose at least one thing that the machine may do.")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(f"A token holds for 1 to {LONGEST_DAYS} days.")
    token = BEGINS + secrets.token_urlsafe(32)
    row = ApiToken(
        place=place,
        name=name,
        token_hash=digest(token),
        scopes=[scope.value for scope in wanted],
        made_by=by.name,
        made_at=now,
        ends_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return row, token


_BY_HASH = select(ApiToken).where(ApiToken.token_hash == bindparam("of_token"))


def machine_of(session: Session, token: str, now: datetime) -> Machine | None:
    """The machine behind a token, while the token holds."""
    row = session.exec(_BY_HASH, params={"of_token": digest(token)}).first()
    if row is None or not row.holds(now):
        return None
    scopes = frozenset(scope for scope in Scope if scope in row.scopes)
    return Machine(row.key, row.place, row.name, scopes, row.last_used_at)


def used(session: Session, token_id: int, now: datetime) -> None:
    row = session.get(ApiToken, token_id)
    if row is not None:
        row.last_used_at = now
        session.add(row)


def revoke(session: Session, place: str, token_id: int, now: datetime) -> ApiToken:
    """From now on it opens nothing; done twice it is done once. Raises `NotFound`."""
    row = session.get(ApiToken, token_id)
    if row is None or row.place != place:
        raise NotFound("There is no such token in this place.")
    row.revoked_at = row.revoked_at or now
    session.add(row)
    return row


def listed(session: Session, place: str) -> list[ApiToken]:
    """The newest first."""
    found = select(ApiToken).where(ApiToken.place == place).order_by(col(ApiToken.id).desc())
    return list(session.exec(found.limit(LISTED)))
