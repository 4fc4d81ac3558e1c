"""S6 in the browser: the first minute by one key each, a danger that takes over before any protocol, and no hub."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from records.model import Assessment, Call, HandOver
from tests.browser.screen import answers, axe_says, ready, rows, saved
from tests.control_room import ControlRoom
from triage.model import Answered, CaptureField, Entry

pytestmark = pytest.mark.browser


def first(room: ControlRoom) -> list[str]:
    return [row.value for row in rows(room, Entry) if row.field is CaptureField.first_minute]


def test_the_first_minute_by_one_key_each(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    expect(call.locator("#question")).to_have_text("Breathing normally?")
    assert axe_says(call) == []
    answers(call, "y", "y", "n")
    expect(call.locator("#question")).to_have_text("What is it about?")
    expect(call.locator(".ticks")).to_contain_text("✓ Breathing normally: yes")
    assert first(room) == ["breathing: yes", "rousable: yes", "self_harm: no"]
    call.keyboard.press("1")
    expect(call.locator("#question")).to_have_text("Bleeding that will not stop?")
    assert [row.question for row in rows(room, Answered)] == ["breathing", "rousable", "self_harm"]
    expect(call.locator(".ticks")).to_contain_text("✓ Awake and making sense: yes")
    assert axe_says(call) == []


def test_a_danger_takes_over_before_any_protocol_and_enter_hands_over(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    answers(call, "u")
    flag = call.get_by_role("alertdialog")
    expect(flag).to_contain_text("This could not be ruled out, so it is a 999 call. Say exactly:")
    expect(flag).to_contain_text("start chest compressions")
    assert call.evaluate("document.activeElement.id") == "hand-over"
    assert axe_says(call) == []
    for key in ("y", "1", "e"):
        call.keyboard.press(key)  # it keeps the keys to itself
    call.wait_for_timeout(600)
    call.locator("#hand-over").focus()
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_contain_text("the caller dials")
    expect(call.locator(".say-now")).to_contain_text("start chest compressions")
    assert [(row.to, row.dialled_by) for row in rows(room, HandOver)] == [("999", "caller")]
    assert rows(room, Assessment) == []
    assert axe_says(call) == []


def test_a_wrong_first_answer_is_taken_back(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    answers(call, "y", "y", "y")
    expect(call.get_by_role("alertdialog")).to_contain_text("I am staying on the line with you")
    answers(call, "ArrowLeft")
    expect(call.locator("#question")).to_have_text("Any thought of harming themselves, or anything taken?")
    call.locator(".tick").first.click()
    expect(call.locator("#question")).to_have_text("Breathing normally?")
    expect(call.locator("[aria-pressed=true]")).to_contain_text("Yes")
    call.keyboard.press("ArrowRight")
    expect(call.locator("#question")).to_have_text("Any thought of harming themselves, or anything taken?")
    assert rows(room, HandOver) == []


def test_answered_while_the_hub_is_away_it_is_there_in_order_and_once(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    answers(call, "y")
    room.stop()
    expect(call.locator("#no-support")).to_be_visible(timeout=15_000)
    call.keyboard.press("n")
    expect(call.get_by_role("alertdialog")).to_contain_text("Hard to wake")
    expect(call.locator("#saved")).to_contain_text("kept on this computer")
    address = call.url
    call.goto("about:blank")
    room.start_again()
    call.goto(address)
    ready(call)
    saved(call)
    expect(call.get_by_role("alertdialog")).to_contain_text("Hard to wake", timeout=15_000)
    assert first(room) == ["breathing: yes", "rousable: no"]


def test_999_by_own_judgement_before_a_protocol(opens: Callable[..., Page], room: ControlRoom) -> None:
    page = opens("/calls")
    page.keyboard.press("c")
    ready(page)
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_timeout(600)
    page.keyboard.press("h")
    expect(page.locator(".hand-over")).to_contain_text("the hub dials")
    assert [row.why for row in rows(room, HandOver)] == ["the call handler's own judgement"]
    assert len(rows(room, Call)) == 1
