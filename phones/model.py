"""The words of the training network: phones, manners, messages, calls, timers."""

import json
import sqlite3
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Whose phone it is."""

    RESPONDER = "responder"
    CALLER = "caller"
    STAFF = "staff"


class Behaviour(StrEnum):
    """How a phone, or the whole network, treats what the hub sends."""

    NORMAL = "normal"
    SLOW = "slow"
    NO_RECEIPT = "no_receipt"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    LANDLINE = "landline"
    DOWN = "down"
    RATE_LIMITED = "rate_limited"
    HANG = "hang"
    LOST_ANSWER = "lost_answer"


class Callbacks(StrEnum):
    """How status callbacks reach the hub."""

    ONCE = "once"
    TWICE = "twice"
    REORDERED = "reordered"


@dataclass(frozen=True)
class Manner:
    """A behaviour with its details. `seconds` is for `slow`, `error_code` for `undelivered`."""

    behaviour: Behaviour = Behaviour.NORMAL
    seconds: float | None = None
    error_code: int = 30003
    callbacks: Callbacks = Callbacks.ONCE

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "Manner":
        return cls(
            Behaviour(row["behaviour"]), row["seconds"], row["error_code"], Callbacks(row["callbacks"])
        )


@dataclass(frozen=True)
class Phone:
    number: str
    owner: str
    label: str
    kind: Kind
    manner: Manner
    opted_out: bool
    changed: int

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "Phone":
        return cls(
            row["number"],
            row["owner"],
            row["label"],
            Kind(row["kind"]),
            Manner.from_row(row),
            bool(row["opted_out"]),
            row["changed"],
        )


@dataclass
class Message:
    sid: str
    number: str  # the training phone's, whichever way the message went
    direction: str
    sender: str
    receiver: str
    body: str
    status: str
    created_at: float
    updated_at: float
    seq: int = 0
    error_code: int | None = None
    status_callback: str = ""
    opt_out_type: str = ""
    sent_at: float | None = None
    note: str = ""
    behaviour: str = Behaviour.NORMAL
    seconds: float | None = None
    callbacks: str = Callbacks.ONCE
    wanted_error: int = 30003  # what `undelivered` will say when its time comes


@dataclass
class Call:
    sid: str
    number: str
    direction: str
    sender: str
    receiver: str
    status: str
    created_at: float
    updated_at: float
    seq: int = 0
    url: str = ""  # where the next TwiML comes from; relative addresses in it are resolved against this
    twiml: str = ""
    status_callback: str = ""
    events: str = "completed"
    timeout_s: float = 30.0
    answered_at: float | None = None
    ended_at: float | None = None
    sequence: int = 0  # of status callbacks
    step: int = 0  # a timer set for an earlier step is ignored
    script: str = "[]"  # the verbs still to come
    gather: str = ""  # the gather that waits for keys, with those pressed so far
    doing: str = ""  # what the one at the phone is told: connected, waiting, press a key
    callbacks: str = Callbacks.ONCE

    @property
    def live(self) -> bool:
        return self.status in LIVE_CALL


LIVE_CALL = ("queued", "ringing", "in-progress")
FROM_HUB = "outbound-api"
INBOUND = "inbound"
OUTBOUND_REPLY = "outbound-reply"


@dataclass(frozen=True)
class Timer:
    """Something to do at a time. A `post` is a webhook that is owed; the others move a message or a call."""

    id: int
    kind: str  # message | call | post
    subject: str
    due_at: float
    attempts: int
    payload: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "Timer":
        return cls(
            row["id"],
            row["kind"],
            row["subject"],
            row["due_at"],
            row["attempts"],
            json.loads(row["payload"]),
        )


class Refusal(Exception):
    """What the page asked for cannot be done; the sentence says why."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
