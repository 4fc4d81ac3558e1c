"""Capture in the browser: two identifiers read back by one key, and a postcode said in one breath with the address."""

import pytest
from playwright.sync_api import Page, expect

from records.contact_points import ContactPoint
from records.model import Case
from tests.browser.screen import axe_says, rows
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def test_two_identifiers_are_read_back_by_one_key_and_a_change_takes_it_away(
    call: Page, room: ControlRoom
) -> None:
    """S14."""
    call.locator("#f-person_name").fill("Maureen Doyle")
    call.locator("#f-born").fill("3 jul 41")
    call.keyboard.press("Escape")
    expect(call.locator(".read-back")).to_contain_text("Name and date of birth are right", timeout=10_000)
    assert axe_says(call) == []
    call.keyboard.press("i")
    expect(call.locator(".read-back")).to_contain_text("✓ read back")
    expect(call.locator(".read-back")).to_contain_text("Jay Osei")
    call.locator("#f-born").fill("3 jul 42")
    call.keyboard.press("Escape")
    expect(call.locator(".read-back [data-key=i]")).to_be_visible(timeout=10_000)
    assert rows(room, Case)[0].read_back is None


def test_a_postcode_said_with_the_address_stands_in_its_field(call: Page, room: ControlRoom) -> None:
    call.locator("#f-address").fill("12 Oak Road ls8 2ab")
    expect(call.locator("#f-postcode")).to_have_value("LS8 2AB")
    call.locator("#f-postcode").fill("LS6 1AA")
    call.locator("#f-address").fill("14 Oak Road ls8 2ab")
    expect(call.locator("#saved")).to_contain_text("saved ")
    expect(call.locator("#f-postcode")).to_have_value("LS6 1AA")


def test_whether_the_number_is_safe_is_asked_by_one_key_each(call: Page, room: ControlRoom) -> None:
    """S17."""
    call.locator("#f-number").fill("07700 900123")
    call.keyboard.press("Escape")
    text = call.locator(".safe [data-key=t]")
    expect(text).to_contain_text("to text: ? not known", timeout=10_000)
    call.keyboard.press("t")
    expect(text).to_contain_text("to text: ✓ yes")
    call.keyboard.press("t")
    expect(text).to_contain_text("to text: ✕ no")
    call.keyboard.press("z")
    expect(call.locator(".safe")).to_contain_text("▲ safeguarding")
    assert axe_says(call) == []
    assert [row.text for row in rows(room, ContactPoint)] == ["no"]
