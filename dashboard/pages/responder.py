"""A responder's own pages, for one thumb: what is offered, and, once it is theirs, who, where and the next step.

Nothing about the person is shown before acceptance or after the visit (S24), and opening the details is written down.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from dashboard.frame import local, page, the_place
from dashboard.visit_outcome import asked_of
from dispatch import service, store, taking_back, visits
from dispatch.desk import Desk
from dispatch.model import Offer, OfferState, Responder
from hub import audit, kept_apart
from hub.access import Role
from hub.audit import Audit
from hub.bodies import Text
from hub.errors import Conflict, NotFound, Refused
from hub.gate import Visitor, allow, hub_of
from records import dependants, key_safes
from records.model import Assessment, Case, Position
from records.service import take, write_line
from triage.capture import national
from triage.store import last_call

router = APIRouter()
Goer = Annotated[Visitor, allow(Role.responder)]
Code = Annotated[str, Path(min_length=4, max_length=12, pattern=r"^[0-9A-Za-z]+$")]
StepEvent = Literal["set_off", "arrive", "begin_care", "finish", "find_no_access"]
Act = Callable[[Session, Responder, Offer, Position], object]
ONE_LOOK = timedelta(minutes=15)
"""A page that is loaded again and again is one look, not a hundred."""
OPENED = "details_opened"
NEXT: dict[str, tuple[StepEvent, str]] = {
    "accepted": ("set_off", "I have set off"),
    "en_route": ("arrive", "I am at the door"),
    "at_door": ("begin_care", "Care begins now"),
    "with_person": ("finish", "Done, I have left"),
    "no_access": ("begin_care", "I am in: care begins now"),
}
STEPS = ("accepted", "en_route", "at_door", "with_person", "done")
ENDED = {
    "declined": "You said no to this. Nothing to do, thank you.",
    "expired": "The time to answer is over.",
    "lost": "Already taken, thank you. Nothing to do.",
    "withdrawn": "Stood down, thank you. Nothing to do.",
}


@router.get("/mine")
def mine(request: Request, visitor: Goer) -> Response:
    hub = hub_of(request)
    with hub.db.read() as session:
        who = _responder(session, visitor)
        position = store.assignment_of(session, who.key)
        held = store.accepted_offer(session, position.key) if position else None
        since = hub.clock.now() - timedelta(hours=24)
        live = [o for o in store.offers_of_responder(session, who.key, since) if o.state is OfferState.sent]
        offered = [_offered(request, session, offer) for offer in live]
        visit = _offered(request, session, held) if held else None
    return page(request, "responder_mine.html", visitor, offered=offered, visit=visit, who=who)


@router.get("/o/{code}")
def one(request: Request, code: Code, visitor: Goer) -> Response:
    return show(request, code, visitor)


@router.post("/o/{code}/answer")
def answer(
    request: Request, code: Code, visitor: Goer, says: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    desk: Desk = request.app.state.desk
    now = hub_of(request).clock.now()

    def act(session: Session, who: Responder, offer: Offer, _position: Position) -> None:
        if says == "yes":
            service.accept(session, desk, offer, now, who.actor)
        else:
            service.decline(session, desk, offer, now, who.actor)

    return _do(request, code, visitor, act)


@router.post("/o/{code}/step")
def step(request: Request, code: Code, visitor: Goer, event: Annotated[StepEvent, Form()]) -> Response:
    now = hub_of(request).clock.now()

    def act(session: Session, who: Responder, _offer: Offer, position: Position) -> None:
        _theirs(position, who)
        visits.end_overdue_alarms(session, position, now)  # first: no access rings an alarm of its own
        visits.step(session, position, event, now, who.actor)

    return _do(request, code, visitor, act)


@router.post("/o/{code}/late")
def late(
    request: Request, code: Code, visitor: Goer, minutes: Annotated[int, Form(ge=1, le=240)]
) -> Response:
    now = hub_of(request).clock.now()

    def act(session: Session, who: Responder, _offer: Offer, position: Position) -> None:
        _theirs(position, who)
        visits.delay(session, position, minutes, now, who.actor)
        visits.end_overdue_alarms(session, position, now)

    return _do(request, code, visitor, act)


@router.post("/o/{code}/hand-back")
def hand_back(
    request: Request, code: Code, visitor: Goer, why: Annotated[Text, Form(max_length=200)] = ""
) -> Response:
    now = hub_of(request).clock.now()

    def act(session: Session, who: Responder, _offer: Offer, position: Position) -> None:
        _theirs(position, who)
        visits.hand_back(session, position, now, who.actor, why)
        visits.end_overdue_alarms(session, position, now)

    return _do(request, code, visitor, act)


@router.post("/o/{code}/danger")
def danger(request: Request, code: Code, visitor: Goer) -> Response:
    """S26: at once, and silently: nothing is sent to their phone."""
    now = hub_of(request).clock.now()

    def act(session: Session, who: Responder, offer: Offer, position: Position) -> None:
        visits.danger(session, who, position, take(session, offer.case_id, now), now)

    return _do(request, code, visitor, act)


@router.post("/o/{code}/999")
def ambulance(request: Request, code: Code, visitor: Goer) -> Response:
    now = hub_of(request).clock.now()

    def act(session: Session, who: Responder, _offer: Offer, position: Position) -> None:
        _theirs(position, who)
        visits.ambulance(session, who, position, now)

    return _do(request, code, visitor, act)


def _do(request: Request, code: str, visitor: Visitor, act: Act) -> Response:
    """Do it and show the page again; what was not possible is said on the page itself."""
    hub = hub_of(request)

    def work(session: Session) -> None:
        who, offer = offer_of(request, session, code, visitor)
        act(session, who, offer, session.get_one(Position, offer.position_id, populate_existing=True))

    try:
        hub.db.write_again(work)
    except (Conflict, Refused) as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        return show(request, code, visitor, problem=str(refused), status=refused.status)
    return RedirectResponse(f"/o/{code.upper()}", 303)


def _responder(session: Session, visitor: Visitor) -> Responder:
    who = store.responder_of_user(session, visitor.user.id)
    if who is None or who.place != visitor.user.place or not who.active:
        raise NotFound("You are not on this place's list of responders. Ring the control room.")
    return who


def offer_of(request: Request, session: Session, code: str, visitor: Visitor) -> tuple[Responder, Offer]:
    """The offer with this code, if it is theirs: whoever finds somebody else's link learns nothing."""
    who = _responder(session, visitor)
    since = hub_of(request).clock.now() - store.CODES_HOLD
    offer = store.offer_by_code(session, who.place, code.upper(), since)
    if offer is None or offer.responder_id != who.id:
        raise NotFound("There is no offer of yours with this code. Look at the text again, or ring the hub.")
    return who, offer


