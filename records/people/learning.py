"""What a case teaches of its person: what was said in it and is not on their record yet, beside what that had."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.actors import Actor
from hub.db import attempt
from records import dependants, read_back
from records import store as cases
from records.homes import Home, same_door
from records.model import Call, Case
from records.people import rules, service, store
from records.people.fact_model import FactKind
from records.people.model import (
    NHS_NUMBER,
    AddressUse,
    Identifier,
    OfPerson,
    Person,
    PersonAddress,
    PersonName,
    PersonNumber,
    SourceKind,
    Verified,
)
from records.people.service import Said, Source
from records.people.store import Record


@dataclass(frozen=True)
class _Lesson:
    session: Session
    case: Case
    person: Person
    known: Record
    source: Source
    now: datetime
    by: Actor

    def put(self, table: type[OfPerson], **said: Any) -> None:
        service.put(self.session, self.person, table, self.source, self.now, self.by, **said)

    def fact(self, kind: FactKind, about: str, words: str) -> None:
        said = Said(kind, about, words=words, source=self.source)
        service.add_fact(self.session, self.person, said, self.now, self.by)


def learn(
    session: Session, case: Case, person: Person, now: datetime, actor: Actor, *, is_more: bool = False
) -> None:
    """`person` is locked. `is_more`: what this case taught already and somebody has marked as an error meanwhile is not
    taught again."""
    known = store.record(session, person).believed(but_of=case.key if is_more else None)
    call = next(iter(reversed(cases.rows_of(session, Call, case.key))), None)
    caller = ", ".join(part for part in (call.caller_name, call.caller_relation) if part) if call else ""
    source = Source(SourceKind.carer if caller else SourceKind.hub, caller or case.ref, case.key)
    lesson = _Lesson(session, case, person, known, source, now, actor)
    who, read = rules.Who(tuple(one.words for one in known.names)), read_back.fields(case)
    if case.person_name and not rules.agree(store.who_of_case(case), who, "person_name"):
        lesson.put(PersonName, words=case.person_name)
    if case.nhs_number and case.nhs_number not in {one.value for one in known.identifiers}:
        verified = Verified.read_back if "nhs_number" in read else Verified.not_verified
        lesson.put(Identifier, system=NHS_NUMBER, value=case.nhs_number, verified=verified)
    _where(lesson)
    if call is not None and call.number and call.number not in {one.number for one in known.numbers}:
        lesson.put(PersonNumber, number=call.number, whose=caller)
    if case.talk_words and case.talk_words not in {one.words for one in known.facts}:
        lesson.fact(FactKind.communication, "how to talk with them", case.talk_words)
    _who_depends(lesson)


def learn_more(session: Session, case: Case, now: datetime, actor: Actor) -> None:
    """What was said since it was linked, as a call about it ends. `case` is taken; a fault undoes itself alone."""
    if case.person_id is None:
        return

    def teach(inner: Session) -> None:
        person = store.head(inner, inner.get_one(Person, case.person_id))
        (locked,) = store.lock(inner, case.place, person.key)
        learn(inner, case, locked, now, actor, is_more=True)

    attempt(session, teach)


def _who_depends(lesson: _Lesson) -> None:
    """S20: only that they are there; who looks after them is of one day. “Nobody” teaches nothing (S8)."""
    before = {(one.about, one.words) for one in lesson.known.facts if one.kind is FactKind.depends}
    for whom, one in dependants.of_case(lesson.case).items():
        about = dependants.WORDS[whom].lower()
        if one.said is dependants.Said.yes and (about, one.words) not in before:
            lesson.fact(FactKind.depends, about, one.words)


def _where(lesson: _Lesson) -> None:
    """S15: where they are now is their home only where home is nowhere else: by this call, and by their record. How to
    get in goes with the address that it was said of."""
    case, known = lesson.case, lesson.known.addresses
    here = Home(case.address, case.postcode)
    homes = [one for one in known if one.use is not AddressUse.staying and not rules.is_over(one, lesson.now)]
    elsewhere = homes and not any(_is_there(one, here) for one in homes)
    use = AddressUse.staying if case.home_address or elsewhere else AddressUse.home
    said = [(case.address, case.postcode, case.access_words, use)]
    if case.home_address:
        said.append((case.home_address, None, "", AddressUse.home))
    for address, postcode, access_words, its_use in said:
        there = [one for one in known if _is_there(one, Home(address, postcode))]
        is_known = any(
            one.access_words == access_words if access_words else _is_so(one, its_use) for one in there
        )
        if address and not is_known:
            lesson.put(
                PersonAddress, address=address, postcode=postcode, access_words=access_words, use=its_use
            )


def _is_so(one: PersonAddress, use: AddressUse) -> bool:
    """A care home that somebody has said is where they live is more than a home."""
    return one.use is use or (use is AddressUse.home and one.use is AddressUse.care_home)


def _is_there(one: PersonAddress, here: Home) -> bool:
    return one.address.casefold() == here.address.casefold() or same_door(
        Home(one.address, one.postcode), here
    )
