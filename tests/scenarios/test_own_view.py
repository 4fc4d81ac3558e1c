"""S17: whoever asks to see their own page gets a text by the real worker and carrier, and gets in by it."""

from datetime import date

import httpx

from hub.actors import HUB
from records import contact_points
from records.contact_points import Safe
from records.own import accesses
from records.own.accesses import Agreed
from records.own.model import OwnAsk, OwnKind
from records.people import service, store
from records.people.model import PersonNumber
from records.people.service import Source
from tests.own_view import HTML, code_of
from tests.scenarios.test_told import JANET, janet
from tests.story import Story

PHRASE = "a tin of blue buttons"


def test_s17_a_text_comes_and_opens_their_page(story: Story) -> None:
    phone, now, place = janet(story), story.clock.now(), story.settings.place
    hashed = accesses.hash_phrase(PHRASE)
    with story.hub.db.write() as session:
        made = service.make(session, place, date(1961, 3, 7), now, HUB)
        (person,) = store.lock(session, place, made.key)
        service.put(session, person, PersonNumber, Source(), now, HUB, number=JANET)
        contact_points.say(session, place, JANET, "text", Safe.yes, "Jay Osei", now)
        accesses.open_for(
            session, person, Agreed(OwnKind.person, "Janet", JANET, hashed, "by phone"), now, HUB
        )
    with httpx.Client(base_url=story.url, headers=HTML) as browser:
        for year in ("1960", "1961"):
            form = {"given": "07700 900123", "day": "7", "month": "3", "year": year}
            assert browser.post("/own/log-in", data=form).headers["location"] == "/own/sent"
            story.quiet()
            if year == "1960":
                phone.expects_nothing()
        phone.expects("The link you asked for")
        assert len(phone.text) <= 160
        link, code = code_of(phone.text)
        assert browser.post(link, data={"code": code, "phrase": PHRASE}).status_code == 303
        story.quiet()
        phone.expects("Somebody logged in to your page at")
        assert browser.get("/own/home").status_code == 200
    assert story.count(OwnAsk) == 0
