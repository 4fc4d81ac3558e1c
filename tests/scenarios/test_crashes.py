"""Any process may be killed at any moment: nothing is lost, nobody is texted twice, nothing is forgotten.

The hub here is the real one, started by its supervisor, under the hands of people who do not stop working. A failure
names its seed; `FP_CRASH_SEED=…` plays the same kills again.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.crashes import proof
from tests.crashes.ledger import Ledger
from tests.crashes.people import Coordinator, Crew, Handler
from tests.crashes.real_hub import NAMES, RealHub
from tests.stage import Postgres

REST_S = 120.0
"""The carrier tells a text again for two minutes; nearly always it is over in ten seconds."""
LOOK_EVERY = 5


class Load:
    """Handlers, a coordinator and the crew, each in a thread of their own."""

    def __init__(self, hub: RealHub, chance: random.Random, pause_s: float) -> None:
        self.hub, self.ledger = hub, Ledger()
        self.crew = Crew(hub, random.Random(chance.random()))
        self.handlers = [
            Handler(hub, name, self.ledger, random.Random(chance.random()))
            for name in ("Jay Osei", "Mina Patel", "Amara Obi")
        ]
        self.coordinator = Coordinator(hub, "Priya Nair", self.ledger, random.Random(chance.random()))
        self._calls_over, self._all_over = threading.Event(), threading.Event()
        self._fell: list[BaseException] = []
        self._handling = [
            self._thread(lambda h=handler: h.work(self._calls_over, pause_s))  # type: ignore[misc]
            for handler in self.handlers
        ]
        self._others = [
            self._thread(lambda: self.coordinator.work(self._all_over)),
            self._thread(lambda: self.crew.work(self._all_over)),
        ]

    def _thread(self, act: Callable[[], None]) -> threading.Thread:
        def work() -> None:
            try:
                act()
            except BaseException as fell:
                self._fell.append(fell)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def no_more_calls(self) -> None:
        self._calls_over.set()
        self._join(self._handling)

    def stop(self) -> None:
        self.no_more_calls()
        self._all_over.set()
        self._join(self._others)

    def _join(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            thread.join(100)
            assert not thread.is_alive(), "somebody at work waits for ever"
        if self._fell:
            raise self._fell[0]

    def close(self) -> None:
        self._calls_over.set()
        self._all_over.set()
        for person in (*self.handlers, self.coordinator):
            person.close()


@contextmanager
def running(folder: Path, database_url: str = "") -> Iterator[RealHub]:
    hub = RealHub(folder, database_url)
    try:
        hub.start()
        yield hub
    finally:
        hub.close()


def machine() -> datetime:
    return datetime.now(UTC)


def look(hub: RealHub) -> None:
    with hub.db.read() as session:
        assert (found := proof.always(session, machine())) == [], "\n".join(found)


def comes_to_rest(hub: RealHub, ledger: Ledger) -> None:
    """Wait until nothing is under way, and prove the rest. What no waiting mends fails at once."""
    end = time.monotonic() + REST_S
    while True:
        texts = hub.carrier_texts()
        with hub.db.read() as session:
            wrong = [
                *proof.always(session, machine()),
                *proof.never_undone(session, texts, ledger),
                *ledger.faults,
            ]
            waited_for = proof.at_rest(session, texts)
        assert not wrong, "\n".join(wrong)
        if not waited_for:
            return
        assert time.monotonic() < end, "the hub does not come to rest:\n" + "\n".join(waited_for)
        time.sleep(0.3)


def is_killed(
    hub: RealHub, load: Load, chance: random.Random, kills: int, supervisor_every: int = 0
) -> list[str]:
    """Kill one process after the other, and now and then the supervisor with all of them; look in between."""
    killed = []
    while len(killed) < kills:
        time.sleep(chance.uniform(0.2, 1.1))
        if supervisor_every and len(killed) % supervisor_every == supervisor_every - 1:
            hub.start_again()
            killed.append("supervisor")
            continue
        name = chance.choice(NAMES)
        if not hub.kill(name):
            continue  # it has not come back yet from the last time
        killed.append(name)
        if len(killed) % 3 == 0:
            hub.let_time_pass(chance.uniform(20, 100))
        if len(killed) % LOOK_EVERY == 0:
            look(hub)
    return killed


def seed_of(default: int | None = None) -> int:
    told = os.environ.get("FP_CRASH_SEED")
    return int(told) if told else default if default is not None else random.SystemRandom().randrange(10**6)


def kill_anything(hub: RealHub, kills: int, supervisor_every: int = 0) -> None:
    seed = seed_of()
    chance = random.Random(seed)
    load = Load(hub, chance, pause_s=0.6)
    killed: list[str] = []
    try:
        killed += is_killed(hub, load, chance, kills, supervisor_every)
        load.no_more_calls()
        load.crew.willing = True
        load.stop()
        comes_to_rest(hub, load.ledger)
        assert len(load.ledger.commits) > kills / 5, "hardly any call got through: the load is none"
        assert load.ledger.tries > 0, "no request ever failed: the kills hit nothing"
    except BaseException as wrong:
        wrong.add_note(f"seed {seed} (FP_CRASH_SEED={seed}); killed: {' '.join(killed)}; data: {hub.data}")
        wrong.add_note("\n".join(hub.faults_written_down())[:5000])
        raise
    finally:
        load.close()
        print(  # noqa: T201
            f"seed {seed}: {len(killed)} kills, {len(load.ledger.calls)} calls, {len(load.ledger.commits)} commits, "
            f"{len(load.ledger.entries)} entries, {load.ledger.tries} tries again, {len(load.ledger.outcomes)} outcomes"
        )
    assert hub.faults_written_down() == []


def test_twenty_kills(tmp_path: Path) -> None:
    """Twenty processes killed under load, then: nothing lost, doubled or forgotten."""
    with running(tmp_path) as hub:
        kill_anything(hub, kills=20)
        assert hub.stop() == 0


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_hundred_kills(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    if database == "sqlite":
        with running(tmp_path) as hub:
            kill_anything(hub, kills=200, supervisor_every=50)
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url, running(tmp_path, url) as hub:
        kill_anything(hub, kills=200, supervisor_every=50)
