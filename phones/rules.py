"""Pure rules of the network: numbers, length in characters, reserved words, which manner counts."""

import re
import secrets
from dataclasses import dataclass
from math import ceil

from phones.model import Behaviour, Callbacks, Manner, Phone

E164 = re.compile(r"\+[1-9][0-9]{7,14}")
MAX_BODY = 1600

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
NOTICES = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}

# 3GPP TS 23.038: the default alphabet takes one septet each, its extension two.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def is_number(text: str) -> bool:
    return E164.fullmatch(text) is not None


def new_sid(prefix: str) -> str:
    """Thirty-two hexadecimal digits after the two letters, as Twilio's are."""
    return prefix + secrets.token_hex(16)


@dataclass(frozen=True)
class Length:
    """How long a text is on the air: `count` characters of the `room` that its segments have."""

    count: int
    room: int
    segments: int


def length(body: str) -> Length:
    if all(letter in GSM_BASIC or letter in GSM_EXTENDED for letter in body):
        count = sum(2 if letter in GSM_EXTENDED else 1 for letter in body)
        single, part = 160, 153
    else:
        count = len(body.encode("utf-16-be")) // 2
        single, part = 70, 67
    if count <= single:
        return Length(count, single, 1)
    segments = ceil(count / part)
    return Length(count, segments * part, segments)


def opt_out_type(body: str, opted_out: bool) -> str:
    """The carrier's reading of a reserved word. YES opts in only a phone that had opted out."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    if word in START_WORDS or (word == "YES" and opted_out):
        return "START"
    return "HELP" if word in HELP_WORDS else ""


def effective(phone: Phone | None, network: Manner) -> Manner:
    """A disturbed network is disturbed for everybody; a calm one leaves each phone its own manner."""
    own = phone.manner if phone else Manner()
    chosen = own if network.behaviour is Behaviour.NORMAL else network
    callbacks = own.callbacks if network.callbacks is Callbacks.ONCE else network.callbacks
    return Manner(chosen.behaviour, chosen.seconds, chosen.error_code, callbacks)
