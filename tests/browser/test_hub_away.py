"""The hub is away: a call is taken all the same, the first minute takes over without it, and nothing of it is lost."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from hub.gate import COOKIE
from records.model import Call, Case, HandOver, Timeline
from tests.browser.screen import answers, axe_says, launched, ready, rows, saved
from tests.control_room import ControlRoom
from tests.stage import until
from triage.model import Entry

pytestmark = pytest.mark.browser
NUMBERED = re.compile(r"/calls/\d+$")


def kept(page: Page) -> None:
    """The worker has what it needs for the time when the hub is away."""
    page.wait_for_function(
        "navigator.serviceWorker.ready.then(() => caches.keys()).then((all) => all.length)"
    )


def opened(page: Page) -> None:
    page.wait_for_selector("body.away-page[data-ready]", timeout=20_000)


def test_a_call_begun_without_the_hub_is_one_call_in_order_and_once(
    playwright: Playwright, room: ControlRoom, tmp_path: Path
) -> None:
    """S1, S6, S9."""
    profile, wide = tmp_path / "profile", {"width": 1440, "height": 900}
    page = launched(playwright, room, profile, viewport=wide)
    page.goto(f"{room.url}/calls")
    kept(page)
    room.stop()
    page.keyboard.press("c")
    opened(page)
    expect(page.locator("#saved")).to_contain_text("NOT SAVED to the hub since", timeout=10_000)
    expect(page.locator(".away-says")).to_contain_text("No decision support")
    assert page.evaluate("document.activeElement.id") == "f-number", "number and place first"
    page.keyboard.type("07700 900123")
    page.keyboard.press("Enter")
    page.keyboard.type("12 Oak Road")
    page.keyboard.press("Escape")
    for question, key in (("Breathing", "y"), ("Awake", "y"), ("harming", "y")):
        expect(page.locator("#question")).to_contain_text(question)
        page.keyboard.press(key)
    flag = page.get_by_role("alertdialog")
    expect(flag).to_contain_text("I am getting help now, and I am staying on the line with you.")
    assert axe_says(page) == []
    page.wait_for_timeout(600)
    page.keyboard.press("h")
    expect(page.locator("#centre")).to_contain_text("you ring it now")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#asked-all")).to_contain_text("paper protocol")
    page.keyboard.press("a")
    page.keyboard.type("Two packets of paracetamol")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#note-said")).to_contain_text("kept on this computer")

    # a second call meanwhile is kept apart
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    opened(page)
    page.locator("#f-person_name").fill("Second Person")
    expect(page.locator("#kept")).to_contain_text("Second Person")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_url("**/calls")
    opened(page)
    expect(page.locator("#kept li")).to_have_count(2)
    assert axe_says(page) == []
    page.context.close()

    page = launched(playwright, room, profile, viewport=wide)
    page.goto(f"{room.url}/calls")
    opened(page)
    page.locator("#kept li", has_text="12 Oak Road").get_by_role("link").click()
    page.wait_for_url("**/calls/away?begun=*")
    opened(page)
    expect(page.locator("#f-number")).to_have_value("07700 900123")
    expect(page.locator("#ticks")).to_contain_text(
        "Any thought of harming themselves, or anything taken: yes"
    )
    room.start_again()
    page.wait_for_url(NUMBERED, timeout=30_000)
    page.wait_for_selector("body[data-ready]:not(.away-page)", timeout=20_000)
    expect(page.locator("#f-address")).to_have_value("12 Oak Road")
    expect(page.locator(".say-now")).to_contain_text("I am staying on the line with you")
    expect(page.locator(".bar")).to_contain_text("hub away")
    page.goto(f"{room.url}/calls")
    until(lambda: [row for row in rows(room, Call) if row.state == "ended"], "the second call", 30)
    first, second = sorted(rows(room, Call), key=lambda call: call.opened_at)
    assert (first.number, first.state.value, second.state.value) == ("+447700900123", "on_line", "ended")
    mine = [(row.field.value, row.value) for row in rows(room, Entry) if row.call_id == first.id]
    assert mine == [
        ("number", "07700 900123"),
        ("address", "12 Oak Road"),
        ("first_minute", "breathing: yes"),
        ("first_minute", "rousable: yes"),
        ("first_minute", "self_harm: yes"),
    ]
    assert [row.value for row in rows(room, Entry) if row.call_id == second.id] == ["Second Person"]
    (over,) = rows(room, HandOver)
    assert (over.case_id, over.to, over.dialled_by) == (first.case_id, "999", "hub")
    notes = [
        line.words for line in rows(room, Timeline) if line.event == "note" and line.case_id == first.case_id
    ]
    assert notes[1:] == ["Two packets of paracetamol"]
    assert notes[0].startswith("999 while the hub was away")
    assert {case.key for case in rows(room, Case)} == {first.case_id, second.case_id}
    page.context.close()


def test_a_log_in_that_ended_and_somebody_else_at_the_computer(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    page = opens("/calls")
    kept(page)
    room.stop()
    page.keyboard.press("c")
    opened(page)
    page.locator("#f-address").fill("7 Elm Close")
    expect(page.locator("#kept")).to_contain_text("7 Elm Close")
    page.context.clear_cookies()
    room.start_again()
    expect(page.locator("#log-in")).to_be_visible(timeout=20_000)
    assert rows(room, Call) == []
    page.context.add_cookies([{"name": COOKIE, "value": room.cookie("Mina Patel"), "url": room.url}])
    page.goto(f"{room.url}/calls")
    told = page.locator("#unsent")
    expect(told).to_contain_text(
        "A call begun by Jay Osei on this computer has not reached the hub", timeout=20_000
    )
    told.get_by_role("link").click()
    opened(page)
    expect(page.locator("#back")).to_contain_text("You are Mina Patel", timeout=10_000)
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    page.wait_for_url(NUMBERED, timeout=30_000)
    expect(page.locator("#f-address")).to_have_value("7 Elm Close")
    lines = [line.words for line in rows(room, Timeline)]
    assert any("Mina Patel handed it in" in words and words.startswith("Jay Osei took") for words in lines)


def said_whole(page: Page, width: int) -> bool:
    """Where the hub is away and somebody waits on the line: all words stand within the bar."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(
        page.evaluate(
            """() => {
              document.getElementById("bar-line").textContent = "parked: number not known 0:10";
              const words = document.getElementById("saved").getBoundingClientRect();
              const bar = document.querySelector(".bar").getBoundingClientRect();
              return words.top >= bar.top && words.bottom <= bar.bottom && words.right <= innerWidth;
            }"""
        )
    )


