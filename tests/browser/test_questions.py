"""The questions in the middle of the call screen, by keyboard alone: observations, several needs, changes and notes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from records.model import Assessment, CallBack, Case, HandOver, Position, Timeline
from tests.browser.screen import UP_AND_WORSE, answers, axe_says, begins, ready, rows, saved
from tests.control_room import ControlRoom
from triage import service
from triage.model import Answered, AnswerNote

UNWELL = {
    "breathing": "yes",
    "rousable": "awake",
    "harm": "no",
    "stroke": "no",
    "chest_pain": "no",
    "bleeding": "no",
    "sepsis_look": "no",
    "infection": "no",
    "muddled": "no",
    "age": 81,
    "breathless": "no",
    "eats": "yes",
    "moves": "yes",
    "skin": "no",
    "toilet": "no",
    "themselves": "no",
    "fell": "no",
    "company": "yes",
}
"""An older adult who is unwell, up to the observations."""
pytestmark = pytest.mark.browser


def asked(page: Page, room: ControlRoom, key: str, said: Mapping[str, Any]) -> None:
    """Begin the protocol of that key; its first answers are given behind the page's back, which then shows the rest."""
    page.keyboard.press("Escape")
    page.keyboard.press(key)
    expect(
        page.locator("[data-question].ask")
    ).to_be_visible()  # the first minute asks the same words before it
    expect(page.locator("#question")).to_have_text("Breathing normally?")
    jay = room.user("Jay Osei").actor
    for question, answer in said.items():
        with room.write() as session:
            row = session.exec(select(Assessment).where(Assessment.state == "taking")).all()[-1]
            service.answer(session, room.app.state.library, row, question, answer, room.clock.now(), jay)
    page.reload()
    page.wait_for_selector("body[data-ready]")


def said(room: ControlRoom) -> list[tuple[str, Any]]:
    return [(row.question, row.answer) for row in rows(room, Answered)]


# --- observations on one small pad ------------------------------------------------------------------------------------


def test_observations_are_said_on_one_pad_by_keyboard_alone(call: Page, room: ControlRoom) -> None:
    asked(call, room, "2", UNWELL)
    expect(call.locator("#question")).to_have_text("Observations")
    assert call.evaluate("document.activeElement.id") == "pad-resp"
    assert axe_says(call) == []
    for typed in ("18", "1", "97", "1", "118"):
        call.keyboard.type(typed)
        call.keyboard.press("Enter")
    assert call.evaluate("document.activeElement.id") == "pad-pulse"
    call.keyboard.type("412")
    call.keyboard.press("Enter")
    expect(call.locator("#odd-pulse")).to_have_text("412? Say it again, or Enter to keep it.")
    expect(call.locator("#pad-says")).to_be_in_viewport()
    assert call.evaluate("document.activeElement.id") == "pad-pulse"
    call.keyboard.press("Enter")  # kept
    call.keyboard.type("1")
    call.keyboard.press("Enter")
    call.keyboard.type("u")
    call.keyboard.press("Enter")
    expect(call.locator("#question")).not_to_have_text("Observations")
    saved(call)
    assert said(room)[len(UNWELL) :] == [
        ("resp", 18),
        ("spo2_scale", "scale_1"),
        ("spo2", 97),
        ("oxygen", "air"),
        ("systolic", 118),
        ("pulse", 412),
        ("consciousness", "alert"),
        ("temp", "unknown"),
    ], "each is an answer of its own, once and in order"
    expect(call.locator(".score")).to_have_text("NEWS2 3 to 6, 3 for pulse, temperature not known")
    expect(call.locator(".given")).to_contain_text("412 /min, cannot be true: counts as the worst")


