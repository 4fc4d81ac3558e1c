"""Whom an offer step asks just now: all of a team at once before the ranking, and nobody outside its day."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from dispatch.duty_model import ResponderRecord
from dispatch.ranking import Ranked
from protocols.model import EscalationStep

MOST_AT_ONCE = 10
"""So many of a team are asked together. [LOCAL]"""


def of_team(session: Session, place: str, step: EscalationStep, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Those of its team who could go and have not been asked yet, best first; all are asked at once and the first yes
    has it. Empty where the step names no team, or has gone through it: then it goes on down the ranking."""
    fresh = [one for one in ranked if not one.candidate.asked_before and one.candidate.free_at is None]
    if not step.team or not fresh:
        return []
    works_there = select(ResponderRecord.responder_id).where(
        ResponderRecord.place == place,
        ResponderRecord.organisation == step.team,
        col(ResponderRecord.responder_id).in_([one.candidate.responder_id for one in fresh]),
    )
    theirs = set(session.exec(works_there))
    return [one for one in fresh if one.candidate.responder_id in theirs][:MOST_AT_ONCE]


def how_many(step: EscalationStep, live: int) -> int:
    """How many more may be asked beside the `live` who have not answered. A step with a team asks in rounds: whoever
    was asked together is waited for together."""
    return 0 if step.team and live else max(0, step.at_once - live)
