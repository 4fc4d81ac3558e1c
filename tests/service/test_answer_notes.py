"""Notes on answers, and what changing one did: kept once, with who wrote it, and never a decision of their own."""

import uuid

from records.model import Timeline
from tests.desk import Desk
from triage.model import AnswerNote


def test_a_note_is_kept_once_beside_its_answer_and_in_the_timeline(desk: Desk) -> None:
    call, number = desk.assessed({"breathing": "yes"})
    body = {
        "id": str(uuid.uuid4()),
        "assessment": number,
        "question": "breathing",
        "words": " wheezes a bit ",
    }
    for _ in range(2):  # the page did not hear that it was saved
        said = desk.does(f"/api/calls/{call}/answer-note", body)
    assert said["words"] == "wheezes a bit"
    assert [(row.question, row.words, row.by) for row in desk.rows(AnswerNote)] == [
        ("breathing", "wheezes a bit", "Jay Osei")
    ]
    assert [row.words for row in desk.rows(Timeline) if row.event == "note"] == [
        "On “Breathing normally?”: wheezes a bit"
    ]
    view = desk.jay.get(f"/api/assessments/{number}").json()["view"]
    assert view["answered"][0]["notes"] == ["wheezes a bit"]
    assert view["label"] == "2 DAYS", "a note decides nothing"


def test_a_note_that_belongs_nowhere_is_refused_with_words(desk: Desk) -> None:
    call, number = desk.assessed()
    other, _ = desk.assessed()
    path, body = (
        f"/api/calls/{call}/answer-note",
        {"assessment": number, "question": "breathing", "words": "x"},
    )
    desk.does(path, {**body, "words": "  "}, 422)
    desk.does(path, {**body, "question": "nothing"}, 422)
    desk.does(path, {**body, "words": "x" * 401}, 422)
    desk.does(f"/api/calls/{other}/answer-note", body, 404)
    assert desk.rows(AnswerNote) == []


def test_the_page_says_what_a_changed_answer_did(desk: Desk) -> None:
    call, number = desk.assessed({"breathing": "yes", "rousable": "awake"})
    path = f"/calls/{call}/answer"
    first = desk.does(path, {"assessment": number, "question": "bleeding", "answer": "no"})["html"]
    assert "Changed." not in first, "a first answer changes nothing"
    html = desk.does(path, {"assessment": number, "question": "rousable", "answer": "drowsy"})["html"]
    assert "How awake: awake → drowsy; was 2 DAYS, now 999 NOW" in html
    changed = [row.words for row in desk.rows(Timeline) if row.event == "changed"]
    assert changed == ["How awake: awake → drowsy; was 2 DAYS, now 999 NOW"]
