"""What will happen by itself or is owed next of a case, and whom the ladder turns to."""

from datetime import datetime, timedelta
from typing import Any

from dispatch.escalation import next_at, offer_step
from hub.deadlines import Deadline
from protocols.loader import Library
from records.model import Position

DEADLINE_WORDS = {
    "offer_expires": "An offer runs out",
    "text_unheard": "A receipt for the text, or it is said by phone",
    "seek": "Look again for somebody",
    "ladder": "Next step of the ladder",
    "set_off": "Must have set off",
    "arrive": "Must be at the door",
    "scene_check": "Asked whether all is well",
    "check_unanswered": "Silence at the scene goes further",
    "details_unopened": "Must have opened the details",
    "call_back": "Call back",
    "hand_over_unconfirmed": "Reference from the other service",
    "hold": "It was held until then",
    "welfare": "See whether a welfare call is due",
    "breach": "The time is over",
    "near_50": "Half of the time is used",
    "near_75": "Three quarters of the time are used",
    "near_90": "Nine tenths of the time are used",
    "task": "A task is due",
    "assessment": "The questions should be finished",
    "call_long": "The call has been long",
    "call_parked": "The caller has waited parked",
    "no_access": "Next thing to try at the door",
    "held_for_999": "A clinician must decide",
    "take_over": "Says whether they take responsibility over",
}
NEXT = 5


def ahead_of(deadlines: list[Deadline]) -> list[tuple[str, datetime]]:
    """What will happen by itself or is owed next, the soonest first; one line for each kind and time."""
    seen = dict.fromkeys((DEADLINE_WORDS.get(d.kind, d.kind.replace("_", " ")), d.due_at) for d in deadlines)
    return list(seen)[:NEXT]


def next_people(library: Library, positions: list[Position], now: datetime) -> str:
    """Whom the ladder turns to next, in words."""
    for row in positions:
        protocol = library.escalation.get(row.priority)
        if row.state not in ("open", "offered") or row.ladder_began_at is None or protocol is None:
            continue
        at = next_at(protocol, row.ladder_began_at, now)
        step = offer_step(protocol, row.ladder_began_at, now)
        wait = timedelta(seconds=step.wait_s)
        asked = f"{step.at_once} at a time, {int(wait.total_seconds() // 60)} min each"
        nobody = [
            s.role.replace("_", " ") for s in protocol.steps if s.kind != "offer" and at and _due(row, s, at)
        ]
        return f"Asking {asked}." + (f" Then {' and '.join(nobody)}." if nobody else "")
    return ""


def _due(row: Position, step: Any, at: datetime) -> bool:
    assert row.ladder_began_at is not None
    first = row.ladder_began_at + timedelta(seconds=step.at_s)
    if first == at:
        return True
    every = step.then_every_s
    return bool(every) and at > first and (at - first) % timedelta(seconds=every) == timedelta(0)
