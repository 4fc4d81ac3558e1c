"""Several needs on one call (S11): the most urgent wins, every position stands, and no open need is lost at a drop."""

from typing import Any

from records.model import Assessment, CallBack, HandOver, Position
from tests.desk import Desk
from tests.story import BEST_ANSWERS, LIFT, VISIT
from triage import calls

CATHETER = {
    "breathing": "yes",
    "rousable": "awake",
    "harm": "no",
    "bleeding": "no",
    "sepsis_look": "no",
    "cord_injury": "no",
    "drains": "nothing",
    "dry_for": 3,
    "infection": "no",
    "muddled": "no",
    "adult": "yes",
    "belly": "severe",
    "urine_blood": "none",
    "way_in": "water_pipe",
    "came_out": "no",
}
"""A painful blocked catheter: a nurse within the hour."""


def begins(desk: Desk, protocol: str, answers: dict[str, Any]) -> int:
    """One more need on the only case: the number of its assessment."""
    (case,) = {row.case_id for row in desk.rows(Assessment)}
    number: int = desk.does(f"/api/cases/{case}/assessments", {"protocol": protocol})["view"]["assessment"]
    for question, answer in answers.items():
        desk.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
    return number


def html(desk: Desk, call: int, **how: Any) -> str:
    found: str = desk.jay.get(f"/calls/{call}/view", params=how).json()["html"]
    return found


def drops(desk: Desk, call: int) -> None:
    with desk.hub.db.write() as session:
        row = calls.call_of(session, desk.place, call)
        calls.drop(session, desk.app.state.library, row, desk.clock.now())


def test_the_most_urgent_wins_and_of_each_kind_the_highest_count_stands(desk: Desk) -> None:
    _, fall = desk.assessed({**BEST_ANSWERS, **VISIT})
    catheter = begins(desk, "blocked-catheter", CATHETER)
    desk.does(f"/api/assessments/{fall}/finish")
    assert [(row.kind, row.priority) for row in desk.rows(Position)] == [("nurse", "two_hours")]
    desk.does(f"/api/assessments/{catheter}/finish")
    assert [(row.kind, row.priority) for row in desk.rows(Position)] == [("nurse", "one_hour")]


def test_so_far_is_what_all_needs_come_to_together(desk: Desk) -> None:
    call, fall = desk.assessed({**BEST_ANSWERS, **LIFT})
    begins(desk, "unwell-older-adult", {"breathing": "yes"})
    said = html(desk, call)
    assert "Unwell older adult" in said
    assert "Lifted and seen within the hour" in said, "the fall stands, whichever need is in the middle"
    assert "Falls responder (lifting)" in said
    assert f'data-assessment="{fall}"' in html(desk, call, need=fall)


def test_a_visit_of_another_need_waits_while_999_is_on_its_way(desk: Desk) -> None:
    _, fall = desk.assessed({"breathing": "no"})
    desk.does(f"/api/assessments/{fall}/999", {"dialled_by": "hub"})
    catheter = begins(desk, "blocked-catheter", CATHETER)
    desk.does(f"/api/assessments/{catheter}/finish")
    assert [row.held_for_999 for row in desk.rows(Position)] == [True]
    assert "hub_clinician" in [row.who for row in desk.rows(CallBack)]


def test_a_dead_line_is_rung_back_although_the_newest_need_was_finished(desk: Desk) -> None:
    call, _ = desk.assessed({"breathing": "yes"})
    catheter = begins(desk, "blocked-catheter", CATHETER)
    desk.does(f"/api/assessments/{catheter}/finish")
    drops(desk, call)
    assert desk.jay.get(f"/api/calls/{call}/state").json()["state"] == "dropped"
    assert [row.who for row in desk.rows(CallBack)] == ["handler"]


def test_at_a_dead_line_the_worst_of_all_open_needs_counts(desk: Desk) -> None:
    call, _ = desk.assessed({"breathing": "no"})
    begins(desk, "blocked-catheter", {"breathing": "yes"})
    drops(desk, call)
    assert [row.to for row in desk.rows(HandOver)] == ["999"]


def test_when_every_need_is_finished_a_dead_line_is_only_the_end_of_the_call(desk: Desk) -> None:
    call, fall = desk.assessed({**BEST_ANSWERS, **VISIT})
    desk.does(f"/api/assessments/{fall}/finish")
    drops(desk, call)
    assert desk.jay.get(f"/api/calls/{call}/state").json()["state"] == "ended"
    assert desk.rows(CallBack) == []


def test_again_stands_only_on_what_was_asked(desk: Desk) -> None:
    call, fall = desk.assessed({**BEST_ANSWERS, **VISIT})
    desk.does(f"/api/assessments/{fall}/finish")
    said = html(desk, call)
    assert "Fall at home again" in said
    assert "Blocked catheter again" not in said
