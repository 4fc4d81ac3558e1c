"""Case references that can be read over a bad line at night, and what is written with them.

A reference is a digit, then letters and digits, then a digit: `4K7`. An offer's code is the reference and letters:
`4K7C`. So the two never look alike whatever their length, a reference never looks like a postcode (those begin with a
letter), and it always holds a letter, so it is never a number. Look-alikes (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) and all
vowels are left out, so that no word can come up.
"""

import random
import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Field, Session, SQLModel

DIGITS = "34679"
LETTERS = "CDFGHJKMNPQRTVWXY"
EXAMPLE = "4K7"
AGAIN_AFTER = timedelta(days=90)
"""S23: codes are not used again for 90 days."""
SHORTEST, LONGEST, TRIES = 3, 8, 3
CODE = re.compile(rf"[{DIGITS}][{DIGITS}{LETTERS}]{{0,6}}[{DIGITS}](?P<offer>[{LETTERS}]{{0,3}})\Z")


class Reference(SQLModel, table=True):
    """When each reference was last given out in a place."""

    place: str = Field(primary_key=True, max_length=40)
    ref: str = Field(primary_key=True, max_length=12)
    given_at: datetime


def new_reference(session: Session, place: str, now: datetime, chance: random.Random) -> str:
    """A reference that nobody had in this place for 90 days.

    Three tries at each length: as a length fills up, its tries fail more often and references grow by themselves.
    """
    for length in range(SHORTEST, LONGEST + 1):
        for _ in range(TRIES):
            ref = draw(length, chance)
            if ref is not None and _take(session, place, ref, now):
                return ref
    raise RuntimeError("no case reference is free")


def draw(length: int, chance: random.Random) -> str | None:
    """One candidate, or None where it would be all digits, or the one that pages and texts give as an example."""
    middle = "".join(chance.choice(DIGITS + LETTERS) for _ in range(length - 2))
    ref = chance.choice(DIGITS) + middle + chance.choice(DIGITS)
    return None if ref.isdigit() or ref == EXAMPLE else ref


def _take(session: Session, place: str, ref: str, now: datetime) -> bool:
    given = {"place": place, "ref": ref, "given_at": now, "long_ago": now - AGAIN_AFTER}
    taken = session.execute(_give_out(session.get_bind().dialect.name), given)
    return taken.scalar_one_or_none() is not None


@cache
def _give_out(dialect: str) -> Any:
    table: Any = Reference.__table__  # type: ignore[attr-defined]
    new = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table).values(
        {name: bindparam(name) for name in ("place", "ref", "given_at")}
    )
    return new.on_conflict_do_update(
        index_elements=["place", "ref"],
        set_={"given_at": new.excluded.given_at},
        where=table.c.given_at <= bindparam("long_ago"),
    ).returning(table.c.ref)


def offer_code(ref: str, nth: int) -> str:
    """The code of a case's nth offer (0, 1, …): `4K7C`, `4K7D`, … `4K7CC`."""
    letters = ""
    while True:
        nth, here = divmod(nth, len(LETTERS))
        letters = LETTERS[here] + letters
        if nth == 0:
            return ref + letters
        nth -= 1


def read_code(word: str) -> tuple[str, str] | None:
    """A word as a code: (case reference, offer code or ''), or None. Case does not matter."""
    found = CODE.match(word.upper())
    if found is None or not any(letter in LETTERS for letter in found.string[: found.start("offer")]):
        return None
    ref = found.string[: found.start("offer")]
    return ref, found.string if found["offer"] else ""
