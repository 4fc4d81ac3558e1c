"""S10: who may raise, who may lower, and what a second clinician is for: every cell. S2: remote care stops the clock.

Whoever changes the urgency says why."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from hub import deadlines
from hub.actors import Actor
from records import alarms, call_backs, store
from records.model import Assessment, CallBack, Case, HandOver, Position, Task, TaskKind, Timeline
from records.service import take
from tests.desk import Desk
from tests.story import BEST_ANSWERS, LIFT, VISIT
from triage.lowering import Lowering
from triage.remote_care import RemoteCare

MIN = timedelta(minutes=1)
FLAG = {"leg": "yes"}
"""A red flag whose floor is 999."""


def committed(desk: Desk, **answers: Any) -> Case:
    _, assessment = desk.assessed({**BEST_ANSWERS, **answers})
    desk.does(f"/api/assessments/{assessment}/finish")
    case: Case = one(desk, Case)
    return case


def one(desk: Desk, kind: type[Any]) -> Any:
    (found,) = desk.rows(kind)
    return found


def asks(client: TestClient, case: Case, what: str, to: str, why: str = "because", status: int = 200) -> str:
    answer = client.post(f"/api/cases/{case.key}/{what}", json={"priority": to, "why": why})
    assert answer.status_code == status, answer.text
    return str(answer.json().get("said") or answer.json()["problem"])


def says(client: TestClient, task: int, what: str, status: int = 200, **body: Any) -> str:
    answer = client.post(f"/api/lowerings/{task}/{what}", json=body)
    assert answer.status_code == status, answer.text
    return str(answer.json().get("said") or answer.json()["problem"])


def the_task(desk: Desk) -> int:
    (task,) = [row for row in desk.rows(Task) if row.kind is TaskKind.lowering]
    return int(task.key)


# --- every cell -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Jay Osei", 403),
        ("Priya Nair", 403),
        ("Dana Cole", 403),
        ("Ruth Adeyemi", 403),
        ("Alex Shaw", 403),
        ("Ana Reid", 403),
        ("Amara Obi", 200),
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_only_a_clinician_lowers(desk: Desk, name: str, status: int, below: bool) -> None:
    case = committed(desk, **(FLAG if below else LIFT))
    asks(desk.person(name), case, "lower", "same_day", status=status)
    changed = one(desk, Case).priority == "same_day"
    assert changed is (status == 200 and not below), "below the floor it waits for a second clinician"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Jay Osei", 200),
        ("Amara Obi", 200),
        ("Priya Nair", 403),
        ("Dana Cole", 403),
        ("Ruth Adeyemi", 403),
        ("Ana Reid", 403),
    ],
)
def test_who_takes_calls_raises_with_a_reason(desk: Desk, name: str, status: int) -> None:
    case = committed(desk, **VISIT)
    asks(desk.person(name), case, "raise", "one_hour", status=status)
    assert one(desk, Case).priority == ("one_hour" if status == 200 else "two_hours")


def test_a_handler_raises_above_the_present_and_nothing_else(desk: Desk) -> None:
    case = committed(desk, **VISIT)
    for to in ("two_hours", "same_day", "advice"):
        assert "Only a clinician may lower" in asks(desk.jay, case, "raise", to, status=422), to
    assert "why" in asks(desk.jay, case, "raise", "one_hour", " ", 422)
    assert "no such priority" in asks(desk.jay, case, "raise", "soon", status=422)
    asks(desk.jay, case, "raise", "one_hour", "she sounds worse")
    raised = one(desk, Case)
    assert (raised.clock_start, raised.breach_at) == (case.clock_start, case.clock_start + 60 * MIN)
    nurse = next(row for row in desk.rows(Position) if row.kind == "nurse")
    assert (nurse.priority, nurse.due_at) == ("one_hour", case.clock_start + 60 * MIN)
    assert any("Raised by hand to 1 HOUR: she sounds worse" in row.words for row in desk.rows(Timeline))


def test_raised_to_999_an_ambulance_is_asked_for_and_to_a_clinician_one_rings(desk: Desk) -> None:
    case = committed(desk, **VISIT)
    asks(desk.jay, case, "raise", "clinician_20_min", "something is wrong")
    back = one(desk, CallBack)
    assert (back.who, back.why) == ("hub_clinician", "something is wrong")
    asks(desk.jay, case, "raise", "emergency_999", "grey and sweating")
    assert one(desk, HandOver).why == "grey and sweating"
    assert {row.priority for row in desk.rows(Position)} == {"two_hours"}, "visits keep a time that they have"


# --- below a red flag -------------------------------------------------------------------------------------------------


def test_below_a_floor_a_second_and_different_clinician_agrees(desk: Desk) -> None:
    case, amara, femi = committed(desk, **FLAG), desk.person("Amara Obi"), desk.person("Femi Ade")
    assert case.priority == "emergency_999"
    assert "Nothing has changed yet" in asks(amara, case, "lower", "two_hours", "an old deformity")
    row, task = one(desk, Lowering), the_task(desk)
    assert (row.floor, row.answer) == ("emergency_999", None)
    with desk.hub.db.read() as session:
        due = [d for d in deadlines.live_of_case(session, case.key) if d.subject == task and d.kind == "task"]
    assert [d.due_at for d in due] == [desk.clock.now() + 10 * MIN], "S3: it is owed by a time"
    assert "another clinician" in says(amara, task, "agree", 403)
    for name in ("Jay Osei", "Priya Nair", "Dana Cole", "Ruth Adeyemi"):
        says(desk.person(name), task, "agree", 403)
    assert (
        "second clinician" in amara.post(f"/api/tasks/{task}/done", json={"words": "yes"}).json()["problem"]
    )
    assert "already" in asks(femi, case, "lower", "same_day", status=409)
    assert one(desk, Case).priority == "emergency_999"
    desk.clock.at += 7 * MIN
    says(femi, task, "agree")
    lowered = one(desk, Case)
    assert (lowered.priority, lowered.clock_start) == ("two_hours", case.clock_start)
    assert lowered.breach_at == case.clock_start + 120 * MIN
    assert (one(desk, Lowering).answer, one(desk, Lowering).answered_by_name) == ("agreed", "Femi Ade")
    assert any("Amara Obi (an old deformity), agreed by Femi Ade" in row.words for row in desk.rows(Timeline))
    says(femi, task, "agree", 409)


def test_refused_it_stays(desk: Desk) -> None:
    case, amara, femi = committed(desk, **FLAG), desk.person("Amara Obi"), desk.person("Femi Ade")
    asks(amara, case, "lower", "two_hours")
    assert "why not" in says(femi, the_task(desk), "refuse", 422, why=" ")
    says(femi, the_task(desk), "refuse", why="I would not")
    assert (one(desk, Case).priority, one(desk, Lowering).answer) == ("emergency_999", "refused")
    assert not [row for row in desk.rows(Task) if row.state == "open" and row.kind is TaskKind.lowering]
    asks(amara, case, "lower", "two_hours", "asked anew")


def test_down_to_the_floor_itself_one_clinician_is_enough(desk: Desk) -> None:
    """Raised by hand above its floor, a case comes back to it by one clinician's word."""
    case, amara = committed(desk, **LIFT), desk.person("Amara Obi")
    asks(desk.jay, case, "raise", "emergency_999", "I have a bad feeling")
    assert "on its old clock" in asks(amara, case, "lower", "one_hour")
    assert (one(desk, Lowering).floor, one(desk, Case).priority) == (None, "one_hour")


