"""The first questions of a call, by keyboard: one way gone on with, a choice of several, found by a few letters."""

import pytest
from playwright.sync_api import Page, expect

from records.model import Assessment
from tests.browser.screen import answers, axe_says, rows
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
OUT_OF_SIGHT = """() => {
  const edge = document.querySelector(".centre").getBoundingClientRect();
  return [...document.querySelectorAll(".answers button")]
    .map((one) => [one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.right > edge.right || box.bottom > edge.bottom)
    .map(([words]) => words);
}"""
NO_DANGER = ["n", "n", "n", "n", "n"]


def test_enter_begins_with_the_front_and_its_last_answer_goes_on(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    answers(call, "y", "y", "n")
    expect(call.locator("#begins-with")).to_contain_text("First questions of every call")
    assert axe_says(call) == []
    call.keyboard.press("Enter")
    expect(call.locator("#question")).to_have_text("Anybody in danger at this moment?")
    answers(call, *NO_DANGER)
    call.keyboard.type("80")
    answers(call, "Enter", "y", "1")
    assert call.evaluate(OUT_OF_SIGHT) == []
    keys = call.locator("[data-key]:visible").evaluate_all("found => found.map(one => one.dataset.key)")
    assert sorted(keys) == sorted(set(keys)), "one key, one meaning"
    answers(call, "u", "n")
    expect(call.locator("#question")).to_have_text("Which questions come next?")
    assert axe_says(call) == []
    call.keyboard.press("0")
    call.keyboard.type("dia")
    expect(call.locator("#found-protocol")).to_contain_text("Diabetes")
    call.keyboard.press("Enter")
    expect(call.locator("[data-question].ask .where")).to_contain_text("Diabetes")
    assert [row.protocol for row in rows(room, Assessment)] == ["front", "diabetes"]
    call.goto(f"{room.url}/assessments/{rows(room, Assessment)[1].key}/explanation?two=true")
    expect(call.locator("h1")).to_contain_text("Why: ")
    assert axe_says(call) == []


def test_a_protocol_is_found_by_a_few_letters_of_its_name(call: Page, room: ControlRoom) -> None:
    call.keyboard.press("Escape")
    call.keyboard.press("0")
    call.keyboard.type("care")
    expect(call.locator(".chooses [data-about]:visible")).to_have_count(4)
    call.keyboard.press("ArrowDown")
    expect(call.locator("#found-protocol")).to_contain_text("Enter: ")
    call.keyboard.press("Enter")
    expect(call.locator("[data-question].ask .where")).to_contain_text("are")
    assert len(rows(room, Assessment)) == 1
