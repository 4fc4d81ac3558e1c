"""What is over rings no more, and leaves no text behind: found by random hands, each with the way it came about."""

from datetime import timedelta

from sqlmodel import Session

from dispatch import check_in, details, visits
from dispatch.check_in import CheckIn
from hub import outbox
from hub.outbox import LEASE, Effect, EffectState
from records import alarms, tasks
from records.model import Task
from tests.service.test_offers_by_hand import Hand, hand

__all__ = ["hand"]
WHY = {"why": "Her daughter takes her in."}


def rings(hand: Hand) -> list[str]:
    with hand.desk.hub.db.read() as session:
        return [alarm.kind for alarm in alarms.live(session, hand.desk.place)]


def effect_of(session: Session, hand: Hand, first: str) -> Effect:
    return session.get_one(Effect, hand.offer(first).effect_id or 0, populate_existing=True)


def test_handed_back_by_text_nobody_is_rung_about_the_steps_that_did_not_come(hand: Hand) -> None:
    """S25: she had not set off, is rung about it, and texts BACK."""
    hand.says("Ana", "1")
    with hand.desk.hub.db.write() as session:
        visits.overdue(session, hand.id, hand.desk.clock.now(), "set_off")
    assert "overdue_set_off" in rings(hand)
    hand.says("Ana", "BACK")
    assert "overdue_set_off" not in rings(hand)


def test_handed_back_from_the_scene_by_text_nobody_waits_for_an_all_well(hand: Hand) -> None:
    """S25: whoever comes next is at no scene that was asked about."""
    hand.says("Ana", "1")
    hand.says("Ana", "ARRIVED")
    with hand.desk.hub.db.write() as session:
        check_in.ask(session, hand.id, hand.desk.clock.now())
    hand.says("Ana", "BACK")
    assert [row.ended_at is None for row in hand.desk.rows(CheckIn)] == [False]


def test_stood_down_while_nobody_had_accepted(hand: Hand) -> None:
    """The visit is not needed: that nobody has accepted it, or could be asked, is no alarm any more."""
    with hand.desk.hub.db.write() as session:
        for kind in ("nobody_accepted", "nobody_eligible"):
            alarms.ring(session, hand.desk.place, kind, hand.id, "Nobody.", hand.desk.clock.now())
    hand.does(f"/positions/{hand.id}/stand-down", WHY)
    assert rings(hand) == []


def test_whereabouts_confirmed_nobody_needs_the_details(hand: Hand) -> None:
    """S24, S27: no access, and then she is found at her daughter's: the details are nobody's to open."""
    hand.says("Ana", "1")
    hand.says("Ana", "NOACCESS")
    with hand.desk.hub.db.write() as session:
        details.not_opened(session, hand.offer("Ana").key, hand.desk.clock.now() + details.OPEN_IN)
    assert details.UNOPENED in rings(hand)
    hand.does(f"/positions/{hand.id}/step", {"event": "find_person"})
    assert details.UNOPENED not in rings(hand)


def test_said_when_care_began_nobody_is_asked_for_it_any_more(hand: Hand) -> None:
    """S2: the question was late and had rung; its answer, and the undoing of DONE, end it."""
    hand.says("Ana", "1")
    for answered in ("said", "taken back"):
        hand.says("Ana", "DONE")
        (task,) = [row for row in hand.desk.rows(Task) if row.kind == "care_time" and row.state == "open"]
        with hand.desk.hub.db.write() as session:
            tasks.overdue(session, task.key, hand.desk.clock.now())
        assert "task" in rings(hand)
        if answered == "said":
            hand.does(f"/tasks/{task.key}/care-began", {"at": None})
            assert "task" not in rings(hand)
        hand.does(f"/positions/{hand.id}/undo", {"why": "Another house."})
        assert "task" not in rings(hand)


def test_a_withdrawn_offer_that_was_just_leaving_is_not_tried_again(hand: Hand) -> None:
    """Its attempt fails, or its worker is killed: it would have been sent after its own stand-down, or after a
    death."""
    hub, machine = hand.desk.hub, hand.desk.clock.machine()
    with hub.db.write() as session:
        claimed = outbox.claim(
            session, hand.offer("Ana").effect_id or 0, "w1", hand.desk.clock.now(), machine
        )
    assert claimed is not None
    hand.does(f"/offers/{hand.offer('Ana').key}/withdraw", {"why": "A mistake."})
    later = machine + LEASE + timedelta(seconds=1)
    with hub.db.write() as session:
        assert outbox.claim(session, claimed.id or 0, "w2", hand.desk.clock.now(), later) is None
        assert effect_of(session, hand, "Ana").state is EffectState.void
    assert "stood down" in hand.texts("Ana")[-1], "it may have left"


def test_an_attempt_that_nobody_answered_may_have_got_through(hand: Hand) -> None:
    """The carrier had the text and its answer was lost; before the next attempt the offer is withdrawn."""
    with hand.desk.hub.db.write() as session:
        effect = effect_of(session, hand, "Ana")
        effect.attempts, effect.error = 1, "ReadTimeout"
        session.add(effect)
    hand.does(f"/offers/{hand.offer('Ana').key}/withdraw", {"why": "A mistake."})
    assert "stood down" in hand.texts("Ana")[-1]


def test_an_attempt_that_never_reached_the_carrier_is_told_of_by_nothing(hand: Hand) -> None:
    with hand.desk.hub.db.write() as session:
        effect = effect_of(session, hand, "Ana")
        effect.attempts, effect.error = 1, "ConnectTimeout"
        session.add(effect)
    hand.does(f"/offers/{hand.offer('Ana').key}/withdraw", {"why": "A mistake."})
    assert "stood down" not in hand.texts("Ana")[-1]
