"""Whom to ring about the person on the line and whether it is safe (S17), where they live and how to get in (S15): from
their record and from the hub's own earlier cases. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from records import consents, contact_points
from records.contact_points import WAYS, ContactPoint, Safe
from records.homes import Home
from records.model import Case
from records.people.model import (
    AGREED,
    FROM,
    NHS_NUMBER,
    VERIFIED,
    AddressUse,
    Agreed,
    Carer,
    Identifier,
    OfPerson,
    Person,
    PersonAddress,
    PersonNumber,
)
from records.people.rules import spaced
from records.people.standing import standing_rows
from records.person_key import every_key
from triage import store
from triage.alike import agree, agree_homes
from triage.capture import national
from triage.known_line import At, Line

FEW = 2
SHOWN = 4
"""So many carers and numbers; all of them stand on the person's record. [LOCAL]"""
NUMBERS = 3


@dataclass(frozen=True)
class Ways:
    """`elsewhere`: access notes that belong to another address than the one typed, and are not shown (S15)."""

    lines: tuple[Line, ...]
    elsewhere: int


@dataclass(frozen=True)
class _Theirs:
    """What stands on their record, the newest first; nothing of somebody who is not linked."""

    carers: Sequence[Carer] = ()
    numbers: Sequence[PersonNumber] = ()
    addresses: Sequence[PersonAddress] = ()
    identifiers: Sequence[Identifier] = ()


def ways_of(session: Session, own: Case, person: Person | None, cases: Sequence[Case], at: At) -> Ways:
    """`cases`: their earlier ones, the newest first."""
    theirs = _theirs(session, own, person, at.now) if person else _Theirs()
    rung_from = _rung_from(session, cases)
    known = {one.number for one in theirs.numbers} | {one.number for one in theirs.carers if one.number}
    points = contact_points.of_numbers(session, own.place, {*known, *rung_from})
    safe = _Safe(points, own.safeguarding or any(case.safeguarding for case in cases))
    objected = _objected(session, own, theirs, cases)
    on_the_line = _rung_from(session, [own])
    others = [one for one in theirs.numbers if one.number not in on_the_line]
    carers = sorted(theirs.carers, key=lambda one: Agreed.be_rung not in one.agreed)
    ways_in, elsewhere = _ways_in(own, theirs.addresses, cases, at)
    return Ways(
        (
            *(_carer(one, safe, at, objects=one.name in objected) for one in carers[:SHOWN]),
            *_more(len(carers) - SHOWN),
            *(_number(one, safe, at) for one in others[:SHOWN]),
            *_unsafe(points, [number for number in rung_from if number not in known], at),
            *(_nhs_number(one, at) for one in theirs.identifiers[:FEW] if not own.nhs_number),
            *(_home(one, at) for one in _homes_elsewhere(own, theirs.addresses)[:FEW]),
            *ways_in,
        ),
        elsewhere,
    )


def _theirs(session: Session, own: Case, person: Person, now: datetime) -> _Theirs:
    of = session, person, own.key, now
    identifiers = standing_rows(Identifier, *of)
    return _Theirs(
        standing_rows(Carer, *of),
        standing_rows(PersonNumber, *of),
        standing_rows(PersonAddress, *of),
        [one for one in identifiers if one.system == NHS_NUMBER],
    )


def _objected(session: Session, own: Case, theirs: _Theirs, cases: Sequence[Case]) -> set[str]:
    """The carers whom they do not want to be told anything."""
    keys = every_key((own, *cases), [one.value for one in theirs.identifiers])
    return {one.name for one in theirs.carers if consents.objected_to(session, own.place, keys, one.name)}


