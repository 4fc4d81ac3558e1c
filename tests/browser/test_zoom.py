"""At 200 % (WCAG 2.2, 1.4.4): a screen of 1440 × 900 leaves 720 × 450, and all of it is there by scrolling down."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import answers, begins, ready
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
ZOOMED = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}


def fits(page: Page) -> None:
    """No page scrolls sideways, and nothing that can be pressed lies beyond its edge."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room, f"{page.url} is {wide} wide where there are {room}"


def lies_over_nothing(page: Page) -> None:
    """The questions end where the next part of the page begins."""
    inside, edge = page.evaluate(
        "[document.querySelector('#centre').scrollHeight, document.querySelector('#centre').clientHeight]"
    )
    assert inside <= edge + 1, f"{inside} high in a part of {edge}"


def reaches(page: Page, selector: str) -> None:
    """By keyboard focus alone it comes into view, whole in width."""
    page.locator(selector).first.focus()
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    left, top = box["x"], box["y"]
    assert 0 <= left <= 720 - box["width"], f"{selector}: {box}"
    assert -box["height"] < top < 450, f"{selector}: {box}"


def test_every_working_page_at_twice_its_size(opens: Callable[..., Page], room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    page = opens("/calls", "Jay Osei", **ZOOMED)
    fits(page)
    reaches(page, "#new-call")
    page.keyboard.press("c")
    ready(page)
    fits(page)
    reaches(page, "#f-number")
    page.locator("#f-number").fill("07700 900123")
    page.locator("#f-address").fill("12 Oak Road LS8 2AB")
    begins(page)
    fits(page)
    lies_over_nothing(page)
    reaches(page, "[data-act=answer]")
    reaches(page, "#end-call")
    page.keyboard.press("e")
    expect(page.locator("#ending")).to_be_visible()
    fits(page)
    reaches(page, "[data-ending=died]")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#command")).to_be_visible()
    fits(page)
    page.keyboard.press("Escape")
    page.locator("#centre").focus()
    answers(page, "n")
    fits(page)
    lies_over_nothing(page)
    reaches(page, "#hand-over")

    board = opens("/board", "Priya Nair", **ZOOMED)
    board.wait_for_selector(f"#case-{case}")
    fits(board)
    reaches(board, f"#case-{case} a")
    board.keyboard.press("Enter")
    expect(board.locator("#case-panel")).to_be_visible()
    fits(board)
    reaches(board, "#close-panel")

    for path in ("/clinician", "/concerns"):
        other = opens(path, "Amara Obi", **ZOOMED)
        fits(other)
    own = opens(f"/cases/{case}", "Amara Obi", **ZOOMED)
    fits(own)
