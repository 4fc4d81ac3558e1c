"""What is counted of a protocol's use: rules, unknowns, overrides and time; in counts alone, of a span."""

from datetime import timedelta

import pytest

from records.model import Assessment
from tests.desk import Desk
from triage import measures

HURT = {
    "breathing": "yes",
    "rousable": "awake",
    "bleeding": "no",
    "stroke": "no",
    "chest_pain": "no",
    "self_harm": "no",
    "adult": "yes",
    "blackout": "no",
    "new_neck_back": "no",
    "leg": "no",
    "limb": "yes",
    "hit_head": "no",
    "where": "up",
    "pain": "none",
}


def taken(desk: Desk, answers: dict[str, str], *, seconds: int = 4) -> int:
    """One finished call whose every answer took so long; returns the case."""
    _, number = desk.assessed()
    for question, answer in answers.items():
        desk.clock.at += timedelta(seconds=seconds)
        desk.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
    desk.does(f"/api/assessments/{number}/finish")
    case: int = next(row.case_id for row in desk.rows(Assessment) if row.key == number)
    return case


def use(desk: Desk, days: int = 7) -> measures.Use:
    until = desk.hub.clock.now() + timedelta(seconds=1)
    with desk.hub.db.read() as session:
        return measures.use_of(
            session, desk.app.state.library, desk.place, until - timedelta(days=days), until
        )


def test_rules_unknowns_times_and_what_was_changed_by_hand(desk: Desk) -> None:
    for walks in ("same", "unknown", "unknown"):
        case = taken(desk, HURT | {"mobility": walks})
    desk.does(f"/api/cases/{case}/raise", {"priority": "one_hour", "why": "She is alone."})
    [fall] = use(desk).versions
    assert (fall.begun, fall.finished, fall.broken_off) == (3, 3, 0)
    assert fall.came_to["A nurse visits within two hours"] == 3
    hurt = fall.rules["visit", "needs_2h"]
    assert (hurt.fired, hurt.raised, hurt.lowered) == (3, 1, 0)
    assert fall.rules["emergency", "stroke"].fired == 0, "what never fires is worth knowing"
    walking = fall.questions["mobility"]
    assert (walking.asked, walking.unknown, walking.median_s) == (3, 2, 4.0)
    assert fall.stands_out == [], "three calls say nothing yet"
    for _ in range(2):
        taken(desk, HURT | {"mobility": "unknown"})
    [fall] = use(desk).versions
    assert [(one.id, one.unknown, one.asked) for one in fall.stands_out] == [("mobility", 4, 5)]
    page = desk.person("Ruth Adeyemi").get("/protocols/measures").text
    assert "not known in 4 of 5 (80 %)" in page
    assert f"/cases/{case}" not in page, "S18: counts alone"


def test_of_a_span_and_no_more_than_can_be_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(desk, HURT | {"mobility": "same"})
    desk.clock.at += timedelta(days=8)
    assert use(desk).versions == []
    assert "No protocol was begun in the last 7 days" in (
        desk.person("Ruth Adeyemi").get("/protocols/measures?days=7").text
    )
    taken(desk, HURT | {"mobility": "unknown"})
    monkeypatch.setattr(measures, "MOST", 1)
    found = use(desk, days=90)
    assert not found.whole
    assert found.versions[0].begun == 1
    assert found.versions[0].questions["mobility"].unknown == 1, "the newest"
    assert found.versions[0].questions["mobility"].seconds == [4.0]


@pytest.mark.parametrize(("name", "status"), [("Ruth Adeyemi", 200), ("Amara Obi", 200), ("Jay Osei", 403)])
def test_for_those_who_answer_for_the_protocols(desk: Desk, name: str, status: int) -> None:
    assert desk.person(name).get("/protocols/measures").status_code == status
    assert desk.person("Ruth Adeyemi").get("/protocols/measures?days=1").status_code == 422
