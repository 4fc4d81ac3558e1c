"""Column kinds, so that pure rules can import a model without importing the engine."""

from enum import StrEnum

from sqlalchemy import JSON, Enum, Index, text
from sqlalchemy.dialects.postgresql import JSONB

# A value changed in place is not saved: always assign a new one.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def one_of(kind: type[StrEnum]) -> Enum:
    """A StrEnum kept as its own words: a new word needs no ALTER TYPE, an unknown one is refused."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        validate_strings=True,
        values_callable=lambda k: [member.value for member in k],
    )


def one_live(name: str, *columns: str, where: str) -> Index:
    """A unique index over the rows that are alive: the database itself refuses the second one."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


def where_live(name: str, *columns: str, where: str) -> Index:
    """An index over the few rows that are alive, so that a million closed cases cost nothing.

    A query finds it only by the same words (`text(where)`): behind a parameter neither database can see them.
    """
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
