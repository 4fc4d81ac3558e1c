"""One explanation of an assessment, on its own page and over the API."""

from tests.desk import Desk

ANSWERS = {"breathing": "yes", "rousable": "awake", "self_harm": "no"}


def test_a_page_says_by_which_rule_and_what_would_change_it(sqlite_desk: Desk) -> None:
    _, number = sqlite_desk.assessed(ANSWERS)
    page = sqlite_desk.jay.get(f"/assessments/{number}/explanation", headers={"accept": "text/html"})
    assert page.status_code == 200, page.text
    assert "One other answer would make it" in page.text
    assert "any sign of a threat to life" in page.text
    assert "Try two at a time" in page.text


def test_the_panel_leads_to_it(sqlite_desk: Desk) -> None:
    _, number = sqlite_desk.assessed({"breathing": "no"})
    sqlite_desk.does(f"/api/assessments/{number}/999", {"dialled_by": "caller"})
    sqlite_desk.does(f"/api/assessments/{number}/finish", {"dialled_by": "caller"})
    panel = sqlite_desk.jay.get("/cases/1/panel").text
    assert f"/assessments/{number}/explanation" in panel
