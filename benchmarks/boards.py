"""`boards`: from the commit of a change to the last of so many open boards having it; and ten that never read."""

import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from sqlmodel import Session, col, func, select

from benchmarks import raw
from benchmarks.figures import Figure, p50, p95, p99
from benchmarks.house import ROOT, House, a_house, handler
from benchmarks.people import ready_to_finish
from benchmarks.wire import answers
from hub.access import start_log_in
from hub.events import Event
from hub.gate import COOKIE
from protocols.loader import load_library
from records.service import take
from tests.stage import free_port, until

CASES = 30
EVENTS, WARM_UP = 220, 20
PER_S = 10
FEW, MANY, SLOW = 100, 1000, 10
P50_MS, P95_MS, MANY_P99_MS, SLOW_RATIO = 10.0, 24.0, 80.0, 1.1
FRAME = 1200
"""The floor's frame is as long as a row of the board."""
GIVE_UP_S = 20.0
Change = Callable[[], tuple[int, float]]
"""Does one change; returns the event's number and when it was committed."""


def measure(events: int = EVENTS) -> list[Figure]:
    with a_house() as house:
        library = load_library(house.settings.protocols, draft=True)
        chance = random.Random(5)
        for _ in range(CASES):
            ready_to_finish(house.hub, library, chance)
        with house.run():
            hub = _Hub(house)
            few = hub.to_the_last(FEW, 0, events)
            pairs = [(hub.to_the_last(FEW, 0, events), hub.to_the_last(FEW, SLOW, events)) for _ in range(3)]
            many = hub.to_the_last(MANY, 0, events)
        with _floor(house) as floor:
            few_floor, many_floor = floor(FEW, events), floor(MANY, events)
    ratio = p50([p50(slow) / p50(alone) for alone, slow in pairs])
    return [
        Figure("board_100_p50_ms", p50(few), p50(few_floor), P50_MS),
        Figure("board_100_p95_ms", p95(few), p95(few_floor), P95_MS),
        Figure("board_1000_p99_ms", p99(many), p99(many_floor), MANY_P99_MS),
        Figure("board_slow_viewer", ratio, 1.0, SLOW_RATIO),
    ]


@dataclass
class _Hub:
    """Real cases change in this process, as in any other of the hub's; the dashboard and its viewers are others."""

    house: House
    committed: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.house.hub.db.after_commit.insert(0, lambda _: self.committed.append(time.monotonic()))
        with self.house.hub.db.write() as session:
            token = start_log_in(session, handler(session), self.house.hub.clock.machine())
            last = session.exec(select(func.max(col(Event.n)))).one()
            cases = session.exec(select(Event.subject).where(Event.topic == "case").distinct()).all()
        self.cookie, self.since, self.cases = f"{COOKIE}={token}", last, [int(case) for case in cases]

    def to_the_last(self, viewers: int, slow: int, events: int) -> list[float]:
        with self.house.hub.db.read() as session:
            since = session.exec(select(func.max(col(Event.n)))).one()
        path = f"/feed?since={since}"
        with _viewers(self.house.settings.port, path, self.cookie, viewers, slow) as arrived:
            return _paced(self._change, arrived, events)

    def _change(self) -> tuple[int, float]:
        case = self.cases.pop(0)
        self.cases.append(case)
        hub = self.house.hub
        with hub.db.write() as session:
            take(session, case, hub.clock.now())
        at = self.committed[-1]
        with hub.db.read() as session:
            return _newest_of(session, case), at


def _newest_of(session: Session, case: int) -> int:
    newest = select(func.max(col(Event.n))).where(Event.topic == "case", Event.subject == str(case))
    return int(session.exec(newest).one())


@contextmanager
def _floor(house: House) -> Iterator[Callable[[int, int], list[float]]]:
    """A raw asyncio server that writes one finished frame to all when Valkey says so, after one durable row."""
    bound = free_port()
    port = bound.getsockname()[1]
    base = raw.open_database(Path(house.settings.data) / "floor.sqlite3")
    post = redis.Redis.from_url(house.settings.redis)
    numbers = iter(range(1, 1_000_000))

    def change() -> tuple[int, float]:
        raw.insert(base, 1)
        at, n = time.monotonic(), next(numbers)
        post.publish("floor", n)
        return n, at

    with house.beside(
        "-m", "benchmarks.raw", "boards", "FD", house.settings.redis, str(FRAME), hand_down=bound
    ):
        until(lambda: answers(port), "the raw boards", 20)

        def run(viewers: int, events: int) -> list[float]:
            with _viewers(port, "/", "", viewers, 0) as arrived:
                return _paced(change, arrived, events)

        yield run


@contextmanager
def _viewers(
    port: int, path: str, cookie: str, count: int, slow: int
) -> Iterator["queue.Queue[tuple[int, float]]"]:
    words = [sys.executable, "-m", "benchmarks.viewers", str(port), path, cookie, str(count), str(slow)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    said = process.stdout
    assert said is not None
    arrived: queue.Queue[tuple[int, float]] = queue.Queue()

    def listen() -> None:
        for line in said:
            n, at = line.split()
            arrived.put((int(n), float(at)))

    try:
        if said.readline().strip() != "ready":
            raise RuntimeError("the viewers were not let in")
        threading.Thread(target=listen, daemon=True).start()
        time.sleep(1.0)  # what is theirs at the beginning: a beat and the crew
        yield arrived
    finally:
        process.kill()
        process.wait()


def _paced(change: Change, arrived: "queue.Queue[tuple[int, float]]", events: int) -> list[float]:
    """Changes at random times, `PER_S` of them on average; how long each took to the last viewer, in ms."""
    chance = random.Random(6)
    sent: dict[int, float] = {}
    for _ in range(events):
        n, at = change()
        sent[n] = at
        time.sleep(chance.expovariate(PER_S))
    took: dict[int, float] = {}
    end = time.monotonic() + GIVE_UP_S
    while len(took) < len(sent):
        n, at = arrived.get(timeout=max(0.01, end - time.monotonic()))
        if n in sent:
            took[n] = (at - sent[n]) * 1000
    return [took[n] for n in sorted(took)][WARM_UP:]
