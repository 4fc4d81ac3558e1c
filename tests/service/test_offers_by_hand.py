"""S22, S24: a coordinator offers, withdraws and reassigns by hand; refused in words, told to exactly those who know."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from dispatch.model import Exclusion, Message, Offer, OfferState, Responder
from hub.outbox import Effect
from records import store
from records.model import Position
from tests.desk import Desk
from tests.free_text import committed, receive

WHY = {"why": "She asks for somebody she knows."}


class Hand:
    """Priya at the desk, with one case that the hub has just offered to Ana."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.case_id = committed(desk)
        (row,) = desk.rows(Position)
        self.id = row.key
        self.began = desk.clock.now()
        self.priya = desk.person("Priya Nair")

    def does(self, path: str, body: Any = None, status: int = 200) -> str:
        answer = self.priya.post(f"/api{path}", json=body or {})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        told = answer.json()
        return str(told.get("said") or told.get("problem"))

    def offers_to(self, first: str, status: int = 200, **more: Any) -> str:
        return self.does(f"/positions/{self.id}/offer", {"to": self.who(first).key, **more}, status)

    def who(self, first: str) -> Responder:
        found: Responder = next(row for row in self.desk.rows(Responder) if row.name.startswith(first))
        return found

    def offers(self, first: str) -> list[Offer]:
        return [row for row in self.desk.rows(Offer) if row.responder_id == self.who(first).id]

    def offer(self, first: str) -> Offer:
        return self.offers(first)[-1]

    def says(self, first: str, body: str) -> None:
        with self.desk.hub.db.write() as session:
            receive(self.desk, session, self.who(first).phone, body)

    def leaves(self, first: str) -> None:
        """The text of their last offer is with the carrier."""
        with self.desk.hub.db.write() as session:
            effect = session.get_one(Effect, self.offer(first).effect_id or 0)
            effect.state = "settled"  # type: ignore[assignment]
            session.add(effect)

    def texts(self, first: str) -> list[str]:
        phone = self.who(first).phone
        rows = [row for row in self.desk.rows(Message) if row.phone == phone and row.direction == "out"]
        return [row.body for row in rows]

    def timeline(self) -> str:
        with self.desk.hub.db.read() as session:
            return "\n".join(
                f"{line.words} ({line.actor_name})" for line in store.timeline(session, self.case_id)
            )

    @property
    def row(self) -> Position:
        with self.desk.hub.db.read() as session:
            return session.get_one(Position, self.id)


@pytest.fixture
def hand(sqlite_desk: Desk) -> Hand:
    return Hand(sqlite_desk)


def test_offered_by_hand_beside_the_hubs_own_and_the_first_yes_has_it(hand: Hand) -> None:
    assert hand.offers_to("Niamh") == "Offered to Niamh F."
    assert hand.row.offered_to == "Ana R., Niamh F."
    assert "Reply 1 yes 2 no" in hand.texts("Niamh")[-1]
    assert "Offered to Niamh F. as" in hand.timeline()
    assert "by hand, nurse" in hand.timeline()
    assert "(Priya Nair)" in hand.timeline()
    hand.leaves("Ana")
    hand.does(f"/offers/{hand.offer('Niamh').key}/accept")
    assert hand.row.responder_id == hand.who("Niamh").id
    assert "already taken" in hand.texts("Ana")[-1]
    assert "Reassign it instead" in hand.offers_to("Dev", 409)


