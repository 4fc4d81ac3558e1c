"""The call screen as a whole: lines that become boxes, all that matters in sight, words where a part goes on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from records.model import HandOver, Timeline
from records.refusals import Refusal
from tests.browser.screen import answers, axe_says, begins, enter, ready, rows, saved
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
TYPED = {
    "number": "07700 900123",
    "address": "12 Oak Road, Oakwood",
    "postcode": "LS8 2AB",
    "need_words": "On the kitchen floor since 1 pm, talking, cannot get up. Not in pain.",
    "talk_words": "deaf in left ear",
    "caller_name": "Janet Doyle",
    "caller_relation": "daughter",
    "person_name": "Maureen Doyle",
    "born": "3/7/1941",
    "access_words": "ring twice, the back door is open",
}
WHOLE = """(one) => { const box = one.getBoundingClientRect(), x = box.left + box.width / 2;
  const there = (y) => { const hit = document.elementFromPoint(x, y); return one.contains(hit) || hit?.contains(one); };
  return box.height > 0 && box.bottom <= innerHeight && there(box.top + 2) && there(box.bottom - 2); }"""
"""Whether nothing cuts it: its top and its bottom can be pressed."""
KEPT = """() => new Promise((ok) => {
  const opening = indexedDB.open("first-point");
  opening.onsuccess = () => {
    const all = opening.result.transaction("unsent").objectStore("unsent").getAll();
    all.onsuccess = () => ok(all.result.map((row) => row.kind));
  };
})"""
"""What lies on this computer's disk, by kind."""


def types_all(page: Page) -> None:
    for field, words in TYPED.items():
        page.locator(f"#f-{field}").fill(words)
    page.locator("#f-number").focus()
    saved(page)


def in_sight(where: Locator) -> None:
    assert where.evaluate(WHOLE), where


def test_all_that_matters_is_in_sight_at_once(call: Page) -> None:
    """At 1440×900, everything typed, after eleven answers: nothing is cut, and what goes on says so."""
    types_all(call)
    begins(call)
    answers(call, "y", "1", "n", "n", "n", "n", "y", "n", "n", "n", "n")
    for part in ("#question", ".answers", ".ask .say", ".answer-note", ".given"):
        in_sight(call.locator(part))
    in_sight(call.locator("section[aria-labelledby=so-far]"))
    inside, edge = call.evaluate("[centre.scrollHeight, centre.clientHeight]")
    assert inside <= edge, "the questions need no scrolling of their own"
    given = call.locator(".given")
    shown = given.locator("ul > li").evaluate_all(f"(all) => all.filter({WHOLE}).length")
    assert shown >= 6, f"{shown} answers in sight"
    expect(given).to_have_attribute("data-more", "more below")
    given.focus()
    call.keyboard.press("End")
    expect(given).not_to_have_attribute("data-more", "more below")
    in_sight(given.locator("ul > li").last)
    for field in TYPED:
        cut = call.locator(f"#f-{field}").evaluate("(one) => one.scrollWidth - one.clientWidth")
        assert cut <= 0, f"{field} is cut"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_field_is_a_line_until_it_is_wanted(opens: Callable[..., Page], scheme: str) -> None:
    page = opens("/calls", color_scheme=scheme)
    page.keyboard.press("c")
    ready(page)
    name = page.locator("#f-person_name")
    edge = "(one) => getComputedStyle(one).borderTopColor"
    assert name.evaluate(edge) == "rgba(0, 0, 0, 0)"
    for empty in page.locator("input[data-field]").all():
        assert empty.get_attribute("placeholder"), "an empty field says what is missing"
    assert axe_says(page) == []
    page.keyboard.press("Escape")
    letter = page.locator(".cap--person_name .go")
    expect(letter).to_be_hidden()
    page.keyboard.press("g")
    expect(letter).to_be_visible()
    page.keyboard.press("m")
    expect(name).to_be_focused()
    assert name.evaluate(edge) != "rgba(0, 0, 0, 0)"
    expect(letter).to_be_hidden()
    types_all(page)
    assert axe_says(page) == []


