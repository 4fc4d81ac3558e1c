"""A text comes in: whose it is, what it means, what is done, and what is answered. Every text is kept as it came,
but for the codes of doors.

Told twice by the carrier it is done once: its number is unique. What the hub cannot read goes to a human with its own
words kept, and never stops the ladder (S3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import (
    check_in,
    coming_on,
    messages,
    phone_store,
    phones,
    promises,
    service,
    store,
    texts,
    told_answers,
    undelivered,
    visits,
)
from dispatch.desk import Desk
from dispatch.model import Direction, Message, Offer, OfferState, Responder
from dispatch.replies import Kind, Phone, Reading, read
from hub.actors import Actor
from hub.door_codes import Cut, cut
from hub.errors import Conflict
from hub.kept_apart import Apart
from hub.outbox import Queue
from hub.places import Place
from records import alarms, key_safes
from records.model import Case, Position, Task, TaskKind
from records.service import Due, open_case, owe, take
from records.store import case as case_of

READ_REPLY_IN = timedelta(minutes=5)
"""S3: a reply that needs a human has a deadline. [LOCAL]"""


@dataclass(frozen=True)
class Incoming:
    """A text as the carrier tells of it; `opt_out` is the carrier's own word for what it did."""

    sid: str
    phone: str
    body: str
    opt_out: str = ""


def receive(session: Session, desk: Desk, place: Place, text: Incoming, now: datetime) -> Message:
    """Do what a text asks for. Raises `Conflict` where somebody else was first: look again and repeat."""
    known = store.message_by_sid(session, text.sid)
    if known is not None:
        return known
    body = text.body.replace("\x00", "")[:1600]  # PostgreSQL cannot keep a NUL
    found = cut(body)
    who = phone_store.owner(session, place.id, text.phone)
    message = Message(
        place=place.id,
        direction=Direction.in_,
        phone=text.phone,
        body=found.words[:1600],
        at=now,
        sid=text.sid,
        status="received",
        responder_id=who.id if who else None,
    )
    session.add(message)
    session.flush()
    if who is None:
        message.read_as = "human"
        _somebody_unknown(session, place, message, text.opt_out, now)
        _keep_apart(session, message, found, Actor("caller", "a text"), now)
        return message
    phones.heard_from(session, who, text.phone)
    reading = Reading(Kind.opt_out) if text.opt_out == "STOP" else read(body, phone_of(session, who, now))
    message.read_as = f"{reading.kind}:{reading.event}" if reading.event else reading.kind.value
    reply = _Reply(session, desk, place, who, message, now)
    reply.do(reading)
    if found.codes and message.case_id is None:
        reply.do(Reading(Kind.human))  # somebody must say whose door it is
    _keep_apart(session, message, found, who.actor, now)
    session.add(message)
    return message


def _keep_apart(session: Session, message: Message, found: Cut, by: Actor, now: datetime) -> None:
    """S19: the code of a text goes to the case that the text is about."""
    if found.codes and message.case_id is not None:
        case = take(session, message.case_id, now)
        key_safes.keep(session, case, Apart(found.codes, found.had_marks), by, now)


def phone_of(session: Session, who: Responder, now: datetime) -> Phone:
    """What this phone has open just now."""
    offers = store.offers_of_responder(session, who.key, now - store.CODES_HOLD)
    position, waits = store.assignment_of(session, who.key), store.next_of(session, who.key)
    held = store.accepted_offer(session, position.key) if position else None
    then = store.accepted_offer(session, waits.key) if waits else None
    gone = (OfferState.lost, OfferState.withdrawn)
    ended = (*gone, OfferState.expired, OfferState.declined)
    lately = [o for o in offers if o.state in ended and (o.ended_at or now) > now - store.LATELY]
    return Phone(
        live=[o.code for o in offers if o.state is OfferState.sent],
        ended_lately=[o.code for o in lately],
        gone_lately=[o.code for o in lately if o.state in gone],
        assigned=[held.code] if held else [],
        nexts=[then.code] if then else [],
        asked=[held.code] if held and check_in.open_of(session, held.position_id) else [],
        known=[o.code for o in offers],
    )


def _somebody_unknown(session: Session, place: Place, message: Message, opt_out: str, now: datetime) -> None:
    """A text from a number that is no responder's may be a person in need: it joins that number's open case, or opens
    one whose clock starts now (S1)."""
    case_id = store.last_case_of_phone(session, place.id, message.phone)
    actor = Actor("caller", "a text")
    if case_id is None:
        case = open_case(
            session, place.id, now, now, actor, "A text from a number that the hub does not know."
        )
        case.need_words = message.body[:2000]
        session.add(case)
    else:
        case = take(session, case_id, now)
    words = told_answers.task_words(session, case, message.phone)
    if told_answers.is_stop(message.body, opt_out):
        told_answers.heed_stop(session, case, message.phone, now, actor)
        words = told_answers.NO_MORE
    _to_a_human(session, case, message, words, actor, now)


def _to_a_human(
    session: Session, case: Case, message: Message, words: str, actor: Actor, now: datetime
) -> None:
    message.case_id = case.id
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        kind=TaskKind.unread_reply,
        message_id=message.id,
        words=words,
    )
    owe(session, task, now, actor, "A text needs a human.", Due("task", now + READ_REPLY_IN))


