"""S16, S17 on a phone: a person gets in by a text and a phrase, and reads, writes and takes along what is theirs, in
two languages, large, in the light and in the dark."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from hub.outbox import Effect
from records import contact_points, read_back
from records.contact_points import Safe
from records.own import accesses
from records.own.accesses import Agreed
from records.own.model import OwnAsk, OwnKind
from records.people import linking, service, store
from records.people.fact_model import FactKind
from records.people.model import Person, PersonNumber, SourceKind
from records.people.service import Said, Source
from records.service import take
from tests.browser.screen import axe_says
from tests.control_room import ControlRoom
from workers import own_page

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
NUMBER, PHRASE = "+447700900311", "The blue gate, at Mablethorpe"
PAGES = (
    "home",
    "visits",
    "about",
    "health",
    "plans",
    "looked",
    "consent",
    "corrections",
    "delegates",
    "download",
)


def with_page(room: ControlRoom) -> None:
    """Maureen, of whom something is known, and who has agreed a phrase; her daughter can see her visits."""
    case_id, actor, now = room.case(), room.user("Jay Osei").actor, room.clock.now()
    hashed = accesses.hash_phrase(PHRASE)
    with room.write() as session:
        case = take(session, case_id, now)
        read_back.tick(session, case, ("person_name", "born"), now, actor)
        made = linking.make_from(session, case, now, actor)
        (person,) = store.lock(session, made.place, made.key)
        service.put(session, person, PersonNumber, Source(), now, actor, number=NUMBER, whose="")
        gp = Source(SourceKind.record, "GP record")
        service.add_fact(
            session, person, Said(FactKind.allergy, "penicillin", words="a rash", source=gp), now, actor
        )
        for number, kind, name in (
            (NUMBER, OwnKind.person, "Maureen Doyle"),
            ("+447700900322", OwnKind.carer, "Anna"),
        ):
            contact_points.say(session, person.place, number, "text", Safe.yes, actor.name, now)
            accesses.open_for(session, person, Agreed(kind, name, number, hashed, "by phone"), now, actor)


def text_comes(room: ControlRoom) -> tuple[str, str]:
    """The worker looks, and the phone has the link and the code."""
    with room.write() as session:
        asked = session.exec(select(OwnAsk)).one()
        now, machine = room.clock.now(), room.hub.clock.machine()
        own_page.send_codes(session, asked.id or 0, room.hub.settings.public, now, machine)
    with room.hub.db.read() as session:
        sent = session.exec(select(Effect).where(Effect.kind == "sms")).all()[-1].payload["text"]
    link, code = re.search(r"(/own/in/\S+) Your code: (\d{6})", sent).groups()  # type: ignore[union-attr]
    return link, code


def born_on(room: ControlRoom) -> tuple[str, str, str]:
    with room.hub.db.read() as session:
        born = session.exec(select(Person)).one().born
    assert born is not None
    return str(born.day), str(born.month), str(born.year)


def sound(page: Page) -> None:
    assert axe_says(page) == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} must be pushed sideways"


def test_s17_a_person_on_their_own_phone(opens: Callable[..., Page], room: ControlRoom) -> None:
    with_page(room)
    page = opens("/own/home", name="", **PHONE)
    expect(page.locator("h1")).to_have_text("See what we know about you")
    sound(page)
    page.fill("#given", "07700 900311")
    for name, value in zip(("day", "month", "year"), born_on(room), strict=True):
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("Look at your phone")
    sound(page)
    link, code = text_comes(room)
    page.goto(room.url + link)
    page.fill("#code", code)
    page.fill("#phrase", "the green gate")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("This did not work")
    sound(page)
    page.fill("#code", code)
    page.fill("#phrase", PHRASE)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("The page of")
    page.get_by_role("link", name="What we should do for you").click()
    page.fill("#words", "Ring my daughter first.\nThe dog goes to number 14.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[role=status]")).to_contain_text("Saved")
    page.goto(f"{room.url}/own/corrections")
    page.fill("#words", "I am not allergic to penicillin.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[role=status]")).to_contain_text("Sent. We answer by")
    page.goto(f"{room.url}/own/consent")
    page.get_by_role("button", name=re.compile("Yes, I agree.*research")).click()
    expect(page.locator("main")).to_contain_text("You said yes.")
    for language, scheme in (("English", "light"), ("Cymraeg", "dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.get_by_role("button", name=language).click()
        expect(page.locator("html")).to_have_attribute("lang", "en" if language == "English" else "cy")
        for name in PAGES:
            page.goto(f"{room.url}/own/{name}")
            sound(page)
    page.get_by_role("button", name="Mawr iawn").click()
    expect(page.locator("html")).to_have_class("size-3")
    for name in ("home", "about", "consent", "corrections"):
        page.goto(f"{room.url}/own/{name}")
        sound(page)
    with page.expect_download() as taken:
        page.goto(f"{room.url}/own/download")
        page.get_by_role("link", name="FHIR").click()
    assert taken.value.suggested_filename == "my-page.fhir.json"
    page.get_by_role("button", name="Allgofnodi").click()
    expect(page.locator("#given")).to_be_visible()
