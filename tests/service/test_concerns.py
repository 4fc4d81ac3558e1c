"""“This triage felt wrong”: kept with all that reproduces it, answered once, and quiet."""

import pytest

from records.alarms import Alarm
from records.model import Assessment
from tests.desk import Desk
from triage.concerns import Concern


def test_it_is_kept_with_what_reproduces_it_and_answered(desk: Desk) -> None:
    desk.assessed({"breathing": "yes", "rousable": "awake"})
    (assessment,) = desk.rows(Assessment)
    path = f"/api/cases/{assessment.case_id}/concern"
    assert "sentence" in desk.does(path, {"why": " "}, 422)["problem"]
    desk.does(path, {"why": "She sounded far worse than the answers."})
    (said,) = desk.rows(Concern)
    assert (said.by_name, said.why) == ("Jay Osei", "She sounded far worse than the answers.")
    assert said.answers == {"breathing": "yes", "rousable": "awake"}
    assert (said.protocol_sha256, said.house_sha256) == (assessment.protocol_sha256, assessment.house_sha256)
    assert desk.rows(Alarm) == [], "quiet"
    desk.does(f"/api/assessments/{assessment.key}/answer", {"question": "bleeding", "answer": "no"})
    assert desk.rows(Concern)[0].answers == {"breathing": "yes", "rousable": "awake"}, "as it stood"
    answer = f"/api/concerns/{said.id}/answer"
    desk.does(answer, {"words": "Thank you."}, 403)
    ruth = desk.person("Ruth Adeyemi")
    assert ruth.post(answer, json={"words": " "}).status_code == 422
    assert ruth.post(answer, json={"words": "You were right; the rule is changed."}).status_code == 200
    assert ruth.post(answer, json={"words": "Again."}).status_code == 409
    assert ruth.post("/api/concerns/99/answer", json={"words": "?"}).status_code == 404
    (said,) = desk.rows(Concern)
    assert (said.answer, said.answered_by) == ("You were right; the rule is changed.", "Ruth Adeyemi")


@pytest.mark.parametrize(
    ("name", "status"), [("Priya Nair", 200), ("Ruth Adeyemi", 200), ("Ana Reid", 403), ("Alex Shaw", 403)]
)
def test_who_sees_a_case_can_say_so_even_before_any_question(desk: Desk, name: str, status: int) -> None:
    case = desk.does("/api/calls/new")["case"]
    answer = desk.person(name).post(f"/api/cases/{case}/concern", json={"why": "It feels wrong."})
    assert answer.status_code == status
    assert [said.protocol for said in desk.rows(Concern)] == ([None] if status == 200 else [])
