"""The numbers of responders: added, read back, taken away. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from dispatch import phone_store, reading_back
from hub.access import Role
from hub.bodies import Body, Number
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of

router = APIRouter()
Keeper = Annotated[Visitor, allow(Role.coordinator, Role.manager)]
Said = dict[str, str]


class NewNumber(Body):
    number: str = Field(pattern=r"^\+[1-9][0-9]{7,14}$", description="E.164")


class ReadOut(Body):
    code: str = Field(pattern=r"^[0-9]{4}$")


@router.post("/responders/{responder_id}/phones")
def add(request: Request, responder_id: Number, told: NewNumber, visitor: Keeper) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        who = reading_back.responder(session, visitor.user.place, responder_id)
        phone = reading_back.add(session, who, told.number)
        reading_back.send_code(session, place_of(session, who.place), phone, now)
    return {"said": "Added; a code is on its way to it. It counts once they have read it back."}


@router.post("/phones/{phone_id}/code")
def send_code(request: Request, phone_id: Number, visitor: Keeper) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        phone = phone_store.phone(session, visitor.user.place, phone_id)
        reading_back.send_code(session, place_of(session, phone.place), phone, now)
    return {"said": "A code is on its way. Ring them, and have it read to you."}


@router.post("/phones/{phone_id}/read-back")
def read_back(request: Request, phone_id: Number, told: ReadOut, visitor: Keeper) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        phone = phone_store.phone(session, visitor.user.place, phone_id)
        right = reading_back.take_back(session, phone, told.code, now)
    if not right:
        raise Refused("That is not the code. After three wrong ones a new code must be sent.")
    return {"said": "Texts reach this phone." if phone.gets_texts else "It is rung where no text arrives."}


@router.post("/phones/{phone_id}/take-away")
def take_away(request: Request, phone_id: Number, visitor: Keeper) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        reading_back.take_away(session, phone_store.phone(session, visitor.user.place, phone_id), now)
    return {"said": "Taken away."}
