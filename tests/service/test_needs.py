"""Several needs on one call (S11): the most urgent wins, every position stands, and no open need is lost at a drop."""

from datetime import datetime, timedelta
from typing import Any

from hub import deadlines
from hub.actors import HUB
from records import call_backs
from records.model import Assessment, CallBack, HandOver, Position, Timeline
from records.service import take
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


def due_of(desk: Desk, back: CallBack) -> datetime:
    with desk.hub.db.read() as session:
        live = deadlines.live_of_case(session, back.case_id)
        return next(one.due_at for one in live if (one.kind, one.subject) == ("call_back", back.key))


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


LONG_LIE = {**BEST_ANSWERS, "where": "on_floor", "floor_time": 70, "floor_harm": "no"}


def test_two_needs_that_want_a_clinician_are_one_call_back(desk: Desk) -> None:
    """S11: rung once, by the sooner time, with both reasons to hand."""
    _, fall = desk.assessed(LONG_LIE)
    begun = [fall, begins(desk, "blocked-catheter", {**CATHETER, "infection": "yes", "chemo": "no"})]
    for n, number in enumerate(begun):
        desk.clock.at += timedelta(minutes=5)
        desk.does(f"/api/assessments/{number}/finish")
        (back,) = [row for row in desk.rows(CallBack) if row.who == "hub_clinician"]
        if n == 0:
            first, due = back.why, due_of(desk, back)
    assert back.why.endswith(f"; {first}")
    assert back.why != f"{first}; {first}"
    assert due_of(desk, back) == due
    assert "for this too" in " ".join(row.words for row in desk.rows(Timeline))


def test_the_sooner_time_counts(desk: Desk) -> None:
    """S11: asked again for something faster, the call-back that stands is due sooner; never later."""
    _, number = desk.assessed(LONG_LIE)
    desk.does(f"/api/assessments/{number}/finish")
    (back,) = desk.rows(CallBack)
    now, due = desk.clock.now(), due_of(desk, back)
    for minutes, then in ((4, now + timedelta(minutes=4)), (15, now + timedelta(minutes=4))):
        with desk.hub.db.write() as session:
            case = take(session, back.case_id, now)
            by = now + timedelta(minutes=minutes)
            assert call_backs.ask_clinician(session, case, "she is frightened", by, now, HUB).key == back.key
        assert due_of(desk, back) == then
    assert then < due
    (back,) = desk.rows(CallBack)
    assert back.why.count("she is frightened") == 1, "a reason is told once"


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
