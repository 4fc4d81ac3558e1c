"""A text that nobody may have seen is said aloud: the same phone, the next number, the next responder."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import select

from dispatch.model import Message, Offer, OfferState, Responder
from dispatch.phone_model import PhoneKind, PhoneOfResponder, PhoneState
from dispatch.phone_store import owner
from hub.outbox import Effect, EffectState, Queue
from records.model import Position
from tests.scenarios.test_visit import NURSES, asked
from tests.story import Phone, Story, Told
from workers import jobs
from workers.relay import Relay
from workers.sms import ring
from workers.ticker import Ticker

SECOND = "+447700900899"


def fall(story: Story, behaviour: str, **more: object) -> Told:
    """A fall; Ana, who is asked first, has a phone that behaves so."""
    told = story.takes_call()
    story.phone("ana").behaves(behaviour, **more)
    told.answers(mobility="worse")
    told.commits()
    story.quiet()
    return told


def another_number(story: Story, name: str) -> Phone:
    """A second number of theirs, read back; it rings on a card of its own."""
    with story.hub.db.write() as session:
        who = owner(session, story.settings.place, story.phone(name).number)
        assert who is not None
        for nth, number in enumerate((who.phone, SECOND)):
            session.add(
                PhoneOfResponder(
                    place=who.place, responder_id=who.key, number=number, nth=nth, verified_at=story.clock.at
                )
            )
    story._put_phone({"number": SECOND, "owner": f"{name} at home", "label": "nurse", "kind": "responder"})
    return Phone(story, SECOND, f"{name} at home")


def offers(story: Story) -> list[tuple[int, OfferState]]:
    with story.hub.db.read() as session:
        return [(o.responder_id, o.state) for o in session.exec(select(Offer).order_by(Offer.id))]  # type: ignore[arg-type]


def heard(story: Story, phone: Phone) -> str:
    return " ".join(one["text"] for one in phone.card()["thread"] if one["kind"] == "said")


def not_lifted(story: Story, calls: int) -> bool:
    return story.count(Message, Message.voice, Message.status == "failed") == calls


def has_key(story: Story) -> Callable[[], bool]:
    return lambda: story.count(Message, Message.voice, Message.read_as == "answer:accept") == 1


def test_no_receipt_is_rung_and_a_key_accepts(story: Story) -> None:
    """S24: 45 s without a receipt, and it is said aloud; 1 accepts, and nothing of the person is said."""
    told = fall(story, "no_receipt")
    ana = asked(story)
    story.advance(seconds=44)
    assert ana.card()["calls"] == []
    story.advance(seconds=1)
    ana.answers_call(key="1")
    story.settle(has_key(story))
    assert told.word == "accepted"
    assert "It is yours. Details are on the way by text." in heard(story, ana)
    spelt = " ".join(ana.code)
    assert f"{spelt}. 2 hours: nurse wanted in L S 8. Be there by 16:00. Press 1" in heard(story, ana)
    for private in ("Maureen", "Doyle", "Oak", "2AB"):
        assert private not in heard(story, ana)
    ana.expects("is yours")
    assert "no receipt for the text; ringing Ana R." in told.timeline


def test_a_no_by_key_asks_the_next_at_once(story: Story) -> None:
    fall(story, "no_receipt")
    ana = asked(story)
    story.advance(seconds=45)
    ana.answers_call(key="2")
    story.settle(lambda: story.count(Offer) == 2)
    ana.expects("noted, thank you")
    asked(story, tuple(name for name in NURSES if name != "ana"))
    assert "Noted, thank you." in heard(story, ana)


def test_already_taken_is_said_by_voice(story: Story) -> None:
    """The call goes on ringing while somebody else takes it: 1 is answered as a late yes by text is."""
    told = fall(story, "no_receipt")
    ana = asked(story)
    story.advance(seconds=45)
    ana.call()
    story.advance(minutes=4)
    other = asked(story, tuple(name for name in NURSES if name != "ana"))
    other.replies("1").expects("is yours")
    ana.answers_call(key="1")
    story.settle(has_key(story))
    assert "Already taken, thank you." in heard(story, ana)
    ana.expects("already taken")
    assert told.word == "accepted"


def test_nobody_answers_then_the_next_number_then_the_next_responder(story: Story) -> None:
    fall(story, "no_receipt")
    ana = asked(story)
    at_home = another_number(story, "ana")
    story.advance(seconds=45)
    ana.call()
    at_home.expects_nothing()
    ana.declines_call()
    story.settle(lambda: not_lifted(story, 1))
    at_home.call()
    assert [state for _, state in offers(story)] == [OfferState.sent], "it is still hers"
    at_home.declines_call()
    story.settle(lambda: story.count(Offer) == 2)
    asked(story, tuple(name for name in NURSES if name != "ana"))
    assert [state for _, state in offers(story)] == [OfferState.expired, OfferState.sent]


def test_a_yes_from_another_number_is_theirs_and_texts_follow_it(story: Story) -> None:
    told = fall(story, "no_receipt")
    ana = asked(story)
    at_home = another_number(story, "ana")
    at_home.replies(f"1 {ana.code}").expects("is yours")
    assert told.word == "accepted"
    at_home.replies("ENROUTE").expects("on your way")


def test_a_receipt_in_time_rings_nobody(story: Story) -> None:
    story.fall()
    first = asked(story)
    story.advance(minutes=3)
    assert first.card()["calls"] == []


def test_a_landline_is_rung_at_once_and_then_passed_over(story: Story) -> None:
    """Permanent errors go straight on: to voice where the phone can be rung, then to the next responder."""
    told = fall(story, "landline")
    ana = story.phone("ana")
    ana.call()
    assert "the text could not be delivered; ringing Ana R." in told.timeline
    assert any("gets no texts any more" in words for words in story.alarms())
    with story.hub.db.read() as session:
        phone = session.exec(select(PhoneOfResponder)).one()
        assert (phone.kind, phone.gets_texts, phone.can_be_rung) == (PhoneKind.landline, False, True)
        assert not session.get_one(Responder, phone.responder_id).reachable
    ana.declines_call()
    story.settle(lambda: story.count(Offer) == 2)
    asked(story, tuple(name for name in NURSES if name != "ana"))


def test_a_number_that_nobody_has_goes_on_to_the_next_number(story: Story) -> None:
    told = story.takes_call()
    at_home = another_number(story, "ana")
    story.phone("ana").behaves("undelivered", error_code=30005)
    told.answers(mobility="worse")
    told.commits()
    story.quiet()
    asked(story)  # the network took it; no phone has it
    at_home.call()
    assert story.phone("ana").card()["calls"] == []
    at_home.answers_call(key="1")
    story.settle(has_key(story))
    at_home.expects("is yours")  # her texts go where they arrive
    with story.hub.db.read() as session:
        first = session.exec(select(PhoneOfResponder).where(PhoneOfResponder.nth == 0)).one()
        who = session.get_one(Responder, first.responder_id)
    assert (first.state, who.phone, who.reachable) == (PhoneState.unreachable, SECOND, True)


def rung_but_not_yet_placed(story: Story) -> int:
    """45 s have gone by without a receipt: the call's effect, which no worker has seen yet."""
    story.clock.at += timedelta(seconds=45)
    Ticker(story.bench).fire_due()
    with story.hub.db.read() as session:
        return session.exec(select(Effect.id).where(Effect.kind == "voice")).one() or 0


