"""Offers by hand: made, withdrawn, given to another. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from dispatch import offering_by_hand, store
from dispatch.desk import Desk
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import store as records
from records.model import Position

router = APIRouter()
Senior = Annotated[Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager)]
Said = dict[str, str]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class OfferTo(Body):
    """`again`: knowing that they have said no, or gave it back."""

    to: Id
    again: bool = False


class Reassign(OfferTo):
    why: Text = Field(max_length=300)


class Why(Body):
    why: Text = Field(max_length=300)


@router.post("/positions/{position_id}/offer")
def offer(request: Request, position_id: Number, told: OfferTo, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        who = offering_by_hand.offer_to(
            session, _desk(request), position, told.to, now, visitor.user.actor, again=told.again
        )
        return {"said": f"Offered to {who.short_name.rstrip('.')}."}


@router.post("/positions/{position_id}/offer-all")
def offer_all(request: Request, position_id: Number, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        asked = offering_by_hand.offer_to_all(session, _desk(request), position, now, visitor.user.actor)
        return {"said": f"Offered to {', '.join(who.short_name for who in asked)}; the first yes has it."}


@router.post("/positions/{position_id}/reassign")
def reassign(request: Request, position_id: Number, told: Reassign, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        position = records.row(session, Position, position_id, visitor.user.place)
        first = position.responder_name
        who = offering_by_hand.reassign(
            session, _desk(request), position, told.to, told.why, now, visitor.user.actor, again=told.again
        )
        return {"said": f"{first} is stood down; offered to {who.short_name.rstrip('.')}."}


@router.post("/offers/{offer_id}/withdraw")
def withdraw(request: Request, offer_id: Number, told: Why, visitor: Senior) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        row = store.offer(session, visitor.user.place, offer_id)
        has_left = offering_by_hand.withdraw(session, _desk(request), row, told.why, now, visitor.user.actor)
    return {"said": "Withdrawn; they are told." if has_left else "Withdrawn before its text had left."}


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk
