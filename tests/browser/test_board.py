"""The live board in Debian's Chromium: what people see, and what their hands and keys may rely on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from hub.gate import COOKIE
from records.alarms import Alarm
from records.model import Timeline
from tests.browser.screen import AXE
from tests.control_room import ControlRoom

pytestmark = pytest.mark.browser


@pytest.fixture
def faults() -> list[str]:
    return []


def opened(browser: Browser, room: ControlRoom, faults: list[str], path: str = "/board", **how: Any) -> Page:
    """A page of somebody logged in; whatever its console complains of is a fault."""
    context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | how))
    context.add_cookies([{"name": COOKIE, "value": room.cookie(), "url": room.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    page.goto(room.url + path)
    page.evaluate("window.sameDocument = true")
    page.wait_for_function(
        "/^live/.test(document.getElementById('live').textContent) && clock.textContent.length > 5"
    )
    return page


@pytest.fixture
def board(browser: Browser, room: ControlRoom, faults: list[str]) -> Iterator[Page]:
    """Opened by the test itself with `board()`, so that the cases are there first."""
    page = None

    def open_board(path: str = "/board", **how: Any) -> Page:
        nonlocal page
        page = opened(browser, room, faults, path, **how)
        return page

    yield open_board  # type: ignore[misc]
    assert faults == []
    if page is not None:
        page.context.close()


def axe_says(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']]}" for fault in found["violations"]]


def focused(page: Page) -> str:
    where: str = page.evaluate("document.activeElement.closest('tr')?.id ?? document.activeElement.id")
    return where


def test_follows_what_happens(board: Any, room: ControlRoom) -> None:
    first = room.case()
    page = board()
    expect(page.locator(f"#case-{first}")).to_contain_text("seeking")
    room.offer(first)
    expect(page.locator(f"#case-{first}")).to_contain_text("offered")
    second = room.case(need="catheter")
    expect(page.locator(f"#case-{second}")).to_contain_text("catheter")
    expect(page.locator("[data-count=seeking] b")).to_have_text("2")
    expect(page.locator("#crew-summary")).to_contain_text("offered 1")
    room.alarm(first)
    expect(page.get_by_role("button", name="Take it")).to_be_visible()
    room.ring()
    expect(page.locator("[data-count=waiting] b")).to_have_text("1")
    assert page.evaluate("window.sameDocument"), "the page was loaded again"


def test_nothing_moves_under_the_hand(board: Any, room: ControlRoom) -> None:
    cases = [room.case(ago_min=90 - n) for n in range(60)]
    page = board()
    here = page.locator(f"#case-{cases[30]} a")
    here.focus()
    page.keyboard.press("j")
    assert focused(page) == f"case-{cases[31]}"
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    urgent = room.case(ago_min=118)
    room.offer(cases[40])
    room.alarm(cases[5])
    expect(page.locator(f"#case-{urgent}")).to_be_attached()
    expect(page.get_by_role("button", name="Take it").first).to_be_visible()
    expect(page.locator("#held")).to_contain_text("order held while you are on the list · 1 row will move")
    assert focused(page) == f"case-{cases[31]}"
    assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top") - top) < 2
    page.locator("#find").focus()
    expect(page.locator("#rows tr").first).to_have_attribute("id", f"case-{urgent}", timeout=15000)


def test_a_change_to_the_cell_with_the_focus_waits_and_is_not_lost(board: Any, room: ControlRoom) -> None:
    case = room.case()
    page = board()
    page.locator(f"#case-{case} a").focus()
    room.offer(case)
    expect(page.locator(f"#case-{case}")).to_contain_text("offered")
    assert focused(page) == f"case-{case}"


def test_stale_is_said_and_nothing_acts(board: Any, room: ControlRoom) -> None:
    case = room.case()
    alarm = room.alarm(case)
    page = board()
    room.stop()
    expect(page.locator("#live")).to_contain_text("STALE", timeout=9000)
    take = page.get_by_role("button", name="Take it")
    expect(take).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#said")).to_contain_text("stale")
    shown = page.locator("#clock").inner_text()
    page.wait_for_timeout(2100)
    assert page.locator("#clock").inner_text() == shown, "a clock went on as if it were true"
    page.keyboard.press("a")
    room.touch(case)
    room.start_again()
    other = room.case(need="pain")
    expect(page.locator("#live")).to_contain_text("live", timeout=15000)
    expect(page.locator(f"#case-{other}")).to_be_attached()
    expect(take).not_to_have_attribute("aria-disabled", "true")
    with room.hub.db.read() as session:
        assert session.get_one(Alarm, alarm).taken_by is None
    assert page.evaluate("window.sameDocument"), "the page was loaded again"


def test_an_alarm_is_taken_with_one_key(board: Any, room: ControlRoom) -> None:
    case = room.case()
    alarm = room.alarm(case)
    page = board()
    page.keyboard.press("F2")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Take it")).to_be_visible()
    page.keyboard.press("F2")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    expect(page.locator("#taken")).to_contain_text("Priya Nair has it")
    with room.hub.db.read() as session:
        assert session.get_one(Alarm, alarm).taken_by == "Priya Nair"
        told = session.exec(select(Timeline).where(Timeline.case_id == case, Timeline.event == "alarm_taken"))
        assert told.one().actor_name == "Priya Nair"


def test_a_case_opens_and_closes_by_keys(board: Any, room: ControlRoom) -> None:
    cases = [room.case(ago_min=30 - n) for n in range(3)]
    page = board()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("Maureen Doyle")
    expect(page.locator(f"#case-{cases[1]}")).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert focused(page) == f"case-{cases[1]}"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("find in the list")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("nothing of the kind")
    expect(page.locator("#rows tr:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#rows tr:visible")).to_have_count(3)


def test_the_panel_refreshes_and_keeps_what_is_typed(board: Any, room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    page = board(f"/board#case={case}")
    note = page.locator("#panel").get_by_label("note")
    note.fill("rang the daughter")
    room.accept(case)
    expect(page.locator("#panel")).to_contain_text("said yes")
    expect(note).to_have_value("rang the daughter")
    expect(note).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#cp-happened")).to_contain_text("rang the daughter")
    expect(note).to_have_value("")


def test_steps_told_by_phone_up_to_the_end(board: Any, room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    page = board(f"/board#case={case}")
    panel = page.locator("#panel")
    panel.get_by_role("button", name="Yes").click()
    panel.get_by_role("button", name="Set off").click()
    panel.get_by_role("button", name="Care has begun").click()
    panel.get_by_role("button", name="Done", exact=True).click()
    expect(panel).to_contain_text("Nothing else is owed")
    panel.get_by_label("outcome").select_option("visited")
    panel.get_by_role("button", name="Keep").click()
    expect(panel).to_contain_text("Closed in error?")
    expect(page.locator(f"#case-{case}")).to_have_count(0)
    panel.get_by_label("why it is opened again").fill("wrong case")
    panel.get_by_role("button", name="Open again").click()
    expect(page.locator(f"#case-{case}")).to_contain_text("to finish")


def test_a_text_is_answered_by_hand(board: Any, room: ControlRoom) -> None:
    case = room.case()
    room.offer(case)
    room.text(case, "no but i can in 2 hours")
    page = board()
    humans = page.locator("#humans")
    expect(humans).to_contain_text("no but i can in 2 hours")
    humans.get_by_label("Answer by text").fill("Is Maureen there at 12 Oak Road?")
    humans.get_by_role("button", name="Send").click()
    expect(humans).to_contain_text("A text may not say")
    humans.get_by_label("Answer by text").fill("Thank you, somebody else goes.")
    humans.get_by_role("button", name="Send").click()
    expect(humans).to_contain_text("Nothing waits for a person")
    page.goto(f"{room.url}/cases/{case}")
    expect(page.locator("#cp-thread")).to_contain_text("Thank you, somebody else goes.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing(board: Any, room: ControlRoom, scheme: str, width: int) -> None:
    cases = [room.case(ago_min=ago) for ago in (130, 100, 20, 5)]
    room.offer(cases[1])
    room.text(cases[1], "no but i can in 2 hours")
    room.alarm(cases[0])
    room.hand_over(cases[2])
    room.ring()
    page = board(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert axe_says(page) == []
    page.locator(f"#case-{cases[1]} a").click()
    expect(page.locator("#panel")).to_contain_text("Maureen Doyle")
    assert axe_says(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{room.url}/cases/{cases[2]}")
    assert axe_says(page) == []


UPDATES = """
([row, words]) => {
  let cursor = window.cursor ?? Number(document.body.dataset.cursor);
  const took = [];
  for (let n = 0; n < 100; n += 1) {
    const html = row.replaceAll("seeking", words[n % words.length]);
    const data = JSON.stringify({ cursor: ++cursor, topic: "case", id: "case-151", html });
    const since = performance.now();
    window.feed.onmessage({ data });
    void document.body.offsetHeight;
    took.push(performance.now() - since);
  }
  window.cursor = cursor;
  return took;
}
"""
FAKE_SOCKET = """
window.WebSocket = class {
  static OPEN = 1;
  constructor() { this.readyState = 1; window.feed = this; }
  send() {}
  close() {}
};
"""


def test_one_update_among_300_rows_is_quick(browser: Browser, room: ControlRoom, faults: list[str]) -> None:
    cases = [room.case(ago_min=n / 4) for n in range(300)]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": room.cookie(), "url": room.url}])
    page = context.new_page()
    page.add_init_script(FAKE_SOCKET)
    page.goto(room.url + "/board")
    page.wait_for_function("!!window.feed?.onmessage")
    row = page.locator(f"#case-{cases[150]}").evaluate("row => row.outerHTML")
    rounds = [sorted(page.evaluate(UPDATES, [row, ["offered", "accepted", "travelling"]])) for _ in range(3)]
    context.close()
    took = min(rounds, key=lambda one: one[95])  # other work on this machine is not the board's
    assert took[95] < 24, f"p50 {took[50]:.1f} ms, p95 {took[95]:.1f} ms"


def test_a_filter_that_hides_open_cases_says_so_and_escape_shows_all(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    room.case(postcode="LS8 2AB")
    flagged = room.case(postcode="LS17 6AA")
    room.hand_over(flagged)
    page = opens("/board", "Priya Nair")
    expect(page.locator(f"#case-{flagged}")).to_contain_text("▲ 999 ASKED")
    page.keyboard.press("/")
    page.keyboard.type("LS17")
    page.keyboard.press("Enter")
    expect(page.locator("#how-many")).to_have_text("▼ 1 of 2 shown; Esc shows all")
    room.case(postcode="LS6 1AA")
    expect(page.locator("#how-many")).to_have_text("▼ 1 of 3 shown; Esc shows all")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_have_value("")
    expect(page.locator("#how-many")).to_contain_text("3, what is due next first")
