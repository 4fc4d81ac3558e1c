"""S24: whoever has said yes must have seen where they are going. Details that nobody has opened, nor heard read out,
alert the coordinator; the responder gets no text of it: they may be driving."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from dispatch import store
from dispatch.model import Offer, OfferState, Responder
from hub import audit, deadlines
from hub.actors import HUB, Actor
from hub.audit import Audit
from hub.deadlines import Deadline
from hub.errors import Conflict
from records import alarms
from records.model import Position
from records.service import take, write_line

OPENED, READ_OUT = "details_opened", "details_read_out"
OPEN_IN = timedelta(minutes=5)
"""S24. [LOCAL]"""
UNOPENED = "details_unopened"


def wait_for_a_look(session: Session, offer: Offer, now: datetime) -> None:
    """Just accepted: somebody hears of it where nobody has looked by then."""
    due = Deadline(
        place=offer.place,
        case_id=offer.case_id,
        kind="details_unopened",
        owner="offer",
        subject=offer.key,
        due_at=now + OPEN_IN,
        human=False,
    )
    deadlines.add_deadline(session, due)  # an offer is accepted once


def opened(session: Session, offer: Offer, now: datetime, actor: Actor, name: str) -> None:
    """The first look at them."""
    _known(session, offer, now, actor, OPENED, f"{name} opened the details.")


def read_out(session: Session, position: Position, now: datetime, actor: Actor) -> None:
    """Read to them by telephone, which counts as opened. Raises `Conflict` where nobody is on the way."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    held = store.accepted_offer(session, position.key)
    if held is None or position.state not in store.ASSIGNED:
        raise Conflict("Nobody is on the way to whom details could be read.")
    name = store.responder(session, held.responder_id).short_name
    audit.note(session, case.place, now, actor, READ_OUT, subject(held))
    _known(session, held, now, actor, READ_OUT, f"The details were read out to {name} by phone.")


def _known(session: Session, offer: Offer, now: datetime, actor: Actor, event: str, words: str) -> None:
    case = take(session, offer.case_id, now)
    write_line(session, case.key, now, actor, event, words)
    ask_no_more(session, offer, now)


def ask_no_more(session: Session, offer: Offer, now: datetime) -> None:
    """Opened, or the visit is not theirs any more."""
    deadlines.clear(session, "details_unopened", offer.key)
    alarms.end(session, offer.place, UNOPENED, offer.key, now)


def not_opened(session: Session, offer_id: int, now: datetime) -> None:
    """The time is over. An alarm on the board: ring them, and read the details out."""
    offer = session.get_one(Offer, offer_id)
    case = take(session, offer.case_id, now)
    position = session.get_one(Position, offer.position_id, populate_existing=True)
    session.refresh(offer)
    if not is_unopened(session, offer, position):
        return
    who = store.responder(session, offer.responder_id)
    words = f"{who.short_name} has not opened the details of {case.ref}. Ring {who.phone} and read them out."
    alarms.ring(session, case.place, UNOPENED, offer.key, words, now, case)
    write_line(session, case.key, now, HUB, UNOPENED, f"{who.short_name} has not opened the details.")


def is_unopened(session: Session, offer: Offer, position: Position) -> bool:
    """On the way without having seen where to."""
    if offer.state is not OfferState.accepted or offer.given_back or position.state not in store.ASSIGNED:
        return False
    looks = select(Audit.id).where(
        Audit.place == offer.place,
        Audit.subject == subject(offer),
        col(Audit.action).in_((OPENED, READ_OUT)),
    )
    return session.exec(looks.limit(1)).first() is None


def last_look(session: Session, offer: Offer, who: Responder) -> datetime | None:
    """When they last looked at the details themselves."""
    looks = select(Audit.at).where(
        Audit.place == offer.place,
        Audit.subject == subject(offer),
        Audit.action == OPENED,
        Audit.actor == who.actor.ref,
    )
    return session.exec(looks.order_by(col(Audit.id).desc()).limit(1)).first()


def subject(offer: Offer) -> str:
    return f"offer:{offer.key}"