def test_one_observation_is_changed_on_the_pad_and_nothing_else_is_said_again(
    call: Page, room: ControlRoom
) -> None:
    taken = {"resp": 16, "spo2_scale": "scale_1", "spo2": 97, "oxygen": "air", "systolic": 130, "pulse": 70}
    asked(call, room, "2", {**UNWELL, **taken, "consciousness": "alert", "temp": 37})
    before = len(said(room))
    expect(call.locator("#question")).to_have_text("A nurse sees them today")
    call.keyboard.press("ArrowLeft")
    expect(call.locator("#question")).to_have_text("Observations")
    assert call.evaluate("document.activeElement.id") == "pad-temp"
    expect(call.locator("#pad-systolic")).to_have_value("130")
    call.locator("#pad-systolic").focus()
    call.keyboard.press("Control+A")
    call.keyboard.type("u")
    for _ in range(4):
        call.keyboard.press("Enter")
    expect(call.locator("#question")).to_have_text("A clinician rings back within 20 minutes")
    expect(call.locator(".score")).to_have_text("NEWS2 0 to 3, systolic blood pressure not known")
    assert said(room)[before:] == [("systolic", "unknown")]


def test_what_stands_on_the_pad_outlives_its_tab(call: Page, room: ControlRoom) -> None:
    asked(call, room, "2", UNWELL)
    call.keyboard.type("22")
    call.keyboard.press("Enter")
    call.locator("#note").fill("Son rings back at three")
    call.wait_for_function(
        "() => new Promise(ok => { const db = indexedDB.open('first-point'); db.onsuccess = () => {"
        " const kept = db.result.transaction('unsent').objectStore('unsent').count();"
        " kept.onsuccess = () => ok(kept.result === 2) } })"
    )
    call.reload()
    call.wait_for_selector("body[data-ready]")
    expect(call.locator("#pad-resp")).to_have_value("22")
    expect(call.locator("#note")).to_have_value("Son rings back at three")
    assert len(said(room)) == len(UNWELL), "what is not said yet is not sent"
    call.keyboard.press("Escape")
    call.keyboard.press("u")
    expect(call.locator("#question")).not_to_have_text("Observations")
    assert {answer for question, answer in said(room)[len(UNWELL) :]} == {"unknown"}


# --- several needs on one call (S11) ----------------------------------------------------------------------------------


def test_a_second_need_is_begun_while_the_first_is_open_and_both_stand(call: Page, room: ControlRoom) -> None:
    call.locator("#f-address").fill("12 Oak Road")
    begins(call)
    answers(call, *UP_AND_WORSE[:6])
    call.keyboard.press("m")
    expect(call.locator("#question")).to_have_text("What else is it about?")
    call.keyboard.press("3")
    expect(call.locator(".needs [aria-current]")).to_contain_text("Blocked catheter")
    expect(call.locator("#question")).to_have_text("Breathing normally?")
    assert axe_says(call) == []
    answers(call, "y")
    call.keyboard.press("o")
    expect(call.locator(".needs [aria-current]")).to_contain_text("Fall at home")
    expect(call.locator("#question")).to_have_text("Aged 18 or over?")
    answers(call, *UP_AND_WORSE[6:])
    expect(call.locator("#question")).to_have_text("A nurse visits within two hours")
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    expect(call.locator(".needs [aria-current]")).to_contain_text("Blocked catheter")
    expect(call.locator(".needs")).to_contain_text("Fall at home 2 HOURS, committed")
    expect(call.locator(".side .tag--warn").first).to_have_text("provisional")
    expect(call.locator(".sofar .ans")).to_have_text("A nurse visits within two hours")
    answers(call, "1", "n", "n", "n", "n", "3")
    call.keyboard.type("3")
    answers(call, "Enter")
    answers(call, "n", "n", "y", "2")
    expect(call.locator(".sofar .ans")).to_have_text("A nurse within the hour")
    for key in ("1", "1", "n"):  # what can change nothing any more is not asked
        if not call.locator("#commit").is_visible():
            answers(call, key)
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    expect(call.locator("#question")).to_contain_text("A nurse is being looked for; case ")
    assert [(row.kind, row.priority) for row in rows(room, Position)] == [("nurse", "one_hour")]
    assert {row.protocol for row in rows(room, Assessment)} == {"fall-at-home", "blocked-catheter"}


