"""What a welfare call came to, over HTTP (S4): the same or better, or the questions are asked again now."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import welfare
from records.model import CallBack
from records.store import row
from records.welfare import How
from triage import calls

router = APIRouter()
Taker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician)]


class Told(Body):
    how: How
    asked: bool = Field(default=False, description="the red flags were asked again")
    words: Text = Field(default="", max_length=300)


@router.post("/call-backs/{back_id}/welfare")
def say_how(request: Request, back_id: Number, told: Told, visitor: Taker) -> dict[str, Any]:
    hub = hub_of(request)
    now = hub.clock.now()
    with hub.db.write() as session:
        back = row(session, CallBack, back_id, visitor.user.place)
        actor = visitor.user.actor
        if welfare.say_how(session, back, told.how, asked=told.asked, words=told.words, now=now, actor=actor):
            return {"said": "Kept: they are no worse."}
        call = calls.ring_back(session, back, visitor.user, now)
        return {"said": "Ask the questions again now, on the call that is open.", "call": call.key}
