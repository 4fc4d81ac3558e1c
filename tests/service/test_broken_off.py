"""S6: questions that were broken off are no safer than a call that dropped: somebody rings back."""

from records.model import CallBack, Case, CaseState
from tests.desk import Desk
from tests.story import BEST_ANSWERS, VISIT


def test_a_call_that_ends_after_the_questions_were_broken_off_owes_a_call_back(desk: Desk) -> None:
    call, assessment = desk.assessed({"breathing": "yes"})
    desk.does(f"/api/assessments/{assessment}/break-off", {"why": "She had to open the door."})
    assert desk.rows(CallBack) == [], "they are still on the line"
    desk.does(f"/api/calls/{call}/end")
    (back,) = desk.rows(CallBack)
    assert (back.state, back.who, back.why) == ("due", "handler", "the questions were broken off")
    assert desk.rows(Case)[-1].state is CaseState.open


def test_where_something_else_is_owed_nobody_rings_beside_it(desk: Desk) -> None:
    call, assessment = desk.assessed(BEST_ANSWERS | VISIT)
    desk.does(f"/api/assessments/{assessment}/finish")
    case = desk.rows(Case)[-1].key
    again = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})
    number = again["view"]["assessment"]
    desk.does(f"/api/assessments/{number}/break-off", {"why": "Nothing has changed."})
    desk.does(f"/api/calls/{call}/end")
    assert desk.rows(CallBack) == []