def _theirs(position: Position, who: Responder) -> None:
    if position.responder_id != who.id:
        raise Conflict("This visit is not yours any more. Nothing to do, thank you.")


def show(
    request: Request,
    code: str,
    visitor: Visitor,
    problem: str = "",
    status: int = 200,
    opened: Sequence[dict[str, str]] = (),
) -> Response:
    hub = hub_of(request)
    with hub.db.read() as session:
        who, offer = offer_of(request, session, code, visitor)
        position = session.get_one(Position, offer.position_id)
        facts = _offered(request, session, offer)
        theirs = visits.is_theirs(offer, position, who)
        details = _details(session, offer, position, hub.clock.now().date()) if theirs else None
    if theirs:
        _note_look(request, who, offer)
    still = position.state in taking_back.SEEKING and offer.state in (OfferState.sent, OfferState.expired)
    ended = "" if still or theirs else ENDED.get(offer.state, "This visit is over. Thank you.")
    if offer.given_back:
        ended = "This is not yours any more. Nothing to do, thank you."
    return page(
        request,
        "responder.html",
        visitor,
        status,
        problem=problem,
        offer=facts,
        late_yes=still and offer.state is OfferState.expired,
        open_offer=still,
        ended=ended,
        details=details,
        opened=opened,
        state=position.state.value,
        done=offer.state is OfferState.accepted and not offer.given_back and position.state == "done",
        steps=STEPS,
        next=NEXT.get(position.state),
        hub_number=the_place(request).public_number,
    )


def _offered(request: Request, session: Session, offer: Offer) -> dict[str, Any]:
    """S24: what may be seen before acceptance, and no more."""
    place, desk = the_place(request), request.app.state.desk
    position = session.get_one(Position, offer.position_id)
    case = session.get_one(Case, offer.case_id)
    return {
        "code": offer.code,
        "label": desk.label(position.priority),
        "title": position.title,
        "need": case.need or "",
        "outward": case.outward,
        "due": local(position.due_at, place).strftime("%H:%M"),
        "due_at": position.due_at.isoformat(),
        "answer_by": offer.expires_at.isoformat(),
        "travel_min": offer.travel_min,
        "state": position.state.value,
        "outcome": asked_of(session, case, position),
    }


def _details(session: Session, offer: Offer, position: Position, today: date) -> dict[str, Any]:
    case = session.get_one(Case, offer.case_id)
    call = last_call(session, case.key)
    assessment = session.get(Assessment, position.assessment_id) if position.assessment_id else None
    where = ", ".join(part for part in (case.address, case.postcode) if part)
    return {
        "name": case.person_name,
        "age": _age(case.born, today) if case.born else None,
        "need_words": case.need_words,
        "where": where.replace(case.postcode, case.postcode.replace(" ", "\u00a0"))
        if case.postcode
        else where,
        "map": f"geo:0,0?q={quote(where)}" if where else "",
        "access": case.access_words,
        "key_safe": key_safes.is_held(session, case),
        "talk": case.talk_words,
        "depends": dependants.in_words(case),
        "depends_open": dependants.still_open(case),
        "because": [leaf.get("words", "") for leaf in assessment.because] if assessment else [],
        "caller": ", ".join(p for p in (call.caller_name, call.caller_relation) if p) if call else "",
        "number": national(call.number) if call else "",
        "dial": call.number if call else None,
    }


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _note_look(request: Request, who: Responder, offer: Offer) -> None:
    """S24: the look at the details is kept, and the first one shows on the case's timeline."""
    hub = hub_of(request)
    now: datetime = hub.clock.now()
    subject = f"offer:{offer.key}"
    looks = select(Audit.at).where(
        Audit.place == offer.place,
        Audit.subject == subject,
        Audit.action == OPENED,
        Audit.actor == who.actor.ref,
    )
    with hub.db.read() as session:
        last = session.exec(looks.order_by(col(Audit.id).desc())).first()
    if last is not None and now - last < ONE_LOOK:
        return
    with hub.db.write() as session:
        audit.note(session, offer.place, now, who.actor, OPENED, subject)
        if last is None:
            case = take(session, offer.case_id, now)
            write_line(session, case.key, now, who.actor, OPENED, f"{who.short_name} opened the details.")
