"""The line as everybody who takes calls must see it: who rings, what is open for them, who is parked. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub.access import User
from protocols.loader import Library
from records import seen
from records.model import Call
from records.store import live_calls, refs_of
from triage import capture, store
from triage.now import KnownNow, known_now


@dataclass(frozen=True)
class Ringing:
    """`about`: the cases that this number may be about, what is open first."""

    id: int
    number: str
    since: datetime
    about: tuple[KnownNow, ...]


@dataclass(frozen=True)
class Parked:
    id: int
    ref: str
    who: str
    since: datetime
    handler: str


@dataclass(frozen=True)
class Line:
    """`free`: this person is on no call, so what rings pops up for them."""

    ringing: tuple[Ringing, ...]
    parked: tuple[Parked, ...]
    free: bool


SHOWN = 2
"""So many cases stand beside a ringing number; the call itself shows the rest."""


def line_of(session: Session, user: User, library: Library, now: datetime) -> Line:
    hidden = seen.hidden(session, user.place)
    calls = [call for call in live_calls(session, user.place) if call.case_id not in hidden]
    parked = [call for call in calls if call.parked_at is not None]
    refs = refs_of(session, [call.case_id for call in parked])
    mine = store.calls_of_handler(session, user.place, user.id or 0)
    return Line(
        ringing=tuple(
            Ringing(
                id=call.key,
                number=capture.national(call.number),
                since=call.opened_at,
                about=known_now(session, call, library.house, now)[:SHOWN],
            )
            for call in calls
            if call.state == "ringing"
        ),
        parked=tuple(
            Parked(
                id=call.key,
                ref=refs.get(call.case_id or 0, ""),
                who=who_of(call),
                since=call.parked_at or call.opened_at,
                handler=call.handler_name,
            )
            for call in sorted(parked, key=lambda call: call.parked_at or call.opened_at)
        ),
        free=all(call.parked_at is not None for call in mine),
    )


def who_of(call: Call) -> str:
    """Whom the handler speaks with, as far as it is known."""
    return call.caller_name or capture.national(call.number) or "number not known"