def test_a_red_flag_of_any_need_takes_over_and_back_takes_back_its_own_answer(
    call: Page, room: ControlRoom
) -> None:
    begins(call)
    answers(call, "y")
    call.keyboard.press("m")
    expect(call.locator("#question")).to_have_text("What else is it about?")
    call.keyboard.press("3")
    expect(call.locator(".needs [aria-current]")).to_contain_text("Blocked catheter")
    answers(call, "n")
    expect(call.get_by_role("alertdialog")).to_contain_text("start chest compressions")
    call.reload()
    call.wait_for_selector("body[data-ready]")
    expect(call.get_by_role("alertdialog")).to_be_visible()
    answers(call, "ArrowLeft")
    expect(call.locator(".needs [aria-current]")).to_contain_text("Blocked catheter")
    assert said(room) == [("breathing", "yes"), ("breathing", "no"), ("breathing", None)]


def test_a_key_pressed_while_another_question_comes_up_answers_neither(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "y")
    held: list[Route] = []
    call.route("**/view?*", lambda route: held.append(route))
    call.keyboard.press("m")
    call.keyboard.press(
        "3"
    )  # meant for the list that is not up yet; on the question that is, it would be a red flag
    call.wait_for_timeout(200)
    for route in held:
        route.continue_()
    expect(call.locator("#question")).to_have_text("What else is it about?")
    assert said(room) == [("breathing", "yes")]


def test_no_question_stands_there_that_takes_no_key_yet(call: Page) -> None:
    """The page looks by itself each second: what it sees then must not come before what the handler asked for."""
    held: list[Route] = []

    def keeps_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    call.route("**/view?*", keeps_the_first)
    call.keyboard.press("Escape")
    with call.expect_request("**/view?*"):
        call.keyboard.press("1")
    for _ in range(2):  # what the first one makes the page look at has come by the second
        with call.expect_response("**/state?*"):
            pass
    of_the_protocol = call.locator("[data-question].ask .where", has_text="Fall at home")
    assert of_the_protocol.count() == 0
    held[0].continue_()
    expect(of_the_protocol).to_be_visible()
    answers(call, "y")


# --- what is changed, and what is noted -------------------------------------------------------------------------------


def test_a_changed_answer_says_in_one_line_what_that_did(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, *UP_AND_WORSE[:11])
    expect(call.locator("#question")).to_have_text("Hit their head?")
    answers(call, "n")
    call.keyboard.press("ArrowLeft")
    expect(call.locator("#question")).to_have_text("Hit their head?")
    answers(call, "y")
    expect(call.locator("#changed")).to_contain_text(
        "Hit their head: no → yes; was 2 DAYS, now 2 HOURS; now applies: "
    )
    assert axe_says(call) == []
    answers(call, "y")
    expect(call.get_by_role("alertdialog")).to_be_visible()
    answers(call, "ArrowLeft")
    expect(call.locator("#changed")).to_contain_text("yes → taken back; was 999 NOW, now 2 HOURS")
    lines = [line.words for line in rows(room, Timeline) if line.event == "changed"]
    assert [line.split(";")[0] for line in lines] == [
        "Hit their head: no → yes",
        "Blood thinner, or bleeds easily? (aspirin alone is no): yes → taken back",
    ]


def test_a_note_is_kept_with_its_answer_by_keyboard_alone(call: Page, room: ControlRoom) -> None:
    begins(call)
    call.keyboard.press("k")
    assert call.evaluate("document.activeElement.id") == "answer-note"
    call.keyboard.type("wheezes a bit, as always")
    call.keyboard.press("Enter")
    expect(call.locator("#answer-notes")).to_have_text("“wheezes a bit, as always”")
    saved(call)
    answers(call, "y")
    expect(call.locator(".given-note")).to_have_text("“wheezes a bit, as always”")
    call.keyboard.press("k")
    call.keyboard.type("half a no")
    call.wait_for_timeout(300)
    call.reload()
    call.wait_for_selector("body[data-ready]")
    expect(call.locator("#answer-note")).to_have_value("half a no")
    assert [(row.question, row.words) for row in rows(room, AnswerNote)] == [
        ("breathing", "wheezes a bit, as always")
    ]
    assert "On “Breathing normally?”: wheezes a bit, as always" in [
        line.words for line in rows(room, Timeline)
    ]


