"""Who somebody is, put on their record by hand: read as people type it, with what whoever typed it must know now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from hub import audit
from hub.actors import Actor
from hub.errors import Conflict, Refused
from hub.places import place_of
from records import contact_points, deaths
from records.contact_points import WAYS, Safe
from records.people import service, store
from records.people.from_whom import Telling
from records.people.model import (
    NHS_NUMBER,
    AddressUse,
    Agreed,
    Carer,
    Identifier,
    Person,
    PersonAddress,
    PersonName,
    PersonNumber,
    Verified,
)
from triage import rules

KEPT = "Kept."


def name(told: Telling, words: str) -> str:
    """Raises `Refused` without one, or where the record has it already."""
    words = " ".join(words.split())
    if not words:
        raise Refused("Type their name.")
    if words.casefold() in {one.words.casefold() for one in told.known().names}:
        raise Refused("The record has this name already.")
    told.put(PersonName, words=words)
    return KEPT


def identifier(told: Telling, system: str, value: str, verified: Verified) -> str:
    """Says who else carries this NHS number. Raises `Refused`."""
    system, value = system.strip() or NHS_NUMBER, value.strip()
    if not value:
        raise Refused("Type the number they are known by.")
    if system == NHS_NUMBER:
        value = rules.read_now(rules.nhs_number, value)
    known = told.known().identifiers
    if (system, value) in {(one.system, one.value) for one in known}:
        raise Refused("The record has this number already. Say at that number how it was made sure of.")
    said = {"system": system, "value": value, "verified": verified}
    told.put(Identifier, **said)
    others = _who_else(told.session, told.person, value) if system == NHS_NUMBER else []
    if not others:
        return KEPT
    numbers = " and ".join(str(one.key) for one in others)
    return f"Kept. Record {numbers} carries this NHS number too: look whether they are one person."


def _who_else(session: Session, person: Person, nhs_number: str) -> list[Person]:
    """S18: nobody hears of a number that was said where they may not look."""
    others = store.who_may_be(session, person.place, nhs_number, None)
    known = store.whos(session, person.place, others)
    return [one for one in others if one.key != person.key and nhs_number in known[one.key].nhs_numbers]


def verify(session: Session, row: Identifier, how: Verified, now: datetime, actor: Actor) -> None:
    """Raises `Refused` where nothing is said, `Conflict` where it was an error or is known in this way already."""
    if how is Verified.not_verified:
        raise Refused("Say how you made sure of it.")
    if row.in_error or row.verified is how:
        raise Conflict("Somebody else has changed this. Load it again and look.")
    row.verified, row.verified_by, row.verified_at = how, actor.name, now
    session.add(row)
    audit.note(session, row.place, now, actor, "identifier_verified", f"person:{row.person_id}", how)


def address(told: Telling, use: AddressUse, words: str, postcode: str, access_words: str) -> str:
    """S15: how to get in belongs to this address. Raises `Refused`."""
    if not words.strip():
        raise Refused("Type the address.")
    code = rules.read_now(rules.postcode, postcode) if postcode.strip() else rules.postcode_in(words)
    said = {"use": use, "address": words.strip(), "postcode": code, "access_words": access_words}
    told.put(PersonAddress, **said)
    return KEPT


def number(told: Telling, typed: str, whose: str, safe: Mapping[str, Safe]) -> str:
    """`safe`: by way (S17); not known is left as it is. Raises `Refused`."""
    e164 = rules.read_now(rules.phone, typed)
    _say_safe(told, e164, safe)
    known = told.known().numbers
    if (e164, whose.strip()) not in {(one.number, one.whose) for one in known}:
        told.put(PersonNumber, number=e164, whose=whose.strip())
    return KEPT


@dataclass(frozen=True)
class CarerSaid:
    """As it was typed; `number` may be empty."""

    name: str
    relation: str
    number: str
    agreed: Sequence[Agreed]
    words: str


def carer(told: Telling, said: CarerSaid, safe: Mapping[str, Safe]) -> str:
    """Somebody to ring about them. `safe`: of their number, as in `number`. Raises `Refused`."""
    if not said.name:
        raise Refused("Type the carer's name.")
    e164 = rules.read_now(rules.phone, said.number) if said.number else None
    if e164:
        _say_safe(told, e164, safe)
    elif set(safe.values()) != {Safe.not_known}:
        raise Refused("Type the number first: it is the number that is safe or not.")
    agreed = [one.value for one in said.agreed]
    who = {
        "name": said.name,
        "relation": said.relation,
        "number": e164,
        "agreed": agreed,
        "words": said.words,
    }
    told.put(Carer, **who)
    return KEPT


def _say_safe(told: Telling, e164: str, safe: Mapping[str, Safe]) -> None:
    """Raises `Refused`."""
    session, place = told.session, told.person.place
    point = contact_points.of_number(session, place, e164)
    if point is not None:
        session.refresh(point, with_for_update=True)
    for way, said in safe.items():
        if point is not None and getattr(point, way) is Safe.no and said is Safe.yes:
            raise Refused(
                f"This number is marked not safe {WAYS[way]}. Only a call with them can change that (S17)."
            )
    for way, said in safe.items():
        if said is not Safe.not_known:
            contact_points.say(session, place, e164, way, said, told.by.name, told.now)


def died(told: Telling, day: date, words: str) -> str:
    """S28: whoever looks after an open case of theirs is asked, and nobody new goes meanwhile. Raises `Refused`."""
    session, person = told.session, told.person
    if day > told.now.astimezone(place_of(session, person.place).local()).date():
        raise Refused("That day is still to come.")
    if any(day < one.born for one in store.members(session, person) if one.born):
        raise Refused("That day is before they were born. Look at both dates.")
    service.has_died(session, person, day, words, told.source, told.now, told.by)
    deaths.warn(session, deaths.open_about(session, person), deaths.ON_RECORD, told.now)
    return (
        "Kept: they have died. Whoever is responsible for an open case of theirs is asked, and nobody new goes "
        "meanwhile. If it was an error, say so at that line."
    )
