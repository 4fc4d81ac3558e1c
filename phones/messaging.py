"""Texts, both ways: what happens to a message from the moment somebody sends it."""

import sqlite3
from collections.abc import Callable

from phones import record_store, store, twiml
from phones.database import Database
from phones.model import (
    FROM_HUB,
    INBOUND,
    OUTBOUND_REPLY,
    Behaviour,
    Callbacks,
    Kind,
    Manner,
    Message,
    Phone,
    Refusal,
    Timer,
)
from phones.posts import REPLY, Answer, Posts
from phones.problems import TwilioProblem
from phones.rules import MAX_BODY, NOTICES, effective, is_number, new_sid, opt_out_type
from phones.settings import PhonesSettings

WAITING = "The hub has not taken this yet; trying again."
AT_ONCE = {
    Behaviour.DOWN: 20503,
    Behaviour.RATE_LIMITED: 20429,
    Behaviour.REFUSED: 21610,
    Behaviour.LANDLINE: 21614,
}


def phone_for(tx: sqlite3.Connection, number: str, kind: Kind) -> Phone:
    """A number that nobody registered is a phone too, from its first text or call on."""
    found = store.phone(tx, number)
    if found:
        return found
    if not store.has_room(tx):
        raise TwilioProblem(20507, str(store.MAX_PHONES))
    store.put_phone(tx, number, number, "", kind)
    made = store.phone(tx, number)
    assert made is not None
    return made


