"""Who is on a visit and could have this one as their next: asked by the hub only where nobody free would be there in
time, and never for what is due within the hour; a coordinator may offer it by hand."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from dispatch import bringing
from dispatch.desk import Desk
from dispatch.model import Offer
from dispatch.on_shift import Standing, everybody
from dispatch.ranking import Candidate, Ranked, rank
from records.model import Case, Position
from records.rules import SETTLE_IN

LONGER_THAN_MIN = 60
"""What has to be reached within so many minutes waits for nobody's visit to end. [LOCAL]"""


def before_them(
    session: Session,
    desk: Desk,
    position: Position,
    about: Case,
    skills: Sequence[str],
    made: Sequence[Offer],
    free: Sequence[Ranked],
    now: datetime,
) -> list[Ranked]:
    """Those on a visit who would be there in time, best first, where none of `free` would. Each is asked once: they are
    with somebody, and silence is an answer."""
    target_min = desk.library.house.priority(position.priority).target_min
    if target_min is None or target_min <= LONGER_THAN_MIN:
        return []
    if any(one.candidate.there_at(now) <= position.due_at for one in free):
        return []
    found = everybody(session, position, about, skills, made, desk.travel, now)
    could = [one.candidate for one in found if may_have_it_next(one) and not one.candidate.asked_before]
    in_time = [one for one in could if _in_time(one, position, now)]
    wanted = desk.library.house.position(position.kind).equipment
    return rank(bringing.with_it(session, in_time, wanted), now)


def may_have_it_next(one: Standing) -> bool:
    """On a visit, with nothing to answer and nothing next."""
    return one.may_have_next and one.is_reachable and one.meets_musts and one.asked_of is None


def _in_time(candidate: Candidate, position: Position, now: datetime) -> bool:
    """By what is known now they can leave at the latest safe departure."""
    return candidate.travel_min is not None and candidate.there_at(now) + SETTLE_IN <= position.due_at
