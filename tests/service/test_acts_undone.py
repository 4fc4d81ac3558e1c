"""Each act of the case panel, and how it is undone: the rows of docs/undoing.md."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from dispatch.model import Message, OfferState
from hub.access import User
from hub.outbox import Effect, EffectState
from records.model import Call, Case, CaseState, Position
from records.reopening import AT_ONCE
from tests.service.test_offers_by_hand import WHY, Hand, hand

__all__ = ["hand"]
TABLE = Path(__file__).resolve().parents[2] / "docs" / "undoing.md"


def the_case(hand: Hand) -> Case:
    with hand.desk.hub.db.read() as session:
        return session.get_one(Case, hand.case_id)


def test_an_offer_is_withdrawn_unheard_and_a_withdrawal_is_asked_again(hand: Hand) -> None:
    hand.offers_to("Niamh")
    said = hand.does(f"/offers/{hand.offer('Niamh').key}/withdraw", WHY)
    assert said == "Withdrawn before its text had left."
    assert "stood down" not in " ".join(hand.texts("Niamh"))
    hand.offers_to("Niamh", again=True)
    assert hand.offer("Niamh").state is OfferState.sent
    assert "ended already" in hand.does(f"/offers/{hand.offers('Niamh')[0].key}/withdraw", WHY, 409)


def test_a_message_is_taken_back_until_it_has_left(hand: Hand) -> None:
    words = {"to": hand.who("Ana").key, "body": "Use the side door."}
    hand.does(f"/cases/{hand.case_id}/message", words)
    sent = hand.desk.rows(Message)[-1]
    panel = f"/cases/{hand.case_id}/panel"
    assert f"/api/messages/{sent.key}/take-back" in hand.priya.get(panel).text
    assert hand.does(f"/messages/{sent.key}/take-back") == "Taken back before it had left."
    assert hand.desk.rows(Message)[-1].status == "taken back"
    (effect,) = [row for row in hand.desk.rows(Effect) if row.id == sent.effect_id]
    assert effect.state is EffectState.void
    hand.does(f"/cases/{hand.case_id}/message", words)
    sent = hand.desk.rows(Message)[-1]
    with hand.desk.hub.db.write() as session:
        session.get_one(Effect, sent.effect_id or 0).state = EffectState.settled
    assert "It has left" in hand.does(f"/messages/{sent.key}/take-back", status=409)
    offered = next(row for row in hand.desk.rows(Message) if row.offer_id)
    hand.does(f"/messages/{offered.key}/take-back", status=404)


def test_a_visit_stood_down_by_mistake_is_wanted_after_all(hand: Hand) -> None:
    hand.leaves("Ana")
    hand.does(f"/positions/{hand.id}/stand-down", WHY)
    assert "stood down" in hand.texts("Ana")[-1]
    path = f"/positions/{hand.id}/want-again"
    assert "Say why" in hand.does(path, {"why": ""}, 422)
    assert "is looked for again" in hand.does(path, WHY)
    old, new = hand.desk.rows(Position)
    assert (new.kind, new.priority, new.due_at) == (old.kind, old.priority, old.due_at)
    assert new.state == "offered"
    assert "looked for already" in hand.does(path, WHY, 409)


def test_a_visit_that_nobody_stood_down_cannot_be_wanted_again(hand: Hand) -> None:
    assert "not stood down" in hand.does(f"/positions/{hand.id}/want-again", WHY, 409)


def test_whoever_closed_it_opens_it_again_at_once_and_a_senior_later(hand: Hand) -> None:
    desk = hand.desk
    hand.does(f"/positions/{hand.id}/stand-down", WHY)
    desk.does(f"/api/calls/{desk.rows(Call)[-1].key}/end")
    desk.does(f"/api/cases/{hand.case_id}/outcome", {"outcome": "cancelled", "words": "Her son is there."})
    assert the_case(hand).state is CaseState.closed
    panel = f"/cases/{hand.case_id}/panel"
    mina = desk.person("Mina Patel")
    assert "Open again" in desk.jay.get(panel).text
    assert "Open again" not in mina.get(panel).text
    assert mina.post(f"/api/cases/{hand.case_id}/reopen", json=WHY).status_code == 403
    clock = the_case(hand).clock_start
    desk.does(f"/api/cases/{hand.case_id}/reopen", WHY)
    assert (the_case(hand).state, the_case(hand).clock_start) == (CaseState.open, clock)
    desk.does(f"/api/cases/{hand.case_id}/outcome", {"outcome": "cancelled", "words": "Her son is there."})
    desk.clock.at += AT_ONCE + timedelta(seconds=1)
    desk.does(f"/api/cases/{hand.case_id}/reopen", WHY, 403)
    hand.does(f"/cases/{hand.case_id}/reopen", WHY)


def test_a_question_to_take_over_is_taken_back(hand: Hand) -> None:
    """S29: it stays where it was."""
    desk = hand.desk
    amara = desk.person("Amara Obi")
    with desk.hub.db.read() as session:
        femi = session.exec(select(User).where(User.name == "Femi Ade")).one().id
    path = f"/api/cases/{hand.case_id}/responsible"
    amara.post(f"{path}/offer", json={"to": femi}).raise_for_status()
    assert "Take the question back" in amara.get(f"/cases/{hand.case_id}/panel").text
    assert amara.post(f"{path}/ask-no-more", json={}).json()["said"] == "Taken back. It stays with you."
    assert desk.person("Femi Ade").post(f"{path}/accept", json={}).status_code == 409
    assert amara.post(f"{path}/ask-no-more", json={}).status_code == 409
    assert the_case(hand).responsible_name == "Amara Obi"


def test_a_raise_is_lowered_by_a_clinician_and_by_nobody_else(hand: Hand) -> None:
    """S10."""
    desk = hand.desk
    up, down = ({"priority": to, "why": "A slip of the finger."} for to in ("one_hour", "two_hours"))
    desk.does(f"/api/cases/{hand.case_id}/raise", up)
    for name in ("Jay Osei", "Priya Nair", "Dana Cole"):
        assert desk.person(name).post(f"/api/cases/{hand.case_id}/lower", json=down).status_code == 403
    desk.person("Amara Obi").post(f"/api/cases/{hand.case_id}/lower", json=down).raise_for_status()
    assert the_case(hand).priority == "two_hours"


def test_a_pause_is_ended(hand: Hand) -> None:
    hand.does(f"/positions/{hand.id}/pause", {"minutes": 10, **WHY})
    assert hand.does(f"/positions/{hand.id}/go-on") == "The ladder goes on."
    assert "goes on already" in hand.does(f"/positions/{hand.id}/go-on", status=409)


@pytest.mark.parametrize("act", ["offer by hand", "withdraw", "reassign", "message", "ring", "cancel", "pause", "raise",
                                 "take responsibility", "close"])  # fmt: skip
def test_the_table_has_a_row_for_each_act(act: str) -> None:
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert any(row.startswith(f"| {act}") for row in rows), act