def test_a_protocol_that_cannot_be_read_counts_as_the_worst_floor(desk: Desk) -> None:
    """Unknown is never "no"."""
    case = committed(desk, **VISIT)
    with desk.hub.db.write() as session:
        take(session, case.key, desk.clock.now())
        for row in store.rows_of(session, Assessment, case.key):
            row.protocol_sha256 = row.house_sha256 = "0" * 64
            session.add(row)
    asks(desk.person("Amara Obi"), case, "lower", "same_day")
    assert (one(desk, Lowering).floor, one(desk, Case).priority) == ("emergency_999", "two_hours")


def test_a_question_that_was_left_out_stands_in_nobodys_way(desk: Desk) -> None:
    """What could not matter any more was not asked; the assessment is finished all the same."""
    case = committed(desk, **VISIT)
    with desk.hub.db.write() as session:
        take(session, case.key, desk.clock.now())
        for row in store.rows_of(session, Assessment, case.key):
            row.answers = {name: answer for name, answer in row.answers.items() if name != "pain"}
            session.add(row)
    assert "on its old clock" in asks(desk.person("Amara Obi"), case, "lower", "same_day")


def test_turned_worse_meanwhile_the_old_wish_cannot_be_agreed(desk: Desk) -> None:
    case, amara, femi = committed(desk, **VISIT), desk.person("Amara Obi"), desk.person("Femi Ade")
    with desk.hub.db.write() as session:
        take(session, case.key, desk.clock.now())
        for row in store.rows_of(session, Assessment, case.key):
            row.protocol_sha256 = row.house_sha256 = "0" * 64
            session.add(row)
    asks(amara, case, "lower", "same_day")
    asks(desk.jay, case, "raise", "one_hour", "worse")
    assert "more urgent since" in says(femi, the_task(desk), "agree", 409)
    assert one(desk, Case).priority == "one_hour"


