"""A responder's page on a small phone whose connection comes and goes: what is pressed waits, and is sent in order,
once, as of when it was pressed (S25)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from dispatch.model import Offer, Responder
from dispatch.pressed import Pressed
from records.model import Position
from tests.browser.screen import axe_says, rows
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


def mine(room: ControlRoom) -> tuple[Offer, str]:
    """An accepted visit, and whose it is."""
    case = room.case()
    room.offer(case)
    room.accept(case)
    with room.hub.db.read() as session:
        offer = session.exec(select(Offer).where(Offer.state == "accepted")).one()
        return offer, session.get_one(Responder, offer.responder_id).name


def fits(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wide


def test_pressed_without_a_connection(room: ControlRoom, opens: Callable[..., Page], tmp_path: Path) -> None:
    offer, name = mine(room)
    page = opens(f"/o/{offer.code}", name, **PHONE)
    expect(page.locator("body[data-queued]")).to_be_attached()
    expect(page.locator(".sheet")).to_contain_text("Not known to the hub: allergies")
    assert axe_says(page) == []
    assert fits(page)
    go = page.locator(".thumb .go")
    page.context.set_offline(True)
    for words, then in (
        ("I have set off", "I am at the door"),
        ("I am at the door", "Care begins now"),
        ("Care begins now", "Done, I have left"),
    ):
        expect(go).to_have_text(words)
        go.click()
        expect(go).to_have_text(then)
        page.wait_for_timeout(900)  # a second tap within that is none
    presses = page.locator("#presses")
    expect(presses.locator("li")).to_have_count(3)
    expect(presses).to_contain_text("I have set off: waiting to send (")
    assert axe_says(page) == []
    page.screenshot(path=str(tmp_path / "waiting.png"))
    assert rows(room, Pressed) == []
    assert rows(room, Position)[0].state == "accepted"

    context = page.context
    page.close()  # the browser is gone, and opened again by the link, with a connection
    context.set_offline(False)
    room.clock.at += timedelta(minutes=3)
    page = context.new_page()
    page.goto(f"{room.url}/o/{offer.code}")
    expect(page.locator(".path .now")).to_have_text("With them")
    expect(page.locator("#presses")).to_contain_text("Care begins now: sent (")
    assert [press.what for press in rows(room, Pressed)] == ["step"] * 3
    assert steps(room) == ["set_off_at", "arrived_at", "care_began_at"]
    page.screenshot(path=str(tmp_path / "sent.png"))

    room.step(offer.case_id, "finish")  # as told by phone
    page.locator(".thumb .go").click()
    expect(page.locator("#presses .not-done")).to_contain_text("was not done")
    expect(page.locator("#presses .not-done .btn")).to_be_visible()


def steps(room: ControlRoom) -> list[str]:
    """The times of the steps, in their order."""
    position = rows(room, Position)[0]
    times = {name: getattr(position, name) for name in ("set_off_at", "arrived_at", "care_began_at")}
    assert None not in times.values()
    return sorted(times, key=lambda name: times[name])
