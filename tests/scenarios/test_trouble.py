"""What goes wrong outside: carriers, queues, processes, clocks, and people who mean harm."""

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest
from sqlmodel import func, select

from dispatch.model import Message, Offer, Responder
from dispatch.phone_model import PhoneOfResponder, PhoneState
from hub.outbox import Effect, EffectState, Queue
from records.lifecycles import CallState
from records.model import Call, CallBack, Case, Task
from tests.scenarios.test_visit import NURSES, asked
from tests.story import Story
from workers import jobs
from workers.relay import Relay
from workers.sms import send
from workers.ticker import Ticker


def others(name: str) -> tuple[str, ...]:
    return tuple(nurse for nurse in NURSES if nurse != name)


def test_a_forged_text_changes_nothing(story: Story) -> None:
    """Every webhook checks its signature: a yes that the carrier did not sign is refused and not kept."""
    told = story.fall()
    first = asked(story)
    answer = story.network.post("/network/forge", json={"number": first.number, "body": "1"})
    assert answer.json()["answered"] == 403
    story.quiet()
    assert told.word == "offered"
    first.expects_nothing()


@pytest.mark.parametrize(
    "path",
    ["/webhooks/sms", "/webhooks/sms/status?effect=1", "/webhooks/voice", "/webhooks/voice/key?effect=1"],
)
def test_a_webhook_without_a_signature_is_refused(story: Story, path: str) -> None:
    form = {
        "From": "+447700900141",
        "Body": "1",
        "MessageSid": "SM1",
        "MessageStatus": "failed",
        "CallSid": "CA1",
    }
    assert httpx.post(story.url + path, data=form).status_code == 403
    assert (
        httpx.post(story.url + path, data=form, headers={"X-Twilio-Signature": "x" * 28}).status_code == 403
    )


def test_a_replayed_text_is_done_once(story: Story) -> None:
    """Told twice by the carrier it is done once, and answered once."""
    told = story.fall()
    first = asked(story)
    sid = first.says("1")
    first.expects("is yours")
    for _ in range(3):
        story.network.post("/network/replay", json={"message_sid": sid}).raise_for_status()
    story.quiet()
    first.expects_nothing()
    with story.hub.db.read() as session:
        assert session.exec(select(func.count()).where(Message.sid == sid)).one() == 1
    assert told.timeline.count("accepted") == 1


@pytest.mark.parametrize("callbacks", ["twice", "reordered"])
def test_receipts_told_twice_or_backwards_never_go_back(story: Story, callbacks: str) -> None:
    for name in NURSES:
        story.phone(name).behaves("normal", callbacks=callbacks)
    story.fall()
    asked(story)
    with story.hub.db.read() as session:
        sent = session.exec(select(Message.status).where(Message.voice == False)).all()  # noqa: E712
    assert sent == ["delivered"]


def test_the_carrier_is_down_for_a_while(story: Story) -> None:
    """Bounded retries with back-off: the text goes out once, when the carrier is back."""
    story.network.put("/network", json={"behaviour": "down"}).raise_for_status()
    call = story.takes_call()
    call.answers(mobility="worse")
    call.commits()
    story.work()
    story.network.put("/network", json={"behaviour": "normal"}).raise_for_status()
    story.advance(seconds=5)
    asked(story)
    assert call.word == "offered"


def test_the_carrier_stays_down(story: Story) -> None:
    """It gives up, moves on to the next, and alarms; the ladder ends with people, and the case stays open."""
    story.network.put("/network", json={"behaviour": "down"}).raise_for_status()
    call = story.takes_call()
    call.answers(mobility="worse")
    call.commits()
    story.advance(minutes=7)
    assert any("could not be delivered" in words for words in story.alarms())
    assert "the text could not be delivered" in call.timeline
    assert call.word in ("seeking", "offered")
    story.network.put("/network", json={"behaviour": "normal"}).raise_for_status()
    story.advance(minutes=5)
    heard = [name for name in (*NURSES, "priya", "dana") if story.phone(name).unread()]
    assert heard, "back in service, somebody is asked again"
    for name in heard:
        for _ in story.phone(name).unread():
            story.phone(name).expects("FP ")


def test_an_opt_out_marks_the_phone_and_alarms(story: Story) -> None:
    """S24, S26: STOP belongs to the carrier; the phone gets no texts any more, somebody is told, and the next asked."""
    story.fall()
    first = asked(story)
    first.says("STOP")
    assert any("gets no texts any more" in words for words in story.alarms())
    asked(story, others(first.name))
    with story.hub.db.read() as session:
        who = session.exec(select(Responder).where(Responder.phone == first.number)).one()
        phone = session.exec(select(PhoneOfResponder)).one()
    assert not who.reachable
    assert (phone.number, phone.state) == (first.number, PhoneState.opted_out)


