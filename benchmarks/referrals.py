"""`referrals`: a message to `$process-message`, kept and made into a case before it is answered."""

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks import raw
from benchmarks.figures import Figure, p50, p99
from benchmarks.house import House, a_house
from benchmarks.pace import EachOwn, at_pace
from benchmarks.wire import Line
from hub import tokens
from hub.actors import HUB
from hub.tokens import Scope
from tests.bars import headers, referral

PER_S, P99_MS, A_SECOND = 50, 100.0, 50.0
MESSAGES, WARM_UP, AT_ONCE, HANDS = 750, 250, 300, 4
"""Five seconds are not counted: the workers beat before they have loaded all, and take half the machine until then."""
ROWS = 29
"""What one message writes: the message, reference, case, call, 10 entries, call-back, referral, machine's call,
3 deadlines, 5 timeline rows, 3 events, and the counter; the floor inserts as many."""


def measure(messages: int = MESSAGES, at_once: int = AT_ONCE) -> list[Figure]:
    with a_house() as house:
        lines = EachOwn(partial(_line, house))
        file = Path(house.settings.data) / "floor.sqlite3"
        with house.run():
            took_ms = at_pace([_send(house, lines) for _ in range(messages)], PER_S)[WARM_UP:]
            per_s = _rate([_send(house, lines) for _ in range(at_once)])
        bases = EachOwn(partial(raw.open_database, file))
        floor_ms = at_pace([partial(_timed, lambda: raw.insert(bases(), ROWS))] * messages, PER_S)[WARM_UP:]
        floor_per_s = _rate([partial(_timed, lambda: raw.insert(bases(), ROWS))] * at_once)
    return [
        Figure("referrals_p50_ms", p50(took_ms), p50(floor_ms)),
        Figure("referrals_p99_ms", p99(took_ms), p99(floor_ms), P99_MS),
        Figure("referrals_per_s", per_s, floor_per_s, A_SECOND),
    ]


def _line(house: House) -> Line:
    with house.hub.db.write() as session:
        now, place = house.hub.clock.machine(), house.settings.place
        name = f"North {uuid.uuid4().hex[:8]}"
        _, token = tokens.make(session, place, name, [Scope.referrals_write], 1, HUB, now)
    return Line(house.settings.port, {"authorization": f"Bearer {token}"})


def _send(house: House, lines: EachOwn[Line]) -> Callable[[], float]:
    """Each with names of its own, made beforehand."""
    body, sent = json.dumps(referral(house.hub.clock.now())).encode(), headers()

    def send() -> float:
        line = lines()
        began = time.monotonic()
        status, said = line.post("/fhir/$process-message", body, sent)
        assert status == 200, said
        return (time.monotonic() - began) * 1000

    return send


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return (time.monotonic() - began) * 1000


def _rate(acts: list[Callable[[], float]]) -> float:
    """So many a second, from a few hands at once."""
    began = time.monotonic()
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(lambda act: act(), acts))
    return len(acts) / (time.monotonic() - began)
