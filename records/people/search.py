"""People found by what somebody says of them: a bounded answer, best first, each with the reason why it matched."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from hub.errors import Refused
from records import seen
from records.people import names, rules, store
from records.people.died import died_of
from records.people.model import Carer, NameSound, Person, PersonAddress, PersonName, PersonNumber
from records.people.rules import Who

MOST = 20
"""Rows of an answer. [LOCAL]"""
NAME_ALONE = "by the name alone: anybody could be called so"
POINTS = {
    "NHS number": 100,
    "same name": 40,
    "date of birth": 40,
    "telephone number": 30,
    "name sounds alike": 25,
    "postcode": 20,
}


@dataclass(frozen=True)
class Sought:
    """What was said, each in its own form; empty is not asked for. `postcode`: whole, or outward alone."""

    name: str = ""
    nhs_number: str | None = None
    born: date | None = None
    postcode: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Hit:
    """`because`: what of them is the same as what was said; `but`: what speaks against it."""

    person: Person
    who: Who
    because: tuple[str, ...]
    but: tuple[str, ...]
    is_name_alone: bool
    died: date | None = None

    @property
    def points(self) -> int:
        return sum(POINTS[why] for why in self.because) - 30 * len(self.but)


def find(session: Session, place: str, sought: Sought) -> tuple[list[Hit], bool]:
    """The best matches, and whether there are more. Raises `Refused` where nothing was said that finds anybody."""
    if not (sought.nhs_number or sought.born or sought.postcode or sought.phone or names.folded(sought.name)):
        raise Refused("Type an NHS number, a name, a date of birth, a postcode or a telephone number.")
    by_number = _by_number(session, place, sought.phone)
    found = store.heads_of(
        session,
        [
            *store.who_may_be(session, place, sought.nhs_number, sought.born),
            *by_number,
            *_by_postcode(session, place, sought.postcode),
            *_by_sound(session, place, sought.name),
        ],
    )
    rung_by = {one.key for one in store.heads_of(session, by_number)}
    known = store.whos(session, place, found)
    hits = [_hit(person, known[person.key], sought, person.key in rung_by) for person in found]
    good = [hit for hit in hits if hit.because and hit.who.names + hit.who.homes + tuple(hit.who.nhs_numbers)]
    good.sort(key=lambda hit: (-hit.points, -_words_alike(sought.name, hit.who), -hit.person.key))
    shown = good[:MOST]
    died = died_of(session, place, [hit.person for hit in shown])
    return [replace(hit, died=died.get(hit.person.key)) for hit in shown], len(good) > MOST


def _hit(person: Person, who: Who, sought: Sought, rung: bool) -> Hit:
    said = Who(
        (sought.name,) if names.folded(sought.name) else (),
        frozenset({sought.born} if sought.born else ()),
        frozenset({sought.nhs_number} if sought.nhs_number else ()),
    )
    agreed = {
        "NHS number": rules.agree(said, who, "nhs_number"),
        "date of birth": rules.agree(said, who, "born"),
        "same name": rules.agree(said, who, "person_name") or None,
    }
    if not agreed["same name"] and said.names and who.names:
        agreed["name sounds alike"] = any(names.sounds_alike(sought.name, name) for name in who.names)
    if sought.postcode:
        there = any(_lies_in(home.postcode, sought.postcode) for home in who.homes)
        agreed["postcode"] = there or None  # people move: another one speaks against nobody
    agreed["telephone number"] = rung or None
    because = tuple(why for why in POINTS if agreed.get(why))
    but = tuple(f"another {why}" for why in ("NHS number", "date of birth") if agreed[why] is False)
    if agreed.get("name sounds alike") is False:
        but = (*but, "another name")
    return Hit(person, who, because, but, set(because) <= {"same name", "name sounds alike"})


def _words_alike(name: str, who: Who) -> int:
    """How many words of it are written so in a name of theirs: of two that sound alike she who is named is first."""
    said = set(names.folded(name))
    return max((len(said & set(names.folded(one))) for one in who.names), default=0)


def _lies_in(postcode: str | None, sought: str) -> bool:
    return postcode is not None and (postcode == sought or postcode.split(" ")[0] == sought)


def _people(session: Session, ids: Iterable[int]) -> list[Person]:
    wanted = list(dict.fromkeys(ids))
    found = {one.key: one for one in session.exec(select(Person).where(col(Person.id).in_(wanted)))}
    return [found[one] for one in wanted]


def _by_number(session: Session, place: str, phone: str | None) -> list[Person]:
    if not phone:
        return []
    hidden = seen.hidden(session, place)
    ids: list[int] = []
    for kind in (PersonNumber, Carer):  # whoever is rung about them rings too
        found = select(kind.person_id).where(
            kind.place == place,
            kind.number == phone,
            col(kind.entered_in_error_at).is_(None),
            col(kind.case_id).is_(None) | col(kind.case_id).not_in(hidden),
        )
        ids += session.exec(found.limit(store.MOST_OF_ONE_WAY))
    return _people(session, ids)


def _by_postcode(session: Session, place: str, postcode: str | None) -> list[Person]:
    """An outward code alone lies at the beginning of many: looked for by the same index."""
    if not postcode:
        return []
    there = col(PersonAddress.postcode)
    same = there == postcode if " " in postcode else (there >= f"{postcode} ") & (there < f"{postcode}!")
    found = select(PersonAddress.person_id).where(PersonAddress.place == place, same)
    return _people(
        session, session.exec(found.order_by(col(PersonAddress.id).desc()).limit(store.MOST_OF_ONE_WAY))
    )


def _by_sound(session: Session, place: str, name: str) -> list[Person]:
    """Each word that was said sounds like one of the same name; the longest first, which is the rarest."""
    heard = sorted(names.sounds(name), key=len, reverse=True)[:3]
    if not heard:
        return []
    first, *others = heard
    found = (
        select(PersonName.person_id)
        .join(NameSound, col(NameSound.name_id) == PersonName.id)
        .where(
            NameSound.place == place, NameSound.sound == first, col(PersonName.entered_in_error_at).is_(None)
        )
    )
    for sound in others:
        too = aliased(NameSound)
        found = found.join(too, col(too.name_id) == PersonName.id).where(
            too.place == place, too.sound == sound
        )
    return _people(
        session, session.exec(found.order_by(col(PersonName.id).desc()).limit(store.MOST_OF_ONE_WAY))
    )
