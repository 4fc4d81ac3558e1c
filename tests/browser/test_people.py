"""S8, S14 in the browser: somebody is found by keyboard, what is known of them is read, added to, and put right."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from hub.actors import HUB
from records import read_back
from records.people import linking, service
from records.people.fact_model import FactKind, Says
from records.people.model import Person, SourceKind
from records.people.service import Said, Source
from records.service import take
from tests.browser.screen import axe_says
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


def on_record(room: ControlRoom) -> int:
    """Maureen, of whose penicillin allergy two records do not agree."""
    case_id, actor, now = room.case(), room.user("Jay Osei").actor, room.clock.now()
    with room.write() as session:
        case = take(session, case_id, now)
        read_back.tick(session, case, ("person_name", "born"), now, actor)
        person = linking.make_from(session, case, now, actor)
        gp, ward = (Source(SourceKind.record, name) for name in ("GP record", "St James's"))
        for said in (
            Said(FactKind.allergy, "penicillin", words="rash in 2019", source=gp),
            Said(FactKind.allergy, "penicillin", says=Says.absent, source=ward),
            Said(FactKind.frailty, "rockwood", value="6", source=gp),
            Said(FactKind.plan, "ReSPECT", value="stay at home", author="Dr Shah", source=gp),
            Said(FactKind.staff_safety, "dog", words="bites; ask for the bedroom door to be shut", source=gp),
        ):
            service.add_fact(session, person, said, now, actor)
        return person.key


def test_s8_s14_found_read_added_to_and_put_right(opens: Callable[..., Page], room: ControlRoom) -> None:
    person = on_record(room)
    page = opens("/people", color_scheme="dark")
    page.keyboard.type("moreen doile")
    page.keyboard.press("Enter")
    expect(page.locator("#people-found a")).to_have_text("Maureen Doyle")
    expect(page.locator("#people-found")).to_contain_text("by the name alone")
    expect(page.locator("#people-found a")).to_be_focused()
    assert axe_says(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{person}")
    allergies = page.locator("section", has=page.locator("#b-allergy"))
    expect(allergies.locator(".apart")).to_have_count(2)
    expect(page.locator("section", has=page.locator("#b-condition"))).to_contain_text("Not known")
    assert axe_says(page) == []
    page.emulate_media(color_scheme="light")
    assert axe_says(page) == []
    page.keyboard.press("a")
    expect(page.locator("#add-kind")).to_be_focused()
    page.select_option("#add-kind", "condition")
    page.fill("[name=about]", "heart failure")
    page.keyboard.press("Enter")
    expect(page.locator("#person-said")).to_have_text("Kept.")
    expect(page.locator("section", has=page.locator("#b-condition"))).to_contain_text("heart failure")
    wrong = allergies.locator("details.more").first
    wrong.locator("summary").click()
    wrong.get_by_role("button", name="Entered in error").click()
    wrong.get_by_label("why it is an error").fill("another Doyle's")
    page.keyboard.press("Enter")
    expect(page.locator("#person-said")).to_contain_text("Marked as entered in error")
    expect(allergies.locator(".apart")).to_have_count(0)


def test_s17_s28_who_they_are_is_put_right_by_keyboard(opens: Callable[..., Page], room: ControlRoom) -> None:
    person = on_record(room)
    page = opens(f"/people/{person}")
    page.get_by_text("A telephone number", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("07700 900321")
    page.locator("form[data-post$='/numbers'] [name=text]").select_option("yes")
    assert axe_says(page) == []
    page.locator("form[data-post$='/numbers'] [name=number]").press("Enter")
    expect(page.locator("#person-said")).to_have_text("Kept.")
    expect(page.locator("section", has=page.locator("#b-numbers"))).to_contain_text("Safe to text yes")
    frailty = page.locator("section", has=page.locator("#b-frailty"))
    frailty.locator("summary").first.click()
    frailty.get_by_label("it has changed").fill("7")
    page.keyboard.press("Enter")
    expect(page.locator("#person-said")).to_have_text("Kept.")
    expect(frailty.locator(".what")).to_have_text("Rockwood: 7", use_inner_text=True)
    page.get_by_text("They have died", exact=True).first.click()
    page.locator("form[data-post$='/died'] [name=day]").fill(room.clock.now().date().isoformat())
    page.locator("form[data-post$='/died'] [name=words]").fill("the ward rang")
    page.keyboard.press("Enter")
    expect(page.locator("#person-said")).to_contain_text("nobody new goes meanwhile")
    expect(page.locator(".people-head")).to_contain_text("died")
    assert axe_says(page) == []


def test_a_stray_enter_turns_no_denial_round(opens: Callable[..., Page], room: ControlRoom) -> None:
    """S8: “no allergy” becomes one only by the button that says so."""
    person = on_record(room)
    with room.write() as session:
        said = Said(
            FactKind.allergy, "latex", says=Says.absent, words="tested", source=Source(SourceKind.hub)
        )
        service.add_fact(session, session.get_one(Person, person), said, room.clock.now(), HUB)
    page = opens(f"/people/{person}")
    line = page.locator(".known-lines > li", has_text="latex")
    line.locator("summary").click()
    line.get_by_label("in words, as it is now").fill("another patient's letter")
    page.keyboard.press("Enter")
    line.get_by_role("button", name="It IS so now").focus()
    expect(page.locator("#person-said")).to_have_text("")
    expect(line.locator(".what").first).to_contain_text("said not to be so")
    page.keyboard.press("Enter")
    expect(page.locator("#person-said")).to_have_text("Kept.")
    expect(line.locator(".what").first).not_to_contain_text("said not to be so")
