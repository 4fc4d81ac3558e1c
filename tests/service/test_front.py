"""S6, S13: a call begins with the front and goes on from there by itself; nothing twice, and never an end by itself."""

import uuid
from typing import Any

import pytest

from records.model import Assessment, CallBack, Case, HandOver, Timeline
from tests.desk import Desk, entry, types
from triage.model import Answered

MILD = {
    "breathing": "yes",
    "rousable": "awake",
    "harm": "no",
    "danger_now": "no",
    "bleeding": "no",
    "fit": "no",
    "stroke": "no",
    "chest_pain": "no",
    "age": 80,
    "seen": "yes",
    "whereabouts": "home",
    "what": "fall",
    "more": "no",
}


@pytest.fixture
def call(sqlite_desk: Desk) -> tuple[Desk, dict[str, Any]]:
    """A call that has passed the first minute."""
    begun = sqlite_desk.does("/api/calls/new")
    for said in ("breathing: yes", "rousable: yes", "self_harm: no"):
        types(sqlite_desk, begun["call"], entry("first_minute", said))
    types(sqlite_desk, begun["call"], entry("dependants", "nobody"), entry("number", "07700 900123"))
    return sqlite_desk, begun


def begins(desk: Desk, case: int, **body: str) -> dict[str, Any]:
    view: dict[str, Any] = desk.does(f"/api/cases/{case}/assessments", body)["view"]
    return view


def goes_through(desk: Desk, view: dict[str, Any], **other: Any) -> dict[str, Any]:
    """Answers what is asked for as long as it is the front that asks."""
    front = view["assessment"]
    while view["assessment"] == front and view["asked"] and not view["takes_over"]:
        view = gives(desk, front, view["asked"]["id"], (MILD | other)[view["asked"]["id"]])
    return view


def gives(desk: Desk, assessment: int, question: str, answer: Any, key: str | None = None) -> dict[str, Any]:
    body = {"question": question, "answer": answer, "id": key or str(uuid.uuid4())}
    view: dict[str, Any] = desk.does(f"/api/assessments/{assessment}/answer", body)["view"]
    return view


