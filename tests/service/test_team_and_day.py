"""The escalation language: to a team at once, and in daytime only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from dispatch import seeking
from dispatch.duty_model import ResponderRecord
from dispatch.model import Offer, OfferState, Shift
from hub.deadlines import Deadline, DeadlineState
from records import alarms
from records.model import Position
from tests.desk import Desk
from tests.service.test_offers_by_hand import Hand, hand

__all__ = ["hand"]
TEAM = "Leeds Falls Service"


def with_offer(desk: Desk, **said: object) -> None:
    """The ladder in force for every priority, with this first step."""
    library = desk.app.state.desk.library
    for priority, protocol in library.escalation.items():
        step = replace(protocol.steps[0], **said)
        library.escalation[priority] = replace(protocol, steps=(step, *protocol.steps[1:]))


def works_for(hand: Hand, organisation: str, *first_names: str) -> None:
    with hand.desk.hub.db.write() as session:
        for first in first_names:
            who = hand.who(first)
            record = session.get(ResponderRecord, who.key) or ResponderRecord(
                responder_id=who.key, place=who.place
            )
            record.organisation = organisation
            session.add(record)


def asked_now(hand: Hand) -> set[str]:
    live = [row for row in hand.desk.rows(Offer) if row.state is OfferState.sent]
    names = {hand.who(first).key: first for first in ("Ana", "Tom", "Niamh", "Dev")}
    return {names[row.responder_id] for row in live}


def begins_again(hand: Hand) -> None:
    """Ana's offer of the old ladder runs out, and the position is looked at."""
    hand.does(f"/offers/{hand.offer('Ana').key}/decline")


def test_all_of_a_team_are_asked_at_once_and_then_the_ranking(hand: Hand) -> None:
    works_for(hand, TEAM, "Niamh", "Dev")
    with_offer(hand.desk, team=TEAM)
    begins_again(hand)
    assert asked_now(hand) == {"Niamh", "Dev"}, "whoever is nearer waits"
    hand.does(f"/offers/{hand.offer('Niamh').key}/decline")
    assert asked_now(hand) == {"Dev"}, "the team is waited for together"
    hand.does(f"/offers/{hand.offer('Dev').key}/decline")
    assert asked_now(hand) == {"Tom"}, "and then down the ranking"


def test_the_first_yes_of_a_team_has_it_and_the_others_are_told(hand: Hand) -> None:
    works_for(hand, TEAM, "Niamh", "Dev")
    with_offer(hand.desk, team=TEAM)
    begins_again(hand)
    for first in ("Niamh", "Dev"):
        hand.leaves(first)
    hand.says("Dev", "1")
    assert hand.row.responder_id == hand.who("Dev").id
    assert "already taken" in hand.texts("Niamh")[-1]


def test_a_team_of_which_nobody_is_on_shift_holds_nobody_up(hand: Hand) -> None:
    with_offer(hand.desk, team="A team of nobody")
    begins_again(hand)
    assert len(asked_now(hand)) == 1


NIGHT = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def waiting_at_night(hand: Hand, due: datetime, act: Callable[[Session, Position], None]) -> None:
    """The same position, due then, that nobody has been asked for yet, looked at by night; everybody is on shift."""
    begins_again(hand)
    hand.desk.clock.at = NIGHT
    with hand.desk.hub.db.write() as session:
        for shift in session.exec(select(Shift)):
            shift.ends_at = NIGHT + timedelta(days=2)
        position = session.get_one(Position, hand.id)
        position.due_at, position.ladder_began_at = due, None
        for offer in session.exec(select(Offer).where(Offer.state == OfferState.sent)):
            offer.state = OfferState.expired
        session.flush()
        act(session, position)


def test_by_night_nobody_is_woken_and_the_morning_is_a_deadline(hand: Hand) -> None:
    desk = hand.desk
    by_day = (MORNING.time(), NIGHT.time())
    with_offer(desk, daytime=by_day, wait_s=7200)

    def look(session: Session, position: Position) -> None:
        seeking.seek(session, desk.app.state.desk, position.key, NIGHT)

    waiting_at_night(hand, NIGHT + timedelta(days=1), look)
    assert asked_now(hand) == set()
    with desk.hub.db.read() as session:
        assert not alarms.is_live(session, desk.place, "nobody_eligible", hand.id), "they are asked tomorrow"
    due = {
        row.kind: row.due_at
        for row in desk.rows(Deadline)
        if row.state is DeadlineState.waiting and row.subject == hand.id and row.owner == "position"
    }
    assert due["seek"] == MORNING
    assert due["ladder"] > MORNING, "the ladder begins with the first offer"
    assert hand.row.ladder_began_at == MORNING
    desk.clock.at = MORNING
    with desk.hub.db.write() as session:
        seeking.seek(session, desk.app.state.desk, hand.id, MORNING)
    assert len(asked_now(hand)) == 1


def test_what_cannot_wait_for_the_morning_is_offered_by_night(hand: Hand) -> None:
    desk = hand.desk
    with_offer(desk, daytime=(MORNING.time(), NIGHT.time()), wait_s=7200)

    def look(session: Session, position: Position) -> None:
        seeking.seek(session, desk.app.state.desk, position.key, NIGHT)

    waiting_at_night(hand, MORNING + timedelta(hours=1), look)
    assert len(asked_now(hand)) == 1