def test_somebody_who_said_no_is_asked_again_only_on_purpose(hand: Hand) -> None:
    hand.does(f"/offers/{hand.offer('Ana').key}/decline")
    assert "only on purpose: said no" in hand.offers_to("Ana", 422)
    assert hand.offers_to("Ana", again=True) == "Offered to Ana R."
    assert [one.state for one in hand.offers("Ana")] == [OfferState.declined, OfferState.sent]
    assert hand.offer("Ana").code != hand.offers("Ana")[0].code
    assert "said no before" in hand.timeline()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("excluded", "not for this person or address"),
        ("off shift", "not on shift"),
        ("deaf", "gets no texts"),
        ("asked", "no answer yet"),
        ("busy", "on the visit of"),
        ("without the skill", "without nursing"),
    ],
)
def test_s22_nobody_is_asked_who_may_not_go_whoever_wishes_it(hand: Hand, what: str, says: str) -> None:
    name = {"without the skill": "Lea", "asked": "Ana"}.get(what, "Tom")
    who = hand.who(name)
    if what == "busy":
        hand.offers_to(name)
        hand.does(f"/offers/{hand.offer(name).key}/accept")
        committed(hand.desk)
        hand.id = hand.desk.rows(Position)[-1].key
    if what == "off shift":
        hand.desk.clock.at += timedelta(hours=13)
        hand.priya = hand.desk.person("Priya Nair")
    with hand.desk.hub.db.write() as session:
        if what == "excluded":
            session.add(Exclusion(place=who.place, responder_id=who.key, postcode="LS8 2AB", why="a feud"))
            case = store.case(session, who.place, hand.case_id)
            case.postcode = "LS8 2AB"
            session.add(case)
        if what == "deaf":
            row = session.get_one(Responder, who.key)
            row.reachable = False
            session.add(row)
    made = len(hand.desk.rows(Offer))
    assert says in hand.offers_to(name, 422, again=True)
    assert len(hand.desk.rows(Offer)) == made


def test_an_offer_that_has_not_left_is_taken_back_without_a_text(hand: Hand) -> None:
    """Undoable until it has left the building."""
    hand.offers_to("Niamh")
    offer = hand.offer("Niamh")
    texts = hand.texts("Niamh")
    assert "Say why" in hand.does(f"/offers/{offer.key}/withdraw", {"why": ""}, 422)
    assert "before its text had left" in hand.does(f"/offers/{offer.key}/withdraw", WHY)
    assert hand.texts("Niamh") == texts, "the text itself is void, and nothing is said of it"
    with hand.desk.hub.db.read() as session:
        assert session.get_one(Effect, offer.effect_id or 0).state == "void"
    assert hand.row.offered_to == "Ana R."
    assert "ended already" in hand.does(f"/offers/{offer.key}/withdraw", WHY, 409)


def test_an_offer_that_has_left_is_withdrawn_with_a_text_and_the_next_is_asked(hand: Hand) -> None:
    hand.leaves("Ana")
    assert "they are told" in hand.does(f"/offers/{hand.offer('Ana').key}/withdraw", WHY)
    assert "stood down" in hand.texts("Ana")[-1]
    assert hand.row.state == "offered"
    assert "Ana" not in hand.row.offered_to
    assert "Withdrawn from Ana R." in hand.timeline()
    assert "only on purpose: it was withdrawn" in hand.offers_to("Ana", 422)


def test_a_visit_is_taken_from_one_and_offered_to_another(hand: Hand) -> None:
    hand.does(f"/offers/{hand.offer('Ana').key}/accept")
    first_due = hand.row.due_at
    body = {"to": hand.who("Niamh").key, **WHY}
    assert "Say why" in hand.does(f"/positions/{hand.id}/reassign", {**body, "why": ""}, 422)
    said = hand.does(f"/positions/{hand.id}/reassign", body)
    assert said == "Ana R. · nurse is stood down; offered to Niamh F."
    assert "stood down" in hand.texts("Ana")[-1]
    assert hand.row.state == "offered"
    assert hand.row.offered_to == "Niamh F.", "nobody else is asked beside"
    assert hand.row.due_at == first_due, "on its old clock"
    assert f"Taken from Ana R.: {WHY['why']} (Priya Nair)" in hand.timeline()
    with hand.desk.hub.db.read() as session:
        held = session.exec(select(Offer).where(Offer.state == "accepted")).one()
        assert held.given_back


