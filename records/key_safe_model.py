"""The table of codes that were kept apart; nothing but `records.key_safes` reads or writes it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import where_live

STANDS = "ended_at IS NULL"


class KeySafe(SQLModel, table=True):
    """S15, S19: one code, sealed, of one address. A newer one in the same place ends it; nothing is taken away."""

    __tablename__ = "key_safe"
    __table_args__ = (
        where_live("key_safe_case", "case_id", where=STANDS),
        where_live("key_safe_postcode", "place", "postcode", where=STANDS),
        Index("key_safe_of_case", "case_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id", description="in whose words it was typed")
    address: str = Field(max_length=400)
    postcode: str | None = Field(default=None, max_length=8)
    sealed: str = Field(max_length=400)
    source: str = Field(
        default="", max_length=60, description="where it can be typed on: call:12:access_words"
    )
    nth: int = 0
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
    ended_at: datetime | None = None
