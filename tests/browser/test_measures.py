"""What is counted of the protocols' use, as its lead sees it, in Debian's Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import axe_says
from tests.control_room import ControlRoom
from triage import service

pytestmark = pytest.mark.browser


def answered(room: ControlRoom, thinners: str) -> None:
    now, jay = room.clock.now(), room.user("Jay Osei").actor
    case = room.case()
    library = room.app.state.library
    with room.write() as session:
        begun = service.begin(session, library, case, "fall-at-home", now, jay)
        for question, answer in (("breathing", "yes"), ("hit_head", "yes"), ("thinners", thinners)):
            service.answer(session, library, begun, question, answer, now, jay)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_question_that_nobody_can_answer_stands_out(
    opens: Callable[..., Page], room: ControlRoom, scheme: str
) -> None:
    for thinners in ("unknown", "unknown", "unknown", "no", "no"):
        answered(room, thinners)
    page = opens("/protocols/measures", "Ruth Adeyemi", color_scheme=scheme)
    expect(page.locator(".stands-out li")).to_contain_text("not known in 3 of 5 (60 %)")
    assert axe_says(page) == []
    page.get_by_role("link", name="90 days").press("Enter")
    expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    expect(page.locator(".out")).to_have_count(1)
