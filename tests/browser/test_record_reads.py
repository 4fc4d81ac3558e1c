"""S14, S8 in the browser: other records fill the page as they answer, and nothing moves under the hands that type."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import axe_says, ready, saved
from tests.control_room import ControlRoom
from tests.fhir_server import FhirServer
from tests.fhir_server.hand import configure
from tests.fhir_server.known_there import OF_MAUREEN, knows
from workers import reader
from workers.bench import set_up

pytestmark = pytest.mark.browser


@pytest.fixture
def there(fhir_process: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FhirServer:
    """Two servers: one that is well, and one that cannot be reached."""
    fhir_process.clear()
    knows(fhir_process, *OF_MAUREEN)
    leeds = {"name": "leeds", "title": "Leeds Care Record", "base_url": fhir_process.url}
    york = {"name": "york", "title": "York GP Record", "base_url": "http://127.0.0.1:9/fhir"}
    only = {"reads": True, "writes": False, "timeout_s": 8, "connect_timeout_s": 5}
    configure(tmp_path, monkeypatch, leeds | only, york | only)
    return fhir_process


@pytest.fixture
def reading(there: FhirServer, room: ControlRoom) -> Iterator[None]:
    """The process that reads, as a thread of this one."""
    stop = threading.Event()
    process = threading.Thread(target=reader.run, args=(set_up(room.hub, "reader"), stop, 20.0))
    process.start()
    yield
    stop.set()
    process.join(5)


def test_facts_come_while_she_types(
    reading: None, there: FhirServer, opens: Callable[..., Page], room: ControlRoom
) -> None:
    there.always({"slow_s": 0.3})
    page = opens("/calls")
    page.keyboard.press("c")
    ready(page)
    page.fill("#f-nhs_number", "999 000 0018")
    page.fill("#f-person_name", "Maureen Doyle")
    page.fill("#f-born", "3/7/1941")
    known = page.locator("#known-found")
    page.focus("#f-address")
    page.keyboard.type("12 Oak")
    expect(known).to_contain_text("Leeds Care Record has somebody of this number or name", timeout=10_000)
    expect(known).to_contain_text("York GP Record did not answer (tried")
    expect(known).not_to_contain_text("Apixaban")
    page.keyboard.type(" Road")
    expect(page.locator("#f-address")).to_be_focused()
    expect(page.locator("#f-address")).to_have_value("12 Oak Road")
    page.keyboard.press("Escape")
    saved(page)
    page.keyboard.press("i")
    expect(known).to_contain_text("Blood thinner: Apixaban 5 mg tablets", timeout=10_000)
    expect(known.locator(".fact-block h3").first).to_have_text("Safety of our own people")
    there.always(None)
    page.get_by_role("button", name="Ask again").click()
    expect(known).to_contain_text("Leeds Care Record read")
    assert axe_says(page) == []
    page.goto(f"{room.url}/people/1")
    expect(page.locator("#asked-found")).to_contain_text("Leeds Care Record read")
    expect(page.locator("body")).to_contain_text("Janet Doyle")
    assert axe_says(page) == []