class Messaging:
    def __init__(
        self, settings: PhonesSettings, database: Database, posts: Posts, now: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._database = database
        self._posts = posts
        self._now = now

    def send(self, to: str, sender: str, body: str, status_callback: str) -> tuple[Message, Manner]:
        """A text from the hub. What the API layer does with its own answer depends on the manner."""
        _check_text(to, sender, body, status_callback)
        with self._database.transaction() as tx:
            manner = effective(store.phone(tx, to), store.network(tx))
            if manner.behaviour in AT_ONCE:
                raise TwilioProblem(AT_ONCE[manner.behaviour], to)
            phone = phone_for(tx, to, Kind.RESPONDER)
            if phone.opted_out:
                raise TwilioProblem(21610)
            return self._put(tx, phone, sender, body, FROM_HUB, status_callback, manner), manner

    def _put(
        self,
        tx: sqlite3.Connection,
        phone: Phone,
        sender: str,
        body: str,
        direction: str,
        status_callback: str,
        manner: Manner,
    ) -> Message:
        now = self._now()
        message = Message(
            sid=new_sid("SM"),
            number=phone.number,
            direction=direction,
            sender=sender,
            receiver=phone.number,
            body=body,
            status="queued",
            created_at=now,
            updated_at=now,
            status_callback=status_callback,
            behaviour=manner.behaviour,
            seconds=manner.seconds,
            callbacks=manner.callbacks,
            wanted_error=manner.error_code,
        )
        record_store.add_message(tx, message)
        store.add_entry(tx, phone.number, "text", "to_phone", message.sid, body, now)
        store.add_timer(tx, "message", message.sid, now + self._settings.step_s, {"to": "sent"})
        return message

    def step(self, tx: sqlite3.Connection, timer: Timer) -> None:
        """The next station of a text on its way to a phone."""
        message = record_store.message(tx, timer.subject)
        if message is None or message.status in ("delivered", "undelivered"):
            return
        if timer.payload["to"] == "sent":
            self._sent(tx, message)
        else:
            self._arrived(tx, message)
        store.touch(tx, message.number)

    def _sent(self, tx: sqlite3.Connection, message: Message) -> None:
        message.status = "sent"
        message.sent_at = message.updated_at = self._now()
        record_store.save_message(tx, message)
        ends = message.behaviour != Behaviour.NO_RECEIPT
        if message.callbacks != Callbacks.REORDERED or not ends:
            self._report(tx, message, "sent")
        if ends:
            wait = self._settings.step_s
            if message.behaviour == Behaviour.SLOW:
                wait = self._settings.slow_s if message.seconds is None else message.seconds
            store.add_timer(tx, "message", message.sid, self._now() + wait, {"to": "end"})

    def _arrived(self, tx: sqlite3.Connection, message: Message) -> None:
        message.status = "delivered"
        if message.behaviour == Behaviour.UNDELIVERED:
            message.status, message.error_code = "undelivered", message.wanted_error
        message.updated_at = self._now()
        record_store.save_message(tx, message)
        self._report(tx, message, message.status)
        if message.callbacks == Callbacks.REORDERED:
            self._report(tx, message, "sent")

    def _report(self, tx: sqlite3.Connection, message: Message, status: str) -> None:
        if not message.status_callback:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": message.receiver,
            "From": message.sender,
            "AccountSid": self._settings.account_sid,
            "ApiVersion": "2010-04-01",
        }
        if message.error_code and status == message.status:
            fields["ErrorCode"] = str(message.error_code)
        self._posts.owe(tx, message.sid, message.status_callback, fields, callbacks=message.callbacks)

    def receive(self, number: str, body: str) -> Message:
        """The phone's owner texts the hub. Reserved words are obeyed here, as a carrier does, and passed on."""
        if not body.strip() or len(body) > MAX_BODY:
            raise Refusal(f"A text has between 1 and {MAX_BODY} characters.")
        now = self._now()
        with self._database.transaction() as tx:
            phone = phone_for(tx, number, Kind.CALLER)
            meaning = opt_out_type(body, phone.opted_out)
            message = Message(
                sid=new_sid("SM"),
                number=number,
                direction=INBOUND,
                sender=number,
                receiver=self._settings.hub_number,
                body=body,
                status="received",
                created_at=now,
                updated_at=now,
                sent_at=now,
                opt_out_type=meaning,
            )
            record_store.add_message(tx, message)
            if meaning in ("STOP", "START"):
                store.set_opted_out(tx, number, meaning == "STOP")
            store.add_entry(tx, number, "text", "from_phone", message.sid, body, now)
            if meaning:
                store.add_entry(tx, number, "notice", "to_phone", "", NOTICES[meaning], now)
            self._announce(tx, message)
        return message

    def _announce(self, tx: sqlite3.Connection, message: Message) -> None:
        fields = self.inbound_fields(message.sid, message.sender, message.body)
        if message.opt_out_type:
            fields["OptOutType"] = message.opt_out_type
        self._posts.owe(tx, message.sid, self._settings.sms_webhook, fields, then=REPLY)

    def inbound_fields(self, sid: str, sender: str, body: str) -> dict[str, str]:
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self._settings.account_sid,
            "From": sender,
            "To": self._settings.hub_number,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }

    def replay(self, sid: str) -> None:
        """The same inbound webhook once more, as carriers do when an acknowledgement was lost."""
        with self._database.transaction() as tx:
            message = record_store.message(tx, sid)
            if message is None or message.direction != INBOUND:
                raise Refusal("There is no text from a phone with this sid.", 404)
            self._announce(tx, message)

    def forge(self, number: str, body: str) -> tuple[str, Answer]:
        """A stranger posts to the hub as if they were the network, without knowing the token."""
        sid = new_sid("SM")
        fields = self.inbound_fields(sid, number, body)
        return sid, self._posts.post(self._settings.sms_webhook, fields, new_sid("II"), "not the token")

    def reply(self, tx: sqlite3.Connection, sid: str, document: str) -> None:
        """TwiML in the hub's answer to an inbound text goes back to that phone."""
        inbound = record_store.message(tx, sid)
        phone = store.phone(tx, inbound.number) if inbound else None
        if inbound is None or phone is None or phone.opted_out:
            return
        try:
            texts = twiml.replies(document)
        except twiml.BadTwiml as error:
            self._note(tx, inbound, f"The hub's answer could not be read: {error}")
            return
        manner = effective(phone, store.network(tx))
        for text in texts:
            self._put(tx, phone, inbound.receiver, text, OUTBOUND_REPLY, "", manner)

    def note_answer(self, tx: sqlite3.Connection, timer: Timer, answer: Answer, gave_up: bool) -> None:
        """Says on the message itself how its webhook fares."""
        message = record_store.message(tx, timer.subject)
        if message is None:
            return
        if answer.taken:
            if message.note == WAITING:
                self._note(tx, message, "")
        elif gave_up:
            tries = timer.attempts + 1
            self._note(tx, message, f"The hub did not take this ({answer.words}); given up after {tries}.")
        else:
            self._note(tx, message, WAITING)

    def _note(self, tx: sqlite3.Connection, message: Message, note: str) -> None:
        message.note = note[:200]
        record_store.save_message(tx, message)
        store.touch(tx, message.number)


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://")) and len(text) <= 2000 and " " not in text


def _check_text(to: str, sender: str, body: str, status_callback: str) -> None:
    if not to:
        raise TwilioProblem(21604)
    if not sender:
        raise TwilioProblem(21603)
    if not body:
        raise TwilioProblem(21602)
    if not is_number(to):
        raise TwilioProblem(21211, to[:40])
    if not is_number(sender):
        raise TwilioProblem(21212, sender[:40])
    if len(body) > MAX_BODY:
        raise TwilioProblem(21617)
    if status_callback and not is_url(status_callback):
        raise TwilioProblem(21609, status_callback[:100])
