"""Positions that wait at the same time are given their people together, not first come, first served. Pure.

The assignment is the cheapest of all: each position is filled by the shortest augmenting path, after Jonker and
Volgenant (1987). It is our own because importing scipy's takes over a second in every process (docs/benchmarks.md).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from dispatch.ranking import UNKNOWN_TRAVEL_MIN, Candidate, Ranked, besides, is_off_too_soon, weigh

NOBODY_COSTS = 1e7
"""More than all travel together: as many positions as can be get somebody."""
HEAVIEST, LIGHTEST = 8.0, 0.25
USUAL_MIN = 60
"""A minute of travel weighs so many times as much as with an hour to the breach; within these limits. [LOCAL]"""
LATE_COSTS = 4
"""Each minute at the door after the due time counts so many times over. [LOCAL]"""


@dataclass(frozen=True)
class Waiting:
    """A position that nobody has been asked for.

    `travel_min`: of everybody on shift, in their order. `barred`: who may not go (lacks a skill, is excluded, has said
    no). `asked`: who did not answer before. `lacking_min`: what counts against somebody as they do not bring what is
    wanted there.
    """

    position_id: int
    due_at: datetime
    travel_min: Sequence[int | None]
    barred: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()
    lacking_min: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Free:
    """Somebody on shift who is with nobody and has not been asked anything."""

    responder_id: int
    name: str
    profession: str
    shift_ends_at: datetime
    visits_this_shift: int = 0


def assign_together(waiting: Sequence[Waiting], free: Sequence[Free], now: datetime) -> dict[int, Ranked]:
    """Whom each position should be given if all are looked at together; who is not in it is given nobody.

    Minutes weigh more the nearer the breach: of two that want the same responder, the one with less time left gets the
    nearer. Where there are fewer people than positions, the ones with the most time left get nobody.
    """
    ends_min = [_minutes(who.shift_ends_at, now) for who in free]
    costs = [_costs(one, free, ends_min, now) for one in waiting]
    chosen = cheapest(costs, [NOBODY_COSTS * (1 + _weight(_minutes(one.due_at, now))) for one in waiting])
    return {
        one.position_id: _given(one, free[nth], nth, now)
        for one, nth in zip(waiting, chosen, strict=True)
        if nth is not None
    }


def _costs(one: Waiting, free: Sequence[Free], ends_min: Sequence[float], now: datetime) -> dict[int, float]:
    due_min = _minutes(one.due_at, now)
    weight, costs = _weight(due_min), {}
    for nth, (who, travel, ends) in enumerate(zip(free, one.travel_min, ends_min, strict=True)):
        there = UNKNOWN_TRAVEL_MIN if travel is None else travel
        if who.responder_id in one.barred or is_off_too_soon(there, ends):
            continue
        score = there + besides(who.visits_this_shift, who.responder_id in one.asked)
        score += one.lacking_min.get(who.responder_id, 0)
        late = (there - due_min) * LATE_COSTS if there > due_min else 0
        costs[nth] = (score + late) * weight
    return costs


def _given(one: Waiting, who: Free, nth: int, now: datetime) -> Ranked:
    candidate = Candidate(
        who.responder_id,
        who.name,
        who.profession,
        who.shift_ends_at,
        one.travel_min[nth],
        who.visits_this_shift,
        asked_before=who.responder_id in one.asked,
    )
    return Ranked(candidate, weigh(candidate, now))


def _weight(left_min: float) -> float:
    return HEAVIEST if left_min <= 0 else min(HEAVIEST, max(LIGHTEST, USUAL_MIN / left_min))


def _minutes(at: datetime, now: datetime) -> float:
    return (at - now).total_seconds() / 60


def cheapest(costs: Sequence[Mapping[int, float]], nobody: Sequence[float]) -> list[int | None]:
    """For each row one of the columns it names, none twice, or None at that row's own price: the cheapest of all.

    `costs`: by row, by column (numbered from 0); a column that is not named is impossible.
    """
    rows = [
        {**row, -1 - n: nobody[n]} for n, row in enumerate(costs)
    ]  # a row's "nobody" is a column of its own
    cheap_first = [sorted((cost, column) for column, cost in row.items()) for row in rows]
    price: dict[int, float] = {}
    holder: dict[int, int] = {}
    given: dict[int, int] = {}
    for first in range(len(rows)):
        column, came_from = _shortest_path(rows, cheap_first, first, price, holder)
        while True:  # each row on the path moves over to the column that it came to
            row = came_from[column]
            before = given.get(row)
            holder[column], given[row] = row, column
            if before is None:
                break
            column = before
    return [column if column >= 0 else None for _, column in sorted(given.items())]


def _shortest_path(
    rows: Sequence[Mapping[int, float]],
    cheap_first: Sequence[Sequence[tuple[float, int]]],
    first: int,
    price: dict[int, float],
    holder: Mapping[int, int],
) -> tuple[int, dict[int, int]]:
    """The cheapest column that is still free, and from which row each column was reached. Prices follow.

    A price is never above nothing, so a row's columns need not be looked at beyond the best free one known.
    """
    far: dict[int, float] = {}
    came_from: dict[int, int] = {}
    done: dict[int, float] = {}
    queue: list[tuple[float, int]] = []
    row, base, free_at = first, 0.0, math.inf
    while True:
        for cost, column in cheap_first[row]:
            if base + cost >= free_at:
                break
            length = base + cost - price.get(column, 0.0)
            if column not in done and length < far.get(column, math.inf):
                far[column], came_from[column] = length, row
                heappush(queue, (length, column))
                if column not in holder:
                    free_at = min(free_at, length)
        length, column = heappop(queue)
        while column in done:
            length, column = heappop(queue)
        done[column] = length
        if column not in holder:
            break
        row = holder[column]
        base = length - (rows[row][column] - price.get(column, 0.0))
    for passed, at in done.items():
        price[passed] = price.get(passed, 0.0) + at - length
    return column, came_from
