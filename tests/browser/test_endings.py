"""How a call ends, by keyboard alone: each way, what it refuses, and that nothing typed is lost on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from records.model import Assessment, Call, CallBack, Case, CaseState, HandOver, Hold, Position, Task
from records.refusals import Refusal
from tests.browser.screen import UP_AND_WORSE, answers, axe_says, begins, ready, rows
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def committed(page: Page) -> None:
    """A fall that a nurse sees within two hours."""
    page.locator("#f-address").fill("12 Oak Road")
    begins(page)
    answers(page, *UP_AND_WORSE)
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_contain_text("A nurse is being looked for; case ")
    page.keyboard.press("n")  # S20: nobody, no animal
    expect(page.locator(".depends")).to_have_count(0)


def asks(page: Page, letter: str, title: str) -> None:
    page.keyboard.press("e")
    expect(page.locator("#ending")).to_be_visible()
    page.keyboard.press(letter)
    expect(page.locator("#ending [data-pane]:not([hidden]) h2")).to_have_text(title)
    assert axe_says(page) == []


def said(page: Page) -> Any:
    return expect(page.locator("#ending-said"))


def types(page: Page, *words: str) -> None:
    """Into one field after the other."""
    for one in words:
        page.keyboard.press("Tab")
        page.keyboard.type(one)


@pytest.mark.parametrize(
    ("key", "words", "open_now"),
    [("y", "two grandchildren", "somebody depends on them"), (",", "Bess, a dog", "they have animals")],
)
def test_s20_a_yes_by_one_key_is_kept_and_its_words_go_into_the_right_field(
    call: Page, room: ControlRoom, key: str, words: str, open_now: str
) -> None:
    call.locator("#f-address").fill("12 Oak Road")
    begins(call)
    answers(call, *UP_AND_WORSE)
    expect(call.locator("#depends-asks")).to_be_visible()
    call.keyboard.press(key)
    call.keyboard.type(words)
    call.keyboard.press("Escape")
    expect(call.locator("#depends-asks")).to_contain_text(open_now, ignore_case=True)
    kept = rows(room, Case)[-1].dependants
    whom = "people" if key == "y" else "animals"
    assert (kept[whom]["said"], kept[whom]["words"]) == ("yes", words)


def test_a_wrong_number_ends_in_two_keys(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    call.keyboard.press("e")
    call.keyboard.press("w")
    said(call).to_have_text("Kept; the case is closed.")
    assert axe_says(call) == []
    (case,) = rows(room, Case)
    assert (case.state, case.outcome) == (CaseState.closed, "wrong_number")
    assert [one.state for one in rows(room, Call)] == ["ended"]
    call.keyboard.press("Enter")
    call.wait_for_url("**/calls")


def test_a_refusal_stands_in_place_and_escape_goes_back(call: Page, room: ControlRoom) -> None:
    begins(call)
    answers(call, "n")
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_be_visible()
    call.keyboard.press("e")
    assert axe_says(call) == []
    call.keyboard.press("w")
    expect(call.locator("#ending .error:visible")).to_contain_text("This is not a wrong number")
    call.keyboard.press("Escape")
    expect(call.locator("#ending")).to_be_hidden()
    assert [case.state for case in rows(room, Case)] == [CaseState.open]


def test_declined_by_the_person(call: Page, room: ControlRoom) -> None:
    """S21: letters for who and capacity, then what was said; a carer's word for somebody who can decide is refused,
    and nothing typed is lost by that or by going back."""
    committed(call)
    asks(call, "d", "Declined")
    call.keyboard.press("c")
    call.keyboard.press("y")
    call.locator("#ending form:not([hidden]) [name=refuser_name]").focus()
    call.keyboard.type("Janet Doyle")
    call.locator("#ending form:not([hidden]) [name=understood]").focus()
    call.keyboard.type("She may fall again")
    types(call, "Lying there", "Us, or 999")
    call.keyboard.press("Enter")
    expect(call.locator("#ending .error:visible")).to_contain_text("nobody else can refuse for them")
    call.keyboard.press("Escape")
    call.keyboard.press("d")
    expect(call.locator("#ending form:not([hidden]) [name=risks]")).to_have_value("Lying there")
    call.keyboard.press("p")
    call.keyboard.press("Enter")
    said(call).to_have_text("Kept; the case is closed.")
    (kept,) = rows(room, Refusal)
    assert (kept.refuser, kept.capacity, kept.risks, kept.ring) == (
        "person",
        "yes",
        "Lying there",
        "Us, or 999",
    )
    assert [row.state for row in rows(room, Position)] == ["stood_down"]


def test_capacity_not_known_means_a_clinician_rings(call: Page, room: ControlRoom) -> None:
    committed(call)
    asks(call, "d", "Declined")
    call.keyboard.press("p")
    call.keyboard.press("u")
    call.locator("#ending form:not([hidden]) [name=understood]").focus()
    call.keyboard.type("Not sure")
    types(call, "Lying there", "Us")
    call.keyboard.press("Enter")
    said(call).to_contain_text("A clinician rings them first")
    assert [back.who for back in rows(room, CallBack)] == ["hub_clinician"]
    assert [row.state for row in rows(room, Position)] == ["offered"]


def test_they_have_died(call: Page, room: ControlRoom) -> None:
    """S28: the line stays open; what must be done is listed."""
    committed(call)
    asks(call, "i", "They have died")
    call.keyboard.press("u")
    call.locator("#ending form:not([hidden]) [name=words]").focus()
    call.keyboard.type("Her daughter, 13:50")
    call.keyboard.press("Enter")
    said(call).to_contain_text("Kept. Still in the way of closing")
    assert axe_says(call) == []
    assert [row.state for row in rows(room, Position)] == ["stood_down"]
    assert [task.kind for task in rows(room, Task) if task.state == "open"] == ["after_death"] * 3
    assert [one.state for one in rows(room, Call)] == ["on_line"]


def test_referred_on_with_the_line_still_open(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    asks(call, "r", "To which service?")
    call.keyboard.press("2")
    call.keyboard.press("h")
    call.locator("#ending form:not([hidden]) [name=why]").focus()
    call.keyboard.type("Review of her medicines")
    call.keyboard.press("Enter")
    said(call).to_have_text("GP practice is asked. It stays open until they confirm, within 120 min.")
    assert [(row.to, row.state) for row in rows(room, HandOver)] == [("GP practice", "requested")]
    call.keyboard.press("Escape")
    expect(call.locator(".hand-over")).to_contain_text("GP practice asked")
    call.keyboard.press("f")
    call.keyboard.type("Dr Shah")
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_contain_text("reference Dr Shah")
    assert axe_says(call) == []


def test_held_until_a_time_as_it_is_said(call: Page, room: ControlRoom) -> None:
    committed(call)
    asks(call, "h", "Held until")
    call.keyboard.type("tomorrow 25")
    types(call, "Her daughter comes")
    call.keyboard.press("Enter")
    expect(call.locator("#ending .error:visible")).to_contain_text("Type a time")
    call.locator("#ending form:not([hidden]) [name=until]").fill("in 30 min")
    call.keyboard.press("Enter")
    said(call).to_contain_text("then it is back to work")
    assert len(rows(room, Hold)) == 1


def test_the_same_as_another_case(opens: Callable[..., Page], room: ControlRoom) -> None:
    first = opens("/calls")
    first.keyboard.press("c")
    ready(first)
    ref = first.locator("body").get_attribute("data-ref") or ""
    page = opens("/calls", "Mina Patel")
    page.keyboard.press("c")
    ready(page)
    page.keyboard.press("Escape")
    asks(page, "s", "Same as another case")
    page.keyboard.type(ref.lower())
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-ref", ref)
    assert sorted(str(case.outcome) for case in rows(room, Case)) == ["None", "duplicate"]


def test_no_capacity_ends_nothing(call: Page, room: ControlRoom) -> None:
    committed(call)
    asks(call, "n", "No capacity")
    call.keyboard.type("Nobody until six")
    call.keyboard.press("Enter")
    said(call).to_contain_text("The case stays open")
    assert [case.state for case in rows(room, Case)] == [CaseState.open]


def test_advice_says_what_is_in_its_way(call: Page, room: ControlRoom) -> None:
    committed(call)
    asks(call, "a", "Advice: tick what you have said")
    expect(call.locator("#end-advice input")).to_have_count(4)
    for key in "12":
        call.keyboard.press(key)
    expect(call.locator("#end-advice input:checked")).to_have_count(2)
    call.keyboard.press("t")
    expect(call.locator("#end-advice input:checked")).to_have_count(4)
    assert axe_says(call) == []
    call.keyboard.press("Enter")
    expect(call.locator("#ending .error:visible")).to_contain_text("advice alone is not enough")
    assert [case.outcome for case in rows(room, Case)] == [None]


# --- 999 stands -------------------------------------------------------------------------------------------------------


def drowsy(page: Page) -> None:
    page.locator("#f-address").fill("12 Oak Road")
    begins(page)
    answers(page, "y", "2")
    expect(page.locator("#hand-over")).to_be_visible()
    page.wait_for_timeout(600)


def test_a_second_enter_after_999_commits_nothing(call: Page, room: ControlRoom) -> None:
    """S30: handing over is one action and committing another, with a letter of its own."""
    drowsy(call)
    call.keyboard.press("Enter")
    expect(call.locator(".hand-over")).to_contain_text("999 asked")
    for _ in range(3):
        call.wait_for_timeout(600)
        call.keyboard.press("Enter")
    assert [row.state for row in rows(room, Assessment)] == ["taking"]
    call.keyboard.press("d")
    expect(call.locator(".committed")).to_be_visible()
    assert [row.state for row in rows(room, Assessment)] == ["finished"]


def test_while_999_stands_nothing_is_read_out_beside_its_words(call: Page) -> None:
    drowsy(call)
    call.keyboard.press("Enter")
    expect(call.locator(".say-now")).to_contain_text("roll them gently onto their side")
    expect(call.locator("#tell")).to_have_count(0)
    assert "Do not move them" not in call.inner_text("main")
    call.wait_for_timeout(600)
    call.keyboard.press("d")
    expect(call.locator(".committed")).to_be_visible()
    expect(call.locator("#tell")).to_have_count(0)


def test_its_one_button_is_wholly_in_sight(call: Page) -> None:
    """At 1440×900, with the longest script and everything typed."""
    for field in ("address", "need_words", "person_name", "caller_name"):
        call.locator(f"#f-{field}").fill("a long line of words that goes on and on " * 4)
    call.locator("#f-number").focus()
    begins(call)
    answers(call, "n")
    expect(call.locator("#hand-over")).to_be_visible()
    for button in ("#hand-over", "[data-dials=hub]", "[data-act=take-back]"):
        whole = call.evaluate(
            "(where) => { const one = document.querySelector(`[role=alertdialog] ${where}`);"
            " const box = one.getBoundingClientRect();"
            " const at = (y) => one.contains(document.elementFromPoint(box.left + box.width / 2, y));"
            " return box.bottom <= innerHeight && at(box.top + 2) && at(box.bottom - 2); }",
            button,
        )
        assert whole, button
    assert axe_says(call) == []
    call.wait_for_timeout(600)
    call.keyboard.press("Enter")
    commit = call.locator("#commit-beside-999")
    expect(commit).to_be_visible()
    box, pane = commit.bounding_box(), call.locator("#centre").bounding_box()
    assert box
    assert pane
    assert box["y"] + box["height"] <= pane["y"] + pane["height"], "beside the longest script too"


def test_the_summary_is_read_aloud_and_copied(opens: Callable[..., Page], room: ControlRoom) -> None:
    page = opens("/calls", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("c")
    ready(page)
    page.locator("#f-address").fill("12 Oak Road")
    page.locator("#f-number").focus()
    drowsy(page)
    page.keyboard.press("b")
    expect(page.locator("#sbard-parts")).to_contain_text("Danger signs: Hard to wake")
    assert page.locator("#sbard h3").all_inner_texts() == [
        "Situation",
        "Background",
        "Assessment",
        "Recommendation",
        "Decision",
    ]
    assert axe_says(page) == []
    page.keyboard.press("c")
    expect(page.locator("#sbard-copied")).to_have_text("Copied as plain text.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("SITUATION\n- This is First Point")
    assert "- Where they are now: 12 Oak Road" in copied
    page.keyboard.press("Escape")
    expect(page.locator("#sbard")).to_be_hidden()
    expect(page.locator("#hand-over")).to_be_visible()


# --- from the case's panel --------------------------------------------------------------------------------------------


def test_the_panel_ends_a_case_by_the_same_dialog(opens: Callable[..., Page], room: ControlRoom) -> None:
    """S28: a responder tells the coordinator; one path from the panel as from the call."""
    case_id = room.case()
    page = opens(f"/cases/{case_id}", "Priya Nair")
    page.wait_for_load_state("networkidle")
    expect(page.locator("select[name=outcome] option")).to_have_text(
        ["choose", "visited", "handed over", "cancelled"]
    )
    page.locator("summary", has_text="How did it end?").focus()
    page.keyboard.press("Enter")
    page.locator("#cp-do").focus()
    asks(page, "i", "They have died")
    page.keyboard.press("n")
    page.locator("#ending form:not([hidden]) [name=words]").focus()
    page.keyboard.type("The paramedic at the door, 13:50")
    page.keyboard.press("Enter")
    said(page).to_contain_text("Kept. Still in the way of closing")
    page.keyboard.press("Escape")
    expect(page.locator("#cp-do")).to_contain_text("Ring 999 now, police and ambulance")
    assert axe_says(page) == []