@dataclass(frozen=True)
class _Safe:
    points: Mapping[str, ContactPoint]
    safeguarding: bool

    def of(self, number: str) -> tuple[str, bool]:
        """S17, in words, and whether it must be seen first. What nobody has asked is not known, which is never yes."""
        point = self.points.get(number)
        if unsafe := contact_points.warning(point, safeguarding=self.safeguarding):
            return unsafe.upper() if point else unsafe, True
        yes = [words for way, words in WAYS.items() if point and getattr(point, way) is Safe.yes]
        return f"safe {', '.join(yes)}" if yes else "nobody has asked whether it is safe", False


def _carer(one: Carer, safe: _Safe, at: At, *, objects: bool) -> Line:
    agreed = "; ".join(AGREED[Agreed(what)] for what in one.agreed) or "what they agreed to is not known"
    said, warns = safe.of(one.number) if one.number else ("no number", False)
    if objects:
        agreed, warns = f"they have SAID NO to telling {one.name} anything", True
    name = f"{one.name} ({one.relation})" if one.relation else one.name
    reach = f"{national(one.number)}, {said}" if one.number else said
    more = f"; {one.words}" if one.words else ""
    return Line(f"To ring: {name}, {reach}; {agreed}{more}", _when(one, at), warns)


def _more(carers: int) -> list[Line]:
    return [Line(f"and {carers} more to ring", "on their record")] if carers > 0 else []


def _number(one: PersonNumber, safe: _Safe, at: At) -> Line:
    said, warns = safe.of(one.number)
    return Line(f"Number, {one.of_whom}: {national(one.number)}, {said}", _when(one, at), warns)


def _rung_from(session: Session, cases: Sequence[Case]) -> list[str]:
    calls = store.calls_about(session, [case.key for case in cases])
    return list(dict.fromkeys(call.number for call in calls if call.number))[:NUMBERS]


def _unsafe(points: Mapping[str, ContactPoint], rung_from: Sequence[str], at: At) -> list[Line]:
    """Of numbers that rang about them only those on which it is not safe to text, to speak or to leave a message."""
    found = []
    for number in rung_from:
        point = points.get(number)
        unsafe = contact_points.warning(point, safeguarding=False)
        if point is not None and unsafe:
            found.append(Line(f"{national(number)}: {unsafe}", at.when(point.at, point.by), True))
    return found


def _nhs_number(one: Identifier, at: At) -> Line:
    return Line(f"NHS number on their record: {spaced(one.value)} ({VERIFIED[one.verified]})", _when(one, at))


def _homes_elsewhere(own: Case, addresses: Sequence[PersonAddress]) -> list[PersonAddress]:
    """S15: where they are now may be somewhere else than where they live."""
    homes = [one for one in addresses if one.use is not AddressUse.staying]
    return [] if any(_is_here(own, one) for one in homes) else homes


def _home(one: PersonAddress, at: At) -> Line:
    lives = "Care home" if one.use is AddressUse.care_home else "Home"
    return Line(f"{lives} on their record: {Home(one.address, one.postcode).words}", _when(one, at))


def _ways_in(
    own: Case, addresses: Sequence[PersonAddress], cases: Sequence[Case], at: At
) -> tuple[list[Line], int]:
    """S15: how to get in belongs to where the person is now, and to no other address. What two say stands once."""
    here: dict[str, str] = {}
    elsewhere: set[str] = set()
    said = [
        *((one.access_words, _is_here(own, one), _when(one, at)) for one in addresses),
        *((one.access_words, agree(own, one, "address"), at.when(one.clock_start, one.ref)) for one in cases),
    ]
    for words, is_here, source in said:
        if words and is_here:
            here.setdefault(words, source)
        elif words:
            elsewhere.add(words)
    lines = [Line(f"How to get in: {words}", source) for words, source in list(here.items())[:FEW]]
    return lines, len(elsewhere - here.keys())


def _is_here(own: Case, one: PersonAddress) -> bool | None:
    return agree_homes(Home(own.address, own.postcode), Home(one.address, one.postcode))


def _when(row: OfPerson, at: At) -> str:
    return at.when(row.recorded_at, row.source or FROM[row.source_kind])
