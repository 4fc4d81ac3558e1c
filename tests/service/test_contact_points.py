"""S17 over HTTP: asked at capture by one key each, kept with the number, and shown to whoever rings it."""

import pytest

from records.contact_points import ContactPoint
from records.model import Case
from tests.desk import Desk, entry, types
from triage import calls
from triage.model import Entry


def test_the_number_carries_what_was_said_of_it_to_the_next_call(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("number", "07700 900123"), entry("safe", "text: no"), entry("safe", "speak: yes"))
    types(desk, call, entry("safe", "text: not_known"), entry("safe", "text: no"))
    (point,) = desk.rows(ContactPoint)
    assert (point.number, point.text, point.speak, point.message) == (
        "+447700900123",
        "no",
        "yes",
        "not_known",
    )
    assert point.by == "Jay Osei"
    again = desk.does("/api/calls/new")["call"]
    types(desk, again, entry("number", "07700 900123"))
    html = desk.jay.get(f"/calls/{again}/view").json()["html"]
    assert "to text: ✕ no" in html
    assert 'data-value="text: not_known"' in html


def test_who_rings_back_is_warned(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("number", "07700 900123"), entry("safeguarding", "yes"))
    assert desk.rows(Case)[0].safeguarding is True
    with desk.hub.db.write() as session:
        row = calls.call_of(session, desk.place, call)
        calls.drop(session, desk.app.state.library, row, desk.clock.now())
    (back,) = desk.jay.get("/calls/state").json()["call_backs"]
    assert back["unsafe"] == "safeguarding: not known to be safe to speak"


def test_the_case_panel_says_it_beside_each_number(desk: Desk) -> None:
    """S17: the number that rang, and the number that is to be rung."""
    new = desk.does("/api/calls/new")
    types(desk, new["call"], entry("number", "07700 900123"))
    assert "? not known to be safe" in desk.jay.get(f"/cases/{new['case']}/panel").text
    types(desk, new["call"], entry("safe", "text: no"), entry("safe", "speak: yes"))
    desk.drops(new["call"])
    panel = desk.jay.get(f"/cases/{new['case']}/panel").text
    said = "(safe to text: ✕ no, to speak: ✓ yes, to leave a message: ? not known)"
    assert panel.count(said) == 2, "by whom it was rung, and in the call-back"


def test_a_joined_call_brings_the_mark_along(desk: Desk) -> None:
    first, again = desk.does("/api/calls/new"), desk.does("/api/calls/new")
    types(desk, again["call"], entry("safeguarding", "yes"))
    desk.does(f"/api/calls/{again['call']}/join", {"case": first["case"]})
    assert desk.rows(Case)[0].safeguarding is True


@pytest.mark.parametrize("said", ["text: maybe", "shout: yes", "", "text"])
def test_what_it_does_not_mean_is_kept_and_changes_nothing(desk: Desk, said: str) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("number", "07700 900123"), entry("safe", said), entry("safeguarding", "perhaps"))
    assert desk.rows(ContactPoint) == []
    assert not desk.rows(Case)[0].safeguarding
    assert [row.value for row in desk.rows(Entry)][1] == said


def test_without_a_number_there_is_nothing_to_be_safe(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("safe", "text: no"))
    assert desk.rows(ContactPoint) == []
