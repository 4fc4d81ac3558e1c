"""A browser, a hub to look at, and pages of somebody logged in: what every browser story begins with."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.screen import ARGS, CHROMIUM, enter, ready
from tests.control_room import ControlRoom


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM.exists():
        words = f"there is no {CHROMIUM}: nothing was tried in a browser"
        if os.environ.get("FP_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
    yield started
    started.close()


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str) -> Iterator[ControlRoom]:
    opened = ControlRoom(tmp_path, sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def opens(browser: Browser, room: ControlRoom) -> Iterator[Callable[..., Page]]:
    """Opens a page of somebody logged in; what its console complains of fails the test."""
    faults: list[str] = []
    contexts = []

    def open_page(path: str, name: str = "Jay Osei", **how: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | how))
        contexts.append(context)
        if name:
            enter(context, room, name)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        page.goto(room.url + path)
        return page

    yield open_page
    assert faults == []
    for context in contexts:
        context.close()


@pytest.fixture
def call(opens: Callable[..., Page]) -> Page:
    """A new call, its page ready."""
    page = opens("/calls")
    page.keyboard.press("c")
    ready(page)
    return page
