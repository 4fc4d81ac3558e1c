"""People at work while the hub is being killed: handlers, a coordinator, and responders with phones in their hands.

They do what a browser or a person does: what was not acknowledged is sent again with the same ids, and where an act
cannot be repeated they look first whether it was done.
"""

import random
import re
import threading
import time
import uuid
from typing import Any
from urllib.parse import quote

import httpx
from sqlmodel import select

from dashboard import demo
from demo_day import person
from demo_day.person import GIVE_UP_S, PAUSE_S
from records.lifecycles import HandOverState, TaskState
from records.model import HandOver, Task, TaskKind
from tests.crashes.ledger import Ledger
from tests.crashes.real_hub import RealHub
from tests.story import BEST_ANSWERS, LIFT, VISIT

TYPED = {
    "number": "07700 900123",
    "caller_name": "Janet Doyle",
    "postcode": "LS8 2AB",
    "address": "12 Oak Road",
    "person_name": "Maureen Doyle",
    "need": "fall",
}
POSTCODES = ("LS8 2AB", "LS9 7TF", "LS17 6AA", "LS12 1BE", "LS6 3HN")


class Person(person.Person):
    """Somebody logged in; the ledger counts what got through, and what had to be asked again."""

    def __init__(self, hub: RealHub, name: str, ledger: Ledger, chance: random.Random) -> None:
        super().__init__(hub.url, demo.log_in_of(name), demo.PASSWORD)
        self.hub, self.ledger, self.chance = hub, ledger, chance
        self.client.timeout = httpx.Timeout(5)

    def tried_again(self) -> None:
        self.ledger.tried_again()

    def got_through(self) -> None:
        self.ledger.got_through()

    def keep(self, path: str, body: Any) -> Any:
        """Insist, and be taken at one's word: a refusal is a fault."""
        answer = self.insist(path, body)
        if answer.status_code != 200:
            self.ledger.fault(f"{path} {body}: {answer.status_code} {answer.text[:300]}")
            return None
        return answer.json()


