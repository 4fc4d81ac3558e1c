"""S25: a coordinator takes a mistaken step of a visit back, and everything that hung on it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from dispatch import service, undone, visits
from dispatch import store as dispatch
from dispatch.model import Offer, OfferState
from hub.deadlines import live_of_case
from hub.errors import Conflict, Refused
from protocols.house import WELFARE_CALLS
from records import store
from records.model import Case, CaseState, Position, Task, TaskKind
from records.service import take
from tests import free_text
from tests.desk import Desk
from tests.service.test_case_rules import AMARA, DESK, MIN, Hands, hands
from tests.story import START

__all__ = ["hands"]
YES_AT = START + 2 * MIN


class Visit:
    """A visit that Ana has accepted two minutes after the call."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.case_id = hands.case()
        (position,) = hands.all(Position)
        self.id = position.key
        hands.seek(self.id, START + MIN)
        self.accept(self.id, YES_AT)

    def accept(self, position: int, at: datetime) -> None:
        with self.hands.db.write() as session:
            (offer,) = dispatch.offers_of_position(session, position, [OfferState.sent])
            assert service.accept(session, DESK, offer, at, AMARA)

    def goes(self, event: str, at: datetime) -> None:
        with self.hands.db.write() as session:
            visits.step(session, session.get_one(Position, self.id), event, at, AMARA)

    def undo(self, at: datetime, why: str = "It was another house.") -> str:
        with self.hands.db.write() as session:
            return undone.undo(session, session.get_one(Position, self.id), why, WELFARE_CALLS, at, AMARA)

    @property
    def row(self) -> Position:
        found: Position = self.hands.get(Position, self.id)
        return found

    @property
    def case(self) -> Case:
        found: Case = self.hands.get(Case, self.case_id)
        return found

    def due(self) -> dict[str, datetime]:
        with self.hands.db.read() as session:
            return {one.kind: one.due_at for one in live_of_case(session, self.case_id)}

    def tasks(self) -> list[TaskKind]:
        with self.hands.db.read() as session:
            return [task.kind for task in store.rows_of(session, Task, self.case_id, live=True)]


@pytest.fixture
def visit(hands: Hands) -> Visit:
    return Visit(hands)


def test_every_step_back_to_the_yes(visit: Visit) -> None:
    for minutes, event in [(5, "set_off"), (20, "arrive"), (22, "begin_care"), (50, "finish")]:
        visit.goes(event, START + minutes * MIN)
    at = START + 52 * MIN
    backs = [visit.undo(at) for _ in range(4)]
    assert backs == ["with_person", "at_door", "en_route", "accepted"]
    row = visit.row
    assert (row.state, row.responder_name != "") == ("accepted", True)
    assert (row.set_off_at, row.forecast_at, row.arrived_at, row.care_began_at, row.done_at) == (None,) * 5
    with pytest.raises(Conflict, match="No step"):
        visit.undo(at)


def test_the_clock_that_care_had_stopped_goes_on(visit: Visit) -> None:
    """S1, S2: from where it began, with the warnings that are still to come, and with the breach."""
    visit.goes("begin_care", START + 30 * MIN)
    assert visit.case.clock_stop == START + 30 * MIN
    assert "breach" not in visit.due()
    visit.undo(START + 70 * MIN)
    assert visit.case.clock_stop is None
    due = visit.due()
    assert due["breach"] == START + 120 * MIN
    assert due["near_75"] == START + 90 * MIN
    assert "near_50" not in due, "that is past"
    assert "welfare" in due, "S4: nobody has been with them"


def test_a_done_that_skipped_care_asks_nothing_any_more(visit: Visit) -> None:
    visit.goes("arrive", START + 20 * MIN)
    visit.goes("finish", START + 21 * MIN)
    assert TaskKind.care_time in visit.tasks()
    assert visit.undo(START + 22 * MIN) == "at_door"
    assert TaskKind.care_time not in visit.tasks()
    assert visit.case.word == "at door"
    assert visit.due()["scene_check"] == START + 65 * MIN


def test_care_that_was_told_afterwards_falls_with_the_done(visit: Visit) -> None:
    visit.goes("arrive", START + 20 * MIN)
    visit.goes("finish", START + 30 * MIN)
    with visit.hands.db.write() as session:
        (task,) = [
            task
            for task in store.rows_of(session, Task, visit.case_id, live=True)
            if task.kind is TaskKind.care_time
        ]
        visits.say_when_care_began(session, task, START + 21 * MIN, START + 31 * MIN, AMARA)
    assert visit.case.clock_stop == START + 21 * MIN
    assert TaskKind.finish in visit.tasks()
    visit.undo(START + 32 * MIN)
    assert visit.row.care_began_at is None
    assert visit.case.clock_stop is None
    assert TaskKind.finish not in visit.tasks(), "it has not ended"


