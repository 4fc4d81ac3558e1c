"""What the person is told, over HTTP: asked for by one key, why not if not, by hand, and nothing after a death."""

from typing import Any

import pytest

from dispatch.model import Message
from dispatch.telling_model import Told
from hub.outbox import Effect, EffectState
from records import tell_wishes
from records.contact_points import ContactPoint, Safe
from records.model import Call, Case, Position
from records.tell_wishes import TellWish
from tests.desk import Desk, entry, types
from tests.free_text import accepted, who_goes
from workers.jobs import INSIDE

JANET = "+447700900123"


def does_waiting(desk: Desk) -> None:
    """A worker's turn at what is our own: each waiting "tell" is done."""
    for effect in [
        row for row in desk.rows(Effect) if row.kind == "tell" and row.state is EffectState.waiting
    ]:
        with desk.hub.db.write() as session:
            row = session.get_one(Effect, effect.id)
            row.state = EffectState.settled
            session.add(row)
            INSIDE["tell"](session, None, effect, desk.clock.now())  # type: ignore[arg-type]


def on_the_way(desk: Desk, *said: dict[str, Any]) -> int:
    """Somebody has accepted, and this was said on the call; the number of the case."""
    accepted(desk)
    case = desk.rows(Case)[-1]
    call = next(row for row in desk.rows(Call) if row.case_id == case.id)
    types(desk, call.key, entry("number", "07700 900123"), *said)
    does_waiting(desk)
    return int(case.key)


AGREED = (("safe", "text: yes"), ("tell", "yes"))


def agreed(*but: tuple[str, str]) -> list[dict[str, Any]]:
    return [entry(field, value) for field, value in (*AGREED, *but)]


def to_janet(desk: Desk) -> list[str]:
    return [row.body for row in desk.rows(Message) if row.phone == JANET]


@pytest.mark.parametrize("marked", ["", "yes"])
def test_the_text_is_the_same_whatever_is_marked(sqlite_desk: Desk, marked: str) -> None:
    """S17, S18: a safeguarding mark changes nothing in the words, and leaves no trace in them."""
    on_the_way(sqlite_desk, *agreed(("safeguarding", marked)))
    (said,) = to_janet(sqlite_desk)
    assert said.startswith("Urgent care team: ")
    assert "a nurse, is coming." in said, "no postcode, no promise"


def test_the_panel_says_why_not_and_tells_by_hand(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    case = on_the_way(desk, entry("tell", "yes"))
    assert to_janet(desk) == []
    panel = desk.jay.get(f"/cases/{case}/panel").text
    assert "Not told: nobody has said that this number is safe to text." in panel
    refused = desk.does(f"/api/cases/{case}/tell", status=422)
    assert refused["problem"].startswith("Nothing was sent: nobody has said")
    desk.does(f"/api/cases/{case}/tell-wish", {"agreed": "yes"})
    does_waiting(desk)
    assert len(to_janet(desk)) == 1
    desk.does(f"/api/cases/{case}/tell")
    assert len(to_janet(desk)) == 2, "once more, by hand"
    assert "They are told: " in desk.jay.get(f"/cases/{case}/panel").text
    assert desk.rows(Told)[-1].by == "Jay Osei"


def test_another_number_that_they_gave(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    case = on_the_way(desk)
    desk.does(f"/api/cases/{case}/tell-wish", {"agreed": "yes", "number": "07700 900456"})
    does_waiting(desk)
    assert desk.rows(Message)[-1].phone == "+447700900456"
    assert to_janet(desk) == []


def test_a_number_that_is_corrected_must_be_asked_about_anew(sqlite_desk: Desk) -> None:
    """S17: what was said of the number that was mistyped says nothing of the right one."""
    desk = sqlite_desk
    on_the_way(desk, *agreed(), entry("number", "07700 900456"))
    assert [row.phone for row in desk.rows(Told)] == []


def test_the_key_says_what_stands_against_it(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("tell", "yes"))
    assert desk.rows(TellWish) == [], "no number, nothing to agree to"
    types(desk, call, entry("number", "07700 900123"), entry("tell", "yes"))
    html = desk.jay.get(f"/calls/{call}/view").json()["html"]
    assert "“May we text you who is coming?” ✓ yes" in html
    assert "No text yet: nobody has said that this number is safe to text." in html
    assert desk.rows(TellWish)[0].agreed is Safe.yes


def test_not_safe_any_more_takes_back_what_waits(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    case = on_the_way(desk, *agreed())
    (call,) = {row.id for row in desk.rows(Call) if row.case_id == case}
    types(desk, call or 0, entry("safe", "text: no"))
    assert [row.state for row in desk.rows(Effect) if row.kind == "sms_to_person"] == ["void"]


def test_after_a_death_nothing_reaches_the_family(sqlite_desk: Desk) -> None:
    """S28: what waits to leave is void, and standing down whoever was coming texts them nothing."""
    desk = sqlite_desk
    case = on_the_way(desk, *agreed())
    assert [row.state for row in desk.rows(Effect) if row.kind == "sms_to_person"] == ["waiting"]
    desk.does(f"/api/cases/{case}/died", {"words": "Her son, 14:20."})
    does_waiting(desk)
    assert {row.state for row in desk.rows(Effect) if row.kind in tell_wishes.TO_THE_PERSON} <= {
        "void",
        "settled",
    }
    assert len(to_janet(desk)) == 1, "the one that was void before it left"
    refused = desk.does(f"/api/cases/{case}/tell", status=422)
    assert "said to have died" in refused["problem"]


def test_a_joined_call_brings_what_they_agreed_to(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    first, again = desk.does("/api/calls/new"), desk.does("/api/calls/new")
    types(desk, again["call"], entry("number", "07700 900123"), *agreed())
    desk.does(f"/api/calls/{again['call']}/join", {"case": first["case"]})
    assert [(row.case_id, row.agreed) for row in desk.rows(TellWish)][-1] == (first["case"], "yes")
    assert desk.rows(ContactPoint)[0].text is Safe.yes


def test_nobody_on_the_way_is_nothing_to_tell(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    case = on_the_way(desk, *agreed())
    position = desk.rows(Position)[-1].key
    assert who_goes(desk)
    desk.does(f"/api/positions/{position}/hand-back", {"why": "a flat tyre"})
    assert "nothing to tell" in desk.does(f"/api/cases/{case}/tell", status=409)["problem"]
