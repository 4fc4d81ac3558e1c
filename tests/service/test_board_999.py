"""The board shows 999 apart: a red flag before anybody has acted on it, 999 asked for, and 999 standing (S5, S6)."""

from records.model import Case, HandOver
from tests.desk import Desk, entry, types
from tests.story import BEST_ANSWERS, VISIT


def row(desk: Desk) -> str:
    page: str = desk.jay.get("/board").text
    return page.split(f'<tr role="row" id="case-{desk.rows(Case)[-1].key}"')[1].split("</tr>")[0]


def test_a_red_flag_of_the_questions_stands_there_until_the_answer_is_taken_back(desk: Desk) -> None:
    _, assessment = desk.assessed({"breathing": "no"})
    assert "▲ RED FLAG" in row(desk)
    desk.does(f"/api/assessments/{assessment}/answer", {"question": "breathing", "answer": "yes"})
    assert "▲" not in row(desk), "and an answer that takes it back ends it"
    desk.does(f"/api/assessments/{assessment}/answer", {"question": "breathing", "answer": "unknown"})
    assert "▲ RED FLAG" in row(desk), "unknown is never no"


def test_a_red_flag_of_the_first_minute_999_asked_and_999_standing(desk: Desk) -> None:
    new = desk.does("/api/calls/new")
    assert "▲" not in row(desk)
    types(desk, new["call"], entry("first_minute", "breathing: no"))
    assert "▲ RED FLAG" in row(desk)
    desk.does(f"/api/calls/{new['call']}/999", {"dialled_by": "hub"})
    assert "▲ 999 ASKED" in row(desk)
    (asked,) = desk.rows(HandOver)
    desk.does(f"/api/hand-overs/{asked.key}/confirm", {"reference": "Y123"})
    assert "▲ 999 STANDS" in row(desk)


def test_a_visit_is_as_quiet_as_before(desk: Desk) -> None:
    _, assessment = desk.assessed(BEST_ANSWERS | VISIT)
    desk.does(f"/api/assessments/{assessment}/finish")
    assert "▲" not in row(desk)
    assert "is-999" not in row(desk)
