"""A caller who waits on the line is in everybody's sight, has a deadline (S3), and is picked up by one person."""

from datetime import timedelta
from typing import Any

from hub.deadlines import live_of_case
from records.model import Call, Case, Timeline
from tests.desk import Desk
from triage import parked


def line(desk: Desk) -> Any:
    return desk.jay.get("/calls/line").json()


def test_a_parked_call_is_in_everybodys_sight_and_its_case_stays_on_its_clock(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    before = desk.rows(Case)[0].clock_start
    desk.clock.at += timedelta(minutes=1)
    desk.does(f"/api/calls/{call}/park")
    seen = desk.person("Mina Patel").get("/calls/line").json()
    assert [(one["id"], one["handler"]) for one in seen["parked"]] == [(call, "Jay Osei")]
    assert desk.rows(Case)[0].clock_start == before, "S1: parking moves no clock"
    assert desk.rows(Call)[0].state == "on_line"
    page = desk.jay.get(f"/calls/{call}")
    assert "‖ PARKED" in page.text


def test_whoever_is_free_picks_it_up_and_the_second_reads_who_was_first(desk: Desk) -> None:
    call, mina = desk.does("/api/calls/new")["call"], desk.person("Mina Patel")
    desk.does(f"/api/calls/{call}/park")
    assert mina.post(f"/api/calls/{call}/pick-up", json={}).status_code == 200
    said = desk.does(f"/api/calls/{call}/pick-up", status=409)
    assert said["problem"] == "Mina Patel has picked it up."
    assert (line(desk)["parked"], desk.rows(Call)[0].handler_name) == ([], "Mina Patel")
    events = [row.event for row in desk.rows(Timeline) if row.case_id == desk.rows(Case)[0].id]
    assert events[-2:] == ["parked", "picked_up"]


def test_a_caller_parked_for_long_is_an_alarm_until_somebody_picks_up(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    desk.does(f"/api/calls/{call}/park")
    with desk.hub.db.read() as session:
        due = {row.kind: row.due_at for row in live_of_case(session, desk.rows(Case)[0].id)}
    assert due == {"call_parked": desk.clock.now() + timedelta(minutes=2)}
    desk.clock.at += timedelta(minutes=2)
    with desk.hub.db.write() as session:
        parked.too_long(session, call, desk.clock.now())
    board = desk.jay.get("/board").text
    assert "the caller has been parked for 2 min. Pick the call up." in board
    desk.does(f"/api/calls/{call}/pick-up")
    assert "has been parked for" not in desk.jay.get("/board").text


def test_who_takes_another_call_has_parked_the_one_they_were_on(desk: Desk) -> None:
    first = desk.does("/api/calls/new")["call"]
    ringing = desk.rings()
    assert line(desk)["free"] is False, "on a call: nothing pops up"
    second = desk.does(f"/api/calls/{ringing}/answer")["call"]
    assert [one["id"] for one in line(desk)["parked"]] == [first]
    desk.does(f"/api/calls/{first}/pick-up")
    assert [one["id"] for one in line(desk)["parked"]] == [second]


def test_a_parked_caller_who_rings_off_is_rung_back_like_any_other(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    desk.does(f"/api/calls/{call}/park")
    desk.drops(call)
    assert line(desk)["parked"] == []
    assert "rung off" in desk.does(f"/api/calls/{call}/pick-up", status=409)["problem"]
    assert [one["why"] for one in desk.jay.get("/calls/state").json()["call_backs"]] == ["the line went dead"]


def test_nobody_parks_what_is_over(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    desk.does(f"/api/calls/{call}/end")
    desk.does(f"/api/calls/{call}/park", status=409)


def test_a_ringing_call_pops_up_with_its_number_and_what_is_open_for_it(desk: Desk) -> None:
    first = desk.does("/api/calls/new")
    number = {"id": "0123456789abcdef", "field": "number", "value": "0113 496 0812"}
    desk.does(f"/api/calls/{first['call']}/typed", {"entries": [number]})
    desk.does(f"/api/calls/{first['call']}/end")
    call, ref = desk.rings("+441134960812"), desk.rows(Case)[0].ref
    seen = line(desk)
    assert seen["free"] is True
    assert [(one["id"], [about["ref"] for about in one["about"]]) for one in seen["ringing"]] == [
        (call, [ref])
    ]
    for part in ("0113 496 0812", ref, f'data-claims="{call}"'):
        assert part in seen["pop_up"]
    assert desk.person("Priya Nair").get("/calls/line").status_code == 403, "a coordinator takes no calls"