def test_it_goes_on_by_itself_with_the_one_protocol_and_asks_nothing_twice(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    first = begins(desk, begun["case"])
    assert first["protocol"] == "First questions of every call"
    assert first["asked"]["id"] == "danger_now", "what the first minute answered is not asked again"
    view = goes_through(desk, first)
    assert view["protocol"] == "Fall at home"
    front, fall = desk.rows(Assessment)
    assert (front.state, fall.state) == ("superseded", "taking")
    shared = set(MILD) & set(desk.app.state.library.triage["fall-at-home"].by_id)
    assert shared <= set(fall.answers)
    assert fall.answers["self_harm"] == "no", "asked in the front by its other name"
    assert view["asked"]["id"] not in fall.answers
    assert {row.question for row in desk.rows(Answered) if row.assessment_id == fall.key} == set(fall.answers)
    (case,) = desk.rows(Case)
    assert (case.priority, case.need) == (None, "fall"), "the way on never says how soon"
    assert any(line.words == "Gone on with Fall at home." for line in desk.rows(Timeline))


def test_an_answer_sent_twice_shows_the_protocol_that_it_went_on_with(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    first = begins(desk, begun["case"])
    for question in ("danger_now", "bleeding", "fit", "stroke", "chest_pain", "age", "seen", "whereabouts"):
        gives(desk, first["assessment"], question, MILD[question])
    gives(desk, first["assessment"], "what", "diabetes")
    for _ in range(2):
        view = gives(desk, first["assessment"], "more", "no", "0b0c0a52-6c2f-4d8e-9a11-6f6a1c2d3e4f")
        assert view["protocol"] == "Diabetes"
    assert [row.protocol for row in desk.rows(Assessment)] == ["front", "diabetes"]


def test_a_clinician_is_asked_for_as_well_and_the_questions_go_on(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    view = goes_through(desk, begins(desk, begun["case"]), seen="no")
    assert view["protocol"] == "Fall at home"
    assert [row.who for row in desk.rows(CallBack)] == ["hub_clinician"]
    assert desk.rows(Case)[0].priority == "clinician_20_min"
    assert [row.state for row in desk.rows(Assessment)] == ["finished", "taking"]


def test_many_ways_are_a_choice_with_a_clinician_beside_it(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    view = goes_through(desk, begins(desk, begun["case"]), what="unknown")
    assert view["finished"]
    assert len(view["ways"]) == 13
    html = desk.jay.get(f"/calls/{begun['call']}/view").json()["html"]
    assert "Which questions come next?" in html
    assert "Commit: A clinician rings back" in html
    view = begins(desk, begun["case"], protocol="confusion-delirium")
    assert view["protocol"] == "Confusion or delirium"
    assert [row.who for row in desk.rows(CallBack)] == ["hub_clinician"]


def test_no_way_is_a_clinicians_and_can_be_committed(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    view = goes_through(desk, begins(desk, begun["case"]), what="other")
    assert (view["finished"], view["ways"], view["priority"]) == (True, [], "clinician_20_min")
    desk.does(f"/api/assessments/{view['assessment']}/finish")
    assert [row.who for row in desk.rows(CallBack)] == ["hub_clinician"]
    assert desk.rows(Case)[0].state == "open"


def test_a_child_is_a_clinicians_and_their_own_line_is_named(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    view = goes_through(desk, begins(desk, begun["case"]), age=6)
    assert "children's line" in view["refusal"]
    assert view["ways"] == []


def test_the_front_alone_never_ends_a_case(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    first = begins(desk, begun["case"])
    view = goes_through(desk, first)
    desk.does(f"/api/assessments/{view['assessment']}/break-off", {"why": "the line was bad"})
    said = desk.does(f"/api/cases/{begun['case']}/advice", {"said": []}, status=409)
    assert "No protocol has been finished" in said["problem"]
    again = desk.does("/api/calls/new")
    front = begins(desk, again["case"])
    for question in ("breathing", "rousable", "harm"):
        gives(desk, front["assessment"], question, MILD[question])
    said = desk.does(f"/api/assessments/{front['assessment']}/finish", status=422)
    assert "Not finished" in said["problem"]


def test_a_call_that_ends_in_the_front_is_rung_back(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    begins(desk, begun["case"])
    desk.does(f"/api/calls/{begun['call']}/end")
    (back,) = desk.rows(CallBack)
    assert (back.who, back.state) == ("handler", "due")
    assert desk.rows(Assessment)[0].state == "broken_off"
    assert desk.rows(Case)[0].state == "open"


def test_a_line_that_drops_in_the_front_is_rung_back(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    view = begins(desk, begun["case"])
    gives(desk, view["assessment"], "danger_now", "unknown")
    desk.drops(begun["call"])
    assert [row.who for row in desk.rows(CallBack)] == ["handler"]
    assert [row.to for row in desk.rows(HandOver)] == ["999"], "perhaps somebody took the phone away"


def test_a_danger_in_the_front_is_999_and_no_way_on(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    view = gives(desk, begins(desk, begun["case"])["assessment"], "bleeding", "yes")
    assert view["takes_over"]
    desk.does(f"/api/assessments/{view['assessment']}/999", {"dialled_by": "caller"})
    desk.does(f"/api/assessments/{view['assessment']}/finish", {"dialled_by": "caller"})
    assert [row.protocol for row in desk.rows(Assessment)] == ["front"]
    assert [row.to for row in desk.rows(HandOver)] == ["999"]


def test_a_telecare_alarm_begins_with_questions_of_its_own(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    types(desk, begun["call"], entry("need", "alarm"))
    view = begins(desk, begun["case"])
    assert view["protocol"] == "Telecare alarm"
    assert [row.protocol for row in desk.rows(Assessment)] == ["telecare-alarm"]


def test_a_protocol_that_is_chosen_takes_what_the_front_has_heard(call: tuple[Desk, Any]) -> None:
    desk, begun = call
    front = begins(desk, begun["case"])
    gives(desk, front["assessment"], "danger_now", "no")
    gives(desk, front["assessment"], "bleeding", "no")
    view = begins(desk, begun["case"], protocol="blocked-catheter")
    assert view["protocol"] == "Blocked catheter"
    first, catheter = desk.rows(Assessment)
    assert first.state == "superseded"
    assert catheter.answers["bleeding"] == "no"
