"""What is said of a person, over HTTP: facts, carers, errors, merges, and which case is about whom. Only translates."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from records import deaths, sealing
from records import store as cases
from records.people import linking, merging, rules, service, store
from records.people.fact_model import HAS_DIED, Confidence, Fact, FactKind, Says
from records.people.from_whom import CaseId, Day, FromWhom, Teller, telling
from records.people.model import (
    Carer,
    Identifier,
    OfPerson,
    PersonAddress,
    PersonName,
    PersonNumber,
)
from records.people.service import Said
from records.service import take

router = APIRouter()
Merger = Annotated[Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager)]
Sealer = Annotated[Visitor, allow(*sealing.MAY_SEAL)]
Answer = dict[str, str | int]


class RowKind(StrEnum):
    name = "name"
    identifier = "identifier"
    address = "address"
    number = "number"
    carer = "carer"
    fact = "fact"


TABLES: dict[RowKind, type[OfPerson]] = {
    RowKind.name: PersonName,
    RowKind.identifier: Identifier,
    RowKind.address: PersonAddress,
    RowKind.number: PersonNumber,
    RowKind.carer: Carer,
    RowKind.fact: Fact,
}


class Why(Body):
    why: Text = Field(max_length=300)


class FactBody(FromWhom):
    kind: FactKind
    about: Text = Field(max_length=120)
    says: Says = Says.present
    value: Text = Field(default="", max_length=120)
    words: Text = Field(default="", max_length=1000)
    confidence: Confidence = Confidence.reported
    author: Text = Field(default="", max_length=120)
    dated: Day = ""
    full_text: Text = Field(default="", max_length=400)
    supersedes: CaseId | None = None


class MergeBody(Why):
    into: CaseId


class LinkBody(Why):
    """Without a person: they are new to the record."""

    why: Text = Field(default="", max_length=300)
    person: CaseId | None = None


@router.post("/people/{person_id}/facts")
def add_fact(request: Request, person_id: Number, body: FactBody, visitor: Teller) -> Answer:
    if " ".join(body.about.casefold().split()) == HAS_DIED:
        raise Refused("Say it under “They have died”: then whoever looks after them is asked (S28).")
    with telling(request, person_id, body, visitor) as told:
        if body.supersedes is not None:
            _is_said_anew(store.row_of(told.session, Fact, told.person.place, body.supersedes), body)
        said = Said(
            kind=body.kind,
            about=body.about,
            says=body.says,
            value=body.value,
            words=body.words,
            confidence=body.confidence,
            author=body.author,
            dated=body.dated or None,
            full_text=body.full_text,
            supersedes_id=body.supersedes,
            source=told.source,
        )
        fact = service.add_fact(told.session, told.person, said, told.now, told.by)
    return {"said": "Kept.", "fact": fact.key}


def _is_said_anew(before: Fact, body: FactBody) -> None:
    """Raises `Refused` where nothing would be left of what stands, or a warning would go without a word why."""
    if rules.says_died(before):
        raise Refused("If they live, mark it as entered in error.")
    if body.says is Says.absent and (before.kind in rules.NEVER_DISAGREES or not body.words):
        raise Refused("Say in words why it is not so any more. A warning about safety is never taken away.")
    if body.says is Says.present and not (body.value or body.words):
        raise Refused("Say what is so now: how much, which; or in words.")


@router.post("/people/rows/{kind}/{row_id}/in-error")
def enter_in_error(request: Request, kind: RowKind, row_id: Number, body: Why, visitor: Teller) -> Answer:
    hub, now = hub_of(request), hub_of(request).clock.now()
    place, by = visitor.user.place, visitor.user.actor
    with hub.db.write() as session:
        row = store.row_of(session, TABLES[kind], place, row_id)
        person = store.visible(session, place, row.person_id)
        lives = isinstance(row, Fact) and rules.says_died(row)
        about = deaths.open_about(session, store.head(session, person)) if lives else []
        asked = [take(session, one.key, now) for one in about]  # before anybody's record
        store.lock(session, place, row.person_id)
        session.refresh(row)
        service.enter_in_error(session, row, body.why, now, by)
        deaths.take_back(session, asked, body.why, now, by)
    return {"said": "Marked as entered in error. It stays to be read as that, and counts for nothing."}


@router.post("/people/facts/{fact_id}/seal")
def seal(request: Request, fact_id: Number, body: Why, visitor: Sealer) -> Answer:
    hub = hub_of(request)
    with hub.db.write() as session:
        fact = store.row_of(session, Fact, visitor.user.place, fact_id)
        service.seal(session, fact, body.why, hub.clock.now(), visitor.user.actor)
    return {"said": "Sealed: only those who must see it do."}


@router.post("/people/facts/{fact_id}/unseal")
def unseal(request: Request, fact_id: Number, visitor: Sealer) -> Answer:
    hub = hub_of(request)
    with hub.db.write() as session:
        fact = store.row_of(session, Fact, visitor.user.place, fact_id)
        service.unseal(session, fact, hub.clock.now(), visitor.user.actor)
    return {"said": "Not sealed any more: everybody who opens this person sees it again."}


@router.post("/people/{person_id}/merge")
def merge(request: Request, person_id: Number, body: MergeBody, visitor: Merger) -> Answer:
    hub, place = hub_of(request), visitor.user.place
    with hub.db.write() as session:
        for one in (person_id, body.into):
            store.visible(session, place, one)
        merging.merge(session, place, person_id, body.into, body.why, hub.clock.now(), visitor.user.actor)
    return {
        "said": f"Now one record: {body.into}. It can be undone there.",
        "goes_to": f"/people/{body.into}",
    }


@router.post("/merges/{merge_id}/undo")
def unmerge(request: Request, merge_id: Number, body: Why, visitor: Merger) -> Answer:
    hub, place = hub_of(request), visitor.user.place
    with hub.db.write() as session:
        store.visible(session, place, merging.find(session, place, merge_id).into_id)
        done = merging.unmerge(session, place, merge_id, body.why, hub.clock.now(), visitor.user.actor)
    return {
        "said": f"Two records again: {done.from_id} and {done.into_id}. What was added since stays with {done.into_id}."
    }


@router.post("/cases/{case_id}/person")
def link(request: Request, case_id: Number, body: LinkBody, visitor: Teller) -> Answer:
    hub, place, now = hub_of(request), visitor.user.place, hub_of(request).clock.now()
    with hub.db.write() as session:
        case = take(session, cases.case(session, place, case_id).key, now)
        if body.person is None:
            person = linking.make_from(session, case, now, visitor.user.actor)
        else:
            person = store.visible(session, place, body.person)
            linking.link(session, case, person, body.why, now, visitor.user.actor)
        person_id = store.head(session, person).key
    return {"said": "Linked to this person.", "person": person_id, "goes_to": f"/people/{person_id}"}


@router.post("/cases/{case_id}/person/wrong")
def unlink(request: Request, case_id: Number, body: Why, visitor: Teller) -> Answer:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        case = cases.case(session, visitor.user.place, case_id)
        linking.unlink(session, case, body.why, now, visitor.user.actor)
    return {"said": "Unlinked. What was put on their record from this case is marked as entered in error."}
