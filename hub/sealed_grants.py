"""Whether a machine sees sealed cases is for two people (S18): an administrator asks for it with the token, and another
person, a manager, says yes or no. Until then the token does everything else."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from hub.actors import Actor
from hub.errors import Conflict, NotFound, Refused
from hub.tokens import ApiToken, Scope


class SealedGrant(SQLModel, table=True):
    """`granted`: null while nobody has answered."""

    __tablename__ = "sealed_grant"
    token_id: int = Field(
        primary_key=True, foreign_key="api_token.id", sa_column_kwargs={"autoincrement": False}
    )
    asked_by: str = Field(max_length=40)
    asked_by_name: str = Field(max_length=80)
    asked_at: datetime
    granted: bool | None = None
    answered_by_name: str | None = Field(default=None, max_length=80)
    answered_at: datetime | None = None


def ask(session: Session, token: ApiToken, by: Actor, now: datetime) -> None:
    """The scope stands on the token once a manager has said so."""
    session.add(SealedGrant(token_id=token.key, asked_by=by.ref, asked_by_name=by.name, asked_at=now))


def answer(
    session: Session, place: str, token_id: int, by: Actor, now: datetime, *, granted: bool
) -> ApiToken:
    """Raises `NotFound`; `Conflict` where it has been answered or the token is over; `Refused` to who asked for it."""
    grant, token = session.get(SealedGrant, token_id), session.get(ApiToken, token_id)
    if grant is None or token is None or token.place != place:
        raise NotFound("Nobody has asked that this machine may see sealed cases.")
    if grant.granted is not None:
        raise Conflict(f"{grant.answered_by_name} has answered this already.")
    if granted and not token.holds(now):
        raise Conflict("This token is over.")
    if granted and grant.asked_by == by.ref:
        raise Refused("You asked for this yourself: it takes a second person. Ask another manager.")
    grant.granted, grant.answered_by_name, grant.answered_at = granted, by.name, now
    session.add(grant)
    if granted:
        token.scopes = sorted({*token.scopes, Scope.sealed_read.value})
        session.add(token)
    return token


def waiting(session: Session, place: str, now: datetime) -> list[tuple[ApiToken, SealedGrant]]:
    """The tokens that hold and wait for a manager, the oldest first."""
    found = select(ApiToken, SealedGrant).join(SealedGrant, col(SealedGrant.token_id) == col(ApiToken.id))
    found = found.where(ApiToken.place == place, col(SealedGrant.granted).is_(None))
    return [
        (token, grant) for token, grant in session.exec(found.order_by(col(ApiToken.id))) if token.holds(now)
    ]
