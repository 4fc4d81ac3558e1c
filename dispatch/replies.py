"""What a responder's text means. Pure: the words, and what that phone has open just now.

Nothing is guessed: what is not one of the taught words goes to a human with its own words kept (S23, S26). "No but I
can in 2 hours" is not a no.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from dispatch.promise_words import promised
from hub.ids import read_code

DANGER_WORD = "RED"
"""S26, [LOCAL]: a word of our own; HELP belongs to carriers."""
CARRIERS_WORDS = frozenset(
    [
        "HELP",
        "INFO",
        "STOP",
        "STOPALL",
        "START",
        "UNSTOP",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "UNSUBSCRIBE",
    ]
)
OPT_OUT_WORDS = frozenset(["STOP", "STOPALL", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "UNSUBSCRIBE"])
TAUGHT = {
    "1": "accept",
    "YES": "accept",
    "2": "decline",
    "NO": "decline",
    "ENROUTE": "set_off",
    "ARRIVED": "arrive",
    "WITH": "begin_care",
    "DONE": "finish",
    "NOACCESS": "find_no_access",
    "BACK": "hand_back",
    "OK": "all_well",
}
ANSWERS = ("accept", "decline")
MOST_DELAY_MIN = 240
DUTY = {"ON": "on", "OFF": "off", "BREAK": "break"}
"""None of them belongs to carriers; BACK hands a visit back, so ON ends a break."""


class Kind(StrEnum):
    answer = "answer"  # yes or no to an offer
    conditional = "conditional"  # yes, but not before a time
    step = "step"  # a step of a visit
    delay = "delay"
    duty = "duty"  # on, off, a break: about themselves, and no visit
    all_well = "all_well"  # to a check that is open
    danger = "danger"
    ambulance = "ambulance"
    which = "which"  # the hub must ask for the code
    nothing_open = "nothing_open"
    opt_out = "opt_out"
    human = "human"


@dataclass(frozen=True)
class Reading:
    """What the text means; `code` names the offer where one is meant, `minutes` a delay or how soon they can be there,
    `clock` the local time at which they can."""

    kind: Kind
    event: str = ""
    code: str = ""
    minutes: int = 0
    clock: time | None = None


@dataclass(frozen=True)
class Phone:
    """What a phone has open, as codes: its live offers, offers to it that ended in the last 15 min (and those among
    them that are past having: somebody else has them), its live assignments, what it has next, those that have been
    asked whether all is well, and every offer of the last 90 days that a code may still name."""

    live: Sequence[str] = ()
    ended_lately: Sequence[str] = ()
    gone_lately: Sequence[str] = ()
    assigned: Sequence[str] = ()
    nexts: Sequence[str] = ()
    asked: Sequence[str] = ()
    known: Sequence[str] = ()


def read(body: str, phone: Phone) -> Reading:
    words = _words(body)
    if not words:
        return Reading(Kind.human)
    if words[0] == DANGER_WORD or (DANGER_WORD in words and len(words) <= 3):
        return Reading(Kind.danger, code=_code_among(words, phone))
    if len(words) == 1 and words[0] in CARRIERS_WORDS:
        return Reading(Kind.opt_out if words[0] in OPT_OUT_WORDS else Kind.human)
    if words[0] in DUTY and len(words) <= (2 if words[0] == "BREAK" else 1):
        return Reading(Kind.duty, DUTY[words[0]], minutes=_minutes(words[-1]))
    codes = [word for word in words if read_code(word)]
    rest = [word for word in words if not read_code(word)]
    if len(codes) > 1 or (codes and not _meant(codes[0], phone)):
        return Reading(Kind.human)
    code = _meant(codes[0], phone) if codes else ""
    if rest == ["999"]:
        return _on_visit(Reading(Kind.ambulance), code, phone)
    if len(rest) == 2 and rest[0] == "DELAY" and (minutes := _minutes(rest[1])):
        return _on_visit(Reading(Kind.delay, minutes=minutes), code, phone)
    if (by := promised(rest)) is not None:
        return _to_offer(Reading(Kind.conditional, minutes=by.minutes, clock=by.clock), code, phone)
    events = {TAUGHT.get(word, "") for word in rest}
    if len(events) != 1 or "" in events:
        return Reading(Kind.human, code=code)
    event = events.pop()
    if event in ANSWERS:
        return _to_offer(Reading(Kind.answer, event), code, phone)
    if event == "all_well":
        return _all_well(code, phone)
    return _on_visit(Reading(Kind.step, event), code, phone)


def _words(body: str) -> list[str]:
    text = (
        body.upper()
        .replace("EN ROUTE", "ENROUTE")
        .replace("EN-ROUTE", "ENROUTE")
        .replace("NO ACCESS", "NOACCESS")
    )
    words = [re.sub(r"^[^\w]+|[^\w]+$", "", word) for word in text.split()]
    words = [word for word in words if word]
    return [word for word in words if word != "FP"] if len(words) > 1 else words


def _minutes(word: str) -> int:
    """A delay that can be; 0 where it is none. Plain digits alone: `²` is a digit to Python, and no number."""
    minutes = int(word) if re.fullmatch(r"[0-9]{1,4}", word) else 0
    return minutes if minutes <= MOST_DELAY_MIN else 0


def _to_offer(reading: Reading, code: str, phone: Phone) -> Reading:
    """S23: a bare answer is taken only if exactly one offer is live and no other ended in the last 15 min."""
    if code:
        return replace(reading, code=code)
    if len(phone.live) == 1 and not phone.ended_lately:
        return replace(reading, code=phone.live[0])
    if not phone.live and not phone.ended_lately:
        return _said_again(reading, phone)
    if (
        not phone.live
        and not phone.assigned
        and len(phone.ended_lately) == 1
        and list(phone.gone_lately) == list(phone.ended_lately)
    ):
        return replace(reading, code=phone.gone_lately[0])  # only to be told "already taken"
    return Reading(Kind.which, reading.event)


def _said_again(reading: Reading, phone: Phone) -> Reading:
    """A bare answer with no offer to it. On a visit a second yes changes nothing, and a no must reach a human: they
    may believe that they are rid of it."""
    if len(phone.assigned) != 1:
        return Reading(Kind.nothing_open)
    if reading.event == "accept":
        return Reading(reading.kind, reading.event, phone.assigned[0])
    return Reading(Kind.human, code=phone.assigned[0])


def _all_well(code: str, phone: Phone) -> Reading:
    """Only where it was asked: else an OK may mean anything."""
    asked = [one for one in phone.asked if one == (code or one)]
    return Reading(Kind.all_well, code=asked[0]) if len(asked) == 1 else Reading(Kind.human, code=code)


def _on_visit(reading: Reading, code: str, phone: Phone) -> Reading:
    if code:
        return Reading(reading.kind, reading.event, code, reading.minutes)
    if len(phone.assigned) == 1:
        return Reading(reading.kind, reading.event, phone.assigned[0], reading.minutes)
    if reading.kind is Kind.ambulance:
        return reading  # never turned away: a human is told at once
    return Reading(Kind.which if phone.assigned else Kind.nothing_open, reading.event)


def _meant(word: str, phone: Phone) -> str:
    """The offer a code names: itself, or the only one that this phone has of that case."""
    groups = (phone.assigned, phone.nexts, phone.live, phone.ended_lately, phone.known)
    mine = list(dict.fromkeys(code for group in groups for code in group))
    if word in mine:
        return word
    found = read_code(word)
    if found is None or found[1]:
        return ""
    for group in groups:
        of_case = [code for code in group if (read_code(code) or ("",))[0] == found[0]]
        if of_case:
            return of_case[0] if len(of_case) == 1 else ""
    return ""


def _code_among(words: Sequence[str], phone: Phone) -> str:
    named = next((meant for word in words if read_code(word) and (meant := _meant(word, phone))), "")
    return named or (phone.assigned[0] if len(phone.assigned) == 1 else "")
