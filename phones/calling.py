"""Voice, both ways: the hub rings a phone, a phone rings the hub, and what either end does meanwhile."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from phones import record_store, store
from phones.call_script import CallScript
from phones.database import Database
from phones.messaging import is_url, phone_for
from phones.model import FROM_HUB, INBOUND, Behaviour, Call, Kind, Manner, Refusal, Timer
from phones.problems import TwilioProblem
from phones.rules import effective, is_number, new_sid
from phones.settings import PhonesSettings

EVENTS = ("initiated", "ringing", "answered", "completed")
KEYS = frozenset("0123456789*#")
MAX_RING_S = 600


@dataclass(frozen=True)
class CallWish:
    """What the hub asks for when it places a call."""

    to: str
    sender: str
    url: str
    twiml: str
    status_callback: str
    events: tuple[str, ...]
    timeout_s: float | None

    def check(self) -> None:
        if not self.to:
            raise TwilioProblem(21201)
        if not self.sender:
            raise TwilioProblem(21213)
        if not is_number(self.to):
            raise TwilioProblem(21211, self.to[:40])
        if not is_number(self.sender):
            raise TwilioProblem(21212, self.sender[:40])
        if not self.twiml and not is_url(self.url):
            raise TwilioProblem(21205, self.url[:100])
        if self.status_callback and not is_url(self.status_callback):
            raise TwilioProblem(21609, self.status_callback[:100])


class Calling:
    def __init__(
        self, settings: PhonesSettings, database: Database, script: CallScript, now: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._database = database
        self._script = script
        self._now = now

    def place(self, wish: CallWish) -> tuple[Call, Manner]:
        wish.check()
        now = self._now()
        with self._database.transaction() as tx:
            manner = effective(store.phone(tx, wish.to), store.network(tx))
            if manner.behaviour is Behaviour.DOWN:
                raise TwilioProblem(20503)
            if manner.behaviour is Behaviour.RATE_LIMITED:
                raise TwilioProblem(20429)
            phone_for(tx, wish.to, Kind.RESPONDER)
            ring_s = self._settings.ring_timeout_s if wish.timeout_s is None else wish.timeout_s
            call = Call(
                sid=new_sid("CA"),
                number=wish.to,
                direction=FROM_HUB,
                sender=wish.sender,
                receiver=wish.to,
                status="queued",
                created_at=now,
                updated_at=now,
                url="" if wish.twiml else wish.url,
                twiml=wish.twiml,
                status_callback=wish.status_callback,
                events=" ".join(event for event in EVENTS if event in (wish.events or ("completed",))),
                timeout_s=min(max(ring_s, 0.01), MAX_RING_S),
                callbacks=manner.callbacks,
            )
            record_store.add_call(tx, call)
            self._script.report(tx, call, "initiated")
            wait, what = self._settings.step_s, "ring"
            if manner.behaviour is Behaviour.SLOW:
                wait = self._settings.slow_s if manner.seconds is None else manner.seconds
            elif manner.behaviour is Behaviour.UNDELIVERED:
                what = "fail"
            self._script.later(tx, call, wait, what)
            self._script.save(tx, call)
        return call, manner

    def step(self, tx: sqlite3.Connection, timer: Timer) -> None:
        call = record_store.call(tx, timer.subject)
        if call is None or not call.live or call.step != timer.payload["step"]:
            return
        match timer.payload["what"]:
            case "ring":
                self._ring(tx, call)
            case "fail":
                self._script.end(tx, call, "failed")
            case "no_answer":
                self._script.end(tx, call, "no-answer")
            case "gather_over":
                self._script.gathered(tx, call, json.loads(call.gather))
            case _:
                self._script.run(tx, call)

    def _ring(self, tx: sqlite3.Connection, call: Call) -> None:
        if any(other.seq < call.seq for other in record_store.live_calls(tx, call.number)):
            self._script.end(tx, call, "busy")
            return
        call.status = "ringing"
        self._script.say(tx, call, "call", "to_phone", "The hub rings")
        self._script.report(tx, call, "ringing")
        self._script.later(tx, call, call.timeout_s, "no_answer")
        self._script.save(tx, call)

    def ring_hub(self, number: str) -> Call:
        """A phone rings the hub; the hub picks up by answering the webhook with TwiML."""
        now = self._now()
        with self._database.transaction() as tx:
            phone_for(tx, number, Kind.CALLER)
            if record_store.live_calls(tx, number):
                raise Refusal("This phone is in a call already: hang up first.", 409)
            call = Call(
                sid=new_sid("CA"),
                number=number,
                direction=INBOUND,
                sender=number,
                receiver=self._settings.hub_number,
                status="ringing",
                created_at=now,
                updated_at=now,
                doing="ringing",
            )
            record_store.add_call(tx, call)
            self._script.say(tx, call, "call", "from_phone", "Rings the hub")
            self._script.fetch(tx, call, self._settings.voice_webhook, {})
        return call

    def answer(self, number: str, sid: str) -> Call:
        with self._database.transaction() as tx:
            call = self._live(tx, number, sid)
            if call.status != "ringing" or call.direction == INBOUND:
                raise Refusal("This call is not ringing here, so it cannot be answered.", 409)
            call.status, call.answered_at, call.doing = "in-progress", self._now(), "connected"
            self._script.say(tx, call, "call", "from_phone", "Answered")
            self._script.report(tx, call, "answered")
            if call.twiml:
                self._script.load(tx, call, call.twiml)
            else:
                self._script.fetch(tx, call, call.url, {})
        return call

    def decline(self, number: str, sid: str) -> Call:
        with self._database.transaction() as tx:
            call = self._live(tx, number, sid)
            if call.status != "ringing" or call.direction == INBOUND:
                raise Refusal("This call is not ringing here, so it cannot be declined.", 409)
            self._script.end(tx, call, "busy")
        return call

    def hang_up(self, number: str, sid: str) -> Call:
        with self._database.transaction() as tx:
            call = self._live(tx, number, sid)
            if call.direction != INBOUND and call.status != "in-progress":
                raise Refusal("This call has not been answered: decline it instead.", 409)
            self._script.end(tx, call, "completed" if call.status == "in-progress" else "canceled")
        return call

    def press(self, number: str, sid: str, digit: str) -> Call:
        if digit not in KEYS:
            raise Refusal("A key is one of 0 to 9, * and #.")
        with self._database.transaction() as tx:
            call = self._live(tx, number, sid)
            if call.status != "in-progress":
                raise Refusal("Keys can be pressed only once the call is answered.", 409)
            self._script.key(tx, call, digit)
        return call

    def _live(self, tx: sqlite3.Connection, number: str, sid: str) -> Call:
        call = record_store.call(tx, sid)
        if call is None or call.number != number:
            raise Refusal("This phone has no such call.", 404)
        if not call.live:
            raise Refusal(f"This call is over ({call.status}).", 409)
        return call

    def change(self, sid: str, status: str, url: str, twiml: str) -> Call:
        """The hub ends a live call, or puts other words into it."""
        if status not in ("", "completed", "canceled"):
            raise TwilioProblem(20001, "Status")
        with self._database.transaction() as tx:
            call = record_store.call(tx, sid)
            if call is None:
                raise TwilioProblem(20404, f"Calls/{sid[:40]}")
            if not call.live:
                raise TwilioProblem(21220)
            if call.status == "in-progress":
                self._change_answered(tx, call, status, url, twiml)
            elif status:
                self._script.end(tx, call, "canceled")
            else:
                raise TwilioProblem(21220)
        return call

    def _change_answered(self, tx: sqlite3.Connection, call: Call, status: str, url: str, twiml: str) -> None:
        if status == "completed":
            self._script.end(tx, call, "completed")
        elif twiml:
            call.step += 1
            self._script.load(tx, call, twiml)
        elif url:
            self._script.fetch(tx, call, url, {})

    def failed_fetch(self, tx: sqlite3.Connection, timer: Timer) -> None:
        """The hub never said what to do with this call."""
        call = record_store.call(tx, timer.subject)
        if call is not None and call.live and call.step == timer.payload["step"]:
            self._script.broken(tx, call)

    def wants(self, tx: sqlite3.Connection, timer: Timer) -> bool:
        """Whether the TwiML that this post fetches is still of use."""
        call = record_store.call(tx, timer.subject)
        return call is not None and call.live and call.step == timer.payload["step"]
