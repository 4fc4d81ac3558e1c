"""`disposition_to_sms`: from the finish of an assessment leaving the client to its text arriving at the carrier."""

import json
import random
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure, p50, p99
from benchmarks.house import House, a_house
from benchmarks.pace import EachOwn, at_pace
from benchmarks.people import put_on_shift, ready_to_finish
from benchmarks.wire import Line, answers
from protocols.loader import load_library
from tests.stage import Postgres, free_port, until

PER_S = 10
CASES, WARM_UP = 220, 20
ON_SHIFT = 600
"""Nobody answers, and nobody is asked twice: each case finds somebody."""
P50_MS, P99_MS = 30.0, 120.0
CODE = re.compile(r"FP (\w+):")
Send = Callable[[Line, str], None]


def measure(cases: int = CASES) -> list[Figure]:
    with a_house() as house:
        hub_ms = _hub(house, cases)
        floor_ms = floor(house, cases)
    figures = [
        Figure("disposition_to_sms_p50_ms", p50(hub_ms), p50(floor_ms), P50_MS),
        Figure("disposition_to_sms_p99_ms", p99(hub_ms), p99(floor_ms), P99_MS),
    ]
    server = Postgres()
    try:
        with server.database() as url, a_house(url) as house:
            hub_ms = _hub(house, cases)
            floor_ms = floor(house, cases)
    finally:
        server.close()
    return [
        *figures,
        Figure("disposition_to_sms_postgresql_p50_ms", p50(hub_ms), p50(floor_ms)),
        Figure("disposition_to_sms_postgresql_p99_ms", p99(hub_ms), p99(floor_ms)),
    ]


def _hub(house: House, cases: int) -> list[float]:
    library = load_library(house.settings.protocols, draft=True)
    with house.hub.db.write() as session:
        put_on_shift(session, house.settings.place, house.hub.clock.now(), ON_SHIFT)
    chance = random.Random(2)
    ready = [ready_to_finish(house.hub, library, chance) for _ in range(cases)]
    with house.run():
        lines = EachOwn(house.line)

        def finish(assessment: int, ref: str) -> tuple[str, float]:
            line = lines()
            sent_at = time.monotonic()
            status, said = line.post(f"/api/assessments/{assessment}/finish", b'{"dialled_by": "hub"}')
            assert status == 200, said
            return ref, sent_at

        return _to_arrival(house, [partial(finish, *one) for one in ready])


def floor(house: House, cases: int) -> list[float]:
    """So many requests, each one durable row, one hop and one text."""
    bound = free_port()
    port = bound.getsockname()[1]
    file = Path(house.settings.data) / "floor.sqlite3"
    redis_url = house.settings.redis
    desk = ("-m", "benchmarks.raw", "desk", "FD", str(file), redis_url)
    carrier = ("-m", "benchmarks.raw", "carrier", str(house.provider), redis_url)
    with house.beside(*desk, hand_down=bound), house.beside(*carrier):
        until(lambda: answers(port), "the raw desk", 20)
        lines = EachOwn(lambda: Line(port))

        def finish(ref: str) -> tuple[str, float]:
            line = lines()
            sent_at = time.monotonic()
            line.post(f"/finish/{ref}", b'{"dialled_by": "hub"}')
            return ref, sent_at

        return _to_arrival(house, [partial(finish, f"R{n:04d}") for n in range(cases)])


def _to_arrival(house: House, acts: list[Callable[[], tuple[str, float]]]) -> list[float]:
    """Send at the pace, wait for every text, and pair each with its request; the first few only warm up."""
    carrier = Line(house.provider)
    carrier.get("/forget")
    sent = at_pace(acts, PER_S)

    def arrived() -> dict[str, float]:
        texts: list[tuple[float, str]] = json.loads(carrier.get("/arrived")[1])
        found: dict[str, float] = {}
        for at, text in texts:
            if match := CODE.match(text):
                found.setdefault(match[1], at)
        return found

    def where(ref: str, found: dict[str, float]) -> float | None:
        """A text names the offer's code: the reference and letters."""
        return next((at for code, at in found.items() if code == ref or code[:-1] == ref), None)

    until(lambda: all(where(ref, found) for found in [arrived()] for ref, _ in sent), "every text", 60)
    found = arrived()
    took = [(where(ref, found) or 0.0) - sent_at for ref, sent_at in sent]
    return [s * 1000 for s in took[WARM_UP:]]
