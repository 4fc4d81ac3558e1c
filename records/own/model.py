"""Who may open a person's own page, how they log in, and what they asked to be put right.

Codes, log-ins and tries run on machine time, as those of the hub's own people do.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.actors import Actor
from hub.columns import Json, one_live, one_of, where_live

LIVE = "ended_at IS NULL"
WAITS = "answered_at IS NULL"


class OwnKind(StrEnum):
    """`attorney`: a lasting power of attorney for health and welfare that somebody of the hub has seen."""

    person = "person"
    carer = "carer"
    attorney = "attorney"


class Sees(StrEnum):
    """What the person has agreed that a carer sees."""

    all = "all"
    plans_and_visits = "plans_and_visits"


class OwnAccess(SQLModel, table=True):
    """One who may open a person's page. `number`: where the codes go, while it is known to be safe (S17). `key_word`
    names it on pages: a row's number would say how many there are. `wrong`: tries since the last right one.
    `of_name`: how the person was called then, for the head of the page. `agreed_on`: the numbers of the records that
    were theirs then; where a merge or its undoing has made them others, it opens nothing until somebody confirms it
    (S14)."""

    __tablename__ = "own_access"
    __table_args__ = (
        one_live("own_access_one_person", "person_id", where=f"{LIVE} AND kind = 'person'"),
        where_live("own_access_number", "place", "number", where=LIVE),
        Index("own_access_person", "person_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    person_id: int = Field(foreign_key="person.id")
    kind: OwnKind = Field(sa_type=one_of(OwnKind))
    name: str = Field(max_length=80)
    relation: str = Field(default="", max_length=80)
    of_name: str = Field(default="", max_length=200)
    agreed_on: list[int] = Field(default_factory=list, sa_type=Json)
    sees: Sees = Field(default=Sees.all, sa_type=one_of(Sees))
    number: str = Field(max_length=20, description="E.164")
    phrase_hash: str = Field(max_length=200)
    how: str = Field(max_length=300, description="how it was agreed, or which document was seen")
    key_word: str = Field(max_length=20)
    by: str = Field(max_length=40)
    by_name: str = Field(max_length=80)
    at: datetime
    wrong: int = 0
    ended_at: datetime | None = None
    ended_by_name: str | None = Field(default=None, max_length=80)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    @property
    def actor(self) -> Actor:
        return Actor(f"own:{self.key}", self.name)


class OwnAsk(SQLModel, table=True):
    """Somebody, whoever they are, wants to log in; a worker looks who they are, and takes the row away."""

    __tablename__ = "own_ask"
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    given: str = Field(max_length=20, description="an NHS number, or a telephone number in E.164")
    born: str = Field(max_length=10)
    at: datetime


class OwnCode(SQLModel, table=True):
    """One link and its code. Only hashes are kept; `tries` counts before it looks."""

    __tablename__ = "own_code"
    __table_args__ = (Index("own_code_access", "access_id", "made_at"),)
    token_hash: str = Field(primary_key=True, max_length=64)
    access_id: int = Field(foreign_key="own_access.id")
    code_hash: str = Field(max_length=64)
    made_at: datetime
    ends_at: datetime
    tries: int = 0
    over_at: datetime | None = None


class OwnLogIn(SQLModel, table=True):
    __tablename__ = "own_log_in"
    __table_args__ = (Index("own_log_in_access", "access_id"),)
    token_hash: str = Field(primary_key=True, max_length=64)
    access_id: int = Field(foreign_key="own_access.id")
    seen_at: datetime
    ends_at: datetime


class OwnTry(SQLModel, table=True):
    """Kept only to slow down guessing: hashes of what was tried, not the words."""

    __tablename__ = "own_try"
    __table_args__ = (Index("own_try_at", "who", "at"), Index("own_try_old", "at"))
    id: int | None = Field(default=None, primary_key=True)
    who: str = Field(max_length=64)
    at: datetime


class Answered(StrEnum):
    put_right = "put_right"
    partly = "partly"
    not_changed = "not_changed"


class Correction(SQLModel, table=True):
    """What a person says is wrong of what is held of them. `answer_by`: one month, by law. [LOCAL]"""

    __table_args__ = (
        where_live("correction_waits", "place", "answer_by", where=WAITS),
        Index("correction_person", "person_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    person_id: int = Field(foreign_key="person.id")
    access_id: int = Field(foreign_key="own_access.id")
    by_name: str = Field(max_length=80)
    about: str = Field(max_length=200)
    words: str = Field(max_length=1000)
    at: datetime
    answer_by: datetime
    answered_at: datetime | None = None
    answered: Answered | None = Field(default=None, sa_type=one_of(Answered))
    answer: str = Field(default="", max_length=1000)
    answered_by: str | None = Field(default=None, max_length=40)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id
