"""Positions that wait at the same time are given their people together."""

import itertools
import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.ranking import Candidate
from dispatch.together import Waiting, assign_together, cheapest

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NEAR, FAR = 1, 2


def who(number: int, travel: int, *, excluded: bool = False) -> Candidate:
    ends_at = NOON + timedelta(hours=8)
    return Candidate(number, f"R{number}", "nurse", ends_at, travel, excluded=excluded)


def waits(position: int, left_min: int, *candidates: Candidate) -> Waiting:
    return Waiting(position, NOON + timedelta(minutes=left_min), candidates)


def given_to(*waiting: Waiting) -> dict[int, int]:
    return {
        position: ranked.candidate.responder_id
        for position, ranked in assign_together(waiting, NOON).by_position.items()
    }


def test_the_nearer_breach_gets_the_nearer_responder() -> None:
    """Both are nearer to the same one; whichever of the two came first makes no difference."""
    late = waits(1, 110, who(NEAR, 8), who(FAR, 16))
    soon = waits(2, 25, who(NEAR, 8), who(FAR, 20))
    assert given_to(late, soon) == given_to(soon, late) == {1: FAR, 2: NEAR}


def test_nobody_is_taken_from_whom_only_they_can_help() -> None:
    """One of the two can do both, the other only one: both are filled, though the pressing one goes second best."""
    soon = waits(1, 25, who(NEAR, 8), who(FAR, 14))
    only = waits(2, 110, who(NEAR, 8))
    assert given_to(soon, only) == {1: FAR, 2: NEAR}


def test_where_people_are_too_few_the_nearest_breaches_are_filled() -> None:
    waiting = [waits(n, left, who(NEAR, 8), who(FAR, 12)) for n, left in enumerate((300, 40, 90, 20))]
    assert set(given_to(*waiting)) == {1, 3}


def test_musts_hold_here_too() -> None:
    """S22: an exclusion gates every offer."""
    assert given_to(waits(1, 25, who(NEAR, 8, excluded=True)), waits(2, 60, who(NEAR, 9))) == {2: NEAR}
    assert given_to(waits(1, 25)) == {}


COSTS = st.lists(st.dictionaries(st.integers(0, 3), st.integers(0, 60), max_size=4), min_size=1, max_size=4)


def total(costs: list[dict[int, int]], chosen: tuple[int | None, ...], nobody: int) -> float:
    taken = [column for column in chosen if column is not None]
    if len(taken) != len(set(taken)):
        return math.inf
    return sum(
        nobody if column is None else row.get(column, math.inf)
        for row, column in zip(costs, chosen, strict=True)
    )


@given(COSTS, st.sampled_from([25, 1000]))
def test_the_cheapest_of_all_ways(costs: list[dict[int, int]], nobody: int) -> None:
    """Against every way there is."""
    found = tuple(cheapest(costs, [nobody] * len(costs)))
    ways = itertools.product([None, 0, 1, 2, 3], repeat=len(costs))
    assert total(costs, found, nobody) == min(total(costs, way, nobody) for way in ways)
