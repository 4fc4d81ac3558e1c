"""`captures`: a call taken by hand and everything about it typed down, each durable before it is answered."""

import json
import random
import sqlite3
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
from hub.access import User
from protocols.loader import Library, load_library
from records.model import Case, Position
from records.positions import start_offering
from records.service import Due, owe
from triage import calls
from triage.calls import Typed

PER_S, P99_MS = 30, 50.0
A_SECOND = 100.0
CAPTURES, WARM_UP = 600, 60
IN_A_ROW = 400
ROWS = 25
"""What one capture writes: reference, case, call, 12 entries, position, 2 deadlines, effect, 3 timeline rows, 2 events,
and the counter; the floor inserts as many."""


def measure(captures: int = CAPTURES) -> list[Figure]:
    with a_house() as house:
        whole_ms = _over_http(house, captures)
        floor_ms = _floor_ms(house, captures)
        per_s = _per_s(house)
        floor_per_s = _floor_per_s(house)
    return [
        Figure("captures_p50_ms", p50(whole_ms), p50(floor_ms)),
        Figure("captures_p99_ms", p99(whole_ms), p99(floor_ms), P99_MS),
        Figure("captures_per_s", per_s, floor_per_s, A_SECOND),
    ]


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


def _floor_ms(house: House, captures: int) -> list[float]:
    """As many rows in one durable transaction, at the same pace and from as many hands."""
    file = Path(house.settings.data) / "floor.sqlite3"
    bases = EachOwn(partial(raw.open_database, file))
    return at_pace([partial(_timed_insert, bases)] * captures, PER_S)[WARM_UP:]


def _timed_insert(bases: "EachOwn[sqlite3.Connection]") -> float:
    base = bases()
    began = time.monotonic()
    raw.insert(base, ROWS)
    return (time.monotonic() - began) * 1000


def _per_s(house: House) -> float:
    """In this process, one after the other: a call, what is typed, and a visit that is to be sought, in one
    transaction. So every kind of row is written that a capture can cause."""
    library = load_library(house.settings.protocols, draft=True)
    chance = random.Random(4)
    with house.hub.db.read() as session:
        user = handler(session)
    return _rate([partial(_whole, house, library, user, typed(chance)) for _ in range(IN_A_ROW)])


def _whole(house: House, library: Library, user: User, said: list[Typed]) -> None:
    now = house.hub.clock.now()
    with house.hub.db.write() as session:
        call = calls.new_call(session, user, now)
        calls.type_down(session, call, said, library, now, user.actor)
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
        owe(session, visit, now, user.actor, "Nurse wanted.", Due("seek", now + timedelta(seconds=30)))
        start_offering(session, visit, now)


def _floor_per_s(house: House) -> float:
    base = raw.open_database(Path(house.settings.data) / "floor.sqlite3")
    return _rate([partial(raw.insert, base, ROWS)] * IN_A_ROW)


def _rate(acts: list[Callable[[], object]]) -> float:
    for act in acts[: len(acts) // 10]:
        act()
    rest = acts[len(acts) // 10 :]
    began = time.monotonic()
    for act in rest:
        act()
    return len(rest) / (time.monotonic() - began)


def _body(said: list[Typed]) -> bytes:
    entries = [{"id": one.id, "field": one.field, "value": one.value} for one in said]
    return json.dumps({"entries": entries}).encode()
