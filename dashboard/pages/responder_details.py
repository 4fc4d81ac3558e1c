"""What a responder's page shows of an offer: before their yes as much as a text may say (S24), after it who and where,
and when it is over nothing of the person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import Session

from dashboard.frame import local, page, the_place
from dashboard.pages.visit_away import let_keep
from dashboard.visit_outcome import asked_of
from dispatch import check_in, details, store, taking_back, two_together, visits
from dispatch.model import Offer, OfferState, Responder
from hub import audit
from hub.errors import NotFound
from hub.gate import Visitor, hub_of
from records import dependants, key_safes
from records.homes import Home
from records.model import Assessment, Case, Position
from records.people import in_words
from records.people import store as people
from records.people.fact_model import FactKind
from records.read_back import is_read_back
from triage import not_known
from triage.ago import age
from triage.api import library_of
from triage.capture import national
from triage.known_line import At
from triage.known_ways import ways_of
from triage.store import last_call

ONE_LOOK = timedelta(minutes=15)
"""A page that is loaded again and again is one look, not a hundred."""
LINK_ENDS = timedelta(hours=24)
"""After the offer or the visit is over its link says that, and no more. [LOCAL]"""
NEXT: dict[str, tuple[str, str]] = {
    "accepted": ("set_off", "I have set off"),
    "en_route": ("arrive", "I am at the door"),
    "at_door": ("begin_care", "Care begins now"),
    "with_person": ("finish", "Done, I have left"),
    "no_access": ("begin_care", "I am in: care begins now"),
}
LEADS_TO = {
    "set_off": "en_route",
    "arrive": "at_door",
    "begin_care": "with_person",
    "finish": "done",
    "find_no_access": "no_access",
}
"""What the page shows next of a step that waits to be sent."""
STEPS = ("accepted", "en_route", "at_door", "with_person", "done")
ENDED = {
    "declined": "You said no to this. Nothing to do, thank you.",
    "expired": "The time to answer is over.",
    "lost": "Already taken, thank you. Nothing to do.",
    "withdrawn": "Stood down, thank you. Nothing to do.",
}
ASK_BEFORE = {
    FactKind.allergy: "allergies",
    FactKind.plan: "care or emergency plans",
    FactKind.condition: "past medical history",
}
"""What is named where nothing is known of it: it is never taken for "none" (S8)."""
KINDS = frozenset(FactKind) - {FactKind.depends}
"""Who depends on them is asked anew on each call (S20)."""


def responder_of(session: Session, visitor: Visitor) -> Responder:
    who = store.responder_of_user(session, visitor.user.id)
    if who is None or who.place != visitor.user.place or not who.active:
        raise NotFound("You are not on this place's list of responders. Ring the control room.")
    return who


def offer_of(request: Request, session: Session, code: str, visitor: Visitor) -> tuple[Responder, Offer]:
    """The offer with this code, if it is theirs: whoever finds somebody else's link learns nothing."""
    who = responder_of(session, visitor)
    since = hub_of(request).clock.now() - store.CODES_HOLD
    offer = store.offer_by_code(session, who.place, code.upper(), since)
    if offer is None or offer.responder_id != who.id:
        raise NotFound("There is no offer of yours with this code. Look at the text again, or ring the hub.")
    return who, offer


