"""The preview beside an editor: a save shows by itself, and the call that was typed stays."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from protocols.commands.preview import Looked, create_app
from tests.browser.screen import axe_says
from tests.protocols.sound import HOUSE_TEXT, LEG
from tests.stage import Served, free_port


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_save_shows_by_itself_and_the_typed_call_stays(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE_TEXT)
    file, bound = tmp_path / "leg.yaml", free_port()
    file.write_text(LEG)
    served = Served(create_app(Looked(file, tmp_path / "house.yaml")), bound)
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{bound.getsockname()[1]}/")
    expect(page.locator("#verdict")).to_contain_text("Proved")
    page.get_by_label("Bleeding?").select_option("drips")
    page.get_by_label("On a blood thinner?").select_option("yes")
    expect(page.locator("#outcome")).to_contain_text("RING: a clinician rings back")
    assert axe_says(page) == []
    file.write_text(LEG.replace("{rule: pours, if: {blood: pours}}", "{rule: pours, if: {thinner: yes}}"))
    expect(page.locator("#verdict")).to_contain_text("NOT PROVED")
    expect(page.locator("#problems")).to_contain_text("floor")
    expect(page.locator("#outcome")).to_contain_text("NOW: ambulance")
    expect(page.get_by_label("On a blood thinner?")).to_have_value("yes")
    assert axe_says(page) == []
    context.close()
    served.stop(at_once=True)
