"""Everybody with a phone: they read what their phone shows, and answer as people do, in time, late, oddly or not."""

import heapq
import random
import re
import time
from typing import Any
from urllib.parse import quote

import httpx

from demo_day.day import Day

LOOK_EVERY_S = 0.1
WAIT_S = 5.0
SAYS: tuple[tuple[re.Pattern[str], tuple[tuple[str, int], ...], tuple[float, float]], ...] = (
    (
        re.compile(r"Reply 1 yes 2 no\. \S+"),
        (("1 {code}", 14), ("1", 3), ("2 {code}", 4), ("", 3), ("no but i can in 2 hours {code}", 1)),
        (15, 100),
    ),
    (re.compile(r"which one\? Reply with its code"), (("1 {yours}", 1),), (10, 60)),
    (
        re.compile(r"is yours[.,]|have you set off\?"),
        (("ENROUTE {code}", 20), ("BACK {code}", 1), ("", 1)),
        (30, 400),
    ),
    (re.compile(r"on your way"), (("ARRIVED {code}", 12), ("DELAY 20 {code}", 1), ("", 1)), (400, 1500)),
    (re.compile(r"are you there\?|delay of"), (("ARRIVED {code}", 1),), (60, 600)),
    (re.compile(r"at the door"), (("WITH {code}", 14), ("NOACCESS {code}", 1)), (30, 240)),
    (re.compile(r"care has begun"), (("DONE {code}", 1),), (900, 2600)),
    (re.compile(r"all well\?"), (("DONE {code}", 1),), (30, 600)),
)
"""By what the hub has texted: what they may answer and how often, and between which seconds of the day."""


class Crew:
    def __init__(self, phones: httpx.Client, day: Day) -> None:
        self.phones, self.day = phones, day
        self.chance = random.Random(day.chance.random())
        self._read: dict[str, int] = {}
        self._cursor = 0
        self._to_send: list[tuple[float, str, str]] = []
        self.got: list[str] = []

    def work(self) -> None:
        while not self.day.over.is_set():
            try:
                self._look()
                self._send_due()
            except httpx.HTTPError:
                self.day.over.wait(LOOK_EVERY_S)  # the network of phones is away

    def _look(self) -> None:
        """Wait a little for something new on any phone."""
        wait_s = (
            min(LOOK_EVERY_S * 3, max(0.0, self._to_send[0][0] - time.monotonic())) if self._to_send else 1.0
        )
        asked = {"since": self._cursor, "wait": round(wait_s, 2)}
        state = self.phones.get("/phones/state", params=asked).raise_for_status().json()
        self._cursor = state["cursor"]
        for card in state["phones"]:
            self._read_card(card)

    def _read_card(self, card: dict[str, Any]) -> None:
        number, seen = card["number"], self._read.get(card["number"], 0)
        for entry in card["thread"]:
            if entry["id"] <= seen or entry["way"] != "to_phone" or entry["kind"] != "text":
                continue
            self._read[number] = entry["id"]
            self.got.append(f"{number} {entry['text']}")
            if card["kind"] == "responder":
                self._answer(number, entry["text"])
        for call in card["calls"]:
            self._ring(number, call)

    def _answer(self, number: str, text: str) -> None:
        code, yours = re.match(r"FP ([0-9A-Z]+)", text), re.search(r"Yours: ([0-9A-Z]+)", text)
        for pattern, words, (soonest_s, latest_s) in SAYS:
            if pattern.search(text):
                said = self.chance.choices([word for word, _ in words], [often for _, often in words])[0]
                body = said.format(code=code[1] if code else "", yours=yours[1] if yours else "").strip()
                at = time.monotonic() + self.chance.uniform(soonest_s, latest_s) / self.day.speed
                if body:
                    heapq.heappush(self._to_send, (at, number, body))
                return

    def _send_due(self) -> None:
        while self._to_send and self._to_send[0][0] <= time.monotonic():
            _, number, body = self._to_send[0]
            self.phones.post(f"/phones/{quote(number)}/text", json={"body": body}).raise_for_status()
            heapq.heappop(self._to_send)
            self.day.count("replies")

    def _ring(self, number: str, call: dict[str, Any]) -> None:
        """Whoever is rung answers mostly, and presses 1."""
        at = f"/phones/{quote(number)}/calls/{call['sid']}"
        if call["direction"] == "from_hub" and call["status"] == "ringing":
            self.phones.post(f"{at}/{self.chance.choice(('answer', 'answer', 'decline'))}")
        elif call["wants_key"]:
            self.phones.post(f"{at}/key", json={"digit": "1"})
