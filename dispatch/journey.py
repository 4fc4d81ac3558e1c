"""What became of a message, in words. Pure."""

from dispatch.model import Direction, Message

ERRORS = {
    21211: "that is not a number",
    21408: "our account may not send there",
    21610: "the phone has opted out",
    21612: "there is no way from our number to theirs",
    21614: "a landline: it takes no texts",
    20003: "our account was refused",
    20429: "the carrier was busy",
    20503: "the carrier was away",
    30003: "the phone is off or out of reach",
    30004: "the phone blocks our texts",
    30005: "nobody has this number",
    30006: "a landline, or its network cannot be reached",
    30007: "a network filtered it out",
    30008: "the network does not say why",
}
READ_AS = {
    "human": "needs a human",
    "opt_out": "opted out",
    "which": "asked for the code",
    "nothing_open": "nothing was open to them",
    "ambulance": "asks for an ambulance",
    "danger": "the danger word",
    "delay": "a delay",
    "answer:accept": "a yes",
    "answer:decline": "a no",
}
ON_THE_WAY = ("waiting", "with the carrier", "sent", "delivered")
REACHED = {"accepted": 1, "queued": 1, "sending": 1, "sent": 2, "delivered": 3, "read": 3}
FAILED = ("failed", "undelivered")


def journey(message: Message) -> list[str]:
    """The stations that it has passed, the newest last."""
    if message.direction is Direction.in_:
        return ["came in", read_as(message)]
    if message.status in FAILED:
        gone = ON_THE_WAY[: 2 if message.sid else 1]
        return [*gone, "not answered" if message.voice and message.sid else "failed"]
    reached = REACHED.get(message.status, 0)
    if message.voice:
        key = [read_as(message)] if message.read_as else []
        return [*ON_THE_WAY[: min(reached, 1) + 1], *(["rung"] if reached == 3 else []), *key]
    return list(ON_THE_WAY[: reached + 1])


def read_as(message: Message) -> str:
    said = message.read_as or ""
    return READ_AS.get(said, said.partition(":")[2].replace("_", " ") or said or "kept")


def error(message: Message) -> str:
    """The carrier's error in words; empty where there is none."""
    if message.error_code is None:
        return ""
    return f"{ERRORS.get(message.error_code, 'the carrier gives no words')} (error {message.error_code})"
