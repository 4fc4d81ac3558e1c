"""What becomes of a text is seen at once: in the case that is open beside the list, and in the console of messages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dispatch import messages, store
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def test_delivered_is_seen_at_once_and_not_from_under_a_hand(
    room: ControlRoom, opens: Callable[..., Page]
) -> None:
    case = room.case()
    room.offer(case)
    console, board = opens("/messages", "Priya Nair"), opens(f"/board#case={case}", "Priya Nair")
    expect(board.locator("#panel #case-panel")).to_be_visible()
    expect(console.locator(".message .path")).to_contain_text("waiting")

    def carrier_says(status: str) -> None:
        with room.write() as session:
            effect = store.offers_of_position(session, room.position(case))[0].effect_id or 0
            messages.status_came(session, effect, "SMx", status, None, room.clock.now())

    carrier_says("sent")
    expect(console.locator(".message .path b")).to_have_text("sent")
    carrier_says("delivered")
    expect(console.locator(".message .path b")).to_have_text("delivered")
    expect(board.locator("#panel")).to_contain_text("delivered")  # long before its next refresh, after 20 s
