"""Any process may be killed at any moment: nothing is lost, nobody is texted twice, nothing is forgotten.

The hub here is the real one, started by its supervisor, under the hands of people who do not stop working. A failure
names its seed; `FP_CRASH_SEED=…` plays the same kills again.
"""

import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from hub.outbox import Effect, EffectState
from tests.crashes import proof
from tests.crashes.ledger import Ledger
from tests.crashes.people import Coordinator, Crew, Handler
from tests.crashes.real_hub import NAMES, RealHub
from tests.stage import Postgres, until
from triage.model import Entry

REST_S = 120.0
"""The carrier tells a text again for two minutes; nearly always it is over in ten seconds."""
LOOK_EVERY = 5
HANDLERS = ("Jay Osei", "Mina Patel", "Amara Obi")


class Load:
    """Handlers, a coordinator and the crew, each in a thread of their own."""

    def __init__(self, hub: RealHub, chance: random.Random, pause_s: float) -> None:
        self.hub, self.ledger = hub, Ledger()
        self.crew = Crew(hub, random.Random(chance.random()))
        self.handlers = [Handler(hub, name, self.ledger, random.Random(chance.random())) for name in HANDLERS]
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
def running(
    folder: Path, database_url: str = "", names: tuple[str, ...] = NAMES, **more: str
) -> Iterator[RealHub]:
    hub = RealHub(folder, database_url, names, **more)
    try:
        hub.start()
        yield hub
    finally:
        hub.close()


def look(hub: RealHub) -> None:
    with hub.db.read() as session:
        assert (found := proof.always(session)) == [], "\n".join(found)


