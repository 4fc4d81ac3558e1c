"""Who on shift could go to a position and why, and who could not and why not: for a coordinator to read, and to offer
by hand from. Writes nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from dispatch import roster, store
from dispatch.desk import Desk
from dispatch.ranking import Candidate, Ranked, RuledOut, may_go, rank
from records.model import Case, Position

WHO = 12
"""So many at most are shown: nobody reads further down a list while a clock runs."""


def who_could_go(
    session: Session, desk: Desk, position: Position, case: Case, now: datetime, limit: int = WHO
) -> list[Ranked | RuledOut]:
    """Those who may go, best first, and after them those who are ruled out; `limit` of both together at most.

    S22: leave rows that are `managers_only` out for anybody but a manager.
    """
    skills = desk.library.house.position(position.kind).skills
    made = store.offers_of_position(session, position.key)
    found = roster.candidates(session, position, case, skills, made, desk.travel, now)
    ranked: list[Ranked | RuledOut] = [*rank(found, now)]
    return (ranked + _ruled_out(found, now))[:limit]


def _ruled_out(found: Sequence[Candidate], now: datetime) -> list[RuledOut]:
    return [
        RuledOut(candidate, why, managers_only=candidate.excluded)
        for candidate in found
        if (why := may_go(candidate, now))
    ]
