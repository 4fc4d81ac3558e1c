"""Killed at every step of a call: the hub in the middle of each request, the browser after each stroke, the network for
hours. What was typed and answered is all there, in order, once."""

import contextlib
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Playwright, Route, expect

from dashboard import demo
from hub.access import IDLE_ENDS_AFTER
from records.lifecycles import AssessmentState, CallState
from records.model import Assessment, Call, Case, Position, Timeline
from tests.browser.screen import (
    UP_AND_WORSE,
    answers,
    kill_all_of,
    launched,
    newest,
    ready,
    rows,
    saved,
)
from tests.control_room import ControlRoom
from triage.model import Answered, Entry

pytestmark = pytest.mark.browser


class Dies:
    """The hub does what each new request asks, and is gone before it can say so; it comes back, and is asked again.

    A kind of request is one path, for each field and question anew, and four of a path are enough.
    """

    MOST = 4

    def __init__(self, room: ControlRoom) -> None:
        self.room, self.seen, self.deaths, self.dying = room, set[str](), Counter[str](), False

    def __call__(self, route: Route) -> None:
        path = re.sub(r"\d+", "N", route.request.url.removeprefix(self.room.url))
        asked = f"{path} {subject_of(route)}"
        enough = asked in self.seen or self.deaths[path] == self.MOST
        if route.request.method != "POST" or enough or self.dying:
            route.continue_()
            return
        self.seen.add(asked)
        self.deaths[path] += 1
        self.dying = True
        route.fetch()
        self.room.stop(at_once=True)
        route.abort()
        self.room.start_again()
        self.dying = False


def subject_of(route: Route) -> str:
    body: Any = route.request.post_data_json or {}
    fields = "+".join(entry["field"] for entry in body.get("entries", []))
    return fields or str(body.get("question") or body.get("protocol") or "")


def until(page: Page, key: str, done: Callable[[], None]) -> None:
    """Press a key as somebody does who is told that the hub did not answer: look, and press it again."""
    for _ in range(3):
        page.keyboard.press(key)
        with contextlib.suppress(AssertionError, Error):
            done()
            return
    done()


def test_the_hub_dies_in_the_middle_of_every_request(opens: Callable[..., Page], room: ControlRoom) -> None:
    room.ring("+441134960812")
    page = opens("/calls")
    dies = Dies(room)
    page.route("**/*", dies)
    expect(page.locator(".ringing")).to_contain_text("0113 496 0812")
    page.keyboard.press("1")
    page.locator(
        "[data-key=g]"
    ).wait_for()  # it is not known whether this was done: it was, and stands among mine
    page.keyboard.press("g")
    ready(page)
    for field, words in (("address", "12 Oak Road"), ("postcode", "LS8 2AB"), ("need_words", "on the floor")):
        page.locator(f"#f-{field}").fill(words)
        saved(page)
    page.keyboard.press("Escape")
    until(page, "1", lambda: expect(page.locator("[data-question].ask")).to_be_visible(timeout=8000))
    for key in UP_AND_WORSE:
        before = page.locator("#question").inner_text()
        page.keyboard.press(key)
        expect(page.locator("#question")).not_to_have_text(before, timeout=20_000)
    page.wait_for_timeout(600)  # a key pressed twice must not reach what has just come up
    done = "A nurse is being looked for"
    until(page, "Enter", lambda: expect(page.locator("#question")).to_contain_text(done, timeout=8000))
    page.keyboard.press("e")
    until(page, "e", lambda: expect(page.locator("#line")).to_contain_text("CALL ENDED", timeout=8000))
    assert len(dies.deaths) >= 6, dies.seen
    (case,) = rows(room, Case)
    assert (case.address, case.postcode, case.need_words) == ("12 Oak Road", "LS8 2AB", "on the floor")
    given = [row.question for row in rows(room, Answered)]
    assert len(given) == len(set(given)) == len(UP_AND_WORSE)
    assert [row.state for row in rows(room, Assessment)] == [AssessmentState.finished]
    assert [row.title for row in rows(room, Position)] == ["Nurse"]
    assert [row.state for row in rows(room, Call)] == [CallState.ended]


def test_the_browser_is_killed_at_every_step(
    playwright: Playwright, room: ControlRoom, tmp_path: Path
) -> None:
    """Each time with the hub away, so that what was typed or answered lies on this computer alone."""
    profile = tmp_path / "profile"
    page = launched(playwright, room, profile)
    page.goto(f"{room.url}/calls")
    page.keyboard.press("c")
    ready(page)
    address = page.url

    def dies_after(act: Callable[[Page], None]) -> None:
        nonlocal page
        room.stop(at_once=True)
        act(page)
        expect(page.locator("#saved")).to_contain_text("kept on this computer", timeout=15_000)
        kill_all_of(profile)
        room.start_again()
        page = launched(playwright, room, profile)
        page.goto(address)
        ready(page)

    def answers_by(key: str, page: Page) -> None:
        page.keyboard.press("Escape")
        page.keyboard.press(key)

    dies_after(lambda page: page.locator("#f-address").fill("12 Oak Road, the side door"))
    saved(page)
    dies_after(lambda page: page.locator("#f-need_words").fill("on the floor"))
    saved(page)
    dies_after(partial(answers_by, "y"))
    saved(page)
    assert newest(room)["first_minute"] == "breathing: yes"
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("[data-question].ask")).to_be_visible()
    expect(page.locator("#question")).to_have_text("How awake?")
    dies_after(partial(answers_by, "1"))
    saved(page)
    dies_after(lambda page: page.locator("#note").fill("the dog is loose"))
    assert page.locator("#note").input_value() == "the dog is loose"
    page.locator("#keep-note").click()
    saved(page)
    assert [(entry.field.value, entry.value) for entry in rows(room, Entry)] == [
        ("address", "12 Oak Road, the side door"),
        ("need_words", "on the floor"),
        ("first_minute", "breathing: yes"),
    ]
    assert [row.question for row in rows(room, Answered)] == ["breathing", "rousable"]
    assert [line.words for line in rows(room, Timeline) if line.event == "note"] == ["the dog is loose"]
    page.context.close()


def test_the_network_is_gone_for_hours(call: Page, room: ControlRoom) -> None:
    """The log-in ends meanwhile: it is asked for in place, and then all goes in, in order and once."""
    call.keyboard.press("Escape")
    answers(call, "y")
    call.context.set_offline(True)
    for field, words in (("address", "12 Oak Road"), ("person_name", "Maureen"), ("address", "14 Oak Road")):
        call.locator(f"#f-{field}").fill(words)
    call.keyboard.press("Escape")
    expect(call.locator("#no-support")).to_be_visible(timeout=15_000)
    call.keyboard.press("y")
    room.clock.machine_ahead += IDLE_ENDS_AFTER + timedelta(minutes=1)
    call.context.set_offline(False)
    dialog = call.locator("#log-in-again")
    expect(dialog).to_be_visible(timeout=20_000)
    dialog.locator("#again-password").fill(demo.PASSWORD)
    call.keyboard.press("Enter")
    saved(call)
    found = [(entry.field.value, entry.value) for entry in sorted(rows(room, Entry), key=lambda one: one.n)]
    assert found == [
        ("first_minute", "breathing: yes"),
        ("address", "14 Oak Road"),  # what had not left yet was typed over
        ("person_name", "Maureen"),
        ("first_minute", "rousable: yes"),
    ]
