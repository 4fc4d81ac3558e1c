"""The life of an offer, and what one answer means for all the others. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.model import OfferState

OFFER: dict[tuple[str, str], str] = {
    ("sent", "accept"): "accepted",
    ("sent", "decline"): "declined",
    ("sent", "expire"): "expired",
    ("sent", "lose"): "lost",
    ("sent", "withdraw"): "withdrawn",
    ("expired", "accept"): "accepted",  # a late yes to a position that is still open
    ("declined", "accept"): "accepted",  # a changed mind, likewise
}
LIVE = frozenset({OfferState.sent})
UNHEARD_AFTER = timedelta(seconds=45)
"""So long a carrier may take to say that an offer's text has arrived. [LOCAL]"""
VOICE_NEEDS = timedelta(seconds=60)
"""To ring, to say it twice, and to press a key. [LOCAL]"""
SET_OFF_IN = timedelta(minutes=10)
"""S25: ENROUTE, after acceptance; for a next, after the end of the visit before it. [LOCAL]"""
TOOK_ANOTHER = "they took another visit"
"""Why an offer was withdrawn that nobody said no to: once free they are asked again, as if for the first time."""
NOT_BEFORE = timedelta(seconds=15)
"""A receipt takes a few seconds in any case."""


@dataclass(frozen=True)
class OfferSeen:
    """An offer as the rules see it."""

    id: int
    position_id: int
    responder_id: int
    state: OfferState


@dataclass(frozen=True)
class Acceptance:
    """What follows from a yes: who wins, whose offers are lost, and which of the winner's other offers go back."""

    accepted: bool
    lost: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()


def after(state: str, event: str) -> str | None:
    return OFFER.get((state, event))


def is_no(state: OfferState, because: str | None, *, given_back: bool) -> bool:
    """Whether whoever had this offer is asked again only on purpose."""
    if state is OfferState.withdrawn:
        return because != TOOK_ANOTHER
    return given_back or state is OfferState.declined


def unheard_at(left_at: datetime, expires_at: datetime) -> datetime:
    """When a text without a receipt is said aloud: soon enough that the voice fits into a short wait, too."""
    return max(min(left_at + UNHEARD_AFTER, expires_at - VOICE_NEEDS), left_at + NOT_BEFORE)


def answer_yes(offer: OfferSeen, position_state: str, others: Sequence[OfferSeen]) -> Acceptance:
    """The first yes wins. A yes counts while its offer can still be accepted and the position is not taken.

    `others` are the live offers of the same position and of the same responder.
    """
    if after(offer.state, "accept") is None or position_state not in ("open", "offered"):
        return Acceptance(accepted=False)
    live = [other for other in others if other.state in LIVE and other.id != offer.id]
    return Acceptance(
        accepted=True,
        lost=tuple(other.id for other in live if other.position_id == offer.position_id),
        withdrawn=tuple(other.id for other in live if other.position_id != offer.position_id),
    )
