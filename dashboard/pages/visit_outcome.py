"""A responder says on their own page what was done, or that the person has died (S28)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from dashboard.pages.responder import Code, Goer
from dashboard.pages.responder_details import offer_of, show
from dispatch import stand_downs, visit_notes, visits
from dispatch.model import Offer, OfferState, Responder
from dispatch.visit_notes import Done
from hub import kept_apart
from hub.bodies import Text
from hub.errors import Conflict, Refused
from hub.gate import Visitor, hub_of
from records.lifecycles import PositionState
from records.model import Position
from records.service import take
from triage import endings
from triage.api import library_of
from triage.endings import Ending

router = APIRouter()
ON_THE_WAY = (PositionState.accepted, PositionState.en_route)


@router.post("/o/{code}/outcome")
def outcome(
    request: Request,
    code: Code,
    visitor: Goer,
    what: Annotated[Done, Form()],
    words: Annotated[Text, Form(max_length=1000)] = "",
) -> Response:
    now = hub_of(request).clock.now()

    def act(session: Session) -> None:
        who, offer = offer_of(request, session, code, visitor)
        position = _theirs(session, who, offer)
        visit_notes.write(session, position, what, words, now, who.actor)

    return _do(request, code, visitor, act)


@router.post("/o/{code}/died")
def died(
    request: Request,
    code: Code,
    visitor: Goer,
    by: Annotated[Text, Form(max_length=200)],
    at: Annotated[Text, Form(max_length=40)],
    expected: Annotated[Literal["yes", "no", "unknown"], Form()] = "unknown",
) -> Response:
    """Unknown counts as not expected. Whoever found it is not sent away: their own visit stays theirs."""
    now = hub_of(request).clock.now()

    def act(session: Session) -> None:
        who, offer = offer_of(request, session, code, visitor)
        if not by or not at:
            raise Refused("Say who confirmed the death, and when. Nothing was changed.")
        case = take(session, offer.case_id, now)
        position = _theirs(session, who, offer)
        visits.end_overdue_alarms(session, position, now)
        if position.state in ON_THE_WAY:
            visits.step(session, position, "arrive", now, who.actor)
        elif position.state is PositionState.no_access:
            visits.step(session, position, "find_person", now, who.actor)
        stand_down = partial(stand_downs.all_of_case, but=position.key)
        ending = Ending(library_of(request), stand_down, now, who.actor, is_clinician=False)
        endings.died(session, case, expected == "yes", f"Confirmed by {by}, {at}.", ending)

    return _do(request, code, visitor, act)


def _theirs(session: Session, who: Responder, offer: Offer) -> Position:
    position = session.get_one(Position, offer.position_id, populate_existing=True)
    held = offer.state is OfferState.accepted and not offer.given_back
    if not held or position.responder_id != who.id:
        raise Conflict("This visit is not yours any more. Nothing to do, thank you.")
    return position


def _do(request: Request, code: str, visitor: Visitor, act: Callable[[Session], None]) -> Response:
    try:
        hub_of(request).db.write_again(act)
    except (Conflict, Refused) as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        return show(request, code, visitor, problem=str(refused), status=refused.status)
    return RedirectResponse(f"/o/{code.upper()}", 303)
