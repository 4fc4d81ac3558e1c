"""`captures`: a call taken by hand and everything about it typed down, each durable before it is answered."""

import json
import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from benchmarks import raw
from benchmarks.figures import Figure, p50, p99
from benchmarks.house import House, a_house, handler
from benchmarks.pace import EachOwn, at_pace
from benchmarks.people import typed
from protocols.loader import load_library
from records.model import Case, Position
from records.positions import start_offering
from records.service import Due, owe
from triage import calls
from triage.typed import Typed, type_down

PER_S, P99_MS = 30, 50.0
A_SECOND = 100.0
CAPTURES, WARM_UP = 600, 60
IN_A_ROW = 400
ROWS = 25
"""What one capture writes: reference, case, call, 12 entries, position, 2 deadlines, effect, 3 timeline rows, 2 events,
and the counter; the floor inserts as many."""


def measure(captures: int = CAPTURES) -> list[Figure]:
    with a_house() as house:
        work = _Work(house)
        whole_ms = at_pace([partial(_timed, work.capture)] * captures, PER_S)[WARM_UP:]
        http_ms = _over_http(house, captures)
        file = Path(house.settings.data) / "floor.sqlite3"
        bases = EachOwn(partial(raw.open_database, file))
        floor_ms = at_pace([partial(_timed, lambda: raw.insert(bases(), ROWS))] * captures, PER_S)[WARM_UP:]
        per_s = _rate(work.capture)
        floor_per_s = _rate(partial(raw.insert, raw.open_database(file), ROWS))
    return [
        Figure("captures_p50_ms", p50(whole_ms), p50(floor_ms)),
        Figure("captures_p99_ms", p99(whole_ms), p99(floor_ms), P99_MS),
        Figure("captures_per_s", per_s, floor_per_s, A_SECOND),
        Figure("captures_over_http_p50_ms", p50(http_ms), p50(floor_ms)),
        Figure("captures_over_http_p99_ms", p99(http_ms), p99(floor_ms)),
    ]


class _Work:
    """A call, what is typed, and a visit that is to be sought, in one transaction: every kind of row that a capture
    can cause."""

    def __init__(self, house: House) -> None:
        self.hub = house.hub
        self.library = load_library(house.settings.protocols, draft=True)
        self.chance = random.Random(4)
        with self.hub.db.read() as session:
            self.user = handler(session)

    def capture(self) -> None:
        now = self.hub.clock.now()
        said = typed(self.chance)
        with self.hub.db.write() as session:
            call = calls.new_call(session, self.user, now)
            type_down(session, call, said, self.library, now, self.user.actor)
            case = session.get_one(Case, call.case_id)
            visit = Position(
                place=case.place,
                opened_at=now,
                case_id=case.key,
                kind="nurse",
                title="nurse",
                priority="two_hours",
                due_at=now + timedelta(hours=2),
                stops_clock=True,
            )
            seek = Due("seek", now + timedelta(seconds=30), human=False)
            owe(session, visit, now, self.user.actor, "Nurse wanted.", seek)
            start_offering(session, visit, now)


def _over_http(house: House, captures: int) -> list[float]:
    """Two requests, one after the other, as the page sends them; the time of both together."""
    chance = random.Random(3)
    bodies = [_body(typed(chance)) for _ in range(captures)]
    with house.run():
        lines = EachOwn(house.line)

        def take(body: bytes) -> float:
            line = lines()
            began = time.monotonic()
            status, said = line.post("/api/calls/new", b"")
            assert status == 200, said
            status, said = line.post(f"/api/calls/{json.loads(said)['call']}/typed", body)
            assert status == 200, said
            return (time.monotonic() - began) * 1000

        return at_pace([partial(take, body) for body in bodies], PER_S)[WARM_UP:]


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return (time.monotonic() - began) * 1000


def _rate(act: Callable[[], object]) -> float:
    """So many a second, one after the other."""
    for _ in range(WARM_UP):
        act()
    began = time.monotonic()
    for _ in range(IN_A_ROW):
        act()
    return IN_A_ROW / (time.monotonic() - began)


def _body(said: list[Typed]) -> bytes:
    entries = [{"id": one.id, "field": one.field, "value": one.value} for one in said]
    return json.dumps({"entries": entries}).encode()
