"""The command line: what can be done here and now, by typing; and “where is the nurse?” from any call in two keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import axe_says, ready
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def test_where_is_the_nurse_in_two_keys_and_every_button_by_its_name(call: Page, room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    room.accept(case)
    call.keyboard.press("Escape")
    call.keyboard.press("/")
    expect(call.locator("#command-line")).to_be_focused()
    assert axe_says(call) == []
    call.keyboard.press("Enter")
    expect(call.locator("#command-said")).to_contain_text("this call")
    call.keyboard.type("where doyle")
    call.keyboard.press("Enter")
    expect(call.locator("#command-said")).to_contain_text("Ana, a nurse, has said yes")
    assert axe_says(call) == []
    call.keyboard.press("Enter")
    expect(call.locator("#command-said")).to_contain_text("Ana")
    call.keyboard.press("Escape")
    expect(call.locator("#command")).to_be_hidden()
    call.keyboard.press("/")
    call.keyboard.type("more urg")
    expect(call.locator("#command-list [aria-selected=true]")).to_contain_text("more urgent")
    call.keyboard.press("Enter")
    expect(call.locator("#raise")).to_be_visible()


def test_a_letter_a_page_a_new_call_and_only_what_this_person_may(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    case = room.case()
    board = opens("/board", "Jay Osei")
    board.wait_for_selector(f"#case-{case}")
    board.keyboard.press("/")
    expect(board.locator("#find")).to_be_focused()
    board.keyboard.press("/")
    board.keyboard.type(f"open {room.get(case).ref}")
    board.keyboard.press("Enter")
    board.wait_for_url(f"**/cases/{case}")
    board.keyboard.press("/")
    board.keyboard.type("new call")
    board.keyboard.press("Enter")
    ready(board)
    board.keyboard.press("Escape")
    board.keyboard.press("/")
    board.keyboard.type("board")
    board.locator("#command-list li", has_text="Live board").click()
    board.wait_for_url("**/board")

    looks = opens("/board", "Priya Nair")
    looks.locator("#start-command").click()
    expect(looks.locator("#command-list")).to_contain_text("log out")
    expect(looks.locator("#command-list")).not_to_contain_text("new call")
    looks.keyboard.type("zzz")
    expect(looks.locator("#command-list li")).to_have_text(["Where is the visit of “zzz”?"])
    looks.keyboard.press("Escape")
    expect(looks.locator("#start-command")).to_be_focused()
