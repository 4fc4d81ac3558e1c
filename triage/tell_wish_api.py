"""Whether they want a text that says who is coming, as told to whoever has the case open. Only translates."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from records import contact_points, tell_wishes
from records.contact_points import Safe
from records.service import take
from records.store import case as case_of
from triage import rules
from triage.store import last_call

router = APIRouter()
Doer = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]


class Wish(Body):
    """`yes` is said of both: they want it, and texts to this number are safe. Without a number: the one agreed to
    before, or else the one that rang last."""

    agreed: Literal["yes", "no"]
    number: Annotated[Text, Field(max_length=40)] = ""


@router.post("/cases/{case_id}/tell-wish")
def tell_wish(request: Request, case_id: Number, told: Wish, visitor: Doer) -> dict[str, str]:
    hub, now, by = hub_of(request), hub_of(request).clock.now(), visitor.user.actor
    with hub.db.write() as session:
        case = take(session, case_of(session, visitor.user.place, case_id).key, now)
        number = rules.phone(told.number) if told.number else None
        agreed_to = tell_wishes.number_of(session, tell_wishes.of_case(session, case.key))
        rang = None if number or agreed_to else last_call(session, case.key)
        if told.agreed == "yes" and (goes_to := number or agreed_to or (rang and rang.number)):
            contact_points.say(session, case.place, goes_to, "text", Safe.yes, by.name, now)
        tell_wishes.say(session, case, Safe(told.agreed), now, by, call=rang, number=number)
    if told.agreed == "no":
        return {"said": "Kept; nothing is texted to them."}
    return {"said": "Kept; they are told as soon as somebody is coming."}
