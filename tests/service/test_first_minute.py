"""S6 over HTTP: the first minute before any protocol, 999 without one, nothing asked twice, and a line that drops."""

import uuid
from typing import Any

import pytest

from records.model import Assessment, CallBack, Case, HandOver, Timeline
from tests.desk import Desk
from triage import calls
from triage.model import Answered, Entry


def says(desk: Desk, call: int, question: str, answer: str, entry: str | None = None) -> Any:
    body = {"id": entry or str(uuid.uuid4()), "field": "first_minute", "value": f"{question}: {answer}"}
    return desk.does(f"/api/calls/{call}/typed", {"entries": [body]})


def html(desk: Desk, call: int, ask: str = "") -> str:
    return str(desk.jay.get(f"/calls/{call}/view", params={"ask": ask} if ask else {}).json()["html"])


def begun(desk: Desk, case: int, protocol: str = "fall-at-home") -> dict[str, Any]:
    view: dict[str, Any] = desk.does(f"/api/cases/{case}/assessments", {"protocol": protocol})["view"]
    return view


def test_three_questions_before_any_protocol_each_once_and_in_order(desk: Desk) -> None:
    call = desk.does("/api/calls/new")
    assert "Breathing normally?" in html(desk, call["call"])
    entry = str(uuid.uuid4())
    says(desk, call["call"], "breathing", "yes", entry)
    says(desk, call["call"], "breathing", "yes", entry)  # the page did not hear of it and sends it again
    assert "Awake and making sense?" in html(desk, call["call"])
    says(desk, call["call"], "rousable", "yes")
    assert "Any thought of harming themselves" in html(desk, call["call"])
    says(desk, call["call"], "self_harm", "no")
    shown = html(desk, call["call"])
    assert "What is it about?" in shown
    assert "✓ Breathing normally: <b>yes</b>" in shown
    assert [row.value for row in desk.rows(Entry)] == ["breathing: yes", "rousable: yes", "self_harm: no"]
    lines = [line.words for line in desk.rows(Timeline) if line.event == "first_minute"]
    assert lines[0] == "First minute: Breathing normally? Yes."
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("breathing", "no", "start chest compressions"),
        ("breathing", "unknown", "This could not be ruled out"),
        ("rousable", "no", "roll them gently onto their side"),
        ("self_harm", "yes", "I am staying on the line with you"),
    ],
)
def test_a_danger_takes_over_and_999_is_asked_without_a_protocol(
    desk: Desk, question: str, answer: str, words: str
) -> None:
    call = desk.does("/api/calls/new")
    says(desk, call["call"], question, answer)
    shown = html(desk, call["call"])
    assert 'role="alertdialog"' in shown
    assert words in shown
    asked = desk.does(f"/api/calls/{call['call']}/999", {"dialled_by": "caller"})
    assert (
        desk.does(f"/api/calls/{call['call']}/999", {"dialled_by": "caller"})["hand_over"]
        == asked["hand_over"]
    )
    (row,) = desk.rows(HandOver)
    assert (row.to, row.dialled_by, row.state) == ("999", "caller", "requested")
    assert desk.rows(Case)[0].priority == "emergency_999"
    assert desk.rows(Assessment) == []
    shown = html(desk, call["call"])
    assert "alertdialog" not in shown
    assert "Keep saying, while help is on its way" in shown


def test_not_known_whether_self_harm_is_asked_again_by_the_protocol(desk: Desk) -> None:
    call = desk.does("/api/calls/new")
    for question, answer in (("breathing", "yes"), ("rousable", "yes"), ("self_harm", "unknown")):
        says(desk, call["call"], question, answer)
    assert "alertdialog" not in html(desk, call["call"])
    begun(desk, call["case"])
    given = [row.question for row in desk.rows(Answered)]
    assert given == ["breathing", "rousable"]


@pytest.mark.parametrize("protocol", ["fall-at-home", "blocked-catheter", "unwell-older-adult"])
def test_what_was_answered_is_not_asked_twice(desk: Desk, protocol: str) -> None:
    call = desk.does("/api/calls/new")
    for question, answer in (("breathing", "yes"), ("rousable", "yes"), ("self_harm", "no")):
        says(desk, call["call"], question, answer)
    view = begun(desk, call["case"], protocol)
    (assessment,) = desk.rows(Assessment)
    harm = "self_harm" if protocol == "fall-at-home" else "harm"
    assert assessment.answers == {"breathing": "yes", "rousable": "awake", harm: "no"}
    assert view["asked"]["id"] not in assessment.answers
    assert begun(desk, call["case"], protocol)["assessment"] == view["assessment"], (
        "begun twice is begun once"
    )
    assert len(desk.rows(Answered)) == 3


