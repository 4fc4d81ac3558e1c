"""`board_paint`: from the commit of a change to the frame of a real browser in which its row is painted.

Bench, hub and browser are on one machine, so its wall clock is the clock of them all.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import raw
from benchmarks.figures import Figure, p50, p95
from benchmarks.house import House, a_house, handler
from benchmarks.people import ready_to_finish
from benchmarks.wire import answers
from hub.access import start_log_in
from hub.gate import COOKIE
from protocols.loader import load_library
from records.model import Assessment
from records.service import Due, redue, take
from tests.browser.screen import ARGS, CHROMIUM
from tests.stage import free_port, until

CASES = 300
EVENTS, WARM_UP = 220, 20
PER_S = 10
MOVES = 3
"""One of so many changes is due at another time, and so changes its place in the list."""
P95_MS = 50.0
FRAME = 1200
GIVE_UP_S = 20.0
Change = Callable[[], tuple[str, float]]
"""Does one change; returns what its row says once it is there, and when it was committed."""
STAMPS = """
window.painted = {};
window.stamp = (what) => requestAnimationFrame(() => requestAnimationFrame(
  () => { window.painted[what] ??= performance.timeOrigin + performance.now(); }));
"""
"""The frame after the one that a change was drawn in: by then it is painted, at most a frame ago."""
WATCHES = """
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const { target } of changes) window.stamp(`${target.id} ${target.dataset.moved}`);
}).observe(document.getElementById("rows"), { subtree: true, attributes: true, attributeFilter: ["data-moved"] }));
"""
LEAST = """
([port, rows]) => {
  document.body.innerHTML = "<table>" + "<tr><td>case</td><td></td></tr>".repeat(rows) + "</table>";
  const cells = document.querySelectorAll("td:last-child"), line = new WebSocket(`ws://127.0.0.1:${port}/`);
  line.onmessage = ({ data }) => {
    const { cursor } = JSON.parse(data);
    cells[cursor % cells.length].textContent = cursor;
    window.stamp(String(cursor));
  };
  return new Promise((open) => { line.onopen = open; });
}
"""


def measure(events: int = EVENTS) -> list[Figure]:
    with a_house() as house, _browser() as browser:
        cases = _cases(house)
        with house.run():
            board_ms = _board(house, browser, cases, events)
        floor_ms = _floor(house, browser, events)
    return [
        Figure("board_paint_p50_ms", p50(board_ms), p50(floor_ms)),
        Figure("board_paint_p95_ms", p95(board_ms), p95(floor_ms), P95_MS),
    ]


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


def _page(browser: Browser, script: str = "") -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(STAMPS + script)
    return page


def _cases(house: House) -> list[int]:
    """Calls whose questions are answered and who are due one after the other; the keys of their assessments."""
    library, chance = load_library(house.settings.protocols, draft=True), random.Random(8)
    return [ready_to_finish(house.hub, library, chance)[0] for _ in range(CASES)]


def _board(house: House, browser: Browser, cases: list[int], events: int) -> list[float]:
    committed: list[float] = []
    house.hub.db.after_commit.insert(0, lambda _: committed.append(time.time() * 1000))
    chance = random.Random(9)

    def change() -> tuple[str, float]:
        now = house.hub.clock.now()
        with house.hub.db.write() as session:
            assessment = session.get_one(Assessment, chance.choice(cases))
            take(session, assessment.case_id, now)
            if chance.randrange(MOVES) == 0:
                due = now + timedelta(minutes=chance.uniform(2, 9))
                redue(session, assessment, Due("assessment", due))
        return f"case-{assessment.case_id} {int(now.timestamp() * 1000)}", committed[-1]

    url = house.settings.public
    with house.hub.db.write() as session:
        token = start_log_in(session, handler(session), house.hub.clock.machine())
    page = _page(browser, WATCHES)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    page.goto(f"{url}/board")
    page.wait_for_function("/^live/.test(document.getElementById('live').textContent)")
    return _paced(change, page, events)


def _floor(house: House, browser: Browser, events: int) -> list[float]:
    """One durable row, "read on" from Valkey, a finished frame to a page that sets the text of one cell."""
    bound = free_port()
    port = bound.getsockname()[1]
    base = raw.open_database(Path(house.settings.data) / "floor.sqlite3")
    post = redis.Redis.from_url(house.settings.redis)
    numbers = iter(range(1, 1_000_000))

    def change() -> tuple[str, float]:
        raw.insert(base, 1)
        at, n = time.time() * 1000, next(numbers)
        post.publish("floor", n)
        return str(n), at

    words = ("-m", "benchmarks.raw", "boards", "FD", house.settings.redis, str(FRAME))
    with house.beside(*words, hand_down=bound):
        until(lambda: answers(port), "the raw boards", 20)
        page = _page(browser)
        page.goto(f"http://127.0.0.1:{port}/")
        page.evaluate(LEAST, [port, CASES])
        return _paced(change, page, events)


def _paced(change: Change, page: Page, events: int) -> list[float]:
    """Changes at random times, `PER_S` of them on average; how long each took until it was painted, in ms."""
    chance = random.Random(6)
    sent: dict[str, float] = {}
    for _ in range(events):
        what, at = change()
        sent[what] = at
        time.sleep(chance.expovariate(PER_S))
    painted: dict[str, Any] = {}

    def all_painted() -> bool:
        painted.update(page.evaluate("window.painted"))
        return all(what in painted for what in sent)

    until(all_painted, "every row", GIVE_UP_S)
    return [painted[what] - at for what, at in sent.items()][WARM_UP:]
