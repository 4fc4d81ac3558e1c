"""A person of the hub answers a text with words of their own."""

import re
from datetime import datetime

from sqlmodel import Session

from dispatch import gsm, messages, sealed_texts, store
from dispatch.model import Direction, Message, Responder
from hub import outbox
from hub.actors import Actor
from hub.errors import Conflict, NotFound, Refused
from hub.outbox import Effect, EffectState
from hub.places import Place
from records import contact_points, tasks
from records.contact_points import Safe
from records.model import Case, CaseState, Task, TaskKind
from records.seen import must_see_case_of
from records.service import take, write_line
from records.store import case as case_of
from records.store import rows_of

GSM = re.compile(r"[A-Za-z0-9 \n@£$¥èéùìòÇØøÅåÆæßÉ!\"#%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà_^{}\[\]~|€\\]*\Z")
"""What one text can carry as GSM-7; one other character would make two texts of it, or garble it."""
TAKEN_BACK = "taken back"
TYPED_AS = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)


def reply(session: Session, place: Place, message_id: int, body: str, now: datetime, actor: Actor) -> None:
    """Send the words to whoever texted; the task to read that text is done. The timeline says who, not what."""
    message = session.get(Message, message_id)
    if message is None or message.place != place.id or message.direction is not Direction.in_:
        raise NotFound("There is no such text here.")
    must_see_case_of(session, message, "There is no such text here.")
    sealed_texts.must_see(session, message, "There is no such text here.")
    if message.case_id is None:
        raise Conflict("This text belongs to no case, so it cannot be answered here. Ring them.")
    case = take(session, case_of(session, place.id, message.case_id).key, now)
    words = fit(body, case)
    to = (
        store.responder(session, message.responder_id)
        if message.responder_id
        else messages.Number(message.phone)
    )
    if isinstance(to, messages.Number):
        _not_unsafe(session, to.phone, place)
    messages.text(session, place, to, words, now, case=case, outlives_case=True, by_hand=True)
    answered = "Answered by text." if case.state is CaseState.open else "Answered by text after the end."
    for task in rows_of(session, Task, case.key, live=True):
        if task.kind is TaskKind.unread_reply and task.message_id == message.id:
            tasks.do(session, task, now, actor, answered)
    name = to.short_name if not isinstance(to, messages.Number) else "the number that texted"
    write_line(session, case.key, now, actor, "replied", f"{actor.name} texted {name} by hand.")


def write_to(
    session: Session, place: Place, case_id: int, to: int, body: str, now: datetime, actor: Actor
) -> Responder:
    """Send words to a responder who has been asked for this case. The timeline says who wrote to whom, not what."""
    case = take(session, case_of(session, place.id, case_id).key, now)
    asked = {who.key: who for _, who in store.offers_of_case(session, case.key)}
    who = asked.get(to)
    if who is None:
        raise Refused("They have not been asked for this case. Offer it to them, or ring them.")
    if not who.reachable:
        raise Refused(f"{who.short_name} gets no texts. Ring {who.phone}.")
    messages.text(session, place, who, fit(body, case), now, case=case, outlives_case=True, by_hand=True)
    words = f"{actor.name} texted {who.short_name} by hand."
    write_line(session, case.key, now, actor, "texted", words)
    return who


def take_back(session: Session, place: str, message_id: int, now: datetime, actor: Actor) -> None:
    """A text written by hand that still waits for the carrier. Raises `Conflict` once it has left, or may have."""
    message = session.get(Message, message_id)
    nothing = "There is no such text here."
    if message is None or message.place != place or message.case_id is None or message.offer_id is not None:
        raise NotFound(nothing)
    must_see_case_of(session, message, nothing)
    case = take(session, message.case_id, now)
    session.refresh(message)
    effect = session.get(Effect, message.effect_id or 0)
    if message.direction is not Direction.out or message.voice or effect is None or not is_by_hand(effect):
        raise Conflict("Only a text that somebody wrote by hand can be taken back.")
    outbox.void(session, [effect.id or 0], now)
    session.refresh(effect)
    if effect.state is not EffectState.void or effect.attempts > 0:
        raise Conflict("It has left, or may have. Write or ring to put it right.")
    message.status = TAKEN_BACK
    session.add(message)
    write_line(session, case.key, now, actor, "taken_back", f"{actor.name} took a text back before it left.")


def is_by_hand(effect: Effect) -> bool:
    """Words of a person's own; what the hub says by itself is taken back with what it is about."""
    return bool(effect.payload.get("by_hand"))


def _not_unsafe(session: Session, phone: str, place: Place) -> None:
    """S17: whoever it was that texted. Raises `Refused`."""
    point = contact_points.of_number(session, place.id, phone)
    if point is not None and point.text is Safe.no:
        raise Refused(
            "This number is not to be texted: it is not safe, or they sent STOP. Ring them instead."
        )


def fit(body: str, about: Case) -> str:
    """The words as they can leave (S24). Raises `Refused` where they are too long or say who or where the person is."""
    words = body.translate(TYPED_AS).strip()
    if not words:
        raise Refused("Type the answer first.")
    if (signs := gsm.length(words)) > gsm.ONE_PART:
        raise Refused(f"A text holds {gsm.ONE_PART} characters; this has {signs}. Shorten it.")
    if not GSM.match(words):
        raise Refused("A text cannot carry one of these characters. Use plain letters and signs.")
    if named := told_too_much(words, about):
        raise Refused(f"A text may not say {named}: texts are not safe. Say the case's reference instead.")
    return words


def told_too_much(words: str, about: Case) -> str:
    """What the words would give away of the person; empty where nothing."""
    squeezed = re.sub(r"\W", "", words).upper()
    if about.nhs_number and about.nhs_number in squeezed:
        return "the NHS number"
    if about.postcode and " " in about.postcode and about.postcode.replace(" ", "") in squeezed:
        return "the whole postcode"
    street = re.sub(r"\W", "", about.address.split(",")[0]).upper()
    if len(street) > 5 and street in squeezed:
        return "the address"
    names = [name for name in re.findall(r"\w+", about.person_name) if len(name) > 2]
    if any(re.search(rf"\b{re.escape(name)}\b", words) for name in names):
        return "the person's name"
    return ""
