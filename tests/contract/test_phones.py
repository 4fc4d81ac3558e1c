"""Texts over the training phones, with the unchanged Twilio SDK on the other side."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.contract.test_phones_kit import (
    ANA,
    HUB_NUMBER,
    TOM,
    Hub,
    Line,
    eventually,
    quick_settings,
    running_hub,
    running_line,
)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def line(hub: Hub, tmp_path: Path) -> Iterator[Line]:
    with running_line(quick_settings(tmp_path, hub)) as line:
        yield line


def refused(line: Line, **more: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        line.text(**more)
    return caught.value


def test_a_text_is_queued_sent_and_delivered_and_each_report_is_signed(hub: Hub, line: Line) -> None:
    sent = line.text(body="FP 4K7B: 2h fall, LS8. Reply 1 yes 2 no.", callback=hub.url + "/status")
    assert (sent.status, sent.direction, sent.to, sent.from_) == ("queued", "outbound-api", ANA, HUB_NUMBER)
    assert sent.num_segments == "1"
    eventually(lambda: hub.statuses(sent.sid) == ["sent", "delivered"])
    assert all(post.signed for post in hub.posts)
    assert set(hub.posts[0].fields) >= {"SmsSid", "SmsStatus", "To", "From", "AccountSid", "ApiVersion"}
    fetched = line.client.messages(sent.sid).fetch()
    assert fetched.status == "delivered"
    assert fetched.date_sent is not None
    [entry] = line.phone()["thread"]
    assert (entry["way"], entry["status"], entry["count"], entry["room"]) == (
        "to_phone",
        "delivered",
        40,
        160,
    )


def test_every_route_needs_the_account_and_its_token(line: Line) -> None:
    stranger = httpx.Client(base_url=line.url, auth=("ACtraining00000000000000000000000000", "wrong"))
    for method, path in (("GET", "/phones/state"), ("PUT", "/network"), ("GET", "/phones/x")):
        assert httpx.request(method, line.url + path).status_code in (401, 405)
    answer = stranger.post("/2010-04-01/Accounts/ACtraining00000000000000000000000000/Messages.json")
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    with pytest.raises(TwilioRestException) as caught:
        line.client.messages("SM" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("wrong", "code"), [({"to": "07700900141"}, 21211), ({"to": "+44"}, 21211), ({"body": "x" * 1601}, 21617)]
)
def test_what_cannot_be_sent_is_refused_with_twilios_number(line: Line, wrong: Any, code: int) -> None:
    error = refused(line, **wrong)
    assert (error.status, error.code) == (400, code)


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [("refused", 400, 21610), ("landline", 400, 21614), ("down", 503, 20503), ("rate_limited", 429, 20429)],
)
def test_a_phone_or_the_whole_network_can_refuse(line: Line, behaviour: str, status: int, code: int) -> None:
    line.behave(ANA, behaviour)
    error = refused(line)
    assert (error.status, error.code) == (status, code)
    assert line.text(to=TOM).status == "queued"
    line.behave(ANA, "normal")
    line.page.put("/network", json={"behaviour": behaviour})
    assert refused(line, to=TOM).code == code
    line.page.put("/network", json={"behaviour": "normal"})
    assert [one.to for one in line.client.messages.list()] == [TOM]


def test_undelivered_no_receipt_and_slow(hub: Hub, line: Line) -> None:
    line.behave(ANA, "undelivered", error_code=30005)
    lost = line.text(callback=hub.url + "/status")
    eventually(lambda: hub.statuses(lost.sid) == ["sent", "undelivered"])
    assert hub.posts[-1].fields["ErrorCode"] == "30005"
    assert line.client.messages(lost.sid).fetch().error_code == 30005
    line.behave(ANA, "no_receipt")
    silent = line.text(callback=hub.url + "/status")
    line.behave(ANA, "slow", seconds=0.2)
    slow = line.text(callback=hub.url + "/status")
    eventually(lambda: hub.statuses(slow.sid) == ["sent"])
    assert line.client.messages(slow.sid).fetch().status == "sent"
    eventually(lambda: hub.statuses(slow.sid) == ["sent", "delivered"])
    assert hub.statuses(silent.sid) == ["sent"]


def test_a_hanging_network_has_taken_the_text_all_the_same(hub: Hub, line: Line) -> None:
    line.behave(ANA, "hang")
    with pytest.raises(requests.exceptions.ReadTimeout):
        line.text(callback=hub.url + "/status")
    [found] = line.client.messages.list(to=ANA)
    eventually(lambda: hub.statuses(str(found.sid)) == ["sent", "delivered"])


def test_a_lost_answer_leaves_one_text_that_can_be_found(line: Line) -> None:
    line.behave(ANA, "lost_answer")
    with pytest.raises(requests.exceptions.RequestException):
        line.text(body="only once")
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert [one.body for one in line.client.messages.list(to=ANA, date_sent_after=since)] == ["only once"]


def test_reports_can_come_twice_and_out_of_order(hub: Hub, line: Line) -> None:
    line.behave(ANA, "normal", callbacks="twice")
    twice = line.text(callback=hub.url + "/status")
    eventually(lambda: hub.statuses(twice.sid) == ["sent", "sent", "delivered", "delivered"])
    line.behave(ANA, "normal", callbacks="reordered")
    turned = line.text(callback=hub.url + "/status")
    eventually(lambda: hub.statuses(turned.sid) == ["delivered", "sent"])


def test_a_list_is_filtered_and_paged_while_new_texts_arrive(line: Line) -> None:
    for number in range(5):
        line.text(body=f"to ana {number}")
    line.text(to=TOM)
    first = line.client.messages.page(to=ANA, page_size=2)
    assert [one.body for one in first] == ["to ana 4", "to ana 3"]
    line.text(body="to ana 5")
    second = first.next_page()
    assert second is not None
    assert [one.body for one in second] == ["to ana 2", "to ana 1"]
    assert len(line.client.messages.list(to=ANA, page_size=2)) == 6
    assert len(line.client.messages.list(to=ANA, limit=3)) == 3
    now = datetime.now(UTC)
    assert line.client.messages.list(date_sent_after=now + timedelta(minutes=1)) == []
    assert line.client.messages.list(date_sent_before=now - timedelta(minutes=1)) == []
    today = now.replace(hour=0, minute=0, second=0)
    assert len(line.client.messages.list(from_=HUB_NUMBER, date_sent_after=today)) == 7


def test_the_owner_texts_the_hub_and_the_hub_answers_in_twiml(hub: Hub, line: Line) -> None:
    hub.answers["/webhooks/sms"] = [(200, "<Response><Message>Thank &amp; bye</Message></Response>")]
    sid = line.press(f"/phones/{ANA}/text", body="1").json()["message_sid"]
    [post] = eventually(lambda: hub.at("/webhooks/sms"))
    assert post.signed
    assert (post.fields["MessageSid"], post.fields["From"], post.fields["To"]) == (sid, ANA, HUB_NUMBER)
    assert (post.fields["Body"], post.fields["NumMedia"]) == ("1", "0")
    eventually(lambda: [one["text"] for one in line.phone()["thread"]] == ["1", "Thank & bye"])


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", " Cancel ", "END", "quit", "REVOKE", "optout", "unsubscribe"]
)
def test_a_stop_word_opts_out_and_start_in_again(hub: Hub, line: Line, word: str) -> None:
    line.press(f"/phones/{ANA}/text", body=word)
    [post] = eventually(lambda: hub.at("/webhooks/sms"))
    assert post.fields["OptOutType"] == "STOP"
    assert line.phone()["opted_out"]
    assert refused(line).code == 21610
    line.press(f"/phones/{ANA}/text", body="start")
    eventually(lambda: hub.at("/webhooks/sms")[-1].fields.get("OptOutType") == "START")
    assert line.text().status == "queued"


def test_yes_is_an_answer_unless_the_phone_had_opted_out(hub: Hub, line: Line) -> None:
    for body in ("YES", "HELP", "STOP", "YES"):
        line.press(f"/phones/{ANA}/text", body=body)
    eventually(lambda: len(hub.at("/webhooks/sms")) == 4)
    kinds = sorted(str(post.fields.get("OptOutType")) for post in hub.at("/webhooks/sms"))
    assert kinds == ["HELP", "None", "START", "STOP"]
    assert not line.phone()["opted_out"]


def test_a_hub_that_is_down_is_tried_again_and_given_up_in_words(hub: Hub, line: Line) -> None:
    hub.answers["/webhooks/sms"] = [(503, "")] * 2
    line.press(f"/phones/{ANA}/text", body="again")
    posts = eventually(lambda: len(hub.at("/webhooks/sms")) == 3 and hub.at("/webhooks/sms"))
    assert len({post.idempotency for post in posts}) == 1
    eventually(lambda: line.phone()["thread"][0]["note"] == "")
    hub.always["/status"] = (500, "")
    sent = line.text(callback=hub.url + "/status")
    eventually(lambda: "given up after 6" in line.phone()["thread"][-1]["note"])
    assert len(hub.statuses(sent.sid)) >= 6
    hub.always["/status"] = (403, "")
    line.text(to=TOM, callback=hub.url + "/status")
    eventually(lambda: "HTTP 403" in line.phone(TOM)["thread"][-1]["note"])


def test_a_restart_keeps_texts_timers_and_reports(hub: Hub, tmp_path: Path) -> None:
    settings = quick_settings(tmp_path, hub, retry_delays_s=(0.2,) * 5)
    hub.always["/status"] = (503, "")
    with running_line(settings) as line:
        line.behave(ANA, "slow", seconds=0.5)
        sent = line.text(callback=hub.url + "/status")
        eventually(lambda: hub.statuses(sent.sid) == ["sent"])
    hub.always.clear()
    with running_line(settings) as line:
        eventually(lambda: hub.statuses(sent.sid)[-2:] == ["sent", "delivered"])
        assert line.client.messages(sent.sid).fetch().status == "delivered"
        assert line.phone()["behaviour"] == "slow"


def test_forged_and_repeated_webhooks(hub: Hub, line: Line) -> None:
    forged = line.press("/network/forge", number=ANA, body="1")
    assert forged.json()["answered"] == 200
    assert not hub.posts[-1].signed
    sid = line.press(f"/phones/{ANA}/text", body="2").json()["message_sid"]
    assert line.press("/network/replay", message_sid=sid).status_code == 202
    eventually(lambda: [post.fields["MessageSid"] for post in hub.posts if post.signed] == [sid, sid])
    assert line.press("/network/replay", message_sid="SMnone").status_code == 404
