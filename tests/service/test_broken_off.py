"""S6: questions that were broken off are no safer than a call that dropped: somebody rings back."""

from datetime import timedelta

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


def joined(desk: Desk) -> int:
    """A nurse is sought, and they ring again: the second call, on the first case."""
    _, assessment = desk.assessed(BEST_ANSWERS | VISIT)
    desk.does(f"/api/assessments/{assessment}/finish")
    target = desk.rows(Case)[-1].key
    desk.clock.at += timedelta(minutes=10)
    call: int = desk.does("/api/calls/new")["call"]
    desk.does(f"/api/calls/{call}/join", {"case": target})
    return call


def test_a_joined_call_that_ends_without_its_questions_owes_a_call_back(desk: Desk) -> None:
    """S13, S6: a further contact is triaged again, or somebody rings to do it; it is never only a line."""
    call = joined(desk)
    desk.does(f"/api/calls/{call}/end")
    (back,) = desk.rows(CallBack)
    assert (back.who, back.why) == ("handler", "they rang again, and the questions were not asked again")
    assert back.case_id == desk.rows(Case)[0].key


def test_a_joined_call_whose_questions_were_asked_owes_nothing_more(desk: Desk) -> None:
    """S13."""
    call = joined(desk)
    begun = desk.does(f"/api/cases/{desk.rows(Case)[0].key}/assessments", {"protocol": "fall-at-home"})
    for question, answer in (BEST_ANSWERS | VISIT).items():
        told = {"question": question, "answer": answer}
        desk.does(f"/api/assessments/{begun['view']['assessment']}/answer", told)
    desk.does(f"/api/assessments/{begun['view']['assessment']}/finish")
    desk.does(f"/api/calls/{call}/end")
    assert desk.rows(CallBack) == []
