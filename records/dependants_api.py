"""S20 over HTTP: who looks after those who depend on the person. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import dependants, store
from records.dependants import Answer

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]


class Answered(Body):
    answer: Answer
    words: Text = Field(default="", max_length=300)


@router.post("/cases/{case_id}/dependants")
def answer(request: Request, case_id: Number, body: Answered, visitor: Doer) -> dict[str, str]:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        case = store.case(session, visitor.user.place, case_id)
        dependants.answer(session, case.key, body.answer, body.words, now, visitor.user.actor)
    return {"said": "Kept."}