def test_no_receipt_is_found_by_the_watchdog(story: Story) -> None:
    for name in NURSES:
        story.phone(name).behaves("no_receipt")
    story.fall()
    first = asked(story)
    story.advance(minutes=3)
    assert first.card()["calls"]
    story.watch()
    assert not any("no receipt has come" in words for words in story.alarms()), "it is rung instead"
    first.declines_call()
    story.settle(lambda: story.count(Message, Message.voice, Message.status == "failed") == 1)
    story.watch()
    assert any("no receipt has come" in words for words in story.alarms()), "nobody lifted either"
    asked(story, others(first.name))


def test_killed_between_send_and_settle_nobody_is_texted_twice(story: Story) -> None:
    """The worker sends and dies before it can say so. After its lease the next one asks the carrier first."""
    call = story.takes_call()
    call.answers(mobility="worse")
    call.commits()
    relay = Relay(story.bench, Queue.dispatch, jobs.INSIDE, {})
    with story.hub.db.read() as session:
        text = session.exec(
            select(Effect.id).where(Effect.kind == "sms", Effect.state == EffectState.waiting)
        ).one()
    claimed = relay._claim_or_do(text or 0)
    assert claimed is not None
    with story.dashboard_away():  # nor does the carrier's own word come through
        send(story.bench, claimed)
        story.clock.machine_ahead += timedelta(seconds=20)
        story.work()
    story.quiet()
    asked(story)
    with story.hub.db.read() as session:
        again = session.get_one(Effect, text)
        assert (again.state, again.attempts) == (EffectState.settled, 2)


def test_a_fault_of_ranking_takes_no_disposition_back(story: Story) -> None:
    """The dashboard seeks by the end of the transaction that commits; where that fails, a worker does it."""
    story.seeking_fails()
    told = story.fall()
    asked(story)
    assert (told.word, story.case(told.case_id).priority) == ("offered", "two_hours")


def test_what_came_while_the_dashboard_was_away_is_asked_for(story: Story) -> None:
    """A text that no webhook could take is fetched from the carrier, acted on once, and its sender answered."""
    told = story.fall()
    first = asked(story)
    with story.dashboard_away():
        story.network.post(f"/phones/{quote(first.number)}/text", json={"body": "1"}).raise_for_status()
        story.settle(lambda: first.card()["thread"][-1]["note"])  # the network has given up
    assert told.word == "offered"
    story.catch_up()
    first.expects("is yours")
    story.catch_up()
    assert told.word == "accepted"


def test_valkey_is_dead_for_ten_minutes(story: Story) -> None:
    """A dead Redis never holds up a call handler; work is taken straight from the outbox, and goes on afterwards."""
    with story.without_valkey():
        told = story.fall()
        first = asked(story)
        story.advance(minutes=4)
        second = asked(story, others(first.name))
        second.replies(f"1 {second.code}").expects("is yours")
        story.advance(minutes=6)
    assert told.word == "accepted"
    second.replies("ENROUTE").expects("on your way")


def test_the_ticker_is_away_for_five_minutes(story: Story) -> None:
    """What fell due meanwhile is done when it is back, once, and nobody is texted in a flood."""
    told = story.fall()
    first = asked(story)
    story.clock.at += timedelta(minutes=7)
    story.quiet()
    asked(story, others(first.name))
    story.phone("priya").expects("nobody has accepted for 7 min")
    assert told.word == "offered"