class _Reply:
    """One responder's text being acted on."""

    def __init__(
        self, session: Session, desk: Desk, place: Place, who: Responder, message: Message, now: datetime
    ) -> None:
        self.session, self.desk, self.place = session, desk, place
        self.who, self.message, self.now = who, message, now

    def do(self, reading: Reading) -> None:
        offer = self._offer(reading.code)
        if offer is not None:
            self.message.offer_id, self.message.case_id = offer.id, offer.case_id
        try:
            getattr(self, f"_{reading.kind}")(reading, offer)
        except Conflict as refused:
            if offer is None or "first" in str(refused):
                raise
            self._human(reading, offer)  # a step that is not possible now: a person sorts it out

    def _offer(self, code: str) -> Offer | None:
        return (
            store.offer_by_code(self.session, self.place.id, code, self.now - store.CODES_HOLD)
            if code
            else None
        )

    def _answer(self, reading: Reading, offer: Offer | None) -> None:
        assert offer is not None
        if reading.event == "accept":
            service.accept(self.session, self.desk, offer, self.now, self.who.actor)
        else:
            service.decline(self.session, self.desk, offer, self.now, self.who.actor)

    def _conditional(self, reading: Reading, offer: Offer | None) -> None:
        assert offer is not None
        promises.note(self.session, self.place, offer, self.who, reading, self.message, self.now)

    def _step(self, reading: Reading, offer: Offer | None) -> None:
        assert offer is not None
        position = self.session.get_one(Position, offer.position_id)
        if position.responder_id != self.who.id:
            raise Conflict("This visit is not theirs any more.")
        if reading.event == "hand_back":
            visits.hand_back(self.session, position, self.now, self.who.actor)
            self._say(texts.handed_back(offer.code), offer)
            return
        visits.end_overdue_alarms(self.session, position, self.now)
        visits.step(self.session, position, reading.event, self.now, self.who.actor)
        self._say(texts.noted(offer.code, *texts.STEP_NOTED[reading.event]), offer)

    def _delay(self, reading: Reading, offer: Offer | None) -> None:
        assert offer is not None
        position = self.session.get_one(Position, offer.position_id)
        visits.delay(self.session, position, reading.minutes, self.now, self.who.actor)
        visits.end_overdue_alarms(self.session, position, self.now)
        self._say(
            texts.noted(offer.code, f"delay of {reading.minutes} min noted", "Reply ARRIVED at the door."),
            offer,
        )

    def _duty(self, reading: Reading, _offer: Offer | None) -> None:
        self._say(coming_on.by_text(self.session, self.place, self.who, reading, self.now), None)

    def _all_well(self, _reading: Reading, offer: Offer | None) -> None:
        assert offer is not None
        position = self.session.get_one(Position, offer.position_id)
        check_in.all_well(self.session, position, self.now, self.now, self.who.actor)
        self._say(texts.noted(offer.code, "thank you", "We ask again in 45 min."), offer)

    def _danger(self, _reading: Reading, offer: Offer | None) -> None:
        case = self._case(offer, f"{self.who.short_name} sent the danger word.")
        position = self.session.get(Position, offer.position_id) if offer else None
        visits.danger(self.session, self.who, position, case, self.now)

    def _ambulance(self, reading: Reading, offer: Offer | None) -> None:
        if offer is None:
            self._human(reading, None)
            alarms.ring(
                self.session,
                self.place.id,
                "ambulance",
                f"responder:{self.who.key}",
                f"{self.who.short_name} texted 999 without a code. Ring {self.who.phone}.",
                self.now,
            )
            return
        visits.ambulance(self.session, self.who, self.session.get_one(Position, offer.position_id), self.now)
        self._say(
            texts.noted(offer.code, "ring 999 now if you have not", "Then text us the ambulance reference."),
            offer,
        )

    def _which(self, _reading: Reading, _offer: Offer | None) -> None:
        phone = phone_of(self.session, self.who, self.now)
        codes = list(dict.fromkeys([*phone.live, *phone.ended_lately, *phone.assigned, *phone.nexts]))
        self._say(texts.which_one(codes), None)

    def _nothing_open(self, _reading: Reading, _offer: Offer | None) -> None:
        self._say(texts.nothing_open(self.place.public_number), None)

    def _opt_out(self, _reading: Reading, _offer: Offer | None) -> None:
        why = "they texted a word that carriers own"
        undelivered.deaf(self.session, self.desk, self.who, self.message.phone, self.now, why)

    def _human(self, _reading: Reading, offer: Offer | None) -> None:
        position = store.assignment_of(self.session, self.who.key)
        held = store.accepted_offer(self.session, position.key) if position else None
        about = offer or held or self._newest_offer()
        case = self._case(about, f"A text from {self.who.short_name} that belongs to no case.")
        words = f"{self.who.short_name} texted something that needs a human."
        _to_a_human(self.session, case, self.message, words, self.who.actor, self.now)
        on_visit = held is not None and (about is None or about.id == held.id)
        code = about.code if about else ""
        self._say(texts.could_not_read_on_visit(code) if on_visit else texts.could_not_read(code), about)

    def _newest_offer(self) -> Offer | None:
        lately = store.offers_of_responder(
            self.session, self.who.key, self.now - timedelta(hours=12), limit=1
        )
        return lately[0] if lately else None

    def _case(self, offer: Offer | None, why: str) -> Case:
        """The case it is about while that is open; else a new one, so that somebody owes it something."""
        if offer is not None:
            case = case_of(self.session, self.place.id, offer.case_id)
            if case.state == "open":
                return take(self.session, case.key, self.now)
        return open_case(self.session, self.place.id, self.now, self.now, self.who.actor, why)

    def _say(self, body: str, offer: Offer | None) -> None:
        messages.text(
            self.session,
            self.place,
            self.who,
            body,
            self.now,
            case=self.session.get(Case, offer.case_id) if offer else None,
            offer=offer,
            queue=Queue.dispatch,
            outlives_case=True,
        )
