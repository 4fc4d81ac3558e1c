"""A responder joins, leaves, comes back: for coordinators and managers. Only translates."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from dashboard.frame import the_place
from dispatch import joining, people
from dispatch.joining import Newcomer
from hub.access import Role, hash_password
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from triage import rules

router = APIRouter()
Keeper = Annotated[Visitor, allow(Role.coordinator, Role.manager)]
Said = dict[str, str]


class Joins(Body):
    """`log_in`: the mail address that they log in with; empty where they do with texts alone."""

    name: Text = Field(max_length=80)
    profession: Text = Field(max_length=40)
    number: str = Field(pattern=r"^[0-9+() -]{6,30}$")
    log_in: str = Field(default="", pattern=r"^([^\s@]{1,60}@[^\s@]{1,58})?$")


class Leaves(Body):
    why: Text = Field(max_length=200)


@router.post("/responders")
def join(request: Request, told: Joins, visitor: Keeper) -> Said:
    """The first password is said once, here, and kept nowhere."""
    hub, place = hub_of(request), the_place(request)
    password = secrets.token_hex(6) if told.log_in else ""
    new = Newcomer(
        told.name,
        told.profession,
        rules.phone(told.number),
        told.log_in,
        hash_password(password) if password else "",
    )
    with hub.db.write() as session:
        who = joining.join(session, place, new, hub.clock.now(), visitor.user.actor)
    first = f" First password, shown this once: {password}" if password else ""
    said = f"{who.short_name} is on the list; a code is on its way to their number. Add their skills.{first}"
    return {"said": said, "goes_to": f"/responders/{who.key}"}


@router.post("/responders/{responder_id}/leave")
def leave(request: Request, responder_id: Number, told: Leaves, visitor: Keeper) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        who = people.responder(session, visitor.user.place, responder_id)
        now, machine = hub.clock.now(), hub.clock.machine()
        left = joining.leave(session, who, told.why, now, machine, visitor.user.actor)
    return {"said": f"{who.short_name} has left. {left}".strip()}


@router.post("/responders/{responder_id}/come-back")
def come_back(request: Request, responder_id: Number, visitor: Keeper) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        who = people.responder(session, visitor.user.place, responder_id)
        joining.come_back(session, who, hub.clock.now(), visitor.user.actor)
    return {"said": f"{who.short_name} is back. Plan their shifts."}
