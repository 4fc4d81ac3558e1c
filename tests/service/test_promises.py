"""S3, S23: a yes with a condition is put to the coordinator, accepts nothing by itself, and stops no ladder."""

import pytest

from dispatch import service
from dispatch.model import Offer, OfferState
from dispatch.visits import travel
from hub import deadlines
from records import alarms
from records.model import Task, TaskKind
from tests.service.test_case_rules import MIN
from tests.service.test_offers_by_hand import Hand, hand
from workers import ticker

__all__ = ["hand"]


def promise(hand: Hand) -> Task:
    (task,) = (row for row in hand.desk.rows(Task) if row.kind is TaskKind.promise and row.state == "open")
    found: Task = task
    return found


def no_promise(hand: Hand) -> bool:
    return all(row.state != "open" for row in hand.desk.rows(Task) if row.kind is TaskKind.promise)


def expires(hand: Hand, first: str) -> None:
    with hand.desk.hub.db.write() as session:
        service.expire(session, hand.desk.app.state.desk, hand.offer(first).key, hand.desk.clock.now())


def test_accepted_by_the_coordinator_with_its_time_as_the_forecast(hand: Hand) -> None:
    hand.says("Ana", "yes in 40")
    now = hand.desk.clock.now()
    assert hand.texts("Ana")[-1].endswith("noted; the coordinator decides. Nothing to do yet.")
    assert hand.row.state == "offered", "it accepts nothing by itself"
    assert promise(hand).words == "Ana R., nurse, can be there by 14:40, in time: it is due 16:00."
    board = hand.priya.get("/board", headers={"accept": "text/html"}).text
    assert "Ana R., nurse, can be there by 14:40" in board
    said = hand.does(f"/tasks/{promise(hand).key}/promise/accept")
    assert said == "Accepted; they are told."
    assert hand.row.state == "accepted"
    assert hand.row.forecast_at == now + 40 * MIN
    assert "is yours, you said by 14:40. Reply ENROUTE" in hand.texts("Ana")[-1]
    with hand.desk.hub.db.read() as session:
        due = {one.kind: one.due_at for one in deadlines.live_of_case(session, hand.case_id)}
    assert due["set_off"] == now + 40 * MIN - travel(hand.row), "she need not set off in ten minutes"
    assert no_promise(hand)
    assert "decided about this already" in hand.does(
        f"/tasks/{hand.desk.rows(Task)[-1].key}/promise/accept", status=409
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("can do by 1500", "by 15:00, in time: it is due 16:00"),
        ("yes by 16:30", "by 16:30, 30 min too late: it is due 16:00"),
        ("yes in 4 hours", "by 18:00, 120 min too late"),
    ],
)
def test_a_promise_past_the_due_time_says_so(hand: Hand, body: str, says: str) -> None:
    hand.says("Ana", body)
    assert says in promise(hand).words


def test_a_time_that_is_past_goes_to_a_human(hand: Hand) -> None:
    hand.says("Ana", "yes by 13:55")
    assert no_promise(hand)
    assert [row.kind for row in hand.desk.rows(Task) if row.state == "open"] == [TaskKind.unread_reply]


def test_s3_the_ladder_goes_on_and_the_promise_has_a_deadline(hand: Hand) -> None:
    hand.says("Ana", "yes in 40")
    hand.desk.clock.at += 4 * MIN
    expires(hand, "Ana")
    assert hand.row.state == "offered"
    assert hand.row.offered_to != "Ana R."
    assert promise(hand).state == "open", "it still waits for a coordinator"
    hand.desk.clock.at += 2 * MIN
    with hand.desk.hub.db.write() as session:
        ticker.ALONE["task"](session, promise(hand).key, hand.desk.clock.now())
        assert alarms.is_live(session, hand.desk.place, "task", promise(hand).key)
    assert "Accepted" in hand.does(f"/tasks/{promise(hand).key}/promise/accept")
    assert hand.row.responder_id == hand.who("Ana").id


def test_taken_meanwhile_by_another_they_are_told(hand: Hand) -> None:
    hand.says("Ana", "yes in 40")
    hand.desk.clock.at += 4 * MIN
    expires(hand, "Ana")
    (other,) = (row for row in hand.desk.rows(Offer) if row.state is OfferState.sent)
    hand.does(f"/offers/{other.key}/accept")
    assert no_promise(hand)
    assert "already taken" in hand.texts("Ana")[-1]
    hand.says("Ana", f"yes in 30 {hand.offer('Ana').code}")
    assert "already taken" in hand.texts("Ana")[-1]
    assert no_promise(hand)


def test_not_accepted_they_are_told_and_the_hub_looks_on(hand: Hand) -> None:
    hand.says("Ana", "yes in 2 hours")
    assert "the hub goes on looking" in hand.does(f"/tasks/{promise(hand).key}/promise/refuse")
    assert "not needed at that time" in hand.texts("Ana")[-1]
    assert hand.row.state == "offered"
    assert "Ana" not in hand.row.offered_to
    assert no_promise(hand)


def test_a_plain_yes_or_no_after_it_is_what_counts(hand: Hand) -> None:
    hand.says("Ana", "yes in 40")
    hand.says("Ana", "yes in 60")
    assert "by 15:00" in promise(hand).words, "the newest alone stands"
    hand.says("Ana", "1")
    assert hand.row.responder_id == hand.who("Ana").id
    assert no_promise(hand)


def test_stood_down_nobody_decides_any_more(hand: Hand) -> None:
    hand.says("Ana", "yes in 40")
    hand.desk.clock.at += 4 * MIN
    expires(hand, "Ana")
    hand.does(f"/positions/{hand.id}/stand-down", {"why": "Her son is there."})
    assert no_promise(hand)
    assert "stood down" in hand.texts("Ana")[-1]
