"""Whether the person, or who rings for them, wants a text that says who is coming and when, and on which number.

Asked on the call, never taken for granted: not asked is not yes. What they are told is written in `dispatch.telling`.
"""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, select

from hub import outbox
from hub.actors import Actor
from hub.columns import one_of
from hub.errors import Refused
from hub.outbox import Effect, Queue
from records import contact_points
from records.contact_points import ContactPoint, Safe
from records.model import Call, Case
from records.service import write_line

TO_THE_PERSON = ("tell", "sms_to_person")
"""Effects that reach the person or whoever rang for them; a death, a STOP and a "not safe" void those that wait."""
IN_WORDS = {
    Safe.yes: "yes",
    Safe.no: "no",
    Safe.not_known: "not known",
}


class TellWish(SQLModel, table=True):
    """One of a case; the newest word stands. The number is that of the call on which they agreed, as it is corrected
    there, or another one that they gave."""

    __tablename__ = "tell_wish"
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id", unique=True)
    agreed: Safe = Field(default=Safe.not_known, sa_type=one_of(Safe))
    call_id: int | None = Field(default=None, foreign_key="call.id")
    number: str | None = Field(default=None, max_length=20, description="E.164, where it is not the call's")
    by: str = Field(max_length=80)
    at: datetime


def of_case(session: Session, case_id: int) -> TellWish | None:
    return session.exec(select(TellWish).where(TellWish.case_id == case_id)).first()


def number_of(session: Session, wish: TellWish | None) -> str | None:
    """E.164; None where nobody has agreed to one, or the call's own was taken away."""
    if wish is None:
        return None
    call = session.get(Call, wish.call_id) if wish.number is None and wish.call_id is not None else None
    return wish.number or (call.number if call else None)


def read(text: str) -> Safe:
    """Raises `Refused`."""
    if text not in list(Safe):
        raise Refused("Say whether they want a text when somebody comes: yes, no or not known.")
    return Safe(text)


def say(
    session: Session,
    case: Case,
    agreed: Safe,
    now: datetime,
    actor: Actor,
    *,
    call: Call | None = None,
    number: str | None = None,
) -> None:
    """`case` is taken. Raises `Refused` where they agree and no number is known."""
    wish = of_case(session, case.key) or TellWish(place=case.place, case_id=case.key, by=actor.name, at=now)
    before = number_of(session, wish)
    if agreed is Safe.yes and not (number or (call.number if call else before)):
        raise Refused("Type the number first: it is the number that the text goes to.")
    wish.agreed, wish.by, wish.at = agreed, actor.name, now
    if number or call:
        wish.number, wish.call_id = number, call.id if call else None  # a typed number outlives the call
    session.add(wish)
    session.flush()
    words = f"A text that says who is coming: {IN_WORDS[agreed]}."
    write_line(session, case.key, now, actor, "tell_wish", words)
    if agreed is not Safe.yes or (before and before != number_of(session, wish)):
        hush(session, case, now)
    something_changed(session, case, now)


def go_along(session: Session, own: Case, target: Case, now: datetime, actor: Actor) -> None:
    """`own` turned out to be about `target`: what was agreed on its call counts there, unless they were asked there."""
    wish, there = of_case(session, own.key), of_case(session, target.key)
    if wish is None or wish.agreed is Safe.not_known or (there and there.agreed is not Safe.not_known):
        return
    call = session.get(Call, wish.call_id) if wish.call_id is not None else None
    say(session, target, wish.agreed, now, actor, call=call, number=wish.number)


def something_changed(session: Session, case: Case, now: datetime) -> None:
    """A visit is accepted, late, given up or not needed: they may have to be told. Nothing where they did not agree.

    A worker does it after commit, beside the urgent queue: no fault in telling can undo an acceptance, and no text to
    the person holds up a dispatch.
    """
    wish = of_case(session, case.key)
    if wish is None or wish.agreed is not Safe.yes:
        return
    effect = Effect(
        place=case.place,
        case_id=case.key,
        queue=Queue.alerts,
        kind="tell",
        payload={"case": case.key},
        outlives_case=True,  # "nobody is coming" is still true, and still to be said, once the case has closed
        created_at=now,
    )
    outbox.append(session, effect)


def hush(session: Session, case: Case, now: datetime) -> None:
    """Nothing that waits to leave for the person leaves."""
    outbox.void_kinds(session, case.key, TO_THE_PERSON, now)


def why_not(wish: TellWish | None, number: str | None, point: ContactPoint | None) -> str:
    """Why nothing is texted to them; empty where nothing speaks against it. Unknown is never yes (S17). Pure."""
    if wish is None or wish.agreed is Safe.not_known:
        return "nobody has asked whether they want a text"
    if wish.agreed is Safe.no:
        return "they want no text"
    if not number:
        return "no number is known"
    if point is not None and point.text is Safe.no:
        return "it is not safe to text this number"
    if not contact_points.may_text(point):
        return "nobody has said that this number is safe to text"
    return ""
