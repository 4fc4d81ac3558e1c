"""Who on shift could go to a position and why, and who could not and why not: for a coordinator to read, and to offer
by hand from. Writes nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from dispatch import bringing, store
from dispatch.asked_as_next import may_have_it_next
from dispatch.desk import Desk
from dispatch.on_shift import Standing, everybody
from dispatch.ranking import Ranked, RuledOut, may_go, rank
from records.model import Case, Position

WHO = 12
"""So many at most are shown: nobody reads further down a list while a clock runs."""


def who_could_go(
    session: Session, desk: Desk, position: Position, case: Case, now: datetime, limit: int = WHO
) -> list[Ranked | RuledOut]:
    """Those who may go, best first, and after them those who are ruled out, the nearest first; `limit` of both together
    at most.

    S22: leave rows that are `managers_only` out for anybody but a manager.
    """
    kind = desk.library.house.position(position.kind)
    made = store.offers_of_position(session, position.key)
    found = everybody(session, position, case, kind.skills, made, desk.travel, now)
    out = _ruled_out(found, position, now)
    not_asked = {one.candidate.responder_id for one in out}
    may = [one.candidate for one in found if one.candidate.responder_id not in not_asked]
    fit: list[Ranked | RuledOut] = [*rank(bringing.with_it(session, may, kind.equipment), now)]
    return (fit + out)[:limit]


def _ruled_out(found: Sequence[Standing], position: Position, now: datetime) -> list[RuledOut]:
    out: list[RuledOut] = []
    for one in found:
        said = _why_not(one, position, now)
        if said is not None:
            why, on_purpose = said
            is_excluded = one.candidate.excluded
            on_purpose, as_next = on_purpose and not is_excluded, not is_excluded and may_have_it_next(one)
            out.append(RuledOut(one.candidate, why, is_excluded, on_purpose, as_next))
    return out


def _why_not(one: Standing, position: Position, now: datetime) -> tuple[str, bool] | None:
    """Why they are not asked, and whether they may be asked all the same; None where nothing is in the way."""
    if one.candidate.excluded:
        return may_go(one.candidate, now) or "", False
    if not one.is_reachable:
        return "gets no texts: ring them", False
    if one.asked_of is not None:
        return (
            "asked just now" if one.asked_of == position.key else "asked for another visit just now"
        ), False
    if one.candidate.free_at is not None:
        return f"with somebody until about {one.candidate.free_at:%H:%M}", False
    if not one.meets_musts:
        return "on a break, or the skill has run out", False
    if one.has_said_no:
        return "said no before", True
    why = may_go(one.candidate, now)
    return (why, True) if why else None
