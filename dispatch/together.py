"""Positions that wait at the same time are given their people together, not first come, first served. Pure.

The assignment is the cheapest of all: each position is filled by the shortest augmenting path, after Jonker and
Volgenant (1987). It is our own because importing scipy's takes longer than a hub takes to start.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from dispatch.ranking import Candidate, Ranked, may_go, weigh

NOBODY_COSTS = 1e7
"""More than all travel together: as many positions as can be get somebody."""
HEAVIEST, LIGHTEST = 8.0, 0.25
USUAL_MIN = 60
"""A minute of travel weighs so many times as much as with an hour to the breach; within these limits. [LOCAL]"""
LATE_COSTS = 4
"""Each minute at the door after the due time counts so many times over. [LOCAL]"""


@dataclass(frozen=True)
class Waiting:
    """A position that nobody has been asked for, and everybody who might go (musts are looked at here again)."""

    position_id: int
    due_at: datetime
    candidates: Sequence[Candidate]


class Given(NamedTuple):
    """Whom each position is given; a position that is not in it is given nobody."""

    by_position: Mapping[int, Ranked]

    def to_others(self, position_id: int) -> dict[int, int]:
        """By responder, the other position that they are given to."""
        return {
            ranked.candidate.responder_id: other
            for other, ranked in self.by_position.items()
            if other != position_id
        }


def assign_together(waiting: Sequence[Waiting], now: datetime) -> Given:
    """Whom each position should be given if all are looked at together.

    Minutes weigh more the nearer the breach: of two that want the same responder, the one with less time left gets the
    nearer. Where there are fewer people than positions, the ones with the most time left get nobody.
    """
    ranked = {one.position_id: _ranked(one, now) for one in waiting}
    costs = [
        {who: _cost(fit, one.due_at, now) for who, fit in ranked[one.position_id].items()} for one in waiting
    ]
    chosen = cheapest(costs, [NOBODY_COSTS * (1 + _weight(one.due_at, now)) for one in waiting])
    return Given(
        {
            one.position_id: ranked[one.position_id][who]
            for one, who in zip(waiting, chosen, strict=True)
            if who is not None
        }
    )


def _ranked(one: Waiting, now: datetime) -> dict[int, Ranked]:
    return {
        who.responder_id: Ranked(who, weigh(who, now)) for who in one.candidates if may_go(who, now) is None
    }


def _weight(due_at: datetime, now: datetime) -> float:
    left_min = (due_at - now).total_seconds() / 60
    return HEAVIEST if left_min <= 0 else min(HEAVIEST, max(LIGHTEST, USUAL_MIN / left_min))


def _cost(fit: Ranked, due_at: datetime, now: datetime) -> float:
    late_min = (fit.candidate.there_at(now) - due_at).total_seconds() / 60
    return (fit.score + max(0.0, late_min) * LATE_COSTS) * _weight(due_at, now)


def cheapest(costs: Sequence[Mapping[int, float]], nobody: Sequence[float]) -> list[int | None]:
    """For each row one of the columns it names, none twice, or None at that row's own price: the cheapest of all.

    `costs`: by row, by column (numbered from 0); a column that is not named is impossible.
    """
    rows = [
        {**row, -1 - n: nobody[n]} for n, row in enumerate(costs)
    ]  # a row's "nobody" is a column of its own
    price: dict[int, float] = {}
    holder: dict[int, int] = {}
    given: dict[int, int] = {}
    for first in range(len(rows)):
        column, came_from = _shortest_path(rows, first, price, holder)
        while True:  # each row on the path moves over to the column that it came to
            row = came_from[column]
            before = given.get(row)
            holder[column], given[row] = row, column
            if before is None:
                break
            column = before
    return [column if column >= 0 else None for _, column in sorted(given.items())]


def _shortest_path(
    rows: Sequence[Mapping[int, float]], first: int, price: dict[int, float], holder: Mapping[int, int]
) -> tuple[int, dict[int, int]]:
    """The cheapest column that is still free, and from which row each column was reached. Prices follow."""
    far: dict[int, float] = {}
    came_from: dict[int, int] = {}
    done: dict[int, float] = {}
    queue: list[tuple[float, int]] = []
    row, base = first, 0.0
    while True:
        for column, cost in rows[row].items():
            length = base + cost - price.get(column, 0.0)
            if column not in done and length < far.get(column, math.inf):
                far[column], came_from[column] = length, row
                heappush(queue, (length, column))
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