def test_a_danger_of_the_first_minute_takes_over_without_the_hub(call: Page, room: ControlRoom) -> None:
    """S6."""
    kept(call)
    call.keyboard.press("Escape")
    answers(call, "y")
    room.stop()
    call.keyboard.press("n")
    flag = call.get_by_role("alertdialog")
    expect(flag).to_contain_text("Hard to wake", timeout=10_000)
    expect(flag).to_contain_text("roll them gently onto their side")
    assert axe_says(call) == []
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    expect(call.locator("#centre")).to_contain_text("the caller rings it now")
    call.keyboard.press("ArrowRight")

    # a reload of the open call opens the page for the time when the hub is away, with what is not yet saved
    call.locator("#f-person_name").fill("Maureen Doyle")
    expect(call.locator("#saved")).to_contain_text("NOT SAVED", timeout=15_000)
    for width in (1440, 1280, 1024):
        assert said_whole(call, width), f"what is not saved is cut off at {width} pixels"
    call.reload()
    opened(call)
    expect(call.locator("#f-person_name")).to_have_value("Maureen Doyle")
    expect(call.locator("#ticks")).to_contain_text("Awake and making sense: no")
    room.start_again()
    call.wait_for_selector("body[data-ready]:not(.away-page)", timeout=30_000)
    ready(call)
    saved(call)
    expect(call.locator(".say-now")).to_contain_text("Hard to wake", timeout=15_000)
    assert [(row.to, row.dialled_by) for row in rows(room, HandOver)] == [("999", "caller")]
    assert [row.value for row in rows(room, Entry)] == ["breathing: yes", "rousable: no", "Maureen Doyle"]