class Handler(Person):
    """Takes one call after the other."""

    def __init__(self, hub: RealHub, name: str, ledger: Ledger, chance: random.Random) -> None:
        super().__init__(hub, name, ledger, chance)
        self.known: set[int] = set()

    def work(self, stop: threading.Event, pause_s: float) -> None:
        while not stop.is_set():
            self.take_call(stop)
            stop.wait(self.chance.uniform(0.5, 1.5) * pause_s)

    def take_call(self, stop: threading.Event) -> None:
        kind = self.chance.choices(("visit", "lift", "999"), (6, 3, 1))[0]
        self.take_one(kind, stop)

    def take_one(self, kind: str, stop: threading.Event) -> None:
        call, case = self._new()
        self.type_down(call, {**TYPED, "postcode": self.chance.choice(POSTCODES)})
        self.type_down(call, {"need_words": f"she fell, {uuid.uuid4()}"})
        begun = self.keep(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})
        if begun is None:
            return
        assessment = int(begun["view"]["assessment"])
        if kind == "999":
            self._answer(assessment, "breathing", "no")
        else:
            for question, said in (BEST_ANSWERS | (VISIT if kind == "visit" else LIFT)).items():
                self._answer(assessment, question, said)
                stop.wait(0.01)
        if not self._finish(call, assessment):
            return
        self.ledger.commits[assessment] = {
            "visit": ["nurse"],
            "lift": ["falls_responder", "nurse"],
            "999": [],
        }[kind]
        if kind == "999":
            self.ledger.ambulances[assessment] = case
        self._end(call)

    def _new(self) -> tuple[int, int]:
        """Where the answer got lost, the list of one's own calls shows whether there is one that nobody works on."""
        while True:
            answer = self.ask("POST", "/api/calls/new", {})
            if answer is not None and answer.status_code == 200:
                call, case = answer.json()["call"], answer.json()["case"]
            else:
                mine = self.insist("/calls/state", None, "GET").json()["mine"]
                fresh = [row["id"] for row in mine if row["id"] not in self.known]
                if not fresh:
                    continue
                call = fresh[0]
                case = self.insist(f"/api/calls/{call}/state", None, "GET").json()["case"]["id"]
            self.known.add(call)
            self.ledger.calls[call] = case
            return call, case

    def type_down(self, call: int, fields: dict[str, str]) -> None:
        entries = [{"id": str(uuid.uuid4()), "field": name, "value": value} for name, value in fields.items()]
        said = self.keep(f"/api/calls/{call}/typed", {"entries": entries})
        if said is not None:
            self.ledger.entries |= {e["id"]: (call, e["field"], e["value"]) for e in entries}
        if self.chance.random() < 0.2:  # the acknowledgement got lost: the page sends it all once more
            self.keep(f"/api/calls/{call}/typed", {"entries": entries})

    def _answer(self, assessment: int, question: str, said: Any) -> None:
        entry = str(uuid.uuid4())
        body = {"question": question, "answer": said, "id": entry}
        if self.keep(f"/api/assessments/{assessment}/answer", body) is not None:
            self.ledger.answers[entry] = (assessment, question, said)
        if self.chance.random() < 0.1:
            self.keep(f"/api/assessments/{assessment}/answer", body)

    def _finish(self, call: int, assessment: int) -> bool:
        while True:
            answer = self.ask("POST", f"/api/assessments/{assessment}/finish", {})
            if answer is not None and answer.status_code == 200:
                return True
            state = self.insist(f"/api/calls/{call}/state", None, "GET").json()["case"]["assessment_state"]
            if state == "finished":
                return True
            if answer is not None:
                self.ledger.fault(f"finish {assessment} ({state}): {answer.status_code} {answer.text[:300]}")
                return False

    def _end(self, call: int) -> None:
        while True:
            answer = self.ask("POST", f"/api/calls/{call}/end", {})
            if answer is not None and answer.status_code == 200:
                return
            state = self.insist(f"/api/calls/{call}/state", None, "GET").json()["state"]
            if state == "ended":
                return
            if answer is not None:
                self.ledger.fault(f"end {call} ({state}): {answer.status_code} {answer.text[:300]}")
                return


class Coordinator(Person):
    """Does what cases ask of people: reads texts, says how cases ended."""

    def work(self, stop: threading.Event) -> None:
        while not stop.wait(0.3):
            self.clear_desk()

    def clear_desk(self) -> int:
        with self.hub.db.read() as session:
            tasks = session.exec(select(Task).where(Task.state == TaskState.open)).all()
            late = session.exec(select(HandOver).where(HandOver.state == HandOverState.requested)).all()
        for task in tasks:
            if task.kind is TaskKind.finish:
                self._say_how_it_ended(task.case_id)
            elif task.kind is TaskKind.care_time:
                self.ask("POST", f"/api/tasks/{task.id}/care-began", {"at": None})
            else:
                self.ask("POST", f"/api/tasks/{task.id}/done", {"words": "Read, and rung back."})
        for row in late:
            self.ask("POST", f"/api/hand-overs/{row.id}/confirm", {"reference": f"YAS {row.id}"})
        return len(tasks)

    def _say_how_it_ended(self, case: int) -> None:
        outcome = self.chance.choice(("visited", "cancelled"))
        answer = self.ask("POST", f"/api/cases/{case}/outcome", {"outcome": outcome, "words": "Safe."})
        if answer is not None and answer.status_code == 200:
            self.ledger.outcomes[case] = outcome


NEXT_WORD = (
    (r"Reply 1 yes 2 no\. http", "offer"),
    (r"which one\? Reply with its code", "1"),
    (r"is yours\.|have you set off\?", "ENROUTE"),
    (r"on your way|are you there\?", "ARRIVED"),
    (r"at the door", "WITH"),
    (r"care has begun|all well\?", "DONE"),
)
"""What a responder texts next, by what the hub has just texted."""


