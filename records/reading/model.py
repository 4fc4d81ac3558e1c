"""Who is asked after at record servers, and what each of them last said."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_of, where_live

WAITS = "state = 'waiting'"
BEING_READ = "state = 'reading'"


class AskState(StrEnum):
    waiting = "waiting"
    reading = "reading"
    done = "done"


class ReadState(StrEnum):
    """`may_be`: more than one, or something said here speaks against it: nothing of theirs was asked for (S14).
    `objected`: the person has said no to being looked up."""

    read = "read"
    nobody = "nobody"
    may_be = "may_be"
    failed = "failed"
    objected = "objected"


class RecordAsk(SQLModel, table=True):
    """One person who is asked after, once for all calls about them. `about`: a digest of their number, or of name,
    birth and postcode; `said`: one of all that was said of them as they were asked for. `unsure`: some server was not
    sure that they are who was meant, so another word of them is worth another look.

    `not_before` and `lease_until` are machine time; the rest is business time.
    """

    __tablename__ = "record_ask"
    __table_args__ = (
        UniqueConstraint("place", "about", name="record_ask_about"),
        where_live("record_ask_waits", "id", where=WAITS),
        where_live("record_ask_being_read", "lease_until", where=BEING_READ),
        where_live("record_ask_case", "case_id", where="case_id IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    about: str = Field(max_length=64)
    said: str = Field(max_length=64)
    case_id: int | None = Field(default=None, foreign_key="case_.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime
    state: AskState = Field(default=AskState.waiting, sa_type=one_of(AskState))
    not_before: datetime | None = None
    lease_until: datetime | None = None
    taken_by: str | None = Field(default=None, max_length=80)
    tries: int = 0
    unsure: bool = False

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class RecordRead(SQLModel, table=True):
    """What one server last said. `held`: the copy of it, sealed, until nobody has asked for so long that the asking is
    forgotten; `unread`: kinds of which not all could be read. What was last answered stays when a later try fails:
    `tried_at` is after `answered_at` then."""

    __tablename__ = "record_read"
    __table_args__ = (
        UniqueConstraint("ask_id", "server", name="record_read_of"),
        Index("record_read_tried", "tried_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ask_id: int = Field(foreign_key="record_ask.id")
    place: str = Field(max_length=40)
    server: str = Field(max_length=40)
    title: str = Field(max_length=80)
    state: ReadState = Field(sa_type=one_of(ReadState))
    why: str = Field(default="", max_length=200)
    tried_at: datetime
    answered_at: datetime | None = None
    unread: list[str] = Field(default_factory=list, sa_type=Json)
    held: str | None = Field(default=None, sa_type=Text)
    put_on: int | None = Field(default=None, foreign_key="person.id")
    put_for: int | None = Field(default=None, foreign_key="case_.id")
    put_at: datetime | None = None
