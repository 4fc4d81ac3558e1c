"""Referrals in, told as stories: the sender is a small server of its own, which may be away or say nothing."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from sqlmodel import select

from tests import bars
from tests.bars import referral, resource
from tests.story import BEST_ANSWERS, VISIT, Story, Told
from triage.bars.model import Referral, ReferralResponse

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Sender:
    """Who referred: takes answers at its own `$process-message`, and says what it is told to say."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        self.status, self.says_ok = 200, False
        sender = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bundle = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if sender.status < 300:
                    sender.came.append(bundle)
                body = json.dumps(sender.answer(bundle)).encode()
                self.send_response(sender.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/fhir"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, bundle: dict[str, Any]) -> dict[str, Any]:
        if not self.says_ok:
            return {}
        said = {"identifier": bundle["id"], "code": "ok"}
        header = {"resourceType": "MessageHeader", "response": said}
        return {"resourceType": "Bundle", "id": "north-77", "entry": [{"resource": header}]}

    @property
    def heard(self) -> list[str]:
        return [resource(bundle, "Encounter")["status"] for bundle in self.came]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def referred(story: Story, sender: Sender) -> Iterator[Any]:
    """The answer to a referral of theirs, and the way to send more."""
    held = bars.token(story.hub, story.settings.place, story.clock.machine(), "North 999")
    with httpx.Client(base_url=story.url, headers={"authorization": f"Bearer {held}"}) as client:

        def send(bundle: dict[str, Any]) -> dict[str, Any]:
            answer = client.post("/fhir/$process-message", json=bundle, headers=bars.headers())
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        yield send


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender()
    yield made
    made.close()


def rows(story: Story, table: type[Any]) -> list[Any]:
    with story.hub.db.read() as session:
        return list(session.exec(select(table)))


def rung_and_triaged(story: Story, case_id: int) -> Told:
    """Jay rings who was referred, asks the questions, and commits."""
    (back,) = story.person("jay").get("/calls/state").json()["call_backs"]
    call = story.does("jay", f"/call-backs/{back['id']}/ring")
    told = Told(story, call["call"], case_id)
    told.types(dependants="nobody", need="fall")
    told.answers(**(BEST_ANSWERS | VISIT))
    told.commits()
    story.quiet()
    return told


def test_referred_triaged_accepted_and_attended_while_the_sender_is_away_for_a_while(
    story: Story, sender: Sender
) -> None:
    """S1: on the sender's clock. The sender hears that it was accepted and how it ended, each once and in that order,
    although its system is away in between."""
    with referred(story, sender) as send:
        answer = send(referral(story.clock.now(), endpoint=sender.url))
    assert resource(answer, "Encounter")["status"] == "planned"
    (row,) = rows(story, Referral)
    told = rung_and_triaged(story, row.case_id)
    started = story.case(row.case_id).clock_start
    sender.status = 503
    ana = story.phone("ana").expects("2 HOURS fall").replies("1").expects("is yours")
    assert sender.heard == []
    (waiting,) = rows(story, ReferralResponse)
    assert "503" in waiting.trouble
    story.advance(minutes=2)
    sender.status = 200
    story.advance(minutes=4)
    assert sender.heard == ["in-progress"]
    assert story.case(row.case_id).clock_start == started
    steps = {
        "ENROUTE": "on your way",
        "ARRIVED": "at the door",
        "WITH": "care has begun",
        "DONE": "thank you",
    }
    for step, told_back in steps.items():
        ana.replies(step).expects(told_back)
    told.ends("visited", "Helped up, no injury.")
    story.quiet()
    assert sender.heard == ["in-progress", "finished"]
    plan = resource(sender.came[-1], "CarePlan")
    assert plan["activity"][0]["outcomeCodeableConcept"] == [{"text": "visited"}]
    assert "Helped up" not in json.dumps(sender.came[-1])


@pytest.mark.parametrize("how", ["by its system", "by a message", "by telephone"])
def test_a_rejected_referral_stays_open_until_its_sender_knows(
    story: Story, sender: Sender, how: str
) -> None:
    """S32: the post having arrived is not enough."""
    with referred(story, sender) as send:
        send(referral(story.clock.now(), endpoint=sender.url))
        (row,) = rows(story, Referral)
        sender.says_ok = how == "by its system"
        story.does("priya", f"/referrals/{row.key}/reject", status=422)
        story.does("priya", f"/referrals/{row.key}/reject", {"why": "She lives outside our area"})
        again = story.does("priya", f"/referrals/{row.key}/reject", {"why": "Something else"}, status=409)
        assert "rejected already" in again["problem"]
        story.quiet()
        if how != "by its system":
            assert story.case(row.case_id).state == "open"
            story.advance(minutes=31)
            assert any("North 999" in words for words in story.alarms()), "S30: rung about it"
            assert story.case(row.case_id).state == "open"
        if how == "by a message":
            knows = referral(story.clock.now())
            header = resource(knows, "MessageHeader")
            header["eventCoding"] = {"code": "servicerequest-response"}
            header["response"] = {"identifier": sender.came[0]["id"], "code": "ok"}
            send(knows)
        if how == "by telephone":
            (row_id,) = [one.key for one in rows(story, __import__("records.model", fromlist=["x"]).HandOver)]
            story.does("priya", f"/hand-overs/{row_id}/confirm", {"reference": "Sam at North 999"})
        story.quiet()
    assert story.case(row.case_id).state == "closed"
    assert sender.heard == ["cancelled"]
    assert resource(sender.came[0], "Encounter")["reasonCode"] == [{"text": "She lives outside our area"}]
