"""The control room: whoever does what cases ask of people. Reads the board's own facts, opens a case, and presses the
buttons that it shows."""

import random
import re
from collections.abc import Callable
from typing import Any

from demo_day.day import Day
from demo_day.person import Person

LOOK_EVERY_S = 1.0
PRESS = re.compile(r'data-post="(/api/[a-z0-9/-]+)"')
AFTER_S = {"danger": 30.0, "unread_reply": 120.0}
ELSE_S = 240.0
"""How many seconds of the day something waits for a human."""
BY_HAND = ("to finish", "call-back", "handing over")


class Desk(Person):
    """One person for all that is to be done by hand."""

    def __init__(self, url: str, name: str, password: str, day: Day) -> None:
        super().__init__(url, name, password)
        self.day, self.chance = day, random.Random(day.chance.random())
        self._seen: dict[str, float] = {}

    def work(self) -> None:
        while not self.day.over.wait(LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        answer = self.ask("GET", "/board/snapshot?as=json")
        if answer is None or answer.status_code != 200:
            return
        now = self.day.clock.now().timestamp()
        rows: dict[str, Any] = answer.json()["rows"]
        self._seen = {name: self._seen.get(name, now) for name in rows}
        to_open: set[int] = set()
        for name, facts in rows.items():
            kind, _, key = name.partition("-")
            if kind == "task" and self._is_due(name, facts, now):
                to_open.add(facts["case"])
            elif kind == "case" and facts["word"] in BY_HAND and now - self._seen[name] > ELSE_S:
                to_open.add(int(key))
            elif kind == "alarm" and not facts["taken_by"] and self.chance.random() < 0.3:
                self.ask("POST", f"/api/alarms/{key}/take", {})
        for case in sorted(to_open):
            self._open(case, rows.get(f"case-{case}", {}).get("word", ""))

    def _is_due(self, name: str, facts: dict[str, Any], now: float) -> bool:
        return now - self._seen[name] > AFTER_S.get(facts["kind"], ELSE_S)

    def _open(self, case: int, word: str) -> None:
        """Open the case and do what it offers, as far as this desk knows how."""
        panel = self.ask("GET", f"/cases/{case}/panel")
        if panel is None or panel.status_code != 200:
            return
        for path in dict.fromkeys(PRESS.findall(panel.text)):
            body = next((make(case) for pattern, make in DOES if re.fullmatch(pattern, path)), None)
            if body is not None and self.ask("POST", path, body) is not None:
                self.day.count("pressed")
        if word == "to finish":
            ended = self.ask("POST", f"/api/cases/{case}/outcome", {"outcome": "visited", "words": "Safe."})
            if ended is not None and ended.status_code == 200:
                self.day.count("ended")


DOES: tuple[tuple[str, Callable[[int], dict[str, Any]]], ...] = (
    (r"/api/tasks/\d+/care-began", lambda _: {"at": None}),
    (r"/api/tasks/\d+/done", lambda _: {"words": "Read, and rung back."}),
    (r"/api/messages/\d+/reply", lambda _: {"body": "Thank you, noted."}),
    (r"/api/call-backs/\d+/reached", lambda _: {"words": "Spoke with them; no worse."}),
    (r"/api/hand-overs/\d+/confirm", lambda case: {"reference": f"YAS {case}"}),
    (r"/api/cases/\d+/dependants", lambda _: {"answer": "nobody", "words": ""}),
)
