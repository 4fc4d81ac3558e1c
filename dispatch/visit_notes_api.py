"""What was done at a visit, as told by phone and written down by somebody of the hub. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlmodel import Session

from dispatch import visit_notes
from dispatch.visit_notes import Done
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import store as records
from records.model import Position

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]


class Note(Body):
    what: Done
    words: Text = Field(default="", max_length=1000)


@router.post("/positions/{position_id}/note")
def note(request: Request, position_id: Number, told: Note, visitor: Doer) -> dict[str, str]:
    hub, now = hub_of(request), hub_of(request).clock.now()

    def act(session: Session) -> None:
        position = records.row(session, Position, position_id, visitor.user.place)
        visit_notes.write(session, position, told.what, told.words, now, visitor.user.actor)

    hub.db.write_again(act)
    return {"said": "Written down."}