class Crew:
    """Everybody with a phone. Reads the phones' own screens, so that nothing is known that a screen would not show."""

    def __init__(self, hub: RealHub, chance: random.Random) -> None:
        self.hub, self.chance = hub, chance
        self.read: dict[str, int] = {}
        self.waiting: list[tuple[float, str, str]] = []
        self.willing = False
        """Towards the end everybody says yes."""

    def work(self, stop: threading.Event, quickness_s: float = 0.5) -> None:
        while not stop.wait(0.15):
            try:
                self.look(quickness_s)
                self.send_due()
            except httpx.HTTPError:
                stop.wait(PAUSE_S)  # the network of phones has just been killed

    def look(self, quickness_s: float) -> None:
        for card in self.hub.phones.get("/phones/state").raise_for_status().json()["phones"]:
            number, seen = card["number"], self.read.get(card["number"], 0)
            for entry in card["thread"]:
                if entry["id"] <= seen or entry["way"] != "to_phone" or entry["kind"] != "text":
                    continue
                self.read[number] = entry["id"]
                if card["kind"] == "responder" and (body := self.reply_to(entry["text"])):
                    at = time.monotonic() + self.chance.uniform(0, quickness_s)
                    self.waiting.append((at, number, body))
            for call in card["calls"]:
                self._ring_or_press(number, call)
        if self.chance.random() < 0.02:
            self.waiting.append((0.0, "+447700900124", f"please help my wife {uuid.uuid4().hex[:6]}"))

    def reply_to(self, text: str) -> str:
        found = re.match(r"FP ([0-9A-Z]+)", text)
        code = found[1] if found else ""
        word = next((word for pattern, word in NEXT_WORD if re.search(pattern, text)), "")
        if word == "offer":
            return self.chance.choices(
                (f"1 {code}", "1", f"2 {code}", "", f"{code} no but I can in 2 hours", f"yes {code} please"),
                (8, 2, 1, 0, 0, 0) if self.willing else (8, 2, 2, 2, 1, 1),
            )[0]
        if word == "1":
            codes = re.search(r"Yours: ([0-9A-Z]+)", text)
            return f"1 {codes[1]}" if codes else ""
        if word == "ENROUTE" and not self.willing and self.chance.random() < 0.08:
            return f"BACK {code}"
        return f"{word} {code}" if word else ""

    def send_due(self) -> None:
        now = time.monotonic()
        for row in [row for row in self.waiting if row[0] <= now]:
            self._send(row[1], row[2])
            self.waiting.remove(row)

    def _send(self, number: str, body: str) -> None:
        """Where the phone does not know whether it went, its owner looks at the screen before trying again."""
        address = f"/phones/{quote(number)}/text"
        before = self._written(number, body)
        try:
            self.hub.phones.post(address, json={"body": body}).raise_for_status()
        except httpx.TransportError:
            end = time.monotonic() + GIVE_UP_S
            while time.monotonic() < end:
                try:
                    if self._written(number, body) > before:
                        return
                    self.hub.phones.post(address, json={"body": body}).raise_for_status()
                    return
                except httpx.TransportError:
                    time.sleep(PAUSE_S)

    def _written(self, number: str, body: str) -> int:
        cards = self.hub.phones.get("/phones/state").raise_for_status().json()["phones"]
        thread: list[dict[str, Any]] = next(
            (card["thread"] for card in cards if card["number"] == number), []
        )
        return sum(entry["way"] == "from_phone" and entry["text"] == body for entry in thread)

    def _ring_or_press(self, number: str, call: dict[str, Any]) -> None:
        address = f"/phones/{quote(number)}/calls/{call['sid']}"
        if call["direction"] == "from_hub" and call["status"] == "ringing":
            self.hub.phones.post(f"{address}/{self.chance.choice(('answer', 'decline'))}")
        elif call["wants_key"]:
            self.hub.phones.post(f"{address}/key", json={"digit": "1"})
