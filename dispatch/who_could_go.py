"""Who on shift could go to a position and why, and who could not and why not: for a coordinator to read, and to offer
by hand from. Writes nothing."""

from datetime import datetime

from sqlmodel import Session

from dispatch import roster, store
from dispatch.chosen import candidate_of
from dispatch.desk import Desk
from dispatch.musts import Musts
from dispatch.ranking import Ranked, RuledOut, rank
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
    ranked = rank(roster.candidates(session, position, case, skills, made, now), now)
    could = {one.candidate.responder_id for one in ranked}
    shifts = store.responders_on_shift(session, position.place, now)
    rest = [who for who, _ in shifts if who.key not in could]
    musts = Musts(session, position, case, skills, rest, now)
    out: list[Ranked | RuledOut] = list(ranked)
    for who in rest:
        against = musts.against(who)
        if not against.startswith("without "):
            why = against or musts.said_no(who) or "off too soon"
            out.append(
                RuledOut(candidate_of(session, case, who, musts), why, musts.is_excluded(who), not against)
            )
    return out[:limit]
