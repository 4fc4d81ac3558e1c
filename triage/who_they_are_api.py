"""Who somebody is, over HTTP: names, numbers, addresses, carers, and that they have died. Only translates."""

from datetime import date
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field, field_validator

from hub import kept_apart
from hub.bodies import Body, Free, Number, Text
from hub.gate import hub_of
from records.contact_points import WAYS, Safe
from records.people import store
from records.people.from_whom import FromWhom, Teller, telling
from records.people.model import NHS_NUMBER, AddressUse, Agreed, Identifier, Verified
from triage import who_they_are

router = APIRouter()
Answer = dict[str, str]


class NameBody(FromWhom):
    words: Text = Field(max_length=200)


class IdentifierBody(FromWhom):
    """`system`: whose number it is; empty is the NHS number."""

    system: Text = Field(default=NHS_NUMBER, max_length=120)
    value: Text = Field(max_length=80)
    verified: Verified = Verified.not_verified


class VerifiedBody(Body):
    verified: Verified


class AddressBody(FromWhom):
    use: AddressUse = AddressUse.home
    address: Text = Field(max_length=400)
    postcode: Text = Field(default="", max_length=20)
    access_words: Free = Field(default="", max_length=400)

    @field_validator("access_words")
    @classmethod
    def _without_codes(cls, words: str) -> str:
        """S19: bare digits here are a code."""
        return kept_apart.take_out(words, is_way_in=True)


class HowSafe(FromWhom):
    """S17: what is safe on the number that is said with it."""

    text: Safe = Safe.not_known
    speak: Safe = Safe.not_known
    message: Safe = Safe.not_known

    @property
    def safe(self) -> dict[str, Safe]:
        return {way: getattr(self, way) for way in WAYS}


class NumberBody(HowSafe):
    """`whose`: empty is the person's own."""

    number: Text = Field(max_length=40)
    whose: Text = Field(default="", max_length=200)


class CarerBody(HowSafe):
    """`number`: empty where nobody has said it."""

    name: Text = Field(max_length=200)
    relation: Text = Field(default="", max_length=80)
    number: Text = Field(default="", max_length=40)
    be_rung: bool = False
    be_told: bool = False
    decide: bool = False
    open_door: bool = False
    words: Text = Field(default="", max_length=400)


class DeathBody(FromWhom):
    """It has no end."""

    day: date
    until: Literal[""] = ""
    words: Text = Field(max_length=300)


@router.post("/people/{person_id}/names")
def add_name(request: Request, person_id: Number, body: NameBody, visitor: Teller) -> Answer:
    with telling(request, person_id, body, visitor) as told:
        return {"said": who_they_are.name(told, body.words)}


@router.post("/people/{person_id}/identifiers")
def add_identifier(request: Request, person_id: Number, body: IdentifierBody, visitor: Teller) -> Answer:
    with telling(request, person_id, body, visitor) as told:
        return {"said": who_they_are.identifier(told, body.system, body.value, body.verified)}


@router.post("/people/identifiers/{row_id}/verified")
def verify(request: Request, row_id: Number, body: VerifiedBody, visitor: Teller) -> Answer:
    place = visitor.user.place
    with hub_of(request).db.write() as session:
        row = store.row_of(session, Identifier, place, row_id)
        store.visible(session, place, row.person_id)
        store.lock(session, place, row.person_id)
        session.refresh(row)
        who_they_are.verify(session, row, body.verified, hub_of(request).clock.now(), visitor.user.actor)
    return {"said": "Kept: how this number was made sure of, with your name."}


@router.post("/people/{person_id}/addresses")
def add_address(request: Request, person_id: Number, body: AddressBody, visitor: Teller) -> Answer:
    with telling(request, person_id, body, visitor) as told:
        return {"said": who_they_are.address(told, body.use, body.address, body.postcode, body.access_words)}


@router.post("/people/{person_id}/numbers")
def add_number(request: Request, person_id: Number, body: NumberBody, visitor: Teller) -> Answer:
    with telling(request, person_id, body, visitor) as told:
        return {"said": who_they_are.number(told, body.number, body.whose, body.safe)}


@router.post("/people/{person_id}/carers")
def add_carer(request: Request, person_id: Number, body: CarerBody, visitor: Teller) -> Answer:
    agreed = [one for one in Agreed if getattr(body, one)]
    said = who_they_are.CarerSaid(body.name, body.relation, body.number, agreed, body.words)
    with telling(request, person_id, body, visitor) as told:
        return {"said": who_they_are.carer(told, said, body.safe)}


@router.post("/people/{person_id}/died")
def died(request: Request, person_id: Number, body: DeathBody, visitor: Teller) -> Answer:
    with telling(request, person_id, body, visitor) as told:
        return {"said": who_they_are.died(told, body.day, body.words)}
