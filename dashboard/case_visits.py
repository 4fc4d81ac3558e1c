"""The visits of a case as its panel shows them: who was asked, where they are, and what can be done now."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import check_in, details, undone, wanted_again
from dispatch.model import Offer, OfferState
from records.lifecycles import after, owes
from records.model import Position

STEPS = (
    ("set_off", "Set off"),
    ("arrive", "At the door"),
    ("begin_care", "Care has begun"),
    ("finish", "Done"),
    ("find_no_access", "No access"),
    ("find_person", "Whereabouts confirmed"),
)
"""What a responder may tell by phone, in the order of a visit."""
OFFER_SAID = {
    "sent": ("?", "asked"),
    "accepted": ("✓", "said yes"),
    "declined": ("✗", "said no"),
    "expired": ("✗", "no answer"),
    "lost": ("–", "somebody else was first"),
    "withdrawn": ("–", "withdrawn"),
}
POSITION_WORDS = {
    "open": "looking",
    "offered": "offered",
    "accepted": "accepted",
    "en_route": "travelling",
    "at_door": "at the door",
    "with_person": "with them",
    "no_access": "no access",
    "done": "done",
    "stood_down": "stood down",
    "superseded": "no longer needed",
}


@dataclass(frozen=True)
class Tried:
    """One line of "what was tried"."""

    offer: Offer
    name: str
    sign: str
    said: str
    why: str


@dataclass(frozen=True)
class Visit:
    """A position, with the steps that can be recorded now; `back`: where it was before a step that can be undone."""

    row: Position
    words: str
    steps: list[tuple[str, str]]
    may: frozenset[str]
    back: str
    offers: list[Tried]
    unopened: bool
    asked_at: datetime | None
    wanted_again: bool
    """Stood down, and none of its kind is looked for since: it can be wanted after all."""


def tried_of(offer: Offer, name: str, profession: str) -> Tried:
    sign, said = OFFER_SAID[offer.state.value]
    if offer.given_back:
        sign, said = "↩", "gave it back"
    elif offer.state is OfferState.expired and offer.ended_because:
        said = offer.ended_because
    return Tried(offer, f"{name}, {profession.replace('_', ' ')}", sign, said, ", ".join(offer.reasons))


def visit_of(session: Session, row: Position, tried: list[Tried]) -> Visit:
    possible = {event for event in ("hand_back", "stand_down") if after(row.owed, row.state, event)}
    if row.state in ("accepted", "en_route") and not row.is_next:
        possible.add("delay")
    asked = check_in.open_of(session, row.key) if row.state in check_in.ON_SCENE else None
    return Visit(
        row=row,
        words="accepted as their next" if row.is_next else POSITION_WORDS[row.state.value],
        steps=[
            (event, words) for event, words in STEPS if after(row.owed, row.state, event) and not row.is_next
        ],
        may=frozenset(possible) if owes(row.owed, row.state) else frozenset(),
        back=POSITION_WORDS.get(undone.step_before(session, row) or "", ""),
        offers=[
            one for one in tried if one.offer.position_id == row.id and one.offer.state is OfferState.sent
        ],
        unopened=any(
            one.offer.position_id == row.id and details.is_unopened(session, one.offer, row) for one in tried
        ),
        asked_at=asked.asked_at if asked else None,
        wanted_again=row.state == "stood_down" and not wanted_again.is_wanted_again(session, row),
    )
