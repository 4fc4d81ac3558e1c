"""A text from a number that is no responder's: from somebody who was told who is coming, or not; and whether they want
no more texts."""

from datetime import datetime

from sqlmodel import Session, select

from dispatch.replies import OPT_OUT_WORDS
from dispatch.telling_model import Told
from hub.actors import Actor
from records import contact_points, tell_wishes
from records.contact_points import Safe
from records.model import Case
from records.service import write_line

FROM_OUTSIDE = "A text from outside: read it and ring back."
FROM_TOLD = "A text from the person or caller who was told who is coming: read it and ring back."
NO_MORE = "They want no more texts from us. Ring them instead, now and when anything changes."


def is_stop(body: str, opt_out: str) -> bool:
    """A word that carriers own (S26), or the carrier's own word that it was one. Pure."""
    return opt_out == "STOP" or body.strip().strip(".!").upper() in OPT_OUT_WORDS


def heed_stop(session: Session, case: Case, phone: str, now: datetime, actor: Actor) -> None:
    """S17: this number is texted no more, whatever was agreed. `case` is taken."""
    contact_points.say(session, case.place, phone, "text", Safe.no, actor.name, now)
    write_line(session, case.key, now, actor, "contact_point", "The number that texted wants no more texts.")
    wish = tell_wishes.of_case(session, case.key)
    if tell_wishes.number_of(session, wish) == phone:
        tell_wishes.say(session, case, Safe.no, now, actor)


def task_words(session: Session, case: Case, phone: str) -> str:
    found = select(Told.id).where(Told.place == case.place, Told.phone == phone, Told.case_id == case.key)
    return FROM_TOLD if session.exec(found.limit(1)).first() else FROM_OUTSIDE
