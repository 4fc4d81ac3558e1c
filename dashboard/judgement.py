"""S10: to what a reader of the case may raise or lower its urgency."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from hub.access import Role, User
from protocols.model import House
from records.model import Case, CaseState
from triage.lowering import Lowering

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Judgement:
    """What may be chosen, by id and label, the most urgent first; empty where nothing may."""

    raises: Choices
    lowers: Choices
    must_wait_for_another: bool = False
    """They asked for the lowering that is open: somebody else answers it."""


def judgement_of(session: Session, case: Case, house: House, user: User) -> Judgement:
    is_open = case.state is CaseState.open
    takes_calls = is_open and user.has(Role.handler, Role.hub_clinician)
    decides = is_open and user.has(Role.hub_clinician) and case.priority is not None
    return Judgement(
        raises=above(house, case.priority) if takes_calls else (),
        lowers=below(house, case.priority) if decides else (),
        must_wait_for_another=decides and _has_asked(session, case, user),
    )


def _has_asked(session: Session, case: Case, user: User) -> bool:
    mine = select(Lowering.id).where(
        Lowering.case_id == case.key, Lowering.asked_by == user.id, col(Lowering.answer).is_(None)
    )
    return session.exec(mine).first() is not None


def above(house: House, priority: str | None) -> Choices:
    rank = len(house.priorities) if priority is None else house.rank[priority]
    return tuple((one.id, one.label) for one in house.priorities if one.rank < rank)


def below(house: House, priority: str | None) -> Choices:
    rank = len(house.priorities) if priority is None else house.rank[priority]
    return tuple((one.id, one.label) for one in house.priorities if one.rank > rank)
