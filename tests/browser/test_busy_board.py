"""The live board while two hundred things a second happen: what is under the hand stays there, and nothing is lost."""

import itertools
import json
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from hub import events
from records import store
from records.board import case_facts
from records.lifecycles import Word
from records.model import Case
from tests.control_room import ControlRoom
from tests.stage import Valkey

pytestmark = pytest.mark.browser
CASES = 80
PER_S, TOGETHER = 200, 10
"""So many events a second (fewer where the machine cannot), so many of them in one transaction."""
KEY_MS = 200
HANDS = """
window.took = [];
let pressed = 0;
addEventListener("keydown", ({ timeStamp }) => { pressed = timeStamp; }, true);
addEventListener("focusin", () => { if (pressed) window.took.push(performance.now() - pressed); pressed = 0; }, true);
"""
"""From a key, by the browser's own stamp, until the focus has gone where it leads."""
SHOWN = "[...document.querySelectorAll('#rows tr')].map((row) => [row.id, Number(row.dataset.due), row.dataset.word])"


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, valkey: Valkey) -> Iterator[ControlRoom]:
    """With a Valkey, so that events come as they happen and not once a second."""
    opened = ControlRoom(tmp_path, sqlite_url, valkey.url)
    yield opened
    opened.close()


@contextmanager
def a_storm(room: ControlRoom, cases: list[int], seconds: float) -> Iterator[threading.Event]:
    """Cases change word and due time, and would change place. What is set says that all of it has been committed."""
    chance, over, called_off = random.Random(3), threading.Event(), threading.Event()
    with room.hub.db.read() as session:
        owed = store.owed_of_cases(session, cases)

    def change_some() -> None:
        now = room.clock.now()
        with room.write() as session:
            for case in session.exec(select(Case).where(col(Case.id).in_(chance.sample(cases, TOGETHER)))):
                case.word = chance.choice((Word.seeking, Word.offered, Word.accepted, Word.travelling))
                case.next_due_at = now + timedelta(minutes=chance.uniform(1, 90))
                case.moved_at = now
                events.tell(session, case.place, now, "case", case.key, case_facts(case, owed[case.key]))

    def blow() -> None:
        began = time.monotonic()
        for nth in itertools.count(1):
            if called_off.is_set() or time.monotonic() > began + seconds:
                break
            change_some()
            time.sleep(max(0.0, began + nth * TOGETHER / PER_S - time.monotonic()))
        over.set()

    blowing = threading.Thread(target=blow)
    blowing.start()
    try:
        yield over
    finally:
        called_off.set()
        blowing.join()


def truth(room: ControlRoom) -> list[list[object]]:
    """What SQL says the list is."""
    with room.hub.db.read() as session:
        cases = store.open_cases(session, room.place, 500)
    return [[f"case-{c.key}", int(c.next_due_at.timestamp() * 1000), c.word] for c in cases if c.next_due_at]


@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.soak)])
def test_two_hundred_events_a_second_move_nothing_under_the_hand(
    opens: Callable[..., Page], room: ControlRoom, seconds: float
) -> None:
    """S5: the pointer rests on one row, the keyboard is on another; both stay, and a key is answered at once."""
    cases = [room.case(ago_min=80 - n) for n in range(CASES)]
    page = opens("/board", "Priya Nair")
    expect(page.locator("#live")).to_contain_text("live")
    page.set_default_timeout(20_000)
    page.evaluate(HANDS)
    pointed, typed = (page.locator(f"#case-{cases[nth]}") for nth in (34, 30))
    typed.locator("a").focus()
    typed.scroll_into_view_if_needed()
    box = pointed.bounding_box()
    assert box is not None
    hand = box["x"] + 300, box["y"] + box["height"] / 2
    page.mouse.move(*hand)
    stood = pointed.bounding_box(), typed.bounding_box()
    rounds = 0
    with a_storm(room, cases, seconds) as over:
        while not over.is_set():
            page.keyboard.press("j")
            page.keyboard.press("k")
            page.mouse.move(hand[0] + rounds % 2, hand[1])
            assert (pointed.bounding_box(), typed.bounding_box()) == stood
            assert typed.locator("a").evaluate("link => link === document.activeElement")
            assert pointed.evaluate("row => row.matches(':hover')")
            rounds += 1
            page.wait_for_timeout(200)
    took = page.evaluate("window.took")
    assert len(took) == 2 * rounds
    assert statistics.median(took) < KEY_MS
    page.mouse.move(1, 1)
    page.locator("#find").focus()
    wanted = json.dumps(truth(room), separators=(",", ":"))
    page.wait_for_function(f"wanted => JSON.stringify({SHOWN}) === wanted", arg=wanted, timeout=20_000)
