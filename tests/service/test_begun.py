"""S1: a call taken while the hub was away is told later, perhaps twice, perhaps by somebody else: one call, on its own
clock."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from records.model import Call, Case, Timeline
from tests.desk import Desk
from tests.story import START


def begun(ago: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
    """What a page sends of a call; its computer's clock is wrong by years."""
    wrong = START - timedelta(days=1000)
    times = {"began_at": (wrong - ago).isoformat(), "sent_at": wrong.isoformat()}
    return {"id": str(uuid.uuid4()), **times, **more}


def words(desk: Desk, event: str) -> list[str]:
    return [row.words for row in desk.rows(Timeline) if row.event == event and row.owed in (None, "call")]


def test_told_twice_it_is_one_call_on_the_clock_of_its_beginning(desk: Desk) -> None:
    body = begun(timedelta(minutes=40))
    first = desk.does("/api/calls/begun", body)
    desk.clock.at += timedelta(minutes=5)
    assert desk.does("/api/calls/begun", body)["call"] == first["call"]
    (call,), (case,) = desk.rows(Call), desk.rows(Case)
    began = START - timedelta(minutes=40)
    assert (call.opened_at, call.answered_at, call.heard_at) == (began, began, START)
    assert case.clock_start == began, "who waited while the hub was away has waited"
    said = " ".join(words(desk, "opened"))
    assert "begun at" in said
    assert "the hub heard of it at" in said
    assert desk.does("/api/calls/begun", begun())["call"] != first["call"]


@pytest.mark.parametrize(
    ("ago", "start"),
    [
        (timedelta(days=400), START),
        (timedelta(minutes=-90), START),
        (timedelta(hours=30), START - timedelta(hours=30)),
    ],
)
def test_a_beginning_that_cannot_be_is_kept_in_words_alone(desk: Desk, ago: timedelta, start: Any) -> None:
    desk.does("/api/calls/begun", begun(ago))
    assert desk.rows(Case)[0].clock_start == start
    if ago > timedelta(days=2):
        assert "which is too long ago" in " ".join(words(desk, "opened"))


def test_somebody_else_hands_it_in_and_both_are_named(desk: Desk) -> None:
    jay = desk.jay.get("/api/me").json()
    assert jay["name"] == "Jay Osei"
    mina = desk.person("Mina Patel")
    body = begun(timedelta(minutes=9), taken_by=jay["user"])
    said = mina.post("/api/calls/begun", json=body)
    assert said.status_code == 200, said.text
    assert desk.rows(Call)[0].handler_name == "Mina Patel"
    line = next(one for one in words(desk, "opened") if "handed it in" in one)
    assert (
        line == "Jay Osei took the call while the hub was away; Mina Patel handed it in from that computer."
    )


def test_it_takes_nobody_off_the_line_that_they_are_on_now(desk: Desk) -> None:
    live = desk.does("/api/calls/new")["call"]
    desk.does("/api/calls/begun", begun(timedelta(minutes=3)))
    by_id = {call.key: call for call in desk.rows(Call)}
    assert by_id[live].parked_at is None
    desk.does("/api/calls/begun", {"id": str(uuid.uuid4())})
    assert {call.key: call for call in desk.rows(Call)}[live].parked_at is not None, (
        "begun now: one voice at a time"
    )


def test_what_is_no_id_is_refused(desk: Desk) -> None:
    desk.does("/api/calls/begun", {"id": "no"}, 422)
    desk.does("/api/calls/begun", {"id": str(uuid.uuid4()), "began_at": "2026-01-01T10:00:00"}, 422)
    assert desk.rows(Call) == []
