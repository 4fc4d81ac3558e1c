"""Capture in the browser: two identifiers read back by one key, and a postcode said in one breath with the address."""

import pytest
from playwright.sync_api import Page, expect

from hub.door_codes import MARK
from hub.sealing import seal_of
from records.contact_points import ContactPoint
from records.key_safe_model import KeySafe
from records.model import Case
from tests.browser.screen import axe_says, rows
from tests.control_room import ControlRoom
from tests.stage import until
from triage.model import Entry

pytestmark = pytest.mark.browser
DRAWER = """() => new Promise((ok) => {
  const opening = indexedDB.open("first-point");
  opening.onsuccess = () => {
    const counting = opening.result.transaction("unsent").objectStore("unsent").count();
    counting.onsuccess = () => ok([counting.result, JSON.stringify([localStorage, sessionStorage])]);
  };
})"""
"""How much unsent lies on this computer's disk, and all that lies there in plain."""


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


def test_a_key_safe_code_is_kept_apart_while_the_hand_is_on_the_field(call: Page, room: ControlRoom) -> None:
    """S19: typing goes on undisturbed; what is left of the words stands there once the hand is off, and no plain code
    is left on this computer."""
    way_in = call.locator("#f-access_words")
    way_in.press_sequentially("key safe 45", delay=10)
    expect(call.locator("#k-access_words")).to_be_visible()
    expect(way_in).to_have_value("key safe 45")
    way_in.press_sequentially("92, by the back door", delay=10)
    expect(call.locator("#saved")).to_contain_text("saved ")
    until(
        lambda: rows(room, Case)[0].access_words == f"key safe {MARK}, by the back door", "the hub to have it"
    )
    expect(way_in).to_have_value("key safe 4592, by the back door")
    call.locator("#f-person_name").focus()
    expect(way_in).to_have_value(f"key safe {MARK}, by the back door")
    assert axe_says(call) == []
    unsent, plain = call.evaluate(DRAWER)
    assert unsent == 0
    assert "45" not in plain
    call.reload()
    expect(call.locator("#k-access_words")).to_contain_text("only who goes there sees it")
    expect(way_in).to_have_value(f"key safe {MARK}, by the back door")
    (held,) = [row for row in rows(room, KeySafe) if row.ended_at is None]
    with room.hub.db.write() as session:
        assert seal_of(session).open(held.sealed) == "4592"
    assert not [row.value for row in rows(room, Entry) if "45" in row.value]
