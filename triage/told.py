"""What one key says on the call screen: it comes as typed words do, and is no field of its own."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from protocols.model import House
from records import contact_points, dependants, read_back, tell_wishes
from records.contact_points import WAYS, Safe
from records.dependants import Said, Whom
from records.model import Call, Case
from records.service import write_line
from triage import first_minute
from triage.model import CaptureField

DEPENDS = {
    CaptureField.dependants: (Whom.people, "said"),
    CaptureField.dependants_words: (Whom.people, "words"),
    CaptureField.animals: (Whom.animals, "said"),
    CaptureField.animals_words: (Whom.animals, "words"),
}
OF_ALL = {"nobody": Said.no, "not_known": Said.unknown}
"""S20: said of people and animals together, by one key."""
TOLD = frozenset(
    {
        CaptureField.first_minute,
        CaptureField.read_back,
        CaptureField.safe,
        CaptureField.safeguarding,
        CaptureField.tell,
        *DEPENDS,
    }
)


def read(field: CaptureField, text: str, house: House) -> Any:
    """The value in its own form. Raises `Refused`."""
    if field is CaptureField.first_minute:
        return first_minute.read(text, house)
    if field is CaptureField.read_back:
        return read_back.read(text)
    if field is CaptureField.safe:
        return contact_points.read(text)
    if field is CaptureField.tell:
        return tell_wishes.read(text)
    if field in DEPENDS:
        is_whole = DEPENDS[field][1] == "words" or (field is CaptureField.dependants and text in OF_ALL)
        return text if is_whole else dependants.read(text)
    if text not in ("yes", ""):
        raise Refused("Safeguarding is marked with yes, or taken away.")
    return text == "yes"


def put(
    session: Session, call: Call, case: Case, field: CaptureField, value: Any, now: datetime, actor: Actor
) -> None:
    """Raises `Refused` where it cannot be kept yet."""
    if field is CaptureField.first_minute:
        question, answer = value
        first_minute.hear(session, call, question, answer, now, actor)
        session.add(call)
    elif field is CaptureField.read_back:
        read_back.tick(session, case, value, now, actor)
    elif field is CaptureField.safe:
        way, safe = value
        contact_points.say(session, call.place, call.number, way, safe, actor.name, now)
        words = f"The number that rings: safe {WAYS[way]}, {safe.replace('_', ' ')}."
        write_line(session, case.key, now, actor, "contact_point", words)
        if way == "text":
            (tell_wishes.something_changed if safe is Safe.yes else tell_wishes.hush)(session, case, now)
    elif field is CaptureField.tell:
        tell_wishes.say(session, case, value, now, actor, call=call)
    elif value in OF_ALL and field is CaptureField.dependants:
        dependants.say_of_all(session, case, OF_ALL[value], now, actor)
    elif field in DEPENDS:
        whom, what = DEPENDS[field]
        dependants.say(session, case, whom, now, actor, **{what: value})
    else:
        case.safeguarding = value
        words = "Safeguarding marked." if value else "The safeguarding mark was taken away."
        write_line(session, case.key, now, actor, "safeguarding", words)
    session.add(case)