# --- the screen asks back ---------------------------------------------------------------------------------------------


def test_the_need_follows_the_protocol_and_a_commit_without_a_place_is_asked_back_once(
    call: Page, room: ControlRoom
) -> None:
    begins(call)
    expect(call.locator("#f-need")).to_have_value("fall")
    answers(call, "y")
    call.keyboard.press("n")
    expect(call.locator("#answer-problem")).to_have_text(
        "N is no answer here. The keys are: 1 Awake, 2 Drowsy, 3 Cannot be woken, U Don’t know."
    )
    answers(call, *UP_AND_WORSE[1:])
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    expect(call.locator("#answer-problem")).to_contain_text("Where are they now? 999 and the nurse need it.")
    assert call.evaluate("document.activeElement.id") == "f-address"
    assert rows(room, Position) == []
    call.keyboard.type("12 Oak Road")
    saved(call)
    call.keyboard.press("Escape")
    looked_for = call.locator("#question", has_text="A nurse is being looked for; case ")
    for _ in range(
        8
    ):  # what was saved redraws the middle; a commit just after that is not taken, and is pressed again
        if looked_for.count():
            break
        call.wait_for_timeout(600)
        call.keyboard.press("Enter")
    expect(looked_for).to_be_visible()
    assert [(case.need, case.address) for case in rows(room, Case)] == [("fall", "12 Oak Road")]


def test_a_fall_from_pop_up_to_commitment_takes_sixty_keys_at_most(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    """Beyond the words that are typed themselves."""
    room.ring("+441134960812")
    page = opens("/calls")
    expect(page.locator(".ringing")).to_contain_text("0113 496 0812")
    pressed: list[str] = []

    def press(key: str) -> None:
        pressed.append(key)
        page.keyboard.press(key)

    press("1")
    ready(page)
    for words in ("12 Oak Road", "ls82ab"):
        page.keyboard.type(words)
        press("Enter")
    press("Tab")
    page.keyboard.type("fell in the kitchen, talking")
    press("Escape")
    press("1")
    expect(page.locator("[data-question].ask .where")).to_contain_text("Fall at home")
    for key in UP_AND_WORSE:
        before = page.locator("#centre").get_attribute("data-stamp")
        press(key)
        expect(page.locator("#centre")).not_to_have_attribute("data-stamp", before or "")
    press("s")
    page.wait_for_timeout(600)
    press("Enter")
    expect(page.locator("#question")).to_contain_text("A nurse is being looked for; case ")
    press("e")
    press("e")
    expect(page.locator("#line")).to_contain_text("CALL ENDED")
    assert len(pressed) <= 60, pressed
    (case,) = rows(room, Case)
    assert (case.need, case.postcode, case.need_words) == ("fall", "LS8 2AB", "fell in the kitchen, talking")


# --- not for this protocol (S12) --------------------------------------------------------------------------------------


def test_a_child_is_turned_to_who_is_made_for_them_by_one_key_and_stays_owed(
    call: Page, room: ControlRoom
) -> None:
    call.locator("#f-address").fill("12 Oak Road")
    begins(call)
    answers(call, *UP_AND_WORSE[:6], "n")
    expect(call.locator("#question")).to_have_text(
        "Not for this protocol. Turn to: 999 or NHS 111, children's line"
    )
    assert axe_says(call) == []
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_contain_text("111 asked")
    expect(call.locator(".hand-over label:visible")).to_have_text("Reference, or who has taken it")
    assert [(row.to, row.state.value) for row in rows(room, HandOver)] == [("111", "requested")]
    assert [row.who for row in rows(room, CallBack)] == ["hub_clinician"]
