"""Two people on one call in the browser: they see each other, and nobody's words silently replace another's."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from records.model import Case
from tests.browser.screen import axe_says, newest, ready, rows, saved
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def both(opens: Callable[..., Page]) -> tuple[Page, Page]:
    jay = opens("/calls")
    jay.keyboard.press("c")
    ready(jay)
    mina = opens(f"/calls/{jay.url.rpartition('/')[2]}", "Mina Patel")
    ready(mina)
    return jay, mina


def test_two_on_one_call_see_each_other_and_choose_where_they_differ(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    jay, mina = both(opens)
    expect(jay.locator("#beside")).to_contain_text("Mina Patel also has this call open", timeout=10_000)
    expect(mina.locator("#beside")).to_contain_text("Jay Osei also has this call open", timeout=10_000)
    mina.locator("#f-person_name").fill("Maureen Doyle")
    expect(jay.locator("#f-person_name")).to_have_value("Maureen Doyle", timeout=10_000)
    expect(jay.locator("#beside")).to_contain_text("Mina in Person", timeout=10_000)

    # both are in one field at the same time: what comes later does not replace what stands, and touches nobody's typing
    jay.locator("#f-address").focus()
    mina.locator("#f-address").fill("Oak Road 12")
    saved(mina)
    jay.wait_for_timeout(1500)
    jay.keyboard.type("Oak Rd 21")
    differ = jay.locator("#differ")
    expect(differ).to_contain_text("Mina Patel typed “Oak Road 12” at", timeout=10_000)
    expect(differ).to_contain_text("yours: “Oak Rd 21”")
    expect(jay.locator("#f-address")).to_have_value("Oak Rd 21")
    assert rows(room, Case)[0].address == "Oak Road 12"
    assert axe_says(jay) == []
    expect(mina.locator("#differ")).to_contain_text("Oak Rd 21", timeout=10_000)

    jay.keyboard.press("Escape")
    jay.keyboard.press("l")
    jay.keyboard.press("Tab")
    jay.keyboard.press("Enter")  # use mine
    expect(differ).to_be_hidden(timeout=10_000)
    mina.keyboard.press("Escape")
    expect(mina.locator("#f-address")).to_have_value("Oak Rd 21", timeout=10_000)
    expect(mina.locator("#differ")).to_be_hidden()
    assert rows(room, Case)[0].address == "Oak Rd 21"

    # the other way round: a second window of the same person, and what stands is kept
    window = jay.context.new_page()
    window.goto(jay.url)
    ready(window)
    expect(jay.locator("#beside")).to_contain_text("Another window of yours", timeout=10_000)
    jay.locator("#f-born").focus()
    window.locator("#f-born").fill("3/7/1941")
    saved(window)
    jay.keyboard.type("3/7/1914")
    expect(differ).to_contain_text("yours: “3/7/1914”", timeout=10_000)
    jay.reload()
    ready(jay)
    expect(differ).to_contain_text("yours: “3/7/1914”", timeout=10_000)
    jay.locator("#differ-0").click()
    expect(differ).to_be_hidden(timeout=10_000)
    expect(jay.locator("#f-born")).to_have_value(
        re.compile("^0?3/0?7/1941$")
    )  # as typed, or as the hub reads it
    saved(jay)
    assert newest(room)["born"] == "3/7/1941"
    window.close()
    mina.close()
    expect(jay.locator("#beside")).to_be_hidden(timeout=15_000)
