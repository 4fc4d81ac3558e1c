"""`python -m demo_day`: a whole training hub, and a day that goes by in it at a chosen speed.

Callers ring, handlers ask, responders answer, a coordinator closes; the board is full within a minute. Ctrl-C ends it.
"""

import argparse
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dashboard import demo
from demo_day import people, report
from demo_day.control_room import Desk
from demo_day.day import Day
from demo_day.handlers import Handler, work
from demo_day.responders import Crew
from hub.clock import SharedClock
from hub.db import Database
from hub.errors import Refused
from protocols.loader import load_library

START_S = 240.0
SAY_EVERY_S = 15.0
LAST_CALLS_S, LOOK_S = 5400.0, 120.0
"""So many seconds of the day are left to everybody after the last call, at most."""
PLACE = "training"
ACCOUNT = "ACtraining00000000000000000000000000"
HANDLERS = ("Jay Osei", "Mina Patel", "Amara Obi")
DESK = "Priya Nair"


@dataclass(frozen=True)
class Wanted:
    """`cases`: 0 for as many as the day brings; `per_hour`: calls in an hour of the day."""

    speed: float
    cases: int
    per_hour: float
    responders: int
    seed: int


class Hub:
    """A hub as `make run` starts it, in a data folder of its own."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.url = root, f"http://127.0.0.1:{port}"
        token = secrets.token_hex(16)
        self.clock_file = root / "clock"
        self.env = {
            **os.environ,
            "FP_DATA": str(root),
            "FP_PORT": str(port),
            "FP_CLOCK_FILE": str(self.clock_file),
            "FP_PHONES_TOKEN": token,
        }
        self.phones = httpx.Client(base_url=f"http://127.0.0.1:{port + 1}", auth=(ACCOUNT, token), timeout=30)

    @contextmanager
    def running(self) -> Iterator[None]:
        subprocess.run([sys.executable, "-m", "hub.data_folder", "reset"], env=self.env, check=True)
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "hub.supervisor"], env=self.env, start_new_session=True
        )
        try:
            end = time.monotonic() + START_S
            while not (_answers(f"{self.url}/health/ready") and _answers(f"{self.phones.base_url}/health")):
                if supervisor.poll() is not None or time.monotonic() > end:
                    raise Refused("The hub does not start; what it says above says why.")
                time.sleep(0.2)
            yield
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def play(
    url: str,
    phones: httpx.Client,
    db: Database,
    day: Day,
    wanted: Wanted,
    say: Callable[[str], None],
    crew: Crew,
) -> None:
    """Everybody works until the day is over, or so many cases have been taken and everybody has had time to finish."""
    with db.write() as session:
        on_shift = people.lay_out(session, PLACE, wanted.responders, day.clock.now(), day.chance)
    people.put_phones(phones, on_shift)
    protocols = load_library(Path("protocols"), draft=True).triage
    handlers = [Handler(url, demo.log_in_of(name), demo.PASSWORD, protocols, day) for name in HANDLERS]
    desk = Desk(url, demo.log_in_of(DESK), demo.PASSWORD, day)
    pause_s = 3600 / wanted.per_hour * len(handlers)
    acts: list[Callable[[], None]] = [day.hurry, desk.work, crew.work]
    acts += [lambda one=one: work(one, pause_s, day) for one in handlers]  # type: ignore[misc]
    threads = [threading.Thread(target=_guarded, args=(act, day, say), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    try:
        _wait(db, day, wanted, say)
    finally:
        day.no_more_calls.set()
        day.over.set()
        for thread in threads:
            thread.join(30)
        for person in (*handlers, desk):
            person.close()


def _guarded(act: Callable[[], None], day: Day, say: Callable[[str], None]) -> None:
    """Somebody who falls ends the day: it is a test as well as a show."""
    try:
        act()
    except Exception as fell:
        if not day.over.is_set():
            say(f"Somebody fell: {type(fell).__name__}: {fell}")
            day.over.set()


def _wait(db: Database, day: Day, wanted: Wanted, say: Callable[[str], None]) -> None:
    while not day.over.wait(SAY_EVERY_S if not wanted.cases else 1.0):
        if not wanted.cases:
            with db.read() as session:
                say(f"{day.clock.now():%H:%M}  " + "; ".join(report.lines(session, PLACE)))
        elif day.counted.get("calls", 0) >= wanted.cases:
            day.no_more_calls.set()
            _wait_for_the_last(db, day)
            return


def _wait_for_the_last(db: Database, day: Day) -> None:
    """Until every case is closed, `LAST_CALLS_S` at most."""
    for _ in range(int(LAST_CALLS_S / LOOK_S)):
        with db.read() as session:
            if report.open_cases(session, PLACE) == 0:
                return
        if not day.think(LOOK_S):
            return


def _asked() -> Wanted:
    parser = argparse.ArgumentParser(prog="python -m demo_day", description=__doc__)
    parser.add_argument("--speed", type=float, default=20, help="how many times as fast as real time (20)")
    parser.add_argument(
        "--cases", type=int, default=0, help="end after so many calls (0: go on until Ctrl-C)"
    )
    parser.add_argument("--per-hour", type=float, default=60, help="calls in an hour of the day (60)")
    parser.add_argument("--responders", type=int, default=40, help="how many are on shift (40)")
    parser.add_argument("--seed", type=int, default=0, help="the same chances again (0: others each time)")
    given = parser.parse_args()
    if not 1 <= given.speed <= 600 or not 1 <= given.per_hour <= 10_000:
        parser.error("--speed is between 1 and 600, --per-hour between 1 and 10000")
    return Wanted(
        given.speed, given.cases, given.per_hour, given.responders, given.seed or secrets.randbits(32)
    )


def main() -> int:
    wanted = _asked()
    root = Path(os.environ.get("FP_DATA") or "data/demo-day").absolute()
    hub = Hub(root, int(os.environ.get("FP_PORT") or 8000))
    day = Day(SharedClock(hub.clock_file), wanted.speed, random.Random(wanted.seed))
    db = Database(f"sqlite:///{root / 'first-point.sqlite3'}")
    try:
        with hub.running():
            _say(f"A day at {wanted.speed:g} times its speed (seed {wanted.seed}). Board: {hub.url}/board")
            play(hub.url, hub.phones, db, day, wanted, _say, Crew(hub.phones, day))
            with db.read() as session:
                _say("\n".join(report.lines(session, PLACE)))
    except Refused as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        day.over.set()
    return 0


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
