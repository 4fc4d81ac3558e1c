"""What was read of somebody is put on their own record here, once two identifiers are read back and nothing speaks
against it (S14): facts with their source and its own codes; read again they are the same, or supersede; what a server
no longer has ends, and what it has taken back is an error here too."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col

from hub.actors import HUB
from hub.sealing import seal_of
from records import read_back
from records.fhir.answered import Answered, ReadCarer, ReadFact
from records.fhir.read_patient import Patient, agree, speaks_against
from records.homes import Home
from records.model import Case
from records.people import linking, rules, service, store
from records.people.fact_model import Confidence, Fact, FactKind, Says
from records.people.model import NHS_NUMBER, Carer, Identifier, Person, SourceKind, Verified
from records.people.rules import Who
from records.people.service import Said, Source
from records.people.standing import R, open_in, standing
from records.reading.asking import asked_for, who_of
from records.reading.model import ReadState, RecordRead
from records.service import take

GONE = "Their record does not have it any more."
UNDATED = "Over; its source does not say since when."


@dataclass(frozen=True)
class Held:
    """The copy of what one server said: of whom, and what. Whom it is of is read without all that is said of them."""

    patient: Patient
    answered: Answered

    def as_text(self) -> str:
        born = self.patient.born.isoformat() if self.patient.born else None
        return json.dumps(
            {"patient": asdict(self.patient) | {"born": born}, "answered": self.answered.as_text()}
        )

    @classmethod
    def of_text(cls, text: str) -> "Held":
        said = json.loads(text)
        return cls(_patient(said["patient"]), Answered.of_text(said["answered"]))


def _patient(one: dict[str, Any]) -> Patient:
    born = date.fromisoformat(one["born"]) if one["born"] else None
    homes = tuple(Home(*home) for home in one["homes"])
    return Patient(one["id"], one["nhs_number"], tuple(one["names"]), born, homes)


def held_of(session: Session, read: RecordRead) -> Held | None:
    """None where nothing is kept, or under a secret that is no longer ours."""
    opened = seal_of(session).open(read.held) if read.held else None
    return Held.of_text(opened) if opened else None


def patient_of(session: Session, read: RecordRead) -> Patient | None:
    """As `held_of`; for a page that looks again and again."""
    opened = seal_of(session).open(read.held) if read.held else None
    return _patient(json.loads(opened)["patient"]) if opened else None


def is_theirs(case: Case, patient: Patient) -> bool:
    """S14: what was read back says that this is who was meant, and nothing that was said speaks against it. Pure."""
    said = who_of(case)
    if speaks_against(said, patient):
        return False
    return rules.is_the_same(partial(agree, said, patient), read_back.fields(case))


def put_on_record(session: Session, case: Case, now: datetime) -> bool:
    """All that is new of it; True where something was put down. Before the read-back nothing is opened."""
    if not read_back.is_read_back(case):
        return False
    known = asked_for(session, case.place, who_of(case))
    reads = [one for one in known[1] if one.held and one.state is not ReadState.may_be] if known else []
    fresh = [one for one in reads if not _is_put(session, one, case)]
    held = [
        (read, copy) for read in fresh if (copy := held_of(session, read)) and is_theirs(case, copy.patient)
    ]
    if not held:
        return False
    person = _whose(session, case, held[0][0].title, now)
    if person is None:
        return False
    take(session, case.key, now)
    (person,) = store.lock(session, case.place, person.key)
    who = store.whos(session, case.place, [person])[person.key]
    for read, copy in held:
        if not speaks_against(who, copy.patient):
            put(session, person, case.key, read, copy, now)
    return True


def put_on_person(
    session: Session, person: Person, who: Who, reads: Sequence[RecordRead], now: datetime
) -> None:
    """For whoever opens a person's own page: they are that number's person, or nothing is put down."""
    (person,) = store.lock(session, person.place, person.key)
    for read in reads:
        copy = held_of(session, read)
        if (
            copy
            and not speaks_against(who, copy.patient)
            and rules.agree(who, copy.patient.who, "nhs_number")
        ):
            put(session, person, None, read, copy, now)


def _is_put(session: Session, read: RecordRead, case: Case) -> bool:
    """By this case, or by another of the same person that all may see who see this one (S18)."""
    if not read.held or read.put_at is None or read.answered_at is None or read.put_at < read.answered_at:
        return False
    if case.person_id is None or read.put_on is None:
        return False
    on, whose = (session.get_one(Person, key) for key in (read.put_on, case.person_id))
    if store.head(session, on).key != store.head(session, whose).key:
        return False
    other = session.get(Case, read.put_for) if read.put_for else None
    if other is None or other.key == case.key:
        return True
    return other.person_id is not None and not other.sealed


def _whose(session: Session, case: Case, title: str, now: datetime) -> Person | None:
    """The person whom the case is linked to; where nobody on our record could be meant, somebody new to it. None where
    that is for somebody to decide."""
    if (linked := store.of_case(session, case)) is not None:
        return linked
    if linking.fitting(session, case) or any(one.wrong for one in store.links_of(session, case.key)):
        return None
    return linking.make_by_rule(session, case, f"new to this hub; {title} knows them", now)


def put(
    session: Session, person: Person, case_id: int | None, read: RecordRead, copy: Held, now: datetime
) -> None:
    source = Source(SourceKind.record, read.title, case_id)
    facts = list({one.key: one for one in copy.answered.facts}.values())
    before = _before(session, person, read.server, case_id)
    said = [
        _said(one, read.server, source, before, now)
        for one in facts
        if not one.in_error and one.about.strip()
    ]
    gone = _gone(before, facts, read.server, copy.answered.whole, now)
    service.add_read(session, person, [*said, *gone], before, now, HUB)
    for one in facts:
        stands = before.get(f"{read.server}|{one.key}")
        if one.in_error and stands is not None:
            service.enter_in_error(session, stands, f"{read.title} has taken it back.", now, HUB)
    if "RelatedPerson" in copy.answered.whole or copy.answered.carers:
        _carers(session, person, source, copy.answered, now)
    _number(session, person, source, copy.patient, now)
    read.put_on, read.put_for, read.put_at = person.key, case_id, now
    session.add(read)


def _before(session: Session, person: Person, server: str, case_id: int | None) -> dict[str, Fact]:
    """What stands of this server, by its own numbers. What only those may read who may see a sealed case is said anew
    in this one (S18)."""
    of_server = col(Fact.outside_id).startswith(f"{server}|", autoescape=True)
    found = standing(session, person, case_id, of_server, sealed=True)
    return {one.outside_id: one for one in reversed(found) if one.outside_id}


def _said(one: ReadFact, server: str, source: Source, before: dict[str, Fact], now: datetime) -> Said:
    outside = f"{server}|{one.key}"
    until = datetime.fromisoformat(one.until) if one.until else None
    words = one.words
    if one.over or (until is not None and until > now):  # its end was planned, and it ended before
        stands = before.get(outside)
        is_over_already = stands is not None and rules.is_over(stands, now)
        until = stands.valid_until if stands is not None and is_over_already else now
        words = "; ".join(part for part in (words, UNDATED) if part)[:1000]
    return Said(
        kind=FactKind(one.kind),
        about=one.about,
        says=Says(one.says),
        value=one.value,
        words=words,
        confidence=Confidence(one.confidence),
        code=one.code,
        author=one.author,
        dated=date.fromisoformat(one.dated) if one.dated else None,
        full_text=one.full_text,
        outside_id=outside,
        source=replace(source, valid_until=until),
    )


def _gone(
    before: dict[str, Fact], facts: Iterable[ReadFact], server: str, whole: Sequence[str], now: datetime
) -> list[Said]:
    """What the server had, and has no more: only of kinds of which all was read."""
    there = {f"{server}|{one.key}" for one in facts}
    return [
        service.ended(fact, GONE, now)
        for outside, fact in before.items()
        if outside not in there
        and outside.split("|", 1)[1].split("/")[0] in whole
        and not rules.is_over(fact, now)
    ]


def _carers(session: Session, person: Person, source: Source, answered: Answered, now: datetime) -> None:
    mine = [
        one
        for one in _rows(session, Carer, person, source)
        if not one.in_error and one.source_kind is SourceKind.record and one.source == source.name
    ]
    live = [one for one in mine if not rules.is_over(one, now)]
    said = {_same(one): one for one in answered.carers if not one.is_over(now)}
    over = {_same(one) for one in answered.carers} - set(said)
    for key, one in said.items():
        if key not in {_same(row) for row in live}:
            known = {"name": one.name, "relation": one.relation, "number": one.number or None}
            service.put(session, person, Carer, source, now, HUB, **known)
    is_whole = "RelatedPerson" in answered.whole
    for row in live:
        if _same(row) in over or (is_whole and _same(row) not in said):
            service.end(session, row, now)


def _rows(session: Session, kind: type[R], person: Person, source: Source) -> list[R]:
    ids = [one.key for one in store.members(session, person)]
    return open_in(session, store.rows(session, kind, ids, ()), source.case_id)


def _same(one: Carer | ReadCarer) -> tuple[str, str, str]:
    return one.name, one.relation, one.number or ""


def _number(session: Session, person: Person, source: Source, patient: Patient, now: datetime) -> None:
    """Traced by name, birth and postcode: their number is known from then on, and says how."""
    if not patient.nhs_number:
        return
    known = {one.value for one in _rows(session, Identifier, person, source) if one.system == NHS_NUMBER}
    if not known:
        said = {"system": NHS_NUMBER, "value": patient.nhs_number, "verified": Verified.traced}
        service.put(session, person, Identifier, source, now, HUB, **said)
