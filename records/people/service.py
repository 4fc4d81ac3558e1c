"""What is said of a person is put on their record, and taken for an error; nothing is ever changed there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from hub import audit
from hub.actors import Actor
from hub.errors import Conflict, Refused
from records.fhir import exporting
from records.model import Case
from records.people import rules, store
from records.people.fact_model import HAS_DIED, Confidence, Fact, FactKind, FactSealing, Says
from records.people.model import (
    NHS_NUMBER,
    Identifier,
    NameSound,
    OfPerson,
    Person,
    PersonName,
    SourceKind,
    Verified,
)
from records.people.names import sounds


@dataclass(frozen=True)
class Source:
    """Who says it. `case_id`: in which case; `valid_until`: how long it holds, where its source says."""

    kind: SourceKind = SourceKind.hub
    name: str = ""
    case_id: int | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Said:
    """One fact as its source has it; what each field means, `Fact` says."""

    kind: FactKind
    about: str
    says: Says = Says.present
    value: str = ""
    words: str = ""
    confidence: Confidence = Confidence.reported
    code: str | None = None
    author: str = ""
    dated: date | None = None
    full_text: str = ""
    outside_id: str | None = None
    supersedes_id: int | None = None
    source: Source = field(default_factory=Source)


def make(
    session: Session, place: str, born: date | None, now: datetime, actor: Actor, case: Case | None = None
) -> Person:
    """Somebody whom the record does not know yet."""
    person = Person(
        place=place, born=born, made_at=now, made_by=actor.name, case_id=case.key if case else None
    )
    session.add(person)
    session.flush()
    return person


def put(
    session: Session,
    person: Person,
    table: type[OfPerson],
    source: Source,
    now: datetime,
    actor: Actor,
    **said: Any,
) -> Any:
    """One more row of theirs: a name, an identifier, an address, a number, a carer. Raises `Refused` for an NHS number
    whose check digit does not fit."""
    if table is Identifier and said.get("system") == NHS_NUMBER:
        said["value"] = rules.nhs_number(said["value"])
    if table is Identifier and said.get("verified", Verified.not_verified) is not Verified.not_verified:
        said = {"verified_by": actor.name, "verified_at": now, **said}
    row: Any = table(
        place=person.place,
        person_id=person.key,
        case_id=source.case_id,
        source_kind=source.kind,
        source=source.name[:120],
        recorded_at=now,
        recorded_by=actor.name,
        valid_until=source.valid_until,
        **said,
    )
    session.add(row)
    session.flush()
    if isinstance(row, PersonName):
        heard = sorted(sounds(row.words))
        session.add_all(NameSound(place=person.place, name_id=row.key, sound=sound) for sound in heard)
    return row


def add_fact(session: Session, person: Person, said: Said, now: datetime, actor: Actor) -> Fact:
    """Put it down. Read again from outside (`outside_id`) unchanged it is the same fact; changed, it supersedes what
    was read before. Raises `Refused` where it does not say what it is about."""
    about = " ".join(said.about.split())
    if not about:
        raise Refused("Say in a word or two what it is about: penicillin, ReSPECT, hearing, dog.")
    before = _read_before(session, person, said)
    if before is not None and _same(before, said, about):
        return before
    supersedes = said.supersedes_id if before is None else before.key
    if supersedes is not None:
        _must_stand(session, person, supersedes)
    columns = {name: getattr(said, name) for name in _COPIED}
    fact: Fact = put(
        session, person, Fact, said.source, now, actor, about=about[:120], supersedes_id=supersedes, **columns
    )
    return fact


def has_died(
    session: Session, person: Person, day: date, words: str, source: Source, now: datetime, actor: Actor
) -> None:
    """S28: said as a fact, so that its source stands beside it and an error in it is undone like any other. Raises
    `Refused` without a word of who told us, `Conflict` where it is said already."""
    if not words.strip():
        raise Refused("Say who told us, and how they know. Nothing was changed.")
    if any(rules.says_died(fact) for fact in store.facts(session, person)):
        raise Conflict("That they have died stands on their record already.")
    dead = Said(FactKind.at_risk, HAS_DIED, words=words, dated=day, source=source)
    add_fact(session, person, dead, now, actor)
    _died_on(session, person)
    audit.note(session, person.place, now, actor, "death_recorded", f"person:{person.key}")


def _died_on(session: Session, person: Person) -> None:
    said = store.rows(session, Fact, [person.key], ())
    person.died = next((fact.dated for fact in said if rules.says_died(fact)), None)
    session.add(person)


def add_read(
    session: Session,
    person: Person,
    said: Sequence[Said],
    before: Mapping[str, Fact],
    now: datetime,
    actor: Actor,
) -> None:
    """The same of all that one server says at once. `before`: what stands of it, by `outside_id`. Whoever calls has
    locked the person."""
    for one in said:
        about = " ".join(one.about.split())
        stands = before.get(one.outside_id or "")
        if stands is not None and _same(stands, one, about):
            continue
        session.add(
            Fact(
                place=person.place,
                person_id=person.key,
                case_id=one.source.case_id,
                source_kind=one.source.kind,
                source=one.source.name[:120],
                recorded_at=now,
                recorded_by=actor.name,
                valid_until=one.source.valid_until,
                about=about[:120],
                supersedes_id=stands.key if stands else None,
                **{name: getattr(one, name) for name in _COPIED},
            )
        )
    session.flush()


def ended(fact: Fact, why: str, now: datetime) -> Said:
    """The same fact, from now on past: what supersedes it where its source has it no longer. Pure."""
    copied = {name: getattr(fact, name) for name in _COPIED}
    copied["words"] = "; ".join(part for part in (fact.words, why) if part)[:1000]
    source = Source(fact.source_kind, fact.source, fact.case_id, now)
    return Said(about=fact.about, source=source, **copied)


def end(session: Session, row: OfPerson, now: datetime) -> None:
    """Its source has it no longer: it is shown as past."""
    row.valid_until = now
    session.add(row)


_COPIED = (
    "kind", "says", "value", "words", "confidence", "code", "author", "dated", "full_text", "outside_id",
)  # fmt: skip


def _read_before(session: Session, person: Person, said: Said) -> Fact | None:
    if said.outside_id is None:
        return None
    ids = [one.key for one in store.members(session, person)]
    found = select(Fact).where(
        Fact.place == person.place, Fact.outside_id == said.outside_id, col(Fact.person_id).in_(ids)
    )
    standing = rules.standing(list(session.exec(found.order_by(col(Fact.id)))))
    return standing[-1] if standing else None


def _same(before: Fact, said: Said, about: str) -> bool:
    return (
        before.about == about
        and before.valid_until == said.source.valid_until
        and all(getattr(before, name) == getattr(said, name) for name in _COPIED)
    )


def _must_stand(session: Session, person: Person, fact_id: int) -> None:
    """Raises `Conflict` where somebody else has superseded it, or it is another person's; by what whoever says it can
    see (S18)."""
    if fact_id not in {fact.key for fact in rules.standing(store.facts(session, person))}:
        raise Conflict("What this takes the place of does not stand any more. Load it again and look.")


def enter_in_error(session: Session, row: OfPerson, why: str, now: datetime, actor: Actor) -> None:
    """It was never so, or never of this person. It stays to be read as an error, and counts for nothing. Raises
    `Refused` without a reason, `Conflict` the second time."""
    if not why.strip():
        raise Refused("Say why it was an error; whoever acted on it reads this.")
    if row.in_error:
        raise Conflict("This is marked as entered in error already.")
    row.entered_in_error_at, row.entered_in_error_by = now, actor.name
    row.entered_in_error_why = why.strip()[:300]
    session.add(row)
    if isinstance(row, Fact) and row.about == HAS_DIED:
        session.flush()
        _died_on(session, session.get_one(Person, row.person_id))
    audit.note(session, row.place, now, actor, "entered_in_error", f"{_table(row)}:{row.key}")


def _table(row: OfPerson) -> str:
    return str(type(row).__tablename__)


def seal(session: Session, fact: Fact, why: str, now: datetime, actor: Actor) -> None:
    """S18: silently absent from now on for whoever may not see it. Raises `Refused` without a reason, `Conflict`."""
    if not why.strip():
        raise Refused(
            "Say why it is sealed. The reason is kept apart, and shown only to those who decide it."
        )
    if store.sealings(session, [fact.key]):
        raise Conflict("This is sealed already.")
    session.add(
        FactSealing(
            place=fact.place,
            fact_id=fact.key,
            by=actor.ref,
            by_name=actor.name,
            at=now,
            why=why.strip()[:300],
        )
    )
    exporting.end_all(session, fact.place, now)
    audit.note(session, fact.place, now, actor, "fact_sealed", f"person:{fact.person_id}")


def unseal(session: Session, fact: Fact, now: datetime, actor: Actor) -> None:
    """Raises `Conflict` where it is not sealed."""
    stands = store.sealings(session, [fact.key]).get(fact.key)
    if stands is None:
        raise Conflict("This is not sealed.")
    stands.ended_at, stands.ended_by_name = now, actor.name
    session.add(stands)
    audit.note(session, fact.place, now, actor, "fact_unsealed", f"person:{fact.person_id}")


def said_in(session: Session, case_id: int) -> Sequence[OfPerson]:
    """All that was put on anybody's record in that case and is not in error."""
    found: list[OfPerson] = []
    for kind in store.KINDS:
        of_case = select(kind).where(col(kind.case_id) == case_id, col(kind.entered_in_error_at).is_(None))
        found += session.exec(of_case.limit(store.MOST))
    return found
