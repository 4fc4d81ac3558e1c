"""A responder's page on a remembered phone opens without a connection: as it was last seen, with its age, and
nothing of it stays once the log-in or the visit is over (S24, S25)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from dispatch.pressed import Pressed
from hub import trusted_phones
from hub.access import LogIn
from records.model import Position
from tests.browser.screen import axe_says, rows
from tests.browser.test_responder import PHONE, fits, mine
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser
KEPT = """async () => { if (!(await indexedDB.databases()).some((one) => one.name === "first-point-visit")) return [];
  const opening = indexedDB.open("first-point-visit");
  const db = await new Promise((ok) => { opening.onsuccess = () => ok(opening.result); });
  const asked = db.transaction("visits").objectStore("visits").getAll();
  const rows = await new Promise((ok) => { asked.onsuccess = () => ok(asked.result); });
  db.close();
  return rows.map((row) => [row.code, new TextDecoder().decode(row.box).includes("Maureen"), row.key.extractable]); }"""

GONE = f"({KEPT})().then((rows) => !rows.length)"


def remembered(room: ControlRoom) -> None:
    """Everybody who is logged in is so on a phone that is remembered for the shift."""
    with room.write() as session:
        for log_in in session.exec(select(LogIn)):
            trusted_phones.trust(
                session, log_in, "Android phone", "x", timedelta(hours=8), room.clock.machine()
            )


def opened_once(page: Page, room: ControlRoom) -> BrowserContext:
    remembered(room)
    page.reload()
    expect(page.locator("body[data-kept]")).to_be_attached()
    return page.context


def test_opened_once_it_opens_without_a_connection(
    room: ControlRoom, opens: Callable[..., Page], tmp_path: Path
) -> None:
    offer, name = mine(room)
    page = opens(f"/o/{offer.code}", name, **PHONE)
    assert page.evaluate(KEPT) == [], "nothing on a phone that nobody has had remembered"
    opened_once(page, room)
    assert page.evaluate(KEPT) == [[offer.code, False, False]], "sealed, by a key that cannot be exported"

    room.stop()
    page.reload()
    line, go, presses = page.locator("#no-line"), page.locator(".thumb .go"), page.locator("#presses")
    expect(line).to_contain_text("No connection. This is as of")
    expect(page.locator(".who-is")).to_contain_text("Maureen Doyle")
    expect(page.locator("body[data-queued]")).to_be_attached()
    for then in ("I am at the door", "Care begins now"):
        go.click()
        expect(go).to_have_text(then)
        page.wait_for_timeout(900)  # a second tap within that is none
    page.reload()  # what was pressed is still there, in order
    expect(presses.locator("li")).to_have_count(2)
    expect(go).to_have_text("Care begins now")
    page.locator(".more > summary", has_text="They have died").click()
    page.locator("#died-by").fill("me")
    page.locator("#died-at").fill("14:20")
    page.get_by_label("Not known").check()
    page.get_by_role("button", name="They have died: stop everything").click()
    expect(line).to_contain_text("Nothing was sent: ring the hub")
    assert axe_says(page) == []
    assert fits(page)
    page.screenshot(path=str(tmp_path / "away.png"))
    assert rows(room, Pressed) == []

    room.start_again()
    expect(presses).to_contain_text("I am at the door: sent (", timeout=20_000)
    expect(page.locator(".path .now")).to_have_text("At the door", timeout=20_000)
    expect(line).to_be_hidden()
    assert [press.what for press in rows(room, Pressed)] == ["step", "step"]
    visit = rows(room, Position)[0]
    assert visit.state == "at_door"
    assert visit.set_off_at < visit.arrived_at


def test_nothing_stays_when_it_is_over(room: ControlRoom, opens: Callable[..., Page]) -> None:
    """S24: done, or logged out: the phone keeps no word of the person."""
    offer, name = mine(room)
    other = opens(f"/o/{offer.code}", name, **PHONE)
    opened_once(other, room)
    page = opens(f"/o/{offer.code}", name, **PHONE)
    opened_once(page, room)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/log-in")
    page.wait_for_function(GONE)
    room.step(offer.case_id, "finish")  # as told by phone
    other.goto(f"{room.url}/mine")
    other.wait_for_function(GONE)

    room.stop()
    page.goto(f"{room.url}/o/{offer.code}")
    expect(page.locator("h1")).to_have_text("No connection")
    expect(page.locator("main")).to_contain_text("is not kept on this phone")
    assert "Maureen" not in page.content()
