"""What will happen by itself or is owed next of a case, and all that the ladder of each position still does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import pauses
from dispatch.escalation import StepDue, ahead, asks_in_words, offer_step, step_in_words
from dispatch.pauses import Pause
from dispatch.taking_back import SEEKING
from hub.deadlines import Deadline
from protocols.loader import Library
from records.model import Position

DEADLINE_WORDS = {
    "offer_expires": "An offer runs out",
    "text_unheard": "A receipt for the text, or it is said by phone",
    "seek": "Look again for somebody",
    "ladder_pause": "The ladder goes on",
    "set_off": "Must have set off",
    "next_leaves": "Latest departure, while another visit is before it",
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
Line = tuple[str, datetime]


@dataclass(frozen=True)
class Ladder:
    """The ladder of one position that nobody has: how it asks, whether it stands still, and what it comes to."""

    position: Position
    asks: str
    pause: Pause | None
    coming: list[Line]
    next_words: str


def ahead_of(deadlines: Sequence[Deadline], ladders: Sequence[Ladder]) -> list[Line]:
    """What will happen by itself or is owed next, the soonest first: all of the ladders, and the next of the rest."""
    own = [d for d in deadlines if d.kind != "ladder"]
    lines = [(DEADLINE_WORDS.get(d.kind, d.kind.replace("_", " ")), d.due_at) for d in own]
    seen = list(dict.fromkeys(lines))[:NEXT]
    seen += [line for ladder in ladders for line in ladder.coming]
    return sorted(seen, key=lambda line: line[1])


def ladders_of(
    session: Session, library: Library, positions: Sequence[Position], now: datetime
) -> list[Ladder]:
    sought = [row for row in positions if row.state in SEEKING and row.ladder_began_at is not None]
    return [
        _ladder(session, library, row, len(sought) > 1, now)
        for row in sought
        if row.priority in library.escalation
    ]


def _ladder(session: Session, library: Library, row: Position, named: bool, now: datetime) -> Ladder:
    protocol, began_at = library.escalation[row.priority], row.ladder_began_at or now
    pause = pauses.of(session, row)
    stands = pause.until - pause.began_at if pause else timedelta()
    done_at = row.ladder_done_at + stands if row.ladder_done_at else None
    coming = ahead(protocol, began_at + stands, done_at)
    of = f" for the {row.title.lower()}" if named else ""
    offer = offer_step(protocol, began_at, now)
    first = [step_in_words(due.step) for due in coming if due.at == coming[0].at]
    return Ladder(
        position=row,
        asks=asks_in_words(offer),
        pause=pause,
        coming=[(_in_words(due) + of, due.at) for due in coming],
        next_words=" and ".join(first),
    )


def _in_words(due: StepDue) -> str:
    words, every = step_in_words(due.step), due.step.then_every_s
    again = f", again every {every // 60} min" if every else ""
    return f"{words[0].upper()}{words[1:]}{again}"