def test_the_clock_stays_where_somebody_else_has_stopped_it(visit: Visit, hands: Hands) -> None:
    with hands.db.write() as session:
        hands.position(session, take(session, visit.case_id, START), "two_hours", START)
    second = hands.all(Position)[-1].key
    hands.seek(second, START + 3 * MIN)
    visit.accept(second, START + 4 * MIN)
    visit.goes("begin_care", START + 20 * MIN)
    with hands.db.write() as session:
        visits.step(session, session.get_one(Position, second), "begin_care", START + 40 * MIN, AMARA)
    assert visit.case.clock_stop == START + 20 * MIN
    visit.undo(START + 41 * MIN)
    assert visit.case.clock_stop == START + 40 * MIN
    assert "breach" not in visit.due()


def test_what_is_due_again_is_not_due_at_once(visit: Visit) -> None:
    visit.goes("set_off", START + 5 * MIN)
    visit.undo(START + 90 * MIN)
    assert visit.due()["set_off"] == START + 95 * MIN


def test_who_is_on_another_visit_is_not_called_back_to_this_one(visit: Visit, hands: Hands) -> None:
    visit.goes("finish", START + 20 * MIN)
    who = visit.row.responder_id
    other_case = hands.case(at=START + 21 * MIN)
    with hands.db.write() as session:
        (other,) = store.rows_of(session, Position, other_case, live=True)
        other_id = other.key
        offer = _offer_to(session, other, who or 0, START + 22 * MIN)
        assert service.accept(session, DESK, offer, START + 22 * MIN, AMARA)
    with hands.db.write() as session:
        visits.step(session, session.get_one(Position, other_id), "set_off", START + 23 * MIN, AMARA)
    assert visit.undo(START + 24 * MIN) == "done"
    assert (visit.row.state, hands.get(Position, other_id).state) == ("done", "en_route")
    assert TaskKind.other in visit.tasks(), "nothing is lost: somebody must ask for another visit"
    assert visit.case.state is CaseState.open


def test_what_they_have_not_set_off_to_waits_again(visit: Visit, hands: Hands) -> None:
    """S25, invariant 3: the visit that was not over is theirs, and the other is their next, with its own deadline."""
    visit.goes("finish", START + 20 * MIN)
    other_case = hands.case(at=START + 21 * MIN)
    with hands.db.write() as session:
        (other,) = store.rows_of(session, Position, other_case, live=True)
        other_id = other.key
        offer = _offer_to(session, other, visit.row.responder_id or 0, START + 22 * MIN)
        assert service.accept(session, DESK, offer, START + 22 * MIN, AMARA)
    assert visit.undo(START + 23 * MIN) == "accepted"
    waits = hands.get(Position, other_id)
    assert (visit.row.state, waits.state, waits.is_next) == ("accepted", "accepted", True)
    assert waits.forecast_at is not None
    with hands.db.read() as session:
        assert {one.kind for one in live_of_case(session, other_case) if one.owner == "position"} == {
            "next_leaves"
        }


def _offer_to(session: Session, position: Position, who: int, at: datetime) -> Offer:
    offer = Offer(
        place=position.place,
        case_id=position.case_id,
        position_id=position.key,
        responder_id=who,
        code="9Z9Z",
        sent_at=at,
        expires_at=at + timedelta(minutes=3),
        travel_min=5,
        reasons=[],
    )
    session.add(offer)
    session.flush()
    return offer


@pytest.mark.parametrize("why", ["", " "])
def test_it_needs_a_reason(visit: Visit, why: str) -> None:
    visit.goes("set_off", START + 5 * MIN)
    with pytest.raises(Refused, match="Say why"):
        visit.undo(START + 6 * MIN, why.strip())
    assert visit.row.state == "en_route"


def test_a_closed_case_is_opened_first(visit: Visit, hands: Hands) -> None:
    visit.goes("begin_care", START + 20 * MIN)
    visit.goes("finish", START + 40 * MIN)
    hands.close(visit.case_id, START + 41 * MIN)
    assert visit.case.state is CaseState.closed
    with pytest.raises(Conflict, match="Open it again"):
        visit.undo(START + 42 * MIN)
    assert visit.row.state == "done"


def test_what_was_taken_back_stays_in_the_history(visit: Visit) -> None:
    visit.goes("arrive", START + 20 * MIN)
    visit.undo(START + 21 * MIN)
    with visit.hands.db.read() as session:
        last = next(line for line in store.timeline(session, visit.case_id) if line.owed == "position")
    assert (last.from_state, last.to_state, last.actor_name) == ("at_door", "accepted", AMARA.name)
    assert "It was another house." in last.words


def test_a_mistaken_done_can_be_taken_back_from_the_panel(desk: Desk) -> None:
    offer, priya = free_text.accepted(desk), desk.person("Priya Nair")
    with desk.hub.db.write() as session:
        position = session.get_one(Position, offer.position_id)
        visits.step(session, position, "finish", desk.clock.now(), AMARA)
    panel = f"/cases/{offer.case_id}/panel"
    assert f"/api/positions/{offer.position_id}/undo" in priya.get(panel).text
    assert f"/api/positions/{offer.position_id}/undo" not in desk.jay.get(panel).text
    undone_by = priya.post(f"/api/positions/{offer.position_id}/undo", json={"why": "Another house."})
    assert undone_by.json()["said"] == "Taken back; they are accepted again."
