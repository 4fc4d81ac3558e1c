"""Obeys TwiML on a live call, one verb after the other, and tells the hub how the call stands."""

import json
import sqlite3
from collections.abc import Callable
from email.utils import formatdate
from math import ceil
from urllib.parse import urljoin

from phones import record_store, store, twiml
from phones.model import INBOUND, Call, Timer
from phones.posts import SCRIPT, Posts
from phones.settings import PhonesSettings

SORRY = "We are sorry, an application error has occurred. Goodbye."
MAX_STEPS = 500  # a script that redirects to itself for ever ends here
ENDINGS = {
    "completed": "Call ended",
    "busy": "Call declined",
    "no-answer": "Missed call",
    "canceled": "The call was withdrawn",
    "failed": "The call failed",
}


class CallScript:
    def __init__(self, settings: PhonesSettings, posts: Posts, now: Callable[[], float]) -> None:
        self._settings = settings
        self._posts = posts
        self._now = now

    def say(self, tx: sqlite3.Connection, call: Call, kind: str, way: str, text: str) -> None:
        store.add_entry(tx, call.number, kind, way, call.sid, text, self._now())

    def save(self, tx: sqlite3.Connection, call: Call) -> None:
        call.updated_at = self._now()
        record_store.save_call(tx, call)
        store.touch(tx, call.number)

    def later(self, tx: sqlite3.Connection, call: Call, seconds: float, what: str) -> None:
        """Sets the timer of the step that begins now; timers of earlier steps are void."""
        call.step += 1
        store.add_timer(tx, "call", call.sid, self._now() + seconds, {"what": what, "step": call.step})

    def fetch(self, tx: sqlite3.Connection, call: Call, url: str, extra: dict[str, str]) -> None:
        call.step += 1
        if call.step > MAX_STEPS:
            self.broken(tx, call)
            return
        call.url = urljoin(call.url, url)
        call.script, call.gather = "[]", ""
        self.save(tx, call)
        fields = {**self._fields(call), **extra}
        self._posts.owe(tx, call.sid, call.url, fields, then=SCRIPT, step=call.step)

    def scripted(self, tx: sqlite3.Connection, timer: Timer, document: str) -> None:
        """The hub has answered with TwiML; an answer to a step that is over is ignored."""
        call = record_store.call(tx, timer.subject)
        if call is None or not call.live or call.step != timer.payload["step"]:
            return
        if call.status == "ringing":  # inbound: fetching its TwiML is how the hub picks up
            call.status, call.answered_at = "in-progress", self._now()
        self.load(tx, call, document)

    def load(self, tx: sqlite3.Connection, call: Call, document: str) -> None:
        try:
            call.script = json.dumps(twiml.verbs(document))
        except twiml.BadTwiml:
            self.broken(tx, call)
            return
        self.run(tx, call)

    def run(self, tx: sqlite3.Connection, call: Call) -> None:
        verbs: list[twiml.Verb] = json.loads(call.script)
        call.gather = ""
        while verbs:
            verb = verbs.pop(0)
            call.script = json.dumps(verbs)
            if verb["verb"] == "say":
                self.say(tx, call, "said", "to_phone", verb["text"])
            else:
                self._stop_at(tx, call, verb)
                return
        self.end(tx, call, "completed")

    def _stop_at(self, tx: sqlite3.Connection, call: Call, verb: twiml.Verb) -> None:
        """Every verb but Say hands on to somebody: a timer, a key, the hub, or nobody."""
        match verb["verb"]:
            case "pause":
                call.doing = "connected: waiting"
                self.later(tx, call, verb["seconds"], "resume")
                self.save(tx, call)
            case "wait":
                call.doing = verb["doing"]
                call.step += 1
                self.save(tx, call)
            case "gather":
                for prompt in verb["prompts"]:
                    if prompt["verb"] == "say":
                        self.say(tx, call, "said", "to_phone", prompt["text"])
                call.gather, call.doing = json.dumps(verb), "press a key"
                self.later(tx, call, verb["timeout"], "gather_over")
                self.save(tx, call)
            case "redirect":
                self.fetch(tx, call, verb["url"], {})
            case "reject":
                self.end(tx, call, "busy")
            case _:
                self.end(tx, call, "completed")

    def key(self, tx: sqlite3.Connection, call: Call, digit: str) -> None:
        self.say(tx, call, "key", "from_phone", digit)
        if not call.gather:
            return  # nobody listens for keys just now
        gather: twiml.Verb = json.loads(call.gather)
        if digit == gather["finish"]:
            self.gathered(tx, call, gather)
            return
        gather["pressed"] += digit
        call.gather = json.dumps(gather)
        if gather["digits"] and len(gather["pressed"]) >= gather["digits"]:
            self.gathered(tx, call, gather)
        else:
            self.later(tx, call, gather["timeout"], "gather_over")
            self.save(tx, call)

    def gathered(self, tx: sqlite3.Connection, call: Call, gather: twiml.Verb) -> None:
        where = urljoin(call.url, gather["action"])
        if where and (gather["pressed"] or gather["empty_too"]):
            call.doing = "connected"
            self.fetch(tx, call, where, {"Digits": gather["pressed"]})
        else:
            self.run(tx, call)  # nothing pressed: on with the verb after the gather

    def broken(self, tx: sqlite3.Connection, call: Call) -> None:
        self.say(tx, call, "said", "to_phone", SORRY)
        self.end(tx, call, "failed" if call.answered_at is None else "completed")

    def end(self, tx: sqlite3.Connection, call: Call, status: str) -> None:
        call.status, call.ended_at = status, self._now()
        call.step += 1
        call.script, call.gather, call.doing = "[]", "", ""
        self.say(tx, call, "call", "network", ENDINGS[status])
        self.report(tx, call, "completed")
        self.save(tx, call)

    def report(self, tx: sqlite3.Connection, call: Call, event: str) -> None:
        """Tells the hub of a change, if it asked for this kind of event."""
        wanted = event in call.events.split()
        if call.direction == INBOUND:
            url = self._settings.voice_status_webhook if event == "completed" else ""
        else:
            url = call.status_callback if wanted else ""
        if not url:
            return
        fields = self._fields(call)
        fields["CallbackSource"] = "call-progress-events"
        fields["SequenceNumber"] = str(call.sequence)
        fields["Timestamp"] = formatdate(self._now(), usegmt=True)
        if event == "initiated":
            fields["CallStatus"] = "initiated"
        if event == "completed":
            fields["CallDuration"] = str(duration(call))
        call.sequence += 1
        self._posts.owe(tx, call.sid, url, fields, callbacks=call.callbacks)

    def _fields(self, call: Call) -> dict[str, str]:
        return {
            "CallSid": call.sid,
            "AccountSid": self._settings.account_sid,
            "From": call.sender,
            "Caller": call.sender,
            "To": call.receiver,
            "Called": call.receiver,
            "CallStatus": call.status,
            "Direction": call.direction,
            "ApiVersion": "2010-04-01",
        }


def duration(call: Call) -> int:
    if call.answered_at is None or call.ended_at is None:
        return 0
    return ceil(call.ended_at - call.answered_at)