# --- what moves with it -----------------------------------------------------------------------------------------------


def test_lowered_the_visits_wait_longer_and_alarms_end(desk: Desk) -> None:
    case, amara = committed(desk, **LIFT), desk.person("Amara Obi")
    desk.clock.at += 5 * MIN
    with desk.hub.db.write() as session:
        taken = take(session, case.key, desk.clock.now())
        alarms.ring(session, case.place, "breach", case.key, "over", desk.clock.now(), taken)
    asks(amara, case, "lower", "same_day", "up again by herself")
    nurse = next(row for row in desk.rows(Position) if row.kind == "nurse")
    assert (nurse.priority, nurse.due_at) == ("same_day", case.clock_start + 480 * MIN)
    assert nurse.ladder_began_at == desk.clock.now(), "sought anew by the calmer ladder"
    with desk.hub.db.read() as session:
        assert not alarms.is_live(session, case.place, "breach", case.key)
        due = {row.kind: row.due_at for row in deadlines.live_of_case(session, case.key)}
    assert due["breach"] == case.clock_start + 480 * MIN
    assert "Stand the visits down" in asks(amara, case, "lower", "advice", status=422)


def test_whatever_is_raised_and_lowered_the_clock_is_the_old_one(desk: Desk) -> None:
    """S1."""
    case, amara = committed(desk, **VISIT), desk.person("Amara Obi")
    for what, to, target in (
        ("raise", "one_hour", 60),
        ("lower", "two_days", 2880),
        ("raise", "same_day", 480),
        ("raise", "two_hours", 120),
        ("lower", "same_day", 480),
    ):
        desk.clock.at += 11 * MIN
        asks(amara, case, what, to)
        now = one(desk, Case)
        assert (now.clock_start, now.breach_at) == (case.clock_start, case.clock_start + target * MIN), to


# --- remote care ------------------------------------------------------------------------------------------------------


def test_remote_care_is_recorded_and_stops_the_clock(desk: Desk) -> None:
    """S2: a call-back that gives no care does not."""
    case, amara = committed(desk, **VISIT), desk.person("Amara Obi")
    asks(desk.jay, case, "raise", "clinician_20_min", "unsure")
    path = f"/api/cases/{case.key}/remote-care"
    care = {"what": "Talked through a safe way up; up and steady.", "agreed_with": "Maureen Doyle"}
    assert desk.jay.post(path, json=care).status_code == 403
    assert amara.post(path, json={**care, "what": " "}).status_code == 422
    assert amara.post(path, json={**care, "agreed_with": ""}).status_code == 422
    assert one(desk, Case).clock_stop is None
    desk.clock.at += 5 * MIN
    assert amara.post(path, json=care).status_code == 200
    assert one(desk, Case).clock_stop == desk.clock.now()
    row = one(desk, RemoteCare)
    assert (row.what, row.agreed_with, row.by_name) == (*care.values(), "Amara Obi")
    assert one(desk, CallBack).state == "done"
    assert [row.state for row in desk.rows(Position) if row.kind == "nurse"] == ["offered"], (
        "the visit stands"
    )


def test_a_call_back_without_care_stops_nothing(desk: Desk) -> None:
    case = committed(desk, **VISIT)
    asks(desk.jay, case, "raise", "clinician_20_min", "unsure")
    with desk.hub.db.write() as session:
        (back,) = store.rows_of(session, CallBack, case.key, live=True)
        call_backs.reach(session, back, desk.clock.now(), Actor("user:3", "Amara Obi"), "advised to rest")
    assert one(desk, Case).clock_stop is None
