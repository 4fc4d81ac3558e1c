"""Two versions of a protocol, as somebody of governance reads them in Debian's Chromium."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from protocols.loader import parse_triage
from tests.browser.screen import axe_says, rows
from tests.control_room import ControlRoom
from triage import replays, store
from triage.replay_model import Replay

pytestmark = pytest.mark.browser
TEXT = (Path(__file__).parents[2] / "protocols" / "triage" / "fall-at-home.yaml").read_text()


def newer(room: ControlRoom) -> tuple[str, str]:
    """The sums of the version in force, and of one in which whoever stood up again is seen the same day."""
    library = room.app.state.library
    text = (
        TEXT.replace("1.3.0", "1.4.0")
        .replace("priority: two_days", "priority: same_day")
        .replace("{mobility: {at_least: worse}}", "{mobility: not_walking}")
    )
    new = parse_triage(text, "newer", library.house)
    with room.write() as session:
        store.keep_text(session, new.sha256, "triage", new.protocol, new.text)
    return library.triage["fall-at-home"].sha256, new.sha256


def test_what_changes_which_calls_and_past_cases(opens: Callable[..., Page], room: ControlRoom) -> None:
    room.case()
    room.case(need="catheter", postcode="LS17 6AA")
    old, new = newer(room)
    page = opens(f"/protocols/{new}/against/{old}", "Ruth Adeyemi")
    expect(page.locator(".found.slower").first).to_contain_text(
        "A response within two hours becomes", timeout=30_000
    )
    expect(page.locator("#words-title + span")).to_be_visible()
    expect(page.locator("main")).to_contain_text("is SAME DAY now; before, 2 DAYS.")
    expect(page.locator("#replay")).to_contain_text("No past cases have been run")
    page.keyboard.press("r")
    expect(page.locator("#replay-progress")).to_be_visible()
    assert axe_says(page) == []
    (replay,) = rows(room, Replay)
    replays.go_on(room.hub.db, room.app.state.library, replay.id, room.clock.now())
    expect(page.locator("#replay")).to_contain_text("2 assessments of the last 31 days: 0 slower, 2 faster")
    page.locator(".replay .faster a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#opened tbody tr")).to_have_count(2)
    assert axe_says(page) == []
    dark = opens(f"/protocols/{new}/against/{old}", "Ruth Adeyemi", color_scheme="dark")
    expect(dark.locator(".found.slower").first).to_be_visible()
    assert axe_says(dark) == []
    drawn = page.request.get(f"{room.url}/protocols/{new}/flow.pdf")
    assert drawn.ok
    assert drawn.body().startswith(b"%PDF-")
