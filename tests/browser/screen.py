"""Hands and eyes on the call screen: keys are pressed when their question is up, as a handler would."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlmodel import select

from hub.gate import COOKIE
from tests.control_room import ControlRoom
from triage.model import Entry

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
UP_AND_WORSE = ["y", "1", "n", "n", "n", "n", "y", "n", "n", "n", "n", "n", "1", "1", "2"]
"""The keys of a fall that is seen within two hours."""


def enter(context: BrowserContext, room: ControlRoom, name: str = "Jay Osei") -> None:
    context.add_cookies([{"name": COOKIE, "value": room.cookie(name), "url": room.url}])


def ready(page: Page) -> None:
    page.wait_for_url("**/calls/*")
    page.wait_for_selector("body[data-ready]")


def begins(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("[data-question].ask .where")).to_contain_text("Fall at home")
    expect(page.locator("#question")).to_have_text("Breathing normally?")


def answers(page: Page, *keys: str) -> None:
    """Press each key when its question is up, as a handler would."""
    for key in keys:
        before = page.locator("#centre").get_attribute("data-stamp")
        page.keyboard.press(key)
        expect(page.locator("#centre")).not_to_have_attribute("data-stamp", before or "")


def rows(room: ControlRoom, kind: type[Any]) -> list[Any]:
    with room.hub.db.read() as session:
        return list(session.exec(select(kind)))


def newest(room: ControlRoom) -> dict[str, str]:
    found = sorted(rows(room, Entry), key=lambda entry: entry.n)
    return {entry.field.value: entry.value for entry in found}


def axe_says(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']]}" for fault in found["violations"]]


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("saved ", timeout=20_000)


def launched(playwright: Playwright, room: ControlRoom, profile: Path, **how: Any) -> Page:
    """A browser of its own on that folder, with Jay logged in; what a killed one left locked is free again."""
    for lock in profile.glob("Singleton*"):
        lock.unlink()
    context = playwright.chromium.launch_persistent_context(
        str(profile), executable_path=str(CHROMIUM), args=ARGS, **how
    )
    enter(context, room)
    return context.pages[0]


def kill_all_of(profile: Path) -> None:
    """SIGKILL for the browser of this profile, and for nothing else."""
    for said in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={profile}".encode() in said.read_bytes():
                os.kill(int(said.parent.name), signal.SIGKILL)
