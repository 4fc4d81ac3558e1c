"""A person, and what they are known by. Every row keeps the person whom it was said of: a merge moves none of them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_of, where_live


class SourceKind(StrEnum):
    """Where something comes from; `source` names it."""

    hub = "hub"
    person = "person"
    carer = "carer"
    record = "record"
    referral = "referral"


FROM: Mapping[SourceKind, str] = {
    SourceKind.hub: "this hub",
    SourceKind.person: "the person",
    SourceKind.carer: "carer",
    SourceKind.record: "record",
    SourceKind.referral: "referral",
}
"""In words, where nobody named the source."""


class Verified(StrEnum):
    """How it was made sure that an identifier is this person's; not at all is allowed, and said."""

    not_verified = "not_verified"
    read_back = "read_back"
    document = "document"
    traced = "traced"


VERIFIED: Mapping[Verified, str] = {
    Verified.not_verified: "not verified",
    Verified.read_back: "read back",
    Verified.document: "seen on a document",
    Verified.traced: "traced",
}


class AddressUse(StrEnum):
    home = "home"
    staying = "staying"
    care_home = "care_home"


class Agreed(StrEnum):
    """What a carer has agreed to, or may do."""

    be_rung = "be_rung"
    be_told = "be_told"
    decide = "decide"
    open_door = "open_door"


AGREED: Mapping[Agreed, str] = {
    Agreed.be_rung: "agreed to be rung",
    Agreed.be_told: "may be told",
    Agreed.decide: "may decide (lasting power of attorney recorded)",
    Agreed.open_door: "can open the door",
}


class Person(SQLModel, table=True):
    """`version` goes up with every transaction about them. `merged_into`: the person that this one turned out to be."""

    __tablename__ = "person"
    __table_args__ = (
        Index("person_born", "place", "born"),
        where_live("person_merged", "merged_into", where="merged_into IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    version: int = 1
    born: date | None = None
    died: date | None = None
    merged_into: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime
    made_by: str = Field(max_length=80)
    case_id: int | None = Field(
        default=None, foreign_key="case_.id", description="the case that it was made from"
    )

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class OfPerson(SQLModel):
    """What is known of a person, from whom and since when. Never changed: superseded, or entered in error.

    `case_id`: in which case it was said; whoever may not see that case sees nothing of this either (S18).
    """

    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    person_id: int = Field(foreign_key="person.id")
    case_id: int | None = Field(default=None, foreign_key="case_.id")
    source_kind: SourceKind = Field(default=SourceKind.hub, sa_type=one_of(SourceKind))
    source: str = Field(default="", max_length=120)
    recorded_at: datetime
    recorded_by: str = Field(max_length=80)
    valid_until: datetime | None = None
    entered_in_error_at: datetime | None = None
    entered_in_error_by: str | None = Field(default=None, max_length=80)
    entered_in_error_why: str | None = Field(default=None, max_length=300)

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id

    @property
    def in_error(self) -> bool:
        return self.entered_in_error_at is not None


def of_person(table: str) -> tuple[Index, Index]:
    return Index(f"{table}_person", "person_id"), where_live(
        f"{table}_case", "case_id", where="case_id IS NOT NULL"
    )


class PersonName(OfPerson, table=True):
    __tablename__ = "person_name"
    __table_args__ = of_person("person_name")
    words: str = Field(max_length=200)


class NameSound(SQLModel, table=True):
    """How one word of a name sounds (`names.sound`): what a search for a name that sounds alike finds it by."""

    __tablename__ = "name_sound"
    __table_args__ = (
        Index("name_sound_sounds", "place", "sound", "name_id"),
        Index("name_sound_name", "name_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    name_id: int = Field(foreign_key="person_name.id")
    sound: str = Field(max_length=40)


NHS_NUMBER = "nhs_number"
"""The system of an identifier whose check digit is checked; any other system is a name or an address of its own."""


class Identifier(OfPerson, table=True):
    __table_args__ = (*of_person("identifier"), Index("identifier_value", "place", "system", "value"))
    system: str = Field(max_length=120)
    value: str = Field(max_length=80)
    verified: Verified = Field(default=Verified.not_verified, sa_type=one_of(Verified))
    verified_by: str | None = Field(default=None, max_length=80)
    verified_at: datetime | None = None


class PersonAddress(OfPerson, table=True):
    """How to get in belongs to the address (S15). Key-safe codes are never here (S19): `records.key_safes` has them."""

    __tablename__ = "person_address"
    __table_args__ = (*of_person("person_address"), Index("person_address_postcode", "place", "postcode"))
    use: AddressUse = Field(default=AddressUse.home, sa_type=one_of(AddressUse))
    address: str = Field(max_length=400)
    postcode: str | None = Field(default=None, max_length=8)
    access_words: str = Field(default="", max_length=400)


class PersonNumber(OfPerson, table=True):
    """A number to reach them by; whether it is safe is the number's own word (S17, `records.contact_points`)."""

    __tablename__ = "person_number"
    __table_args__ = (*of_person("person_number"), Index("person_number_number", "place", "number"))
    number: str = Field(max_length=20, description="E.164")
    whose: str = Field(default="", max_length=200, description="empty: their own, or nobody has said")

    @property
    def of_whom(self) -> str:
        """In words. A call came from it, and nobody said who rang: that makes it nobody's."""
        if self.whose:
            return f"of {self.whose}"
        return "their own" if self.case_id is None else "nobody has said whose"


class Carer(OfPerson, table=True):
    __table_args__ = of_person("carer")
    name: str = Field(max_length=200)
    relation: str = Field(default="", max_length=80)
    number: str | None = Field(default=None, max_length=20, description="E.164")
    agreed: list[str] = Field(default_factory=list, sa_type=Json)
    words: str = Field(default="", max_length=400)
