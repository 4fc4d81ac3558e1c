"""Governance in Debian's Chromium, by keyboard: the list, one version, a text that is proposed, and the stop."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard import protocols_in_force
from tests.browser.screen import axe_says, begins, ready
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
FALL = (Path(__file__).parents[2] / "protocols" / "triage" / "fall-at-home.yaml").read_text()
LINE = FALL[: FALL.index("worse: no,")].count("\n") + 1
WHY = "It sent two people with a broken hip a day late."


def test_a_text_is_proposed_and_what_is_wrong_leads_to_its_line(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    protocols_in_force.register(room.app)
    page = opens("/protocols", "Femi Ade")
    expect(page.get_by_role("heading", name="What callers are asked")).to_be_visible()
    assert axe_says(page) == []
    page.keyboard.press("n")
    page.wait_for_url("**/protocols/new")
    page.get_by_label("The text", exact=True).fill(FALL.replace("worse: no,", "worse: nope,", 1))
    page.reload()
    expect(page.locator("#kept")).to_have_text("What you typed before is here again.")
    page.get_by_role("button", name="Propose it").press("Enter")
    expect(page.locator("#problem")).to_have_text("Not proposed: 1 fault. What you typed is kept.")
    assert axe_says(page) == []
    page.locator("#fault-list button").press("Enter")
    expect(page.locator("#where")).to_contain_text(f"line {LINE}")
    page.get_by_label("The text", exact=True).fill(FALL.replace("title: Fall at home", "title: A fall", 1))
    page.get_by_role("button", name="Propose it").press("Enter")
    expect(page.get_by_role("heading", name="A fall 1.3.0")).to_be_visible()
    expect(page.locator("#proved + *, #proved")).to_have_count(1)
    assert axe_says(page) == []
    page.get_by_label("What do you think of it?").fill("What of a fall in a shop?")
    page.get_by_role("button", name="Say it").press("Enter")
    expect(page.get_by_text("What of a fall in a shop?")).to_be_visible()


def test_a_stop_reaches_the_handler_who_is_in_the_middle(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    protocols_in_force.register(room.app)
    call = opens("/calls")
    call.keyboard.press("c")
    ready(call)
    begins(call)
    page = opens("/protocols", "Priya Nair")
    row = page.locator("tbody", has_text="Fall at home")
    row.get_by_text("Stop", exact=False).first.focus()
    at_once = page.evaluate("() => { document.activeElement.click(); return document.activeElement.name }")
    assert at_once == "because", "whoever stops a protocol types on at once; no letter is lost"
    page.keyboard.type(WHY)
    page.keyboard.press("Enter")
    expect(row.get_by_text(WHY)).to_be_visible()
    assert axe_says(page) == []
    expect(call.locator("#question")).to_contain_text("Do not go on with this protocol")
    assert axe_says(call) == []
    call.keyboard.press("Enter")
    expect(call.locator("#question")).to_have_text("What else is it about?")
    expect(call.locator("[data-protocol=fall-at-home]")).to_have_count(0)