def comes_to_rest(hub: RealHub, ledger: Ledger) -> None:
    """Wait until nothing is under way, and prove the rest. What no waiting mends fails at once."""
    end = time.monotonic() + REST_S
    while True:
        texts = hub.carrier_texts()
        with hub.db.read() as session:
            wrong = [
                *proof.always(session),
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
    """Kill one process after the other, and now and then the supervisor with all of them; look in between.

    Each round takes all of them in an order of its own, so that none is left out however chance has it.
    """
    killed: list[str] = []
    round_of: list[str] = []
    while len(killed) < kills:
        _work_goes_on(load, chance)
        if supervisor_every and len(killed) % supervisor_every == supervisor_every - 1:
            hub.start_again()
            killed.append("supervisor")
            continue
        round_of = round_of or chance.sample(NAMES, len(NAMES))
        name = round_of.pop()
        if not hub.kill(name):
            round_of.insert(0, name)  # it has not come back yet from the last time
            continue
        killed.append(name)
        if len(killed) % 3 == 0:
            hub.let_time_pass(chance.uniform(20, 100))
        if len(killed) % LOOK_EVERY == 0:
            look(hub)
    return killed


def _work_goes_on(load: Load, chance: random.Random) -> None:
    """A kill hits a hub at work: a few hundred milliseconds, and something acknowledged since the last one."""
    target = load.ledger.acknowledged + chance.randrange(1, 12)
    time.sleep(chance.uniform(0.1, 0.6))
    end = time.monotonic() + 20
    while load.ledger.acknowledged < target and time.monotonic() < end:
        time.sleep(0.01)


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
        assert len(load.ledger.commits) > kills / 10, "hardly any call got through: the load is none"
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
def test_everything_killed_at_once_and_started_again_on_the_same_data(tmp_path: Path) -> None:
    """A power cut, twice, with everybody at work."""
    chance = random.Random(seed_of())
    with running(tmp_path) as hub:
        load = Load(hub, chance, pause_s=0.3)
        try:
            for _ in range(2):
                target = load.ledger.acknowledged + 40
                until(lambda: load.ledger.acknowledged >= target, "some work", 90)  # noqa: B023 - used at once
                hub.start_again()
                look(hub)
            load.no_more_calls()
            load.stop()
            comes_to_rest(hub, load.ledger)
        finally:
            load.close()
        assert hub.faults_written_down() == []


@pytest.mark.soak
def test_what_is_typed_survives_a_dashboard_killed_in_mid_commit(tmp_path: Path) -> None:
    """Three pages type without a pause while the dashboard is killed five times: each thing is kept once, whether it
    was acknowledged at once or sent again until it was."""
    with running(tmp_path, names=("dashboard",)) as hub:
        ledger = Ledger()
        typists = [
            Handler(hub, name, ledger, random.Random(n))
            for n, name in enumerate(("Jay Osei", "Mina Patel", "Amara Obi"))
        ]
        over = threading.Event()

        def type_on(typist: Handler) -> None:
            call = typist.keep("/api/calls/new", {})["call"]
            while not over.is_set():
                typist.type_down(call, {"need_words": f"{uuid.uuid4()}", "talk_words": f"{uuid.uuid4()}"})

        threads = [threading.Thread(target=type_on, args=(typist,), daemon=True) for typist in typists]
        for thread in threads:
            thread.start()
        for _ in range(5):
            target = ledger.acknowledged + 25
            until(lambda: ledger.acknowledged >= target, "some typing", 90)  # noqa: B023 - used at once
            hub.kill("dashboard")
        until(lambda: ledger.acknowledged >= target + 10, "the dashboard to be back", 90)
        over.set()
        for thread in threads:
            thread.join(90)
            assert not thread.is_alive()
        for typist in typists:
            typist.close()
        with hub.db.read() as session:
            kept = Counter(session.exec(select(Entry.id)))
            assert set(kept) == set(ledger.entries)
            assert set(kept.values()) == {1}
            assert [
                *proof.always(session),
                *proof.never_undone(session, [], ledger),
                *ledger.faults,
            ] == []
        assert ledger.tries > 0
        assert hub.faults_written_down() == []


def test_a_worker_killed_between_send_and_settle(tmp_path: Path) -> None:
    """The carrier has the text and never gets its word through; the worker dies waiting for the carrier's answer. After
    the lease another asks the carrier first, and nobody is texted twice."""
    names = ("dashboard", "dispatch-1", "dispatch-2", "ticker", "valkey", "phones")
    nowhere = "http://127.0.0.1:9"  # where the carrier's own word goes
    with running(tmp_path, names=names, FP_CARRIER_TIMEOUT_S="5", FP_PUBLIC_URL=nowhere) as hub:
        ledger = Ledger()
        jay = Handler(hub, "Jay Osei", ledger, random.Random(1))
        until(lambda: hub.phones.get("/phones/state").json()["phones"], "the phones")
        hub.phones.put("/network", json={"behaviour": "hang"}).raise_for_status()
        jay.take_one("visit", threading.Event())
        until(lambda: sent(hub), "the text to reach the carrier", 60)
        holder = effect_of(hub).holder
        jay.close()
        assert holder is not None
        assert hub.kill(holder)
        hub.phones.put("/network", json={"behaviour": "normal"}).raise_for_status()
        until(lambda: effect_of(hub).state is EffectState.settled, "another worker to settle it", 90)
        (text,) = sent(hub)
        again = effect_of(hub)
        assert (again.attempts, again.result) == (2, {"sid": text["sid"]})


def effect_of(hub: RealHub) -> Effect:
    with hub.db.read() as session:
        return session.exec(select(Effect).where(Effect.kind == "sms")).one()


def sent(hub: RealHub) -> list[dict[str, Any]]:
    return [text for text in hub.carrier_texts() if text["direction"] == "outbound-api"]


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_hundred_kills(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    """The same for longer, the supervisor and all it started among them. `FP_CRASH_KILLS` asks for more or fewer."""
    kills = int(os.environ.get("FP_CRASH_KILLS", "200"))
    if database == "sqlite":
        with running(tmp_path) as hub:
            kill_anything(hub, kills, supervisor_every=kills // 4)
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url, running(tmp_path, url) as hub:
        kill_anything(hub, kills, supervisor_every=kills // 4)
