"""Two people on one call: who else is there, and nobody's words silently replace another's."""

import uuid
from typing import Any

from records.model import Case, Timeline
from tests.desk import Desk, entry, types
from triage.model import Answered, Entry


def state(desk: Desk, who: Any, call: int, window: str, **where: str) -> Any:
    return who.get(f"/api/calls/{call}/state", params={"window": window, **where}).json()


def test_what_somebody_else_typed_since_is_not_replaced_until_somebody_chooses(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    mina = desk.person("Mina Patel")
    hers = entry("address", "Oak Road 12", after="")
    assert mina.post(f"/api/calls/{call}/typed", json={"entries": [hers]}).json()["differ"] == []
    mine = entry("address", "Oak Rd 21", after="")
    for _ in range(2):  # the page did not hear that it was saved
        said = types(desk, call, mine)
        (one,) = said["differ"]
        assert (one["field"], one["stands"]["value"], one["stands"]["by"]) == (
            "address",
            "Oak Road 12",
            "Mina Patel",
        )
        assert (one["other"]["value"], one["other"]["by"]) == ("Oak Rd 21", "Jay Osei")
    goes_on = entry("address", "Oak Rd 21a", after=mine["id"])
    assert types(desk, call, goes_on)["differ"][0]["other"]["value"] == "Oak Rd 21a"
    assert desk.rows(Case)[0].address == "Oak Road 12"
    assert state(desk, desk.jay, call, "ab")["differ"][0]["other"]["value"] == "Oak Rd 21a", (
        "after a reload too"
    )
    chosen = entry("address", "Oak Rd 21a", after=hers["id"])
    assert types(desk, call, chosen)["differ"] == []
    assert desk.rows(Case)[0].address == "Oak Rd 21a"
    assert [row.value for row in desk.rows(Entry)] == ["Oak Road 12", "Oak Rd 21", "Oak Rd 21a", "Oak Rd 21a"]


def test_what_was_seen_may_be_changed_and_the_same_words_differ_from_nothing(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    first, second = entry("person_name", "M Doyle", after=""), entry("caller_name", "Janet", after="")
    types(desk, call, first, second)
    other = desk.person("Mina Patel")
    seen = state(desk, other, call, "cd")["fields"]["person_name"]
    assert (seen["value"], seen["by"], seen["entry"]) == ("M Doyle", "Jay Osei", first["id"])
    changed = entry("person_name", "Maureen Doyle", after=first["id"])
    same = entry("caller_name", " Janet ", after="")
    said = other.post(f"/api/calls/{call}/typed", json={"entries": [changed, same]}).json()
    assert said["differ"] == []
    assert said["heads"]["person_name"] == changed["id"]
    # one page's own strokes follow each other, however they arrive
    a = entry("born", "3/7/41", after="")
    b = entry("born", "3/7/1941", after=a["id"])
    assert types(desk, call, a, b)["differ"] == []
    assert types(desk, call, a, b)["differ"] == [], "sent again"
    assert state(desk, other, call, "cd")["fields"]["born"]["value"] == "03/07/1941"


def test_a_late_copy_of_old_words_does_not_make_way_for_newer_ones(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    a = entry("address", "Oak Rd", after="")
    types(desk, call, a)
    other = desk.person("Mina Patel")
    theirs = entry("address", "Ash Rd", after=a["id"])
    other.post(f"/api/calls/{call}/typed", json={"entries": [theirs]})
    b = entry("address", "Oak Rd 2", after=a["id"])
    said = types(desk, call, a, b)
    assert said["differ"][0]["stands"]["value"] == "Ash Rd"
    assert desk.rows(Case)[0].address == "Ash Rd"


def test_who_says_nothing_of_what_was_there_is_taken_as_before(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("address", "one"))
    assert types(desk, call, entry("address", "two"))["differ"] == []
    assert desk.rows(Case)[0].address == "two"


def answers(
    desk: Desk, who: Any, call: int, number: int, answer: Any, after: str | None, entry: str = ""
) -> Any:
    body = {"assessment": number, "question": "rousable", "answer": answer, "after": after}
    said = who.post(f"/calls/{call}/answer", json={**body, "id": entry or str(uuid.uuid4())})
    assert said.status_code == 200, said.text
    return desk.jay.get(f"/api/assessments/{number}").json()["view"]


def test_of_two_answers_the_more_urgent_counts_until_somebody_chooses(desk: Desk) -> None:
    """S7, S10: neither is replaced silently, and a danger is never held back because somebody else saw none."""
    call, number = desk.assessed({"breathing": "yes"})
    mina, hers, mine = desk.person("Mina Patel"), str(uuid.uuid4()), str(uuid.uuid4())
    answers(desk, mina, call, number, "awake", "", hers)
    for _ in range(2):  # the page did not hear that it was saved
        view = answers(desk, desk.jay, call, number, "cannot_wake", "", mine)
    (differ,) = view["differ"]
    assert (differ["stands"]["by"], differ["stands"]["answer"]) == ("Jay Osei", "cannot_wake")
    assert (differ["other"]["by"], differ["other"]["answer"], differ["head"]) == ("Mina Patel", "awake", mine)
    assert view["label"] == "999 NOW"
    assert view["takes_over"]
    assert len(desk.rows(Answered)) == 4, "breathing, hers, mine, and hers again aside"
    lines = [row.words for row in desk.rows(Timeline) if row.event == "differ"]
    assert lines == [
        "How awake? Mina Patel answered awake, Jay Osei cannot be woken; the more urgent counts."
    ]
    view = answers(desk, desk.jay, call, number, "awake", mine)
    assert view["differ"] == []
    assert view["label"] == "2 DAYS"
    # the other way round: what is less urgent waits aside
    hers = view["heads"]["rousable"]
    view = answers(desk, mina, call, number, "cannot_wake", hers)
    view = answers(desk, desk.jay, call, number, "awake", hers)
    assert view["label"] == "999 NOW"
    assert view["differ"][0]["other"]["by"] == "Jay Osei"
    assert "it counts" in desk.jay.get(f"/calls/{call}/view").json()["html"]


def test_who_else_has_the_call_open_is_said_and_leaves_again(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    other = desk.person("Mina Patel")
    assert state(desk, desk.jay, call, "aa")["others"] == []
    assert state(desk, other, call, "bb", field="address")["others"] == [
        {"name": "Jay Osei", "same": False, "field": ""}
    ]
    assert state(desk, desk.jay, call, "aa")["others"] == [
        {"name": "Mina Patel", "same": False, "field": "address"}
    ]
    state(desk, desk.jay, call, "ab")
    seen = state(desk, desk.jay, call, "aa")["others"]
    assert {"name": "Jay Osei", "same": True, "field": ""} in seen
    assert other.post(f"/api/calls/{call}/leave", params={"window": "bb"}).status_code == 200
    desk.jay.post(f"/api/calls/{call}/leave", params={"window": "ab"})
    assert state(desk, desk.jay, call, "aa")["others"] == []
    assert "others" not in desk.jay.get(f"/api/calls/{call}/state").json()
    assert desk.jay.get(f"/api/calls/{call}/state", params={"window": "no!"}).status_code == 422
