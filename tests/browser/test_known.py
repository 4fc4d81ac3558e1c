"""S8, S14, S15 in the browser: she rings again a month later; what is known stands there before the first question."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from hub.access import User
from records.model import Case
from tests.browser.screen import answers, axe_says, ready, saved
from tests.control_room import ControlRoom
from triage import calls, service
from triage.model import CaptureField
from triage.typed import Typed, type_down

pytestmark = pytest.mark.browser


def rang_before(room: ControlRoom, user: User) -> None:
    """A month ago: her daughter said that she takes a blood thinner."""
    library, now = room.app.state.library, room.clock.now() - timedelta(days=30)
    said = {
        "person_name": "Maureen Doyle",
        "born": "3/7/1941",
        "address": "12 Oak Road",
        "postcode": "LS8 2AB",
        "need": "frailty",
        "access_words": "round the back, the dog is friendly",
        "talk_words": "deaf in the left ear",
        "caller_name": "Janet Doyle",
        "caller_relation": "daughter",
    }
    typed = [Typed(f"before-{name}", CaptureField(name), value) for name, value in said.items()]
    with room.write() as session:
        call = calls.new_call(session, user, now)
        type_down(session, call, typed, library, now, user.actor)
        begun = service.begin(session, library, call.case_id or 0, "fall-at-home", now, user.actor)
        for question in ("hit_head", "thinners"):
            service.answer(session, library, begun, question, "yes", now + timedelta(minutes=1), user.actor)
        calls.end(session, call, now + timedelta(minutes=2), user.actor)


def test_a_month_later_it_stands_there_before_the_first_question(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    rang_before(room, room.user("Jay Osei"))
    page = opens("/calls")
    page.keyboard.press("c")
    ready(page)
    known = page.locator("#known-found")
    expect(known).to_contain_text("Not looked up yet")
    for field, words in (
        ("person_name", "Maureen Doyle"),
        ("born", "3/7/1941"),
        ("address", "12 Oak Road"),
        ("postcode", "LS8 2AB"),
    ):
        page.fill(f"#f-{field}", words)
    page.keyboard.press("Escape")
    saved(page)
    expect(known).to_contain_text(
        "1 earlier case may be this person. Read back two identifiers", timeout=10_000
    )
    assert "blood thinner" not in known.inner_text()
    page.keyboard.press("i")
    expect(known.locator("li b")).to_have_text("Takes a blood thinner or bleeds easily", timeout=10_000)
    expect(known).to_contain_text("Janet Doyle, daughter")
    expect(known).to_contain_text("4 weeks ago")
    expect(known).to_contain_text("deaf in the left ear")
    expect(known).to_contain_text("round the back, the dog is friendly")
    expect(known).to_contain_text("Last call: frailty")
    expect(page.locator("#question")).to_have_text("Breathing normally?")
    assert axe_says(page) == []
    with room.write() as session:
        session.exec(select(Case).order_by(col(Case.id))).first().talk_words = "deaf in both ears"  # type: ignore[union-attr]
    page.evaluate(
        "document.dispatchEvent(new Event('visibilitychange'))"
    )  # as somebody who comes back to this tab
    expect(known).to_contain_text("deaf in both ears")
    answers(page, "y", "y", "n")
    page.keyboard.press("1")
    expect(page.locator("#question")).to_have_text("Bleeding that will not stop?")
    answers(page, "n", "n", "n", "y", "n", "n", "n", "n", "y")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    expect(page.locator("[aria-labelledby=so-far] .sofar")).to_contain_text(
        "takes a blood thinner or bleeds easily (said on "
    )
    assert axe_says(page) == []


def test_not_looked_up_is_said_to_be_so(call: Page) -> None:
    call.route("**/known", lambda route: route.abort())
    call.reload()
    ready(call)
    expect(call.locator("#known-found")).to_contain_text("Could not be looked up")
    call.unroute("**/known")
    call.locator("#known-again").click()
    expect(call.locator("#known-found")).to_contain_text("Not looked up yet")
