"""The call screen in Debian's Chromium: a whole call by keyboard, and nothing lost whatever goes away meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlmodel import select

from dashboard import demo
from dispatch.model import Offer, Responder
from hub.access import IDLE_ENDS_AFTER, User
from records.model import Call, Case, HandOver, Position, Timeline
from tests.browser.screen import (
    UP_AND_WORSE,
    answers,
    axe_says,
    begins,
    kill_all_of,
    launched,
    newest,
    ready,
    rows,
    saved,
)
from tests.control_room import ControlRoom
from triage import calls
from triage.model import Answered

pytestmark = pytest.mark.browser


# --- by keyboard alone ------------------------------------------------------------------------------------------------


def test_a_whole_fall_by_keyboard_alone(opens: Callable[..., Page], room: ControlRoom) -> None:
    room.ring("+441134960812")
    page = opens("/calls")
    expect(page.locator(".ringing")).to_contain_text("0113 496 0812")
    page.keyboard.press("1")
    ready(page)
    assert page.evaluate("document.activeElement.id") == "f-address", "the number is known: where are they?"
    for words in ("12 Oak Road", "ls82ab"):
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    page.keyboard.press("f")  # the list takes its own letters
    page.keyboard.press("Enter")
    page.keyboard.type("yes, no, unknown: none of these is an answer")
    saved(page)
    begins(page)
    answers(page, *UP_AND_WORSE)
    expect(page.locator("#question")).to_have_text("A nurse visits within two hours")
    expect(page.locator(".side .tag--warn").first).to_have_text("provisional")
    page.keyboard.press("s")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("A nurse is being looked for; case ")
    page.keyboard.press("e")
    page.keyboard.press("e")
    expect(page.locator("#line")).to_contain_text("CALL ENDED")
    (case,) = rows(room, Case)
    assert (case.address, case.postcode, case.need) == ("12 Oak Road", "LS8 2AB", "fall")
    assert case.need_words == "yes, no, unknown: none of these is an answer"
    assert [row.kind for row in rows(room, Position)] == ["nurse"]
    assert "The advice was read aloud." in [line.words for line in rows(room, Timeline)]


def test_they_ring_again_and_the_call_joins_its_case_by_one_key(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    """S13: the open case is shown before the first question; joined, the questions are asked again."""
    page = opens("/calls")
    page.keyboard.press("c")
    ready(page)
    page.keyboard.type("07700 900123")
    page.keyboard.press("Enter")
    page.keyboard.type("12 Oak Road")
    saved(page)
    begins(page)
    answers(page, *UP_AND_WORSE)
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("A nurse is being looked for; case ")
    page.keyboard.press("e")
    page.keyboard.press("e")
    expect(page.locator("#line")).to_contain_text("CALL ENDED")
    (first,) = rows(room, Case)

    room.ring("+447700900123")
    page.goto(room.url + "/calls")
    expect(page.locator(".ringing")).to_contain_text("07700 900123")
    page.keyboard.press("1")
    ready(page)
    expect(page.locator(".known")).to_contain_text(f"{first.ref} open, 2 HOURS A nurse is being looked for")
    assert axe_says(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".more")).to_contain_text("Ask again at once")
    expect(page.locator("#question")).to_have_text("Breathing normally?")
    expect(page.locator("body")).to_have_attribute("data-ref", first.ref)
    assert axe_says(page) == []
    page.wait_for_selector("body[data-ready]")
    begins(page)
    assert {call.case_id for call in rows(room, Call)} == {first.id}
    assert sorted(str(case.state) for case in rows(room, Case)) == ["closed", "open"]


def test_any_field_is_two_keys_away_and_back_changes_an_answer(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "y", "1")
    call.keyboard.press("g")
    call.keyboard.press("m")
    assert call.evaluate("document.activeElement.id") == "f-person_name"
    call.keyboard.type("Maureen uny Doyle")
    call.keyboard.press("Escape")
    call.keyboard.press("ArrowLeft")
    expect(call.locator("#question")).to_have_text("How awake?")
    expect(call.locator("[aria-pressed=true]")).to_contain_text("Awake")
    call.keyboard.press("ArrowLeft")
    expect(call.locator("#question")).to_have_text("Breathing normally?")
    call.keyboard.press("ArrowRight")
    expect(call.locator("#question")).to_have_text("Bleeding that will not stop?")
    call.keyboard.press("F2")
    call.keyboard.press("n")
    call.keyboard.press("F2")
    saved(call)
    assert [row.question for row in rows(room, Answered)] == ["breathing", "rousable"]
    assert newest(room)["person_name"] == "Maureen uny Doyle"


def test_a_number_takes_words_for_its_unit_and_u_for_unknown(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, *UP_AND_WORSE[:12], "3")
    assert call.evaluate("document.activeElement.id") == "number-answer"
    call.keyboard.type("2 hours")
    answers(call, "Enter")
    assert {row.question: row.answer for row in rows(room, Answered)}["floor_time"] == 120
    expect(call.locator(".sofar .ans")).to_contain_text("A clinician rings back within 20 minutes")


def test_a_place_is_found_from_a_few_letters_by_keyboard_alone(call: Page, room: ControlRoom) -> None:
    field, found = call.locator("#f-postcode"), call.locator("#found-postcode")
    call.keyboard.press("Escape")
    call.keyboard.press("g")
    call.keyboard.press("p")
    call.keyboard.type("ls8 2a")
    expect(found.get_by_role("option")).to_have_count(8)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_value("ls8 2a")
    expect(call.locator("#announce")).to_have_text("8 places found. Down arrow to choose.")
    assert axe_says(call) == []
    call.keyboard.press("ArrowUp")
    expect(found.locator("[aria-selected=true]")).to_contain_text("LS8 2AJ")
    call.keyboard.press("ArrowDown")
    call.keyboard.press("ArrowDown")
    expect(found.locator("[aria-selected=true]")).to_have_text("LS8 2AB near Chapel Allerton")
    expect(field).to_have_attribute("aria-activedescendant", "found-postcode-1")
    expect(field).to_have_value("ls8 2a")
    call.keyboard.press("Escape")
    expect(found).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value("ls8 2a")
    call.keyboard.press("ArrowDown")
    expect(found).to_be_visible()
    call.keyboard.press("ArrowDown")
    call.keyboard.press("ArrowDown")
    call.keyboard.press("Enter")
    expect(field).to_have_value("LS8 2AB")
    expect(found).to_be_hidden()
    expect(field).to_be_focused()
    saved(call)
    call.keyboard.press("Enter")
    expect(call.locator("#f-need")).to_be_focused()
    assert rows(room, Case)[0].postcode == "LS8 2AB"


def test_a_postcode_that_is_in_no_list_is_kept_as_typed(call: Page, room: ControlRoom) -> None:
    field, note = call.locator("#f-postcode"), call.locator("#n-postcode")
    field.focus()
    call.keyboard.type("zz99 9zz")
    expect(note).to_have_text("Not in the list; kept as typed.")
    expect(call.locator("#announce")).to_have_text("Not in the list; kept as typed.")
    expect(field).to_have_value("zz99 9zz")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    saved(call)
    assert newest(room)["postcode"] == "zz99 9zz"
    assert rows(room, Case)[0].postcode == "ZZ99 9ZZ"
    call.reload()
    ready(call)
    expect(note).to_have_text("Not in the list; kept as typed.")
    field.fill("hyde p")
    expect(call.locator("#found-postcode [role=option]")).to_have_text(["W2 Hyde Park"])
    expect(note).to_be_empty()
    room.stop()
    field.fill("LS8")
    expect(call.locator("#found-postcode")).to_be_hidden()
    expect(call.locator("#saved")).to_contain_text("NOT SAVED", timeout=15_000)
    expect(field).to_have_value("LS8")
    room.start_again()
    saved(call)
    assert newest(room)["postcode"] == "LS8"


# --- a red flag -------------------------------------------------------------------------------------------------------


def test_a_red_flag_takes_over_and_enter_hands_over(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "n")
    flag = call.get_by_role("alertdialog")
    expect(flag).to_contain_text("start chest compressions")
    assert call.evaluate("document.activeElement.id") == "hand-over"
    for key in ("y", "1", "a", "e"):
        call.keyboard.press(key)  # it keeps the keys to itself
    for _ in range(8):
        call.keyboard.press("Tab")
        assert call.evaluate("!!document.activeElement.closest('[role=alertdialog]')")
    call.wait_for_timeout(600)
    call.locator("#hand-over").focus()
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_contain_text("the caller dials")
    expect(call.locator(".hand-over [data-until]")).to_contain_text("left")
    assert [row.question for row in rows(room, Answered)] == ["breathing"]
    call.keyboard.press("f")
    call.keyboard.type("YAS 4411")
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_contain_text("reference YAS 4411")
    assert [(row.state.value, row.dialled_by) for row in rows(room, HandOver)] == [("confirmed", "caller")]


def test_a_wrong_answer_is_taken_back_from_a_red_flag(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "u")
    expect(call.get_by_role("alertdialog")).to_contain_text("could not be ruled out")
    answers(call, "ArrowLeft")
    expect(call.locator("#question")).to_have_text("Breathing normally?")
    assert rows(room, HandOver) == []
    assert [row.answer for row in rows(room, Answered)] == ["unknown", None]


def test_999_by_the_handlers_own_judgement(call: Page, room: ControlRoom) -> None:
    begins(call)
    call.keyboard.press("r")
    call.wait_for_timeout(600)
    call.keyboard.press("h")
    expect(call.locator(".hand-over")).to_contain_text("the hub dials")
    expect(call.locator("#question")).to_have_text("Breathing normally?")
    assert [row.dialled_by for row in rows(room, HandOver)] == ["hub"]


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_the_hub_dies_while_typing_and_comes_back(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "y")
    room.stop()
    for field, words in (("address", "12 Oak Road"), ("person_name", "Zoë 👩🏽‍🦽 Doyle")):
        call.locator(f"#f-{field}").fill(words)
    expect(call.locator("#saved")).to_contain_text("NOT SAVED to the hub since", timeout=15_000)
    expect(call.locator("#no-support")).to_contain_text("NO DECISION SUPPORT")
    expect(call.locator("#no-support")).to_contain_text("Breathing normally?")
    call.keyboard.press("Escape")
    call.keyboard.press("1")
    expect(call.locator("#answer-problem")).to_contain_text("kept on this computer")
    call.locator("#f-address").fill("14 Oak Road")
    room.start_again()
    saved(call)
    expect(call.locator("#question")).to_have_text("Bleeding that will not stop?", timeout=15_000)
    expect(call.locator("#no-support")).to_be_hidden()
    assert newest(room)["address"] == "14 Oak Road"
    assert rows(room, Case)[0].person_name == "Zoë 👩🏽‍🦽 Doyle"
    assert [row.question for row in rows(room, Answered)] == ["breathing", "rousable"]


def test_a_reload_while_the_hub_is_away_loses_nothing(call: Page, room: ControlRoom) -> None:
    room.stop()
    call.locator("#f-address").fill("12 Oak Road")
    expect(call.locator("#saved")).to_contain_text("NOT SAVED", timeout=15_000)
    address = call.url
    call.goto("about:blank")
    room.start_again()
    call.goto(address)
    ready(call)
    assert call.locator("#f-address").input_value() == "12 Oak Road"
    saved(call)
    assert newest(room)["address"] == "12 Oak Road"


def test_the_browser_is_killed_and_what_was_typed_is_there(
    playwright: Playwright, room: ControlRoom, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"

    page = launched(playwright, room, profile)
    page.goto(f"{room.url}/calls")
    page.keyboard.press("c")
    ready(page)
    address = page.url
    room.stop()
    page.locator("#f-address").fill("12 Oak Road, the side door")
    expect(page.locator("#saved")).to_contain_text("NOT SAVED", timeout=15_000)
    on_disk = b"".join(file.read_bytes() for file in profile.rglob("*") if file.is_file())
    assert b"side door" not in on_disk
    assert "side door".encode("utf-16-le") not in on_disk, "it lies there encrypted"
    kill_all_of(profile)
    room.start_again()
    page = launched(playwright, room, profile)
    page.goto(address)
    ready(page)
    saved(page)
    assert page.locator("#f-address").input_value() == "12 Oak Road, the side door"
    page.context.close()
    assert newest(room)["address"] == "12 Oak Road, the side door"


def test_a_log_in_that_ends_is_asked_for_in_place(call: Page, room: ControlRoom) -> None:
    room.clock.machine_ahead += IDLE_ENDS_AFTER + timedelta(seconds=1)
    call.locator("#f-address").fill("12 Oak Road")
    dialog = call.locator("#log-in-again")
    expect(dialog).to_be_visible(timeout=10_000)
    expect(dialog.locator("#again-name")).to_have_value(demo.log_in_of("Jay Osei"))
    dialog.locator("#again-password").fill("wrong")
    call.keyboard.press("Enter")
    expect(dialog).to_contain_text("is not right")
    dialog.locator("#again-password").fill(demo.PASSWORD)
    call.keyboard.press("Enter")
    saved(call)
    expect(dialog).to_be_hidden()
    assert newest(room)["address"] == "12 Oak Road"
    begins(call)
    answers(call, "y")  # the new proof holds for everything else too


def test_what_the_hub_refuses_is_shown_and_kept(call: Page, room: ControlRoom) -> None:
    call.route("**/typed", lambda route: route.fulfill(status=422, json={"problem": "Not like this."}))
    call.locator("#f-address").fill("12 Oak Road")
    expect(call.locator("#refused")).to_contain_text(
        "did not take “12 Oak Road”: Not like this. It is kept here."
    )
    call.unroute("**/typed")
    call.get_by_role("button", name="Try again").click()
    saved(call)
    expect(call.locator("#refused")).to_be_hidden()
    assert newest(room)["address"] == "12 Oak Road"


def test_what_is_wrong_stands_under_its_field(call: Page, room: ControlRoom) -> None:
    call.locator("#f-nhs_number").fill("999 000 0019")
    expect(call.locator("#e-nhs_number")).to_contain_text("not a valid NHS number")
    expect(call.locator("#f-nhs_number")).to_have_value("999 000 0019")
    expect(call.locator("#f-nhs_number")).to_have_attribute("aria-invalid", "true")
    call.locator("#f-nhs_number").fill("999 000 0018")
    expect(call.locator("#e-nhs_number")).to_be_empty()


def test_a_line_that_goes_dead_is_said_at_once(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "y")
    with room.write() as session:
        row = session.exec(select(Call)).one()
        calls.drop(session, room.app.state.library, row, room.clock.now())
    expect(call.locator("#line")).to_contain_text("LINE DEAD")
    expect(call.locator(".line-dead")).to_contain_text("A call handler rings back by")
    expect(call.locator("#question")).to_have_text("How awake?")


def test_the_loser_of_two_hands_reads_who_has_it(opens: Callable[..., Page], room: ControlRoom) -> None:
    number = room.ring()
    page = opens("/calls")
    expect(page.locator(f"#answer-{number}")).to_be_visible()
    page.route("**/calls/state", lambda route: route.abort())
    with room.write() as session:
        row = calls.call_of(session, room.place, number)
        mina = session.exec(select(User).where(User.name == "Mina Patel")).one()
        calls.answer(session, row, mina, room.clock.now())
    page.keyboard.press("1")
    expect(page.locator("#problem")).to_have_text("Mina Patel has taken it.")


# --- for everybody's eyes and ears ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opens: Callable[..., Page], room: ControlRoom, scheme: str) -> None:
    found = {"log-in": axe_says(opens("/log-in", "", color_scheme=scheme))}
    with room.write() as session:
        row = calls.call_of(session, room.place, room_rings(room, session))
        calls.drop(session, room.app.state.library, row, room.clock.now())
    room.ring()
    page = opens("/calls", color_scheme=scheme)
    expect(page.locator(".ring-back")).to_be_visible()
    found["calls"] = axe_says(page)
    page.keyboard.press("1")
    ready(page)
    found["capture"] = axe_says(page)
    begins(page)
    page.locator("#f-nhs_number").fill("1")
    expect(page.locator("#e-nhs_number")).to_contain_text("ten digits")
    page.keyboard.press("Escape")
    answers(page, "y")
    found["question"] = axe_says(page)
    answers(page, "2")
    found["red flag"] = axe_says(page)
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator(".hand-over")).to_be_visible()
    found["handed over"] = axe_says(page)
    room.stop()
    expect(page.locator("#no-support")).to_be_visible(timeout=15_000)
    found["away"] = axe_says(page)
    room.start_again()
    assert {name: faults for name, faults in found.items() if faults} == {}


def room_rings(room: ControlRoom, session: Any) -> int:
    return calls.ring(session, room.place, "+447700900124", "CAdropped", room.clock.now()).key


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_responders_visit_by_thumb(opens: Callable[..., Page], room: ControlRoom, scheme: str) -> None:
    case = room.case()
    room.offer(case)
    with room.hub.db.read() as session:
        offer = session.exec(select(Offer)).one()
        name = session.get_one(Responder, offer.responder_id).name
    small = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    page = opens(f"/o/{offer.code.lower()}", name, **small)
    found = {"offer": axe_says(page)}
    assert "Maureen" not in page.content(), "S24: no name before acceptance"
    assert "12 Oak Road" not in page.content()
    page.get_by_role("button", name="Yes, I go").click()
    expect(page.locator(".who-is")).to_contain_text("Maureen Doyle")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    found["yours"] = axe_says(page)
    page.get_by_text("Running late").click()
    for words in ("20 min", "I have set off", "I am at the door", "Care begins now", "Done, I have left"):
        page.wait_for_timeout(1000)  # a second tap within that is none
        page.get_by_role("button", name=words, exact=True).click()
    expect(page.locator("h1")).to_have_text("Done, thank you")
    found["done"] = axe_says(page)
    assert "Maureen" not in page.content()
    page.goto(f"{room.url}/mine")
    found["mine"] = axe_says(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    lines = [line.words for line in rows(room, Timeline)]
    assert any("opened the details" in words for words in lines)
    assert room.get(case).clock_stop is not None
