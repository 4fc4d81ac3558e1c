"""S10: to what a reader of the case may raise or lower its urgency."""

from dataclasses import dataclass

from hub.access import Role, User
from protocols.model import House
from records.model import Case, CaseState

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Judgement:
    """What may be chosen, by id and label, the most urgent first; empty where nothing may."""

    raises: Choices
    lowers: Choices


def judgement_of(case: Case, house: House, user: User) -> Judgement:
    is_open = case.state is CaseState.open
    takes_calls = is_open and user.has(Role.handler, Role.hub_clinician)
    decides = is_open and user.has(Role.hub_clinician) and case.priority is not None
    return Judgement(
        raises=above(house, case.priority) if takes_calls else (),
        lowers=below(house, case.priority) if decides else (),
    )


def above(house: House, priority: str | None) -> Choices:
    rank = len(house.priorities) if priority is None else house.rank[priority]
    return tuple((one.id, one.label) for one in house.priorities if one.rank < rank)


def below(house: House, priority: str | None) -> Choices:
    rank = len(house.priorities) if priority is None else house.rank[priority]
    return tuple((one.id, one.label) for one in house.priorities if one.rank > rank)
