"""The room around the board in Debian's Chromium: the wall, the hand-over of a shift, the downtime list, find."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from records.model import Case, CaseState
from records.shift_handover_model import ShiftHandover
from tests.browser.screen import axe_says, rows
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
WALL = {"viewport": {"width": 1920, "height": 1080}}


def test_the_wall_by_one_key_and_back(opens: Callable[..., Page], room: ControlRoom) -> None:
    """S5, S18: what is about to breach is largest, what does not fit is counted, and nobody's name hangs there."""
    cases = [room.case(ago_min=118 - 2 * n) for n in range(30)]
    over = room.case(ago_min=140)
    page = opens("/board", "Priya Nair", **WALL)
    expect(page.locator("#clock")).to_contain_text(":")
    page.keyboard.press("w")
    page.wait_for_url("**/wall")
    expect(page.locator("#rows tr").first).to_have_attribute("id", f"case-{over}")
    tall = page.locator(f"#case-{over}").bounding_box()
    calm = page.locator(f"#case-{cases[20]}").bounding_box()
    assert tall is not None
    assert calm is not None
    assert tall["height"] > 1.5 * calm["height"]
    hidden = page.locator("#rows tr.past").count()
    assert hidden > 0
    expect(page.locator("#below")).to_contain_text(f"and {hidden} more")
    room.offer(cases[0])
    expect(page.locator(f"#case-{cases[0]}")).to_contain_text("offered")
    expect(page.locator("#lately")).to_contain_text("offered")
    room.alarm(over, "Dana Cole rung")
    expect(page.locator("#alarms")).to_contain_text("look at the board")
    for name in ("Priya", "Dana", "Ana R.", "Tom B.", "Niamh", "Maureen"):
        assert name not in page.content()
    assert axe_says(page) == []
    room.stop()
    expect(page.locator("#live")).to_contain_text("STALE", timeout=9000)
    room.start_again()
    expect(page.locator("#live")).to_contain_text("live", timeout=15000)
    page.keyboard.press("Escape")
    page.wait_for_url("**/board")


def test_a_shift_is_handed_over_by_keyboard(opens: Callable[..., Page], room: ControlRoom) -> None:
    """S29: written, each urgent case ticked, accepted."""
    room.case(ago_min=110)
    room.case(ago_min=5, priority="same_day")
    page = opens("/hand-over", "Priya Nair")
    page.locator("#words").fill("Quiet so far.")
    page.get_by_role("button", name="Write the list").press("Enter")
    expect(page.locator(".note")).to_contain_text("waits for whoever comes")
    page = opens("/hand-over", "Dana Cole", color_scheme="dark")
    expect(page.locator(".own-words")).to_have_text("Quiet so far.")
    accept = page.get_by_role("button", name="I have read it and take over")
    expect(accept).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("a")
    expect(page.locator("[data-tick-case]")).to_be_focused()
    assert axe_says(page) == []
    page.keyboard.press("Space")
    expect(accept).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("accepted by Dana Cole")
    assert [row.accepted_by for row in rows(room, ShiftHandover)] == ["Dana Cole"]


def test_the_downtime_list_and_what_is_found(opens: Callable[..., Page], room: ControlRoom) -> None:
    """Both from the board; what is typed never stands in an address."""
    case, gone = room.case(), room.case(need="pain")
    with room.write() as session:
        row = session.get_one(Case, gone)
        row.state, row.closed_at, row.person_name = (
            CaseState.closed,
            room.clock.now() - timedelta(hours=1),
            "Arthur Webb",
        )
        session.add(row)
    page = opens("/board", "Priya Nair")
    page.keyboard.press("/")
    page.keyboard.type("arthur")
    expect(page.get_by_role("button", name="Look in closed cases too")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("same name")
    assert "arthur" not in page.url.lower()
    assert axe_says(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("Arthur Webb")
    page.get_by_role("link", name="downtime list").click()
    expect(page.locator("main")).to_contain_text(room.get(case).ref)
    assert axe_says(page) == []
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator(".printed-at")).to_contain_text("Printed")


def test_somebody_joins_and_leaves_by_keyboard(
    opens: Callable[..., Page], room: ControlRoom, tmp_path: Path
) -> None:
    """On the list, changed, gone, and back; each with its line of what was changed."""
    page = opens("/responders", "Priya Nair")
    page.screenshot(path=str(tmp_path / "responders.png"))
    assert axe_says(page) == []
    page.get_by_label("first name and surname").press_sequentially("Ana Reeve")
    for words in ("nurse", "+447700900141"):
        page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(".error", has_text="This number is Ana R.'s")).to_be_visible()
    page.get_by_label("mobile number").fill("07700 900199")
    page.keyboard.press("Enter")
    page.wait_for_url("**/responders/9")
    expect(page.get_by_role("status").first).to_contain_text("Ana Re. is on the list")
    page.get_by_label("grade").fill("Band 6")
    page.keyboard.press("Enter")
    happened = page.get_by_role("region", name="Changes, the newest first")
    expect(happened).to_contain_text("grade: nothing, now Band 6")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=str(tmp_path / "record.png"), full_page=True)
    assert axe_says(page) == []
    page.get_by_label("why (kept)").fill("a new job")
    page.get_by_label("why (kept)").press("Escape")
    page.keyboard.press("l")
    expect(page.locator(".shifts-head")).to_contain_text("has left")
    expect(happened).to_contain_text("left a new job")
    page.screenshot(path=str(tmp_path / "left.png"), full_page=True)
    page.keyboard.press("b")
    expect(page.locator(".shifts-head")).to_contain_text("gets no texts")
