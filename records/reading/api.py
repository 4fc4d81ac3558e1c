"""Other records are asked after somebody, over HTTP. Only translates."""

from typing import Annotated

from fastapi import APIRouter, Request

from hub.access import Role
from hub.bodies import Body, Number
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from records import store as cases
from records.people import store
from records.reading import asking

router = APIRouter()
Asker = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
TOO_LITTLE = (
    "Type an NHS number that checks, or name, date of birth and postcode: then other records can be asked."
)


class Pressed(Body):
    """`pressed`: somebody wants it anew, however young what was read is."""

    pressed: bool = True


@router.post("/cases/{case_id}/records")
def ask_for_case(request: Request, case_id: Number, visitor: Asker) -> dict[str, str]:
    hub = hub_of(request)
    with hub.db.write() as session:
        case = cases.case(session, visitor.user.place, case_id)
        if asking.about(asking.who_of(case)) is None:
            raise Refused(TOO_LITTLE)
        asking.ask_again(session, case, hub.clock.now())
    return {"said": "Asked."}


@router.post("/people/{person_id}/records")
def ask_for_person(request: Request, person_id: Number, body: Pressed, visitor: Asker) -> dict[str, str]:
    hub, place = hub_of(request), visitor.user.place
    with hub.db.write() as session:
        person = store.head(session, store.visible(session, place, person_id))
        who = store.whos(session, place, [person])[person.key]
        if asking.about(who) is None:
            raise Refused(TOO_LITTLE)
        asking.ask_for_person(session, place, person.key, who, hub.clock.now(), pressed=body.pressed)
    return {"said": "Asked."}
