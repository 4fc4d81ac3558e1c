"""Calls over the training phones, and the page's own API."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from phones import twiml
from phones.rules import length
from phones.settings import DEFAULT_SID
from tests.contract.test_phones_kit import (
    ANA,
    HUB_NUMBER,
    TOKEN,
    TOM,
    Hub,
    Line,
    eventually,
    quick_settings,
    running_hub,
    running_line,
)

ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
ASK = (
    "<Response><Gather numDigits='1' action='/pressed' timeout='{0}'><Say>An offer. Press 1 or 2.</Say></Gather>"
    "<Say>No key was pressed.</Say></Response>"
)
THANKS = "<Response><Say>Thank you.</Say><Hangup/></Response>"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def line(hub: Hub, tmp_path: Path) -> Iterator[Line]:
    with running_line(quick_settings(tmp_path, hub)) as line:
        yield line


def call_ana(hub: Hub, line: Line, **more: Any) -> Any:
    wish: dict[str, Any] = {
        "url": hub.url + "/voice",
        "status_callback": hub.url + "/status",
        "status_callback_event": ALL_EVENTS,
    }
    return line.client.calls.create(to=ANA, from_=HUB_NUMBER, **{**wish, **more})


def said(line: Line, number: str = ANA) -> list[str]:
    return [one["text"] for one in line.phone(number)["thread"] if one["kind"] == "said"]


def test_a_call_is_answered_and_a_key_is_pressed(hub: Hub, line: Line) -> None:
    hub.answers = {"/voice": [(200, ASK.format(5))], "/pressed": [(200, THANKS)]}
    placed = call_ana(hub, line)
    assert placed.status == "queued"
    sid = line.ringing()
    assert sid == placed.sid
    line.press(f"/phones/{ANA}/calls/{sid}/answer")
    eventually(lambda: line.phone()["calls"][0]["wants_key"])
    line.press(f"/phones/{ANA}/calls/{sid}/key", digit="1")
    [pressed] = eventually(lambda: hub.at("/pressed"))
    assert (pressed.fields["Digits"], pressed.signed) == ("1", True)
    eventually(lambda: len(hub.statuses(sid, "CallStatus")) == 4)
    assert hub.statuses(sid, "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert [post.fields["SequenceNumber"] for post in hub.at("/status")] == ["0", "1", "2", "3"]
    assert hub.at("/status")[-1].fields["CallDuration"] == "1"
    assert all(post.signed for post in hub.posts)
    assert said(line) == ["An offer. Press 1 or 2.", "Thank you."]
    fetched = line.client.calls(sid).fetch()
    assert (fetched.status, fetched.duration) == ("completed", "1")
    assert line.phone()["calls"] == []


def test_no_key_goes_on_with_what_follows(hub: Hub, line: Line) -> None:
    placed = call_ana(hub, line, url=None, twiml=ASK.format("0.05"))
    line.press(f"/phones/{ANA}/calls/{line.ringing()}/answer")
    eventually(lambda: said(line) == ["An offer. Press 1 or 2.", "No key was pressed."])
    assert line.client.calls(placed.sid).fetch().status == "completed"
    assert hub.at("/pressed") == []


def test_declined_unanswered_and_withdrawn(hub: Hub, line: Line) -> None:
    declined = call_ana(hub, line)
    line.press(f"/phones/{ANA}/calls/{line.ringing()}/decline")
    eventually(lambda: hub.statuses(declined.sid, "CallStatus")[-1:] == ["busy"])
    missed = call_ana(hub, line, timeout=0)
    eventually(lambda: hub.statuses(missed.sid, "CallStatus")[-1:] == ["no-answer"])
    withdrawn = call_ana(hub, line)
    line.ringing()
    assert line.client.calls(withdrawn.sid).update(status="canceled").status == "canceled"
    assert line.press(f"/phones/{ANA}/calls/{withdrawn.sid}/answer").status_code == 409
    assert {one.status for one in line.client.calls.list(to=ANA)} == {"busy", "no-answer", "canceled"}
    with pytest.raises(TwilioRestException) as caught:
        line.client.calls(withdrawn.sid).update(status="completed")
    assert caught.value.code == 21220


def test_a_phone_in_a_call_is_busy_and_the_hub_can_hang_up(hub: Hub, line: Line) -> None:
    first = call_ana(hub, line, url=None, twiml="<Response><Pause length='60'/></Response>")
    line.press(f"/phones/{ANA}/calls/{line.ringing()}/answer")
    second = call_ana(hub, line)
    eventually(lambda: line.client.calls(second.sid).fetch().status == "busy")
    assert line.client.calls(first.sid).update(status="completed").status == "completed"


def test_a_hub_without_words_is_an_apology(hub: Hub, line: Line) -> None:
    hub.always["/voice"] = (500, "")
    placed = call_ana(hub, line)
    line.press(f"/phones/{ANA}/calls/{line.ringing()}/answer")
    eventually(lambda: any("application error" in words for words in said(line)))
    assert line.client.calls(placed.sid).fetch().status == "completed"


def test_a_caller_rings_the_hub_waits_and_hangs_up(hub: Hub, line: Line) -> None:
    hub.answers["/webhooks/voice"] = [
        (200, "<Response><Say>You are next.</Say><Enqueue>line</Enqueue></Response>")
    ]
    line.page.put(f"/phones/{TOM}", json={"owner": "Janet D.", "label": "daughter", "kind": "caller"})
    sid = line.press(f"/phones/{TOM}/ring").json()["sid"]
    eventually(lambda: [one["status"] for one in line.phone(TOM)["calls"]] == ["in-progress"])
    [post] = hub.at("/webhooks/voice")
    assert (post.fields["CallStatus"], post.fields["Direction"], post.fields["From"]) == (
        "ringing",
        "inbound",
        TOM,
    )
    assert line.press(f"/phones/{TOM}/ring").status_code == 409
    line.press(f"/phones/{TOM}/calls/{sid}/hang_up")
    [ended] = eventually(lambda: hub.at("/webhooks/voice/status"))
    assert (ended.fields["CallSid"], ended.fields["CallStatus"], ended.signed) == (sid, "completed", True)
    assert said(line, TOM) == ["You are next."]


def test_the_hub_ends_a_call_that_came_in(hub: Hub, line: Line) -> None:
    hub.answers["/webhooks/voice"] = [(200, "<Response><Dial>+441134960001</Dial></Response>")]
    sid = line.press(f"/phones/{TOM}/ring").json()["sid"]
    eventually(lambda: line.client.calls(sid).fetch().status == "in-progress")
    line.client.calls(sid).update(status="completed")
    eventually(lambda: hub.at("/webhooks/voice/status"))
    assert line.phone(TOM)["calls"] == []


def test_a_long_poll_answers_when_something_changes_and_only_with_that(line: Line) -> None:
    for number, owner in ((ANA, "Ana R."), (TOM, "Tom B.")):
        line.page.put(f"/phones/{number}", json={"owner": owner, "label": "nurse"})
    before = line.page.get("/phones/state").json()
    assert [one["owner"] for one in before["phones"]] == ["Ana R.", "Tom B."]
    threading.Timer(0.1, lambda: line.text(to=TOM)).start()
    begun = time.monotonic()
    query = {"since": str(before["cursor"]), "wait": "10"}
    after = line.page.get("/phones/state", params=query).json()
    assert 0.05 < time.monotonic() - begun < 5
    assert [one["number"] for one in after["phones"]] == [TOM]
    line.page.put(f"/phones/{ANA}", json={"owner": "Ana R.", "label": "nurse"})
    again = line.page.get("/phones/state", params={"since": "999999"}).json()
    assert (again["fresh"], len(again["phones"])) == (True, 2)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/phones/07700900141", {"owner": "Ana"}),
        ("PUT", f"/phones/{ANA}", {"owner": ""}),
        ("PUT", f"/phones/{ANA}", {"owner": "Ana", "kind": "horse"}),
        ("PUT", f"/phones/{ANA}/behaviour", {"behaviour": "dance"}),
        ("PUT", "/network", {"behaviour": "slow", "seconds": -1}),
        ("POST", f"/phones/{ANA}/text", {"body": ""}),
        ("POST", f"/phones/{ANA}/text", {"body": "x" * 1601}),
    ],
)
def test_bad_input_is_refused_in_a_sentence(line: Line, method: str, path: str, body: Any) -> None:
    answer = line.page.request(method, path, json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")


def test_a_killed_process_loses_nothing(hub: Hub, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "FP_DATA": str(tmp_path),
        "FP_PHONES_PORT": str(port),
        "FP_PHONES_TOKEN": TOKEN,
        "FP_HUB_NUMBER": HUB_NUMBER,
        "FP_PUBLIC_URL": hub.url,
    }
    url, auth = f"http://127.0.0.1:{port}", (DEFAULT_SID, TOKEN)

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "phones"], env=environment)
        eventually(lambda: _answers(url), 15)
        return process

    process = start()
    try:
        client = Client(*auth)
        client.api.base_url = url
        httpx.put(f"{url}/phones/{ANA}/behaviour", auth=auth, json={"behaviour": "slow", "seconds": 0.6})
        sent = client.messages.create(
            to=ANA, from_=HUB_NUMBER, body="hi", status_callback=hub.url + "/status"
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start()
        eventually(lambda: hub.statuses(str(sent.sid))[-1:] == ["delivered"])
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/phones/state").status_code == 401
    except httpx.HTTPError:
        return False


def test_length_is_counted_as_on_the_air() -> None:
    assert (length("x" * 160).count, length("x" * 160).room, length("x" * 160).segments) == (160, 160, 1)
    assert (length("x" * 161).room, length("x" * 161).segments) == (306, 2)
    assert length("€").count == 2
    assert (length("ś").room, length("😀").count) == (70, 2)


@pytest.mark.parametrize(
    "document", ["", "<Response>", "<Other/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><Response/>"]
)
def test_bad_twiml_is_refused(document: str) -> None:
    with pytest.raises(twiml.BadTwiml):
        twiml.verbs(document)
