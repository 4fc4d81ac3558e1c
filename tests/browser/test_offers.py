"""The case panel's "who could go and why": offered by keys, promised, paused; steady under the hand (S3, S22)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from dispatch.model import Responder
from tests.browser.screen import axe_says
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def test_offered_promised_and_paused_by_hand(opens: Callable[..., Page], room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    page = opens(f"/board#case={case}", "Priya Nair")
    panel = page.locator("#panel")
    who = panel.locator("[id^=cp-who-]")
    expect(who).to_contain_text("Who could go now, and why")
    expect(panel.locator("#cp-ladder")).to_contain_text("again every 15 min")
    # by keys: the letter leads to the button, and sends nothing by itself
    first = who.get_by_role("button", name="Offer to").first
    name = (first.text_content() or "").removeprefix("Offer to ")
    page.wait_for_function("/^live/.test(document.getElementById('live').textContent)")
    page.keyboard.press("o")
    expect(first).to_be_focused()
    expect(panel.locator("#cp-ladder")).not_to_contain_text(name)
    page.keyboard.press("Enter")
    expect(panel.locator("#cp-ladder")).to_contain_text(name)
    # steady under the hand: a row that would come to stand under the pointer waits until it has left
    second = who.get_by_role("button", name="Offer to").nth(1)
    words, gone = second.text_content(), who.get_by_role("button", name="Offer to").first.text_content() or ""
    second.hover()
    with room.write() as session:
        rows = session.exec(select(Responder)).all()
        (deaf,) = (row for row in rows if gone.endswith(row.short_name))
        deaf.reachable = False
        session.add(deaf)
    version = panel.locator("#case-panel").get_attribute("data-version") or ""
    room.touch(case)
    expect(panel.locator("#case-panel")).not_to_have_attribute("data-version", version)
    assert second.text_content() == words, "it stays where the hand is"
    page.mouse.move(5, 5)
    expect(who.get_by_role("button", name="Offer to").first).to_have_text(words or "")
    assert axe_says(page) == []


def test_a_promise_is_accepted_with_one_key(opens: Callable[..., Page], room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    page = opens(f"/board#case={case}", "Priya Nair")
    panel = page.locator("#panel")
    panel.get_by_text("next step now, pause").click()
    panel.get_by_label("pause for (minutes)").fill("10")
    panel.get_by_label("why offers and ladder stand still").fill("I ring round")
    panel.get_by_role("button", name="Pause", exact=True).click()
    expect(panel.locator("#cp-ladder")).to_contain_text("by Priya Nair: I ring round")
    panel.get_by_role("button", name="Let it go on now").click()
    expect(panel.locator("#cp-ladder")).not_to_contain_text("Paused until")
    room.text(case, "yes in 40")
    expect(panel).to_contain_text("can be there by")
    assert axe_says(page) == []
    page.locator("#main").focus()
    page.keyboard.press("p")
    expect(panel.locator("#do-first")).not_to_contain_text("Offer to")
    expect(page.locator(f"#case-{case}")).to_contain_text("accepted")
    page.keyboard.press("m")
    expect(panel.locator("#message-body")).to_be_focused()
    page.keyboard.type("Ring us from the door, please.")
    panel.get_by_role("button", name="Send").click()
    expect(panel.locator("#cp-thread")).to_contain_text("Ring us from the door")
