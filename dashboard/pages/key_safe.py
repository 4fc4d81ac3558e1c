"""S19: the code of the door, for whoever is on the way there. It stands in the answer to one press of a button, in no
address, and each press is written down.
"""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from dashboard.frame import local, the_place
from dashboard.pages.responder import Code, Goer
from dashboard.pages.responder_details import offer_of, show
from dispatch import visits
from hub.errors import Conflict
from hub.gate import hub_of
from hub.places import Place
from records import key_safes
from records.key_safes import Opened
from records.model import Position
from records.service import take
from triage.ago import ago, on

router = APIRouter()


@router.post("/o/{code}/key-safe")
def look(request: Request, code: Code, visitor: Goer) -> Response:
    hub = hub_of(request)
    now = hub.clock.now()

    def act(session: Session) -> list[Opened]:
        who, offer = offer_of(request, session, code, visitor)
        case = take(session, offer.case_id, now)
        position = session.get_one(Position, offer.position_id, populate_existing=True)
        session.refresh(offer)
        if not visits.is_theirs(offer, position, who):
            raise Conflict("This visit is not yours any more. Nothing to do, thank you.")
        if position.is_next:
            raise Conflict("You see the code once you can set off: this visit is your next.")
        return key_safes.look(session, case, f"offer:{offer.key}", now, who.actor)

    try:
        opened = hub.db.write_again(act)
    except Conflict as refused:
        return show(request, code, visitor, problem=str(refused), status=refused.status)
    return show(request, code, visitor, opened=[_said(one, now, the_place(request)) for one in opened])


def _said(one: Opened, now: datetime, place: Place) -> dict[str, str]:
    """With its age: a code that is old may have been changed since."""
    at, zone = local(one.at, place), place.local()
    when = f"{on(one.at, now, zone)} {at:%H:%M}, {ago(one.at, now, zone)}"
    return {"code": one.code or "", "when": when, "by_name": one.by_name, "of": one.of}
