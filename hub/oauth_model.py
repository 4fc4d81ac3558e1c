"""What the token endpoint keeps: public keys of machines, the access tokens that it has given, and proofs once used."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json


class ClientKey(SQLModel, table=True):
    """The public half of a key with which a machine proves that it is itself; `pem` opens nothing."""

    __tablename__ = "client_key"
    __table_args__ = (Index("client_key_token", "token_id"),)
    id: int | None = Field(default=None, primary_key=True)
    token_id: int = Field(foreign_key="api_token.id")
    algorithm: str = Field(max_length=10)
    pem: str = Field(max_length=2000)
    mark: str = Field(max_length=64, description="SHA-256 of the key, by which two people can compare it")
    added_by: str = Field(max_length=80)
    added_at: datetime
    removed_at: datetime | None = None


class AccessToken(SQLModel, table=True):
    """By machine time. It ends with the token of the machine that it was given to, at the latest."""

    __tablename__ = "access_token"
    __table_args__ = (Index("access_token_ends", "ends_at"),)
    token_hash: str = Field(primary_key=True, max_length=64)
    token_id: int = Field(foreign_key="api_token.id")
    grants: dict[str, str] = Field(sa_type=Json)
    ends_at: datetime


class UsedProof(SQLModel, table=True):
    """A `jti` that was seen: the same proof does not open the door twice."""

    __tablename__ = "used_proof"
    __table_args__ = (Index("used_proof_ends", "ends_at"),)
    token_id: int = Field(
        primary_key=True, foreign_key="api_token.id", sa_column_kwargs={"autoincrement": False}
    )
    jti_hash: str = Field(primary_key=True, max_length=64)
    ends_at: datetime