def test_an_answer_changed_later_raises_and_never_lowers(desk: Desk) -> None:
    call = desk.does("/api/calls/new")
    says(desk, call["call"], "rousable", "yes")
    number = begun(desk, call["case"])["assessment"]
    says(desk, call["call"], "rousable", "no")
    assert desk.rows(Assessment)[0].answers["rousable"] == "drowsy"
    desk.does(f"/api/assessments/{number}/answer", {"question": "rousable", "answer": "cannot_wake"})
    says(desk, call["call"], "rousable", "no")
    assert desk.rows(Assessment)[0].answers["rousable"] == "cannot_wake", "what is worse already stays"
    says(desk, call["call"], "rousable", "yes")
    assert desk.rows(Assessment)[0].answers["rousable"] == "cannot_wake"


def test_a_wrong_answer_is_taken_back_and_looked_at_again(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    says(desk, call, "breathing", "no")
    says(desk, call, "breathing", "")
    shown = html(desk, call)
    assert "alertdialog" not in shown
    assert "Breathing normally?" in shown
    says(desk, call, "breathing", "yes")
    again = html(desk, call, "first-breathing")
    assert 'data-first-question="breathing"' in again
    assert "✓ given" in again
    assert [row.value for row in desk.rows(Entry)] == ["breathing: no", "breathing:", "breathing: yes"]


@pytest.mark.parametrize("value", ["breathing: maybe", "nothing: yes", "yes", "", ":", "breathing"])
def test_what_the_first_minute_does_not_ask_is_kept_and_said(desk: Desk, value: str) -> None:
    call = desk.does("/api/calls/new")["call"]
    body = {"id": str(uuid.uuid4()), "field": "first_minute", "value": value}
    desk.does(f"/api/calls/{call}/typed", {"entries": [body]})
    assert [row.value for row in desk.rows(Entry)] == [value]
    assert desk.jay.get(f"/calls/{call}", headers={"accept": "text/html"}).status_code == 200


def test_a_line_that_drops_after_a_danger_has_999_and_a_call_back(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    desk.does(
        f"/api/calls/{call}/typed",
        {"entries": [{"id": str(uuid.uuid4()), "field": "number", "value": "07700 900123"}]},
    )
    says(desk, call, "breathing", "no")
    with desk.hub.db.write() as session:
        row = calls.call_of(session, desk.place, call)
        calls.drop(session, desk.app.state.library, row, desk.clock.now())
    (over,) = desk.rows(HandOver)
    assert (over.to, over.dialled_by) == ("999", "hub")
    assert over.why == "The line went dead: Not breathing normally"
    (back,) = desk.rows(CallBack)
    assert (back.who, back.ways[0]) == ("handler", "+447700900123")


def test_a_line_that_drops_after_a_safe_first_minute_is_rung_back(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    says(desk, call, "breathing", "yes")
    with desk.hub.db.write() as session:
        row = calls.call_of(session, desk.place, call)
        calls.drop(session, desk.app.state.library, row, desk.clock.now())
    assert desk.rows(HandOver) == []
    assert [row.state for row in desk.rows(CallBack)] == ["due"]


@pytest.mark.parametrize("asked", [True, False])
def test_nobody_hangs_up_on_a_life_threat(desk: Desk, *, asked: bool) -> None:
    call = desk.does("/api/calls/new")["call"]
    says(desk, call, "rousable", "no")
    if asked:
        desk.does(f"/api/calls/{call}/999", {"dialled_by": "caller"})
    desk.does(f"/api/calls/{call}/end")
    assert [row.dialled_by for row in desk.rows(HandOver)] == ["caller" if asked else "hub"]
    assert len(desk.rows(CallBack)) == (0 if asked else 1)


def test_999_by_own_judgement_before_any_question(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    desk.does(f"/api/calls/{call}/999", {"dialled_by": "hub"})
    assert [row.why for row in desk.rows(HandOver)] == ["the call handler's own judgement"]
    desk.does(f"/api/calls/{call}/999", {"dialled_by": "nobody"}, 422)
    assert desk.does(f"/api/calls/{desk.rings()}/999", {"dialled_by": "hub"}, 409)["problem"]


def test_each_call_has_a_first_minute_of_its_own(desk: Desk) -> None:
    """S13: who rings again is asked again; the old answers say nothing of now."""
    first = desk.does("/api/calls/new")
    says(desk, first["call"], "breathing", "yes")
    again = desk.does("/api/calls/new")
    desk.does(f"/api/calls/{again['call']}/join", {"case": first["case"]})
    shown = html(desk, again["call"])
    assert 'data-first-question="breathing"' in shown
    says(desk, again["call"], "breathing", "no")
    assert "alertdialog" in html(desk, again["call"])
