"""Positions that wait at the same time are given their people together."""

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.together import Free, Waiting, assign_together, cheapest

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NEAR, FAR = 1, 2


FREE = [Free(number, f"R{number}", "nurse", NOON + timedelta(hours=8)) for number in (NEAR, FAR)]


def waits(position: int, left_min: int, near: int | None, far: int | None = None, *barred: int) -> Waiting:
    """`near`, `far`: minutes of travel of each; None: may not go."""
    out = [number for number, travel in ((NEAR, near), (FAR, far)) if travel is None]
    return Waiting(position, NOON + timedelta(minutes=left_min), (near, far), frozenset((*out, *barred)))


def given_to(*waiting: Waiting) -> dict[int, int]:
    found = assign_together(waiting, FREE, NOON)
    return {position: ranked.candidate.responder_id for position, ranked in found.items()}


def test_the_nearer_breach_gets_the_nearer_responder() -> None:
    """Both are nearer to the same one; whichever of the two came first makes no difference."""
    late, soon = waits(1, 110, 8, 16), waits(2, 25, 8, 20)
    assert given_to(late, soon) == given_to(soon, late) == {1: FAR, 2: NEAR}


def test_nobody_is_taken_from_whom_only_they_can_help() -> None:
    """One of the two can do both, the other only one: both are filled, though the pressing one goes second best."""
    assert given_to(waits(1, 25, 8, 14), waits(2, 110, 8)) == {1: FAR, 2: NEAR}


def test_where_people_are_too_few_the_nearest_breaches_are_filled() -> None:
    waiting = [waits(n, left, 8, 12) for n, left in enumerate((300, 40, 90, 20))]
    assert set(given_to(*waiting)) == {1, 3}


def test_musts_hold_here_too() -> None:
    """S22: an exclusion gates every offer; so does the end of a shift."""
    assert given_to(waits(1, 25, 8, None, NEAR), waits(2, 60, 9)) == {2: NEAR}
    assert given_to(waits(1, 25, None)) == {}
    (off_soon,) = [replace(FREE[0], shift_ends_at=NOON + timedelta(minutes=30))]
    assert assign_together([Waiting(1, NOON + timedelta(hours=1), (8,))], [off_soon], NOON) == {}


def test_each_is_given_with_reasons() -> None:
    again = replace(waits(1, 60, 8), asked=frozenset({NEAR}))
    assert assign_together([again], FREE, NOON)[1].reasons == (
        "nurse",
        "8 min away",
        "free",
        "did not answer before",
    )


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
