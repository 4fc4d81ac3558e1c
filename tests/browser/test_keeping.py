"""The privacy lead's pages, by keyboard and pointer: somebody asks what is held, and what is kept long enough goes."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from records.keeping.model import AccessRequest
from tests.browser.screen import axe_says
from tests.control_room import ControlRoom
from tests.one_person import OnePerson
from tests.service.test_subject_access import works
from workers import keeping
from workers.bench import set_up


def test_a_request_is_answered_and_pages_can_be_worked_with(
    room: ControlRoom, opens: Callable[..., Page]
) -> None:
    desk: Any = room
    with room.hub.db.write() as session:
        OnePerson(session, room.place, room.hub.clock.now(), room.hub.db.seal)
    page = opens("/subject-access", "Nora Quinn")
    page.get_by_label("NHS number of the person").fill("999 000 0018")
    page.get_by_label("Who asks?").fill("Her son")
    page.get_by_label("How was it made sure").fill("passport seen")
    assert axe_says(page) == []
    page.get_by_role("button", name="Keep it, and prepare").focus()
    page.keyboard.press("Enter")
    page.get_by_text("It is being prepared").wait_for()
    works(desk)
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("heading", name="What was found").wait_for()
    assert axe_says(page) == []
    page.get_by_role("link", name="Texts", exact=True).click()
    page.get_by_text("Hold it back").first.click()
    page.get_by_label("Why, message:").fill("names a neighbour")
    page.locator("details[open] button").click()
    page.get_by_text("names a neighbour").wait_for()
    while (waiting := page.locator("li.late form")).count():
        waiting.first.get_by_role("textbox").fill("said by a third person")
        waiting.first.get_by_role("button", name="Hold back").click()
        page.wait_for_load_state()
    page.keyboard.press("c")
    page.get_by_role("link", name="Take it as a page").wait_for()
    page.keyboard.press("s")
    page.get_by_text("The file is here until").wait_for()
    with room.hub.db.read() as session:
        assert session.get_one(AccessRequest, 2).state == "sent"
    keeping.owe_count(set_up(room.hub, "ticker"))
    works(desk)
    for path in ("/retention", "/erasures"):
        page.goto(room.url + path)
        assert axe_says(page) == []