def test_two_tickers_fire_each_row_once(story: Story) -> None:
    story.fall()
    first = asked(story)
    story.clock.at += timedelta(minutes=4)
    tickers = [threading.Thread(target=Ticker(story.bench).fire_due) for _ in range(4)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join()
    story.quiet()
    asked(story, others(first.name))
    with story.hub.db.read() as session:
        assert session.exec(select(func.count()).select_from(Offer)).one() == 2


@pytest.mark.starts(datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
def test_the_night_the_clocks_go_forward(story: Story) -> None:
    """00:30 and two hours is 03:30 on the wall that night, and 120 minutes by the clock that counts."""
    told = story.fall()
    first = asked(story)
    assert "Be there by 03:30" in first.text
    first.replies("1").expects("is yours")
    case = story.case(told.case_id)
    assert case.breach_at == case.clock_start + timedelta(minutes=120)


@pytest.mark.starts(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
def test_the_night_the_clocks_go_back(story: Story) -> None:
    """01:30 summer time and two hours is 02:30 winter time."""
    told = story.fall()
    first = asked(story)
    assert "Be there by 02:30" in first.text
    first.replies("1").expects("is yours")
    story.advance(minutes=10)
    first.expects("have you set off")
    first.replies("ENROUTE").expects("on your way")
    assert told.word == "travelling"


def test_999_without_a_reference_alarms_and_a_clinician_rings(story: Story) -> None:
    """S30: who dials is said; five minutes without a reference is an alarm and a clinician's call-back."""
    call = story.takes_call()
    call.begins()
    story.does("jay", f"/assessments/{call.assessment_id}/answer", {"question": "breathing", "answer": "no"})
    asked_999 = story.does("jay", f"/assessments/{call.assessment_id}/999", {"dialled_by": "hub"})
    call.commits()
    assert call.word == "handing over"
    story.advance(minutes=5)
    assert any("no reference from 999" in words for words in story.alarms())
    assert call.word == "call-back"
    story.does("priya", f"/hand-overs/{asked_999['hand_over']}/confirm", {"reference": ""}, status=422)
    story.does("priya", f"/hand-overs/{asked_999['hand_over']}/confirm", {"reference": "YAS 4711"})
    assert story.open_ids(CallBack, call.case_id) == []
    call.ends("handed_over")
    assert call.word == "closed"


def test_999_with_its_reference_warns_of_nothing_more(story: Story) -> None:
    """S2, S30: a reference stops no clock; but nobody of ours is awaited, so no time is near and none is over."""
    call = story.takes_call()
    call.begins()
    story.does("jay", f"/assessments/{call.assessment_id}/answer", {"question": "breathing", "answer": "no"})
    asked_999 = story.does("jay", f"/assessments/{call.assessment_id}/999", {"dialled_by": "hub"})
    story.does("jay", f"/hand-overs/{asked_999['hand_over']}/confirm", {"reference": "YAS 4711"})
    call.commits()
    story.advance(minutes=20)
    assert story.alarms() == []
    assert "The time is over" not in call.timeline
    assert story.case(call.case_id).clock_stop is None
    assert call.word == "to finish"
    call.ends("handed_over")
    assert call.word == "closed"


def test_a_call_dropped_while_ringing_is_rung_back(story: Story) -> None:
    """S3, S6: nobody answered; the case is there all the same, owes a call-back, and a failed one goes on."""
    janet = story.phone("janet")
    janet.rings_the_hub()
    story.settle(lambda: story.count(Call) == 1)
    story.advance(seconds=20)
    assert any("has been ringing for" in words for words in story.alarms())
    janet.hangs_up()
    story.settle(lambda: story.count(Call, Call.state == CallState.dropped) == 1)
    with story.hub.db.read() as session:
        case = session.exec(select(Case)).one()
    assert case.word == "call-back"
    row = story.open_ids(CallBack, case.key)[0]
    story.does("jay", f"/call-backs/{row}/failed", {"words": "no answer"})
    assert story.open_ids(CallBack, case.key) == [row]
    assert "the carer or next of kin" in story.timeline(case.key)
    story.does("jay", f"/call-backs/{row}/reached", {"words": "Janet: all well, wrong button."})
    assert story.case(case.key).word == "to finish"


def test_a_caller_rings_and_the_line_goes_dead_in_triage(story: Story) -> None:
    """S6: the protocol's call-back within five minutes; finishing after all takes its place."""
    janet = story.phone("janet")
    janet.rings_the_hub()
    story.settle(lambda: story.count(Call) == 1)
    with story.hub.db.read() as session:
        call = session.exec(select(Call)).one()
    answered = story.does("jay", f"/calls/{call.key}/answer")
    begun = story.does("jay", f"/cases/{answered['case']}/assessments", {"protocol": "fall-at-home"})
    janet.hangs_up()
    story.settle(lambda: story.count(Call, Call.state == CallState.dropped) == 1)
    assert len(story.open_ids(CallBack, answered["case"])) == 1
    assert begun["view"]["provisional"]
    story.advance(minutes=5)
    assert any("call-back" in words for words in story.alarms())


def test_two_handlers_claim_one_call(story: Story) -> None:
    janet = story.phone("janet")
    janet.rings_the_hub()
    story.settle(lambda: story.count(Call) == 1)
    with story.hub.db.read() as session:
        call = session.exec(select(Call)).one()
    story.does("jay", f"/calls/{call.key}/answer")
    lost = story.does("mina", f"/calls/{call.key}/answer", status=409)
    assert "Jay" in lost["problem"]
    story.does("jay", f"/calls/{call.key}/end")


def test_a_text_from_somebody_unknown_opens_a_case(story: Story) -> None:
    """S1: a message is a need that the hub has heard of; it is never lost and never answered by a machine."""
    arthur = story.phone("arthur")
    arthur.says("please help my wife she fell 😟 مساعدة")
    with story.hub.db.read() as session:
        case = session.exec(select(Case)).one()
    assert case.need_words == "please help my wife she fell 😟 مساعدة"
    assert case.clock_start == story.clock.at
    arthur.says("are you there")
    assert story.count(Case) == 1
    assert len(story.open_ids(Task, case.key)) == 2
    story.advance(minutes=5)
    assert any("read it and ring back" in words for words in story.alarms())


def test_an_odd_text_never_breaks_the_hub(story: Story) -> None:
    told = story.fall()
    first = asked(story)
    for odd in ("🙂", "‏نعم", "1" * 1600, "' OR 1=1 --", "\x00\x01", "<script>alert(1)</script>"):
        first.says(odd)
        for _ in first.unread():
            first.expects("we could not read that")
    assert told.word == "offered"