def test_an_offer_that_is_taken_back_rings_nobody(story: Story) -> None:
    """A call that has not been placed yet goes with its offer."""
    told = fall(story, "no_receipt")
    ana = asked(story)
    effect = rung_but_not_yet_placed(story)
    for position in story.open_ids(Position, told.case_id):
        story.does("priya", f"/positions/{position}/stand-down", {"why": "not needed"})
    story.quiet()
    ana.expects("stood down")
    assert ana.card()["calls"] == []
    with story.hub.db.read() as session:
        assert session.get_one(Effect, effect).state is EffectState.void


def test_killed_after_ringing_nobody_is_rung_twice(story: Story) -> None:
    """The worker places the call and dies before it can say so. The next one asks the carrier first."""
    fall(story, "no_receipt")
    ana = asked(story)
    effect = rung_but_not_yet_placed(story)
    claimed = Relay(story.bench, Queue.dispatch, jobs.INSIDE, {})._claim_or_do(effect)
    assert claimed is not None
    ring(story.bench, claimed)
    ana.call()
    story.clock.machine_ahead += timedelta(seconds=20)
    story.work()
    assert len(ana.card()["calls"]) == 1
    with story.hub.db.read() as session:
        again = session.get_one(Effect, effect)
        assert (again.state, again.attempts) == (EffectState.settled, 2)
        assert story.count(Message, Message.voice, Message.sid == ana.call()["sid"]) == 1
    ana.answers_call(key="2")
    story.settle(lambda: story.count(Offer) == 2)
    ana.expects("noted")
    asked(story, tuple(name for name in NURSES if name != "ana"))
