"""S3, S31: a ladder is paused with a reason and an end and goes on by itself; its next step comes by hand."""

import pytest
from sqlmodel import select

from dispatch import ladder, pausing, seeking, service
from dispatch.model import Offer, OfferState, Responder
from dispatch.pauses import Pause
from hub import deadlines
from records import alarms
from tests.desk import Desk
from tests.service.test_case_rules import MIN
from tests.service.test_offers_by_hand import WHY, Hand, hand

__all__ = ["hand"]


class Ladder:
    """The hub's own hands, one deadline at a time."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.desk = hand, hand.desk
        self.with_ = hand.desk.app.state.desk

    def at(self, minutes: float) -> None:
        self.desk.clock.at = self.hand.began + minutes * MIN

    def climbs(self) -> None:
        with self.desk.hub.db.write() as session:
            ladder.climb(session, self.with_, self.hand.id, self.desk.clock.now())

    def expires(self) -> None:
        for offer in self.live():
            with self.desk.hub.db.write() as session:
                service.expire(session, self.with_, offer.key, self.desk.clock.now())

    def pause_ends(self) -> None:
        with self.desk.hub.db.write() as session:
            pausing.over(session, self.with_, self.desk.rows(Pause)[-1].key, self.desk.clock.now())

    def seeks(self) -> None:
        with self.desk.hub.db.write() as session:
            seeking.seek(session, self.with_, self.hand.id, self.desk.clock.now())

    def live(self) -> list[Offer]:
        return [row for row in self.desk.rows(Offer) if row.state is OfferState.sent]

    def due(self) -> dict[str, float]:
        with self.desk.hub.db.read() as session:
            found = deadlines.live_of_case(session, self.hand.case_id)
        return {one.kind: (one.due_at - self.hand.began) / MIN for one in found}

    def alerted(self) -> int:
        return self.hand.timeline().count("Priya Nair (coordinator) alerted")


@pytest.fixture
def steps(hand: Hand) -> Ladder:
    return Ladder(hand)


def pause(hand: Hand, minutes: int, status: int = 200, why: str = "I am ringing round.") -> str:
    return hand.does(f"/positions/{hand.id}/pause", {"minutes": minutes, "why": why}, status)


def test_offers_and_ladder_stand_still_and_go_on_by_themselves(hand: Hand, steps: Ladder) -> None:
    steps.at(3)
    assert "goes on by itself" in pause(hand, 10)
    assert "paused until 14:13: I am ringing round. (Priya Nair)" in hand.timeline()
    steps.at(4)
    steps.expires()
    assert steps.live() == [], "nobody else is asked"
    assert hand.row.state == "open"
    steps.at(7)
    steps.climbs()
    assert steps.alerted() == 0
    assert {"ladder", "seek", "ladder_pause"} <= set(steps.due()), "everything that waits has a deadline"
    assert "near_50" in steps.due(), "the case's own times run on"
    panel = hand.priya.get(f"/cases/{hand.case_id}/panel").text
    assert "Paused until 14:13" in panel
    assert "I am ringing round." in panel
    steps.at(13)
    steps.pause_ends()
    assert len(steps.live()) == 1
    assert steps.due()["ladder"] == 16, "what was to come at 6 min comes ten later"
    assert "ladder_pause" not in steps.due()
    steps.at(16)
    steps.climbs()
    assert steps.alerted() == 1
    assert "for 16 min" in hand.desk.rows(alarms.Alarm)[-1].words, (
        "how long they have waited is not made less"
    )
    assert steps.due()["ladder"] == 25


def test_ended_early_by_hand(hand: Hand, steps: Ladder) -> None:
    steps.at(1)
    pause(hand, 20)
    assert "has paused it already" in pause(hand, 5, 409)
    steps.at(3)
    assert hand.does(f"/positions/{hand.id}/go-on") == "The ladder goes on."
    assert "goes on already" in hand.does(f"/positions/{hand.id}/go-on", status=409)
    assert steps.due()["ladder"] == 8
    steps.at(9)
    steps.pause_ends()
    assert steps.due()["ladder"] == 8, "over is over"


def test_thirty_minutes_in_all(hand: Hand, steps: Ladder) -> None:
    assert "Say why" in pause(hand, 5, 422, why="")
    pause(hand, 31, 422)
    steps.at(1)
    pause(hand, 20)
    steps.at(21)
    steps.pause_ends()
    assert "10 min are left" in pause(hand, 11, 422)
    pause(hand, 10)


def test_a_late_ticker_makes_a_pause_no_longer(hand: Hand, steps: Ladder) -> None:
    steps.at(1)
    pause(hand, 5)
    steps.at(40)
    steps.pause_ends()
    assert steps.due()["ladder"] == 11, "due at once, and not in 39 minutes"


def test_a_yes_counts_in_a_pause_and_somebody_may_be_asked_by_hand(hand: Hand, steps: Ladder) -> None:
    pause(hand, 10)
    hand.offers_to("Niamh")
    hand.does(f"/offers/{hand.offer('Niamh').key}/accept")
    assert hand.row.state == "accepted"
    steps.at(5)
    hand.does(f"/positions/{hand.id}/hand-back", WHY)
    assert len(steps.live()) == 1, "a new ladder is not paused"
    steps.at(10)
    before = hand.row.ladder_began_at
    steps.pause_ends()
    assert hand.row.ladder_began_at == before, "and the old pause does not move it"
    pause(hand, 5)


def test_s31_that_nobody_can_be_asked_is_told_in_a_pause_too(hand: Hand, steps: Ladder) -> None:
    pause(hand, 10)
    with hand.desk.hub.db.write() as session:
        for who in session.exec(select(Responder)):
            who.reachable = False
            session.add(who)
    steps.at(4)
    steps.expires()
    with hand.desk.hub.db.read() as session:
        assert alarms.is_live(session, hand.desk.place, "nobody_eligible", hand.id)


def test_the_next_step_is_done_now_by_hand(hand: Hand, steps: Ladder) -> None:
    steps.at(2)
    path = f"/positions/{hand.id}/next-step"
    assert hand.does(path) == "Done now: coordinator alerted."
    assert steps.alerted() == 1
    assert "done now: coordinator alerted. (Priya Nair)" in hand.timeline()
    assert steps.due()["ladder"] == 15
    steps.at(6)
    steps.climbs()
    assert steps.alerted() == 1, "not once more in its own time"
    assert hand.does(path) == "Done now: coordinator alerted and manager alerted and manager rung."
    pause(hand, 5)
    assert "is paused" in hand.does(path, status=409)
    hand.does(f"/positions/{hand.id}/go-on")
    hand.does(f"/offers/{steps.live()[0].key}/accept")
    assert "no next step" in hand.does(path, status=409)


def test_all_that_is_to_come_is_shown_with_its_times(sqlite_desk: Desk) -> None:
    hand = Hand(sqlite_desk)
    panel = hand.priya.get(f"/cases/{hand.case_id}/panel").text
    shown = ["14:06", "Coordinator alerted", "14:15", "Manager rung", "14:30", "again every 15 min"]
    places = [panel.index(words) for words in shown]
    assert places == sorted(places)