def show(
    request: Request,
    code: str,
    visitor: Visitor,
    problem: str = "",
    status: int = 200,
    opened: Sequence[dict[str, str]] = (),
) -> Response:
    hub = hub_of(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        who, offer = offer_of(request, session, code, visitor)
        position = session.get_one(Position, offer.position_id)
        theirs = visits.is_theirs(offer, position, who)
        still = position.state in taking_back.SEEKING and offer.state in (OfferState.sent, OfferState.expired)
        if not (theirs or still) and now - _over_at(offer, position) > LINK_ENDS:
            return page(request, "link_ended.html", visitor, 410, trusted=visitor.log_in.phone_id)
        facts = offered(request, session, offer)
        known = _details(request, session, offer, position, now) if theirs else None
        asked = check_in.open_of(session, position.key) if theirs else None
    if theirs:
        _note_look(request, who, offer)
    ended = "" if still or theirs else ENDED.get(offer.state, "This visit is over. Thank you.")
    if offer.given_back:
        ended = "This is not yours any more. Nothing to do, thank you."
    keeps = theirs and visitor.log_in.phone_id is not None
    response = page(
        request,
        "responder.html",
        visitor,
        status,
        problem=problem,
        offer=facts,
        late_yes=still and offer.state is OfferState.expired,
        open_offer=still,
        ended=ended,
        details=known,
        opened=opened,
        state=position.state.value,
        done=offer.state is OfferState.accepted and not offer.given_back and position.state == "done",
        steps=STEPS,
        is_next=position.is_next,
        next=None if position.is_next else NEXT.get(position.state),
        ahead=None if position.is_next else {"next": NEXT, "leads_to": LEADS_TO},
        all_well_asked=local(asked.asked_at, the_place(request)).strftime("%H:%M") if asked else "",
        hub_number=the_place(request).public_number,
        trusted=visitor.log_in.phone_id,
        keeps=keeps,
    )
    if keeps and not opened:  # S19: a page that shows a code of a door is never kept
        let_keep(response, visitor, hub.clock.machine())
    return response


def _over_at(offer: Offer, position: Position) -> datetime:
    ends = (position.done_at, offer.ended_at, offer.expires_at)
    if offer.state is OfferState.accepted and not offer.given_back:
        return position.done_at or offer.ended_at or offer.expires_at
    return next(at for at in ends[1:] if at is not None)


def offered(request: Request, session: Session, offer: Offer) -> dict[str, Any]:
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
        "next_after": offer.next_after or "",
        "state": position.state.value,
        "outcome": asked_of(session, case, position),
    }


def _details(
    request: Request, session: Session, offer: Offer, position: Position, now: datetime
) -> dict[str, Any]:
    case = session.get_one(Case, offer.case_id)
    call = last_call(session, case.key)
    known = in_words.known_in(session, case, now, KINDS)
    person = people.of_case(session, case) if is_read_back(case) else None
    at = At(now, the_place(request).local())
    ways = ways_of(session, case, person, (), at).lines if person else ()
    assessment = session.get(Assessment, position.assessment_id) if position.assessment_id else None
    where = Home(case.address, case.postcode).words
    whole = case.postcode.replace(" ", "\u00a0") if case.postcode else ""
    return {
        "name": case.person_name,
        "age": age(case.born, now.date()) if case.born else None,
        "need_words": case.need_words,
        "where": where.replace(case.postcode, whole) if case.postcode else where,
        "map": f"geo:0,0?q={quote(where)}" if where else "",
        "access": case.access_words,
        "key_safe": key_safes.is_held(session, case) and not position.is_next,
        "talk": case.talk_words,
        "safety": two_together.words_of(session, case, now),
        "depends": dependants.in_words(case),
        "depends_open": dependants.still_open(case),
        "because": [leaf.get("words", "") for leaf in assessment.because] if assessment else [],
        "red_flags": [source.replace("-", " ") for source in case.red_flags or ()],
        "known": [(in_words.TITLES[kind], lines) for kind, lines in known.items()],
        "ways": [line.words for line in ways],
        "unknown": [words for kind, words in ASK_BEFORE.items() if kind not in known],
        "not_known": not_known.questions(session, library_of(request), case),
        "caller": ", ".join(p for p in (call.caller_name, call.caller_relation) if p) if call else "",
        "number": national(call.number) if call else "",
        "dial": call.number if call else None,
    }


def _note_look(request: Request, who: Responder, offer: Offer) -> None:
    """S24: the look at the details is kept, and the first one shows on the case's timeline."""
    hub = hub_of(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        last = details.last_look(session, offer, who)
    if last is not None and now - last < ONE_LOOK:
        return
    with hub.db.write() as session:
        audit.note(session, offer.place, now, who.actor, details.OPENED, details.subject(offer))
        if last is None:
            details.opened(session, offer, now, who.actor, who.short_name)
