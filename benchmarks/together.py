"""`assign_together`: fifty positions that wait, a hundred responders who are free; who goes where, with the reasons."""

import random
import time
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, p95
from dispatch.together import Free, Waiting, assign_together
from dispatch.travel import StraightLine
from records.national_grid import Point, km

POSITIONS, PEOPLE, TIMES, WARM_UP = 50, 100, 120, 20
P95_MS = 20.0
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def measure() -> list[Figure]:
    chance = random.Random(4)
    turns = [_turn(chance) for _ in range(TIMES)][WARM_UP:]
    hub_ms, floor_ms = ([turn[n] for turn in turns] for n in (0, 1))
    return [Figure("assign_together_p95_ms", p95(hub_ms), p95(floor_ms), P95_MS)]


def _turn(chance: random.Random) -> tuple[float, float]:
    """Milliseconds of the whole, and of the floor: how far each is from each, and no more."""
    starts = [_somewhere(chance) for _ in range(PEOPLE)]
    homes = [_somewhere(chance) for _ in range(POSITIONS)]
    dues = [NOW + timedelta(minutes=chance.uniform(5, 400)) for _ in homes]
    free = [
        Free(n, f"Nurse {n}", "nurse", NOW + timedelta(hours=8), visits_this_shift=n % 4)
        for n in range(PEOPLE)
    ]
    began = time.perf_counter()
    waiting = [
        Waiting(n, due, StraightLine().minutes(starts, home))
        for n, (home, due) in enumerate(zip(homes, dues, strict=True))
    ]
    given = assign_together(waiting, free, NOW)
    reasons = [ranked.reasons for ranked in given.values()]
    assigned = time.perf_counter()
    assert len(reasons) == POSITIONS
    for home in homes:
        for start in starts:
            km(start, home)
    return (assigned - began) * 1000, (time.perf_counter() - assigned) * 1000


def _somewhere(chance: random.Random) -> Point:
    return 53.8 + chance.uniform(-0.1, 0.1), -1.5 + chance.uniform(-0.15, 0.15)