def test_a_long_script_says_that_it_goes_on(opens: Callable[..., Page]) -> None:
    """On a screen too low for all of them, the exact words scroll by one key, and the one action keeps the focus."""
    page = opens("/calls", viewport={"width": 1100, "height": 620})
    page.keyboard.press("c")
    ready(page)
    types_all(page)
    begins(page)
    answers(page, "n")
    words = page.locator("#rfs")
    expect(words).to_have_attribute("data-more", "the words go on below: press ↓")
    in_sight(page.locator("#hand-over"))
    assert axe_says(page) == []
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(words).not_to_have_attribute("data-more", "the words go on below: press ↓")
    in_sight(words.locator("p").last)
    expect(page.locator("#hand-over")).to_be_focused()


def asked_999(page: Page) -> None:
    page.locator("#f-address").fill("12 Oak Road")
    begins(page)
    answers(page, "n")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator("[data-refusing]")).to_be_visible()


def test_a_refusal_by_999_is_asked_once_more(call: Page, room: ControlRoom) -> None:
    """S30: by keyboard; neither one press nor two in a row refuse, and nothing typed is lost on the way back."""
    asked_999(call)
    state = lambda: [row.state for row in rows(room, HandOver)]  # noqa: E731
    call.keyboard.press("f")
    call.keyboard.type("12")
    call.locator("[data-refusing]").focus()
    call.keyboard.press("Enter")
    why = call.get_by_label("Say why")
    expect(why).to_be_focused()
    call.keyboard.press("Enter")
    assert axe_says(call) == []
    assert state() == ["requested"]
    call.keyboard.type("no crew for an hour")
    call.keyboard.press("Escape")
    expect(why).to_be_hidden()
    expect(call.locator("[data-refusing]")).to_be_focused()
    expect(call.get_by_label("Ambulance reference")).to_have_value("12")
    assert axe_says(call) == []
    call.reload()
    ready(call)
    expect(call.get_by_label("Ambulance reference")).to_have_value("12")
    call.locator("[data-refusing]").click()
    expect(why).to_have_value("no crew for an hour")
    call.get_by_role("button", name="Esc Back").click()
    assert state() == ["requested"]
    call.locator("[data-refusing]").click()
    call.wait_for_timeout(600)
    call.get_by_role("button", name="Yes, they refused").click()
    expect(call.locator(".hand-over")).to_contain_text("999 refused")
    assert state() == ["refused"]
    assert "999 refused: no crew for an hour" in [line.words for line in rows(room, Timeline)]
    call.wait_for_function(f"({KEPT})().then((kinds) => kinds.length === 0)")


def begins_a_refusal(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.press("d")


def fill_in_the_refusal(page: Page) -> None:
    begins_a_refusal(page)
    for key in "py":
        page.keyboard.press(key)
    page.locator("#ending form:not([hidden]) [name=understood]").fill("She may fall again")


def test_what_is_typed_of_an_ending_outlives_the_tab(
    call: Page, opens: Callable[..., Page], room: ControlRoom
) -> None:
    """S21: until the hub has it, for whoever typed it, and nobody else at this computer."""
    call.locator("#f-address").fill("12 Oak Road")
    saved(call)
    fill_in_the_refusal(call)
    assert axe_says(call) == []
    assert "draft" in call.evaluate(KEPT)
    address, form = call.url, call.locator("#ending form[data-pane=declined]")
    own: BrowserContext = call.context
    enter(own, room, "Mina Patel")
    call.goto(address)
    ready(call)
    begins_a_refusal(call)
    expect(form.locator("[name=understood]")).to_have_value("")
    enter(own, room)
    call.goto(address)
    ready(call)
    begins_a_refusal(call)
    expect(form.locator("[name=understood]")).to_have_value("She may fall again")
    expect(form.locator("[name=refuser][value=person]")).to_be_checked()
    expect(form.locator("[name=capacity][value=yes]")).to_be_checked()
    form.locator("[name=risks]").fill("Lying there")
    form.locator("[name=ring]").fill("Us, or 999")
    call.keyboard.press("Enter")
    expect(call.locator("#ending-said")).to_have_text("Kept; the case is closed.")
    assert [row.understood for row in rows(room, Refusal)] == ["She may fall again"]
    call.wait_for_function(f"({KEPT})().then((kinds) => kinds.length === 0)")