def test_nothing_is_taken_away_where_the_other_may_not_be_asked(hand: Hand) -> None:
    hand.does(f"/offers/{hand.offer('Ana').key}/accept")
    path = f"/positions/{hand.id}/reassign"
    assert "without nursing" in hand.does(path, {"to": hand.who("Sam").key, **WHY}, 422)
    assert "has this visit already" in hand.does(path, {"to": hand.who("Ana").key, **WHY}, 422)
    assert hand.row.responder_id == hand.who("Ana").id
    assert "stood down" not in hand.texts("Ana")[-1]
    hand.does(f"/positions/{hand.id}/step", {"event": "begin_care"})
    assert "it is with person" in hand.does(path, {"to": hand.who("Tom").key, **WHY}, 409)


def test_offered_to_all_who_could_go(hand: Hand) -> None:
    """The first yes has it; each of the others is told, once (DESIGN: already taken)."""
    said = hand.does(f"/positions/{hand.id}/offer-all")
    assert said.startswith("Offered to ")
    live = [row for row in hand.desk.rows(Offer) if row.state is OfferState.sent]
    assert {row.responder_id for row in live} == {
        hand.who(name).id for name in ("Ana", "Tom", "Niamh", "Dev")
    }
    for name in ("Ana", "Tom", "Niamh", "Dev"):
        hand.leaves(name)
    hand.does(f"/offers/{hand.offer('Dev').key}/accept")
    for name in ("Ana", "Tom", "Niamh"):
        assert [text for text in hand.texts(name) if "already taken" in text] == [hand.texts(name)[-1]]
    committed(hand.desk)
    hand.id = hand.desk.rows(Position)[-1].key
    hand.does(f"/positions/{hand.id}/offer-all")
    assert "Nobody else can be asked" in hand.does(f"/positions/{hand.id}/offer-all", status=409)


def test_s24_a_responder_of_this_case_is_written_to_by_hand(hand: Hand) -> None:
    path, ana = f"/cases/{hand.case_id}/message", hand.who("Ana").key
    assert hand.does(path, {"to": ana, "body": "Ring us before you set off, please."}) == "Sent to Ana R."
    assert hand.texts("Ana")[-1] == "Ring us before you set off, please."
    assert "texted Ana R. by hand" in hand.timeline()
    assert "set off" not in hand.timeline(), "who wrote to whom, not what"
    with hand.desk.hub.db.write() as session:
        case = store.case(session, hand.desk.place, hand.case_id)
        case.person_name = "Maureen Doyle"
        session.add(case)
    assert "the person's name" in hand.does(path, {"to": ana, "body": "Maureen waits"}, 422)
    assert "not been asked" in hand.does(path, {"to": hand.who("Sam").key, "body": "hello"}, 422)


def test_the_panel_shows_who_could_go_and_why_to_those_who_may_offer(hand: Hand) -> None:
    panel = hand.priya.get(f"/cases/{hand.case_id}/panel").text
    assert "Who could go now" in panel
    assert 'Offer<span class="vh"> to Niamh F.</span>' in panel
    assert "asked just now" in panel, "Ana has been asked"
    assert "Ring Ana R." in panel
    assert "Who could go now" not in hand.desk.jay.get(f"/cases/{hand.case_id}/panel").text
    hand.does(f"/offers/{hand.offer('Ana').key}/accept")
    panel = hand.priya.get(f"/cases/{hand.case_id}/panel").text
    assert "Give the visit of Ana R." in panel


def test_s22_that_somebody_is_excluded_is_for_managers(hand: Hand) -> None:
    who = hand.who("Niamh")
    with hand.desk.hub.db.write() as session:
        session.add(Exclusion(place=who.place, responder_id=who.key, postcode="LS8 2AB", why="a feud"))
        case = store.case(session, who.place, hand.case_id)
        case.postcode = "LS8 2AB"
        session.add(case)
    path = f"/cases/{hand.case_id}/panel"
    assert "not for this person" not in hand.priya.get(path).text
    assert "not for this person" in hand.desk.person("Dana Cole").get(path).text


def test_a_handler_offers_nobody(hand: Hand) -> None:
    for path in (f"/positions/{hand.id}/offer", f"/positions/{hand.id}/offer-all"):
        assert hand.desk.jay.post(f"/api{path}", json={"to": 1}).status_code == 403
