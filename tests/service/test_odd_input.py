"""Bad input of every kind gets a clear answer, and nothing is lost or half done."""

import json

import pytest

from records.model import Case
from tests.story import Story

JSON = {"Content-Type": "application/json"}
ODD = [
    "\ud83d",
    "a\x00b",
    "مورين دويل",
    "🙂" * 50,
    "‮reversed",
    "<script>alert(1)</script>",
    "'; DROP TABLE case_; --",
]


@pytest.mark.parametrize("words", ODD)
def test_odd_words_are_kept_or_refused_but_never_break_anything(story: Story, words: str) -> None:
    told = story.takes_call()
    sent = json.dumps({"words": words})  # escaped, as a browser would send half an emoji
    answer = story.person("priya").post(f"/api/cases/{told.case_id}/note", content=sent, headers=JSON)
    assert answer.status_code in (200, 422), answer.text  # refused whole, and kept on the page, or taken
    entry = {"id": "an-id-of-its-own", "field": "person_name", "value": words}
    sent = json.dumps({"entries": [entry]})
    answer = story.person("jay").post(f"/api/calls/{told.call_id}/typed", content=sent, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert story.case(told.case_id).person_name
    assert told.word == "taking the call"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cases/{case}/outcome", {"outcome": "eaten by a bear"}),
        ("/cases/{case}/outcome", {"outcome": 7}),
        ("/cases/{case}/outcome", {"outcome": "visited", "surprise": 1}),
        ("/cases/{case}/outcome", {"outcome": "visited", "version": 1}),
        ("/cases/999999/outcome", {"outcome": "visited"}),
        ("/cases/99999999999999999999/outcome", {"outcome": "visited"}),
        ("/cases/{case}/reopen", {"why": "because"}),
        ("/positions/1/step", {"event": "teleport"}),
        ("/positions/1/step", {"event": "arrive", "at": "yesterday"}),
        ("/positions/1/step", {"event": "arrive", "at": "1850-01-01T00:00:00Z"}),
        ("/positions/1/step", {"event": "arrive", "at": "9999-12-31T23:59:59Z"}),
        ("/positions/1/delay", {"minutes": -5}),
        ("/positions/1/delay", {"minutes": 10**9}),
        ("/hand-overs/1/confirm", {"reference": "x" * 5000}),
        ("/alarms/0/take", {}),
        ("/tasks/abc/done", {}),
    ],
)
def test_bad_requests_are_answered_in_plain_words(story: Story, path: str, body: dict[str, object]) -> None:
    told = story.takes_call()
    before = story.case(told.case_id)
    answer = story.person("priya").post(f"/api{path.format(case=told.case_id)}", json=body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["problem"].endswith(".")
    after = story.case(told.case_id)
    assert (after.state, after.outcome, after.word) == (before.state, before.outcome, before.word)
    assert story.count(Case) == 1
