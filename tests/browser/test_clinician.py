"""The clinicians' queue, raising by hand and what felt wrong, in Debian's Chromium and by keyboard alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from records import call_backs
from records.model import CallBack, Case
from records.service import open_case, take
from tests.browser.screen import axe_says, ready, rows
from tests.control_room import ControlRoom
from triage import concerns, lowering
from triage.concerns import Concern

pytestmark = pytest.mark.browser


def owed(room: ControlRoom, case_id: int, minutes: int, why: str = "not sure about the leg") -> None:
    now = room.clock.now()
    with room.write() as session:
        case = take(session, case_id, now)
        due = now + timedelta(minutes=minutes)
        numbers = ("+447700900123",)
        call_backs.open_call_back(
            session, case, "hub_clinician", why, due, now, room.user("Amara Obi").actor, numbers=numbers
        )


def begun(room: ControlRoom) -> int:
    """A case that nothing has been asked about yet."""
    now = room.clock.now()
    with room.write() as session:
        return open_case(session, room.place, now, now, room.user("Jay Osei").actor, "They rang.").key


def asked_to_lower(room: ControlRoom, case_id: int) -> None:
    """Its assessment's text cannot be read, which counts as the worst floor."""
    now = room.clock.now()
    with room.write() as session:
        lowering.lower(
            session,
            room.app.state.library,
            case_id,
            "same_day",
            "up again, eating",
            room.user("Femi Ade"),
            now,
        )


def test_the_queue_by_keyboard_alone(opens: Callable[..., Page], room: ControlRoom) -> None:
    first, second = room.case(), room.case(need="catheter", postcode="LS17 6AA", priority="one_hour")
    owed(room, second, 15)
    owed(room, first, -3, "they have rung 3 times")
    owed(room, begun(room), 20, "they asked for a clinician")
    asked_to_lower(room, second)
    page = opens("/clinician", "Amara Obi")
    backs = page.locator("#c-backs-list > li")
    expect(backs).to_have_count(3)
    expect(backs.first).to_contain_text("overdue")
    expect(page.locator("#c-mine-list > li")).to_have_count(3)
    expect(page.locator("#c-asked-list")).to_contain_text(
        "from 1 HOUR to SAME DAY, below a red flag: Femi Ade"
    )
    assert axe_says(page) == []
    page.get_by_role("button", name="Agree: lower it").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#c-asked-list")).to_contain_text("Nothing waits for a clinician's word.")
    assert room.get(second).priority == "same_day"
    care = backs.first.locator("details", has_text="Remote care given")
    care.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Talked through pain relief; comfortable.")
    page.keyboard.press("Tab")
    page.keyboard.type("Maureen Doyle")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(backs).to_have_count(2)
    assert room.get(first).clock_stop is not None
    page.locator("body").press("Escape")
    page.keyboard.press("2")
    ready(page)
    expect(page.locator("#responsible")).to_have_text("Amara Obi")
    assert [row.state for row in rows(room, CallBack)] == ["due", "done", "due"], "rung is not reached yet"


def test_what_is_typed_outlives_an_update(opens: Callable[..., Page], room: ControlRoom) -> None:
    first = room.case()
    owed(room, first, 20)
    page = opens("/clinician", "Amara Obi")
    page.locator("#c-backs-list input[name=words]").fill("half a sentence")
    owed(room, room.case(need="catheter"), 5)
    expect(page.locator("#c-backs-list > li")).to_have_count(2)
    expect(
        page.locator(f"#c-backs-list form[data-keep='back-{rows(room, CallBack)[0].id}'] input")
    ).to_have_value("half a sentence")


def test_an_empty_queue_says_so(opens: Callable[..., Page]) -> None:
    page = opens("/clinician", "Femi Ade", color_scheme="dark")
    expect(page.locator("#c-backs-list")).to_contain_text("No clinician owes anybody a call.")
    expect(page.locator("#c-mine-list")).to_contain_text("responsible for no open case")
    assert axe_says(page) == []


def test_more_urgent_and_felt_wrong_from_the_call(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    call.keyboard.press("h")
    expect(call.locator("#raise-title")).to_be_visible()
    assert axe_says(call) == []
    call.locator("#raise-to").select_option("one_hour")
    call.locator("#raise-why").fill("she sounds frightened")
    call.keyboard.press("Enter")
    expect(call.locator("#note-said")).to_have_text("Raised to 1 HOUR.")
    assert rows(room, Case)[0].priority == "one_hour"
    call.locator("body").press("Escape")
    call.keyboard.press("w")
    call.keyboard.type("The questions never came to what she said.")
    call.keyboard.press("Enter")
    expect(call.locator("#note-said")).to_contain_text("Kept, with the triage as it stands")
    assert rows(room, Concern)[0].by_name == "Jay Osei"


def test_an_answer_comes_back_to_who_said_it(opens: Callable[..., Page], room: ControlRoom) -> None:
    case_id = room.case()
    with room.write() as session:
        concerns.raise_concern(session, case_id, "It was worse.", room.user("Jay Osei"), room.clock.now())
    page = opens("/concerns", "Ruth Adeyemi")
    assert axe_says(page) == []
    page.get_by_label("your answer").fill("You were right: the rule is changed.")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("the rule is changed")
    mine = opens("/concerns", "Jay Osei")
    expect(mine.locator(".answer")).to_contain_text("Ruth Adeyemi")
    others = opens("/concerns", "Mina Patel")
    expect(others.locator("body")).not_to_contain_text("It was worse.")


def test_the_page_that_keeps_somebody_from_leaving(opens: Callable[..., Page], room: ControlRoom) -> None:
    """S29."""
    room.case()
    page = opens("/clinician", "Amara Obi")
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("You are still responsible")
    assert axe_says(page) == []
    page.locator("#to").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".held")).to_contain_text("Femi Ade is asked")
