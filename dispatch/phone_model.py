"""The telephones of a responder, in the order in which they are tried."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import one_of


class PhoneKind(StrEnum):
    mobile = "mobile"
    landline = "landline"


class PhoneState(StrEnum):
    ok = "ok"
    opted_out = "opted_out"
    unreachable = "unreachable"


class PhoneOfResponder(SQLModel, table=True):
    """One number, belonging to one responder of the place. `Responder.phone` is the one that texts go to just now.

    The first came with the responder; any other counts only once they have read back the code that was texted to it.
    """

    __tablename__ = "phone_of_responder"
    __table_args__ = (
        Index("phone_number", "place", "number", unique=True),
        Index("phone_order", "responder_id", "nth"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    responder_id: int = Field(foreign_key="responder.id")
    number: str = Field(max_length=20, description="E.164")
    nth: int = 0
    kind: PhoneKind = Field(default=PhoneKind.mobile, sa_type=one_of(PhoneKind))
    state: PhoneState = Field(default=PhoneState.ok, sa_type=one_of(PhoneState))
    why: str | None = Field(default=None, max_length=120, description="why texts do not reach it")
    verified_at: datetime | None = None
    code: str | None = Field(default=None, max_length=4, description="texted, and to be read back")
    code_until: datetime | None = None
    wrong_codes: int = 0

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    @property
    def is_theirs(self) -> bool:
        return self.nth == 0 or self.verified_at is not None

    @property
    def is_checked_by_voice(self) -> bool:
        """A landline that is not theirs yet: no text would ever bring a code to it."""
        return self.kind is PhoneKind.landline and not self.is_theirs

    @property
    def gets_texts(self) -> bool:
        return self.is_theirs and self.kind is PhoneKind.mobile and self.state is PhoneState.ok

    @property
    def can_be_rung(self) -> bool:
        """An opt-out is of texts alone."""
        return self.is_theirs and self.state is not PhoneState.unreachable
