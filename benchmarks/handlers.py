"""Twenty handlers at work on one dashboard, each pressing keys and typing at their own pace; and what would change it.

`would_become`: what one other answer would make of a call, on the largest protocol; the engine alone.
"""

import json
import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import raw
from benchmarks.figures import Figure, p95, p99
from benchmarks.house import House, a_house
from benchmarks.pace import EachOwn, at_pace
from benchmarks.people import A_VISIT, FIELDS
from benchmarks.wire import Line
from protocols.explain import would_become
from protocols.loader import Library, load_library
from protocols.model import UNKNOWN, Answer, Question, TriageProtocol
from protocols.news2 import OBSERVATIONS

HANDLERS = 20
A_KEY_EVERY_S, A_SAVE_EVERY_S = 4.0, 2.0
"""Somebody asks aloud, listens, presses a key; what is typed is sent after a pause of 0.3 s."""
SECONDS, WARM_UP_S = 40.0, 5.0
KEY_P95_MS, SAVE_P99_MS, WOULD_P95_MS = 100.0, 100.0, 15.0
ROWS_OF_A_KEY, ROWS_OF_A_SAVE = 3, 3
"""An answer: its row, the assessment, the case. What was typed: its row, the case or the call, the case's event."""
CALLS = 300


def measure() -> list[Figure]:
    seconds = SECONDS / (4 if os.environ.get("FP_BENCH_QUICK") else 1)
    with a_house() as house:
        with house.run():
            keys_ms, saves_ms = _at_work([_Handler(house, n) for n in range(HANDLERS)], seconds)
        file = Path(house.settings.data) / "floor.sqlite3"
        bases = EachOwn(partial(raw.open_database, file))
        key_floor = _floor(bases, ROWS_OF_A_KEY, len(keys_ms), HANDLERS / A_KEY_EVERY_S)
        save_floor = _floor(bases, ROWS_OF_A_SAVE, len(saves_ms), HANDLERS / A_SAVE_EVERY_S)
        library = load_library(house.settings.protocols, draft=True)
    would_ms, would_floor = _would(library)
    return [
        Figure("key_to_answer_p95_ms", p95(keys_ms), p95(key_floor), KEY_P95_MS),
        Figure("autosave_p99_ms", p99(saves_ms), p99(save_floor), SAVE_P99_MS),
        Figure("would_become_p95_ms", p95(would_ms), p95(would_floor), WOULD_P95_MS),
    ]


class _Handler:
    """One handler on one call: a connection of their own, the questions in their order, then again from the first."""

    def __init__(self, house: House, n: int) -> None:
        self.chance = random.Random(n)
        self.line: Line = house.line()
        new = self.tells("/api/calls/new", {})
        self.call = new["call"]
        begun = self.tells(f"/api/cases/{new['case']}/assessments", {"protocol": "fall-at-home"})
        self.assessment = begun["view"]["assessment"]
        self.answers = list(A_VISIT.items())
        self.given = self.saved = 0

    def tells(self, path: str, body: dict[str, Any]) -> Any:
        status, said = self.line.post(path, json.dumps(body).encode())
        assert status == 200, said
        return json.loads(said)

    def key(self) -> None:
        """An answer is saved, and the next question is there."""
        question, answer = self.answers[self.given % len(self.answers)]
        self.given += 1
        body = {"id": str(uuid.uuid4()), "assessment": self.assessment, "question": question}
        self.tells(f"/calls/{self.call}/answer", {**body, "answer": answer})

    def save(self) -> None:
        """What was typed since the last pause."""
        field, words = self.chance.choice(list(FIELDS.items()))
        self.saved += 1
        entry = {"id": str(uuid.uuid4()), "field": field, "value": words}
        self.tells(f"/api/calls/{self.call}/typed", {"entries": [entry]})


def _at_work(handlers: list[_Handler], seconds: float) -> tuple[list[float], list[float]]:
    """All of them at once; the times of keys and of saves, without the warm-up."""
    keys_ms: list[float] = []
    saves_ms: list[float] = []
    began = time.monotonic()

    def work(handler: _Handler) -> None:
        a_key = A_SAVE_EVERY_S / (A_KEY_EVERY_S + A_SAVE_EVERY_S)
        pause_s = 1 / (1 / A_KEY_EVERY_S + 1 / A_SAVE_EVERY_S)
        while time.monotonic() - began < seconds:
            time.sleep(handler.chance.expovariate(1 / pause_s))
            is_key = handler.chance.random() < a_key
            took_ms = _timed(handler.key if is_key else handler.save)
            if time.monotonic() - began > min(WARM_UP_S, seconds / 4):
                (keys_ms if is_key else saves_ms).append(took_ms)

    hands = [threading.Thread(target=work, args=(handler,)) for handler in handlers]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return keys_ms, saves_ms


def _floor(bases: EachOwn[Any], rows: int, count: int, per_s: float) -> list[float]:
    return at_pace([partial(_timed, lambda: raw.insert(bases(), rows))] * count, per_s, HANDLERS)


def _would(library: Library) -> tuple[list[float], list[float]]:
    """Calls as far as chance takes them, on the protocol with the most questions. The floor reads each answer of a call
    once for every answer that can be tried: less cannot know what would change."""
    protocol = max(library.triage.values(), key=lambda one: len(one.questions))
    chance = random.Random(7)
    found = [a_call(protocol, chance) for _ in range(CALLS)]
    tries = sum(max(2, len(question.answers)) for question in protocol.questions)
    ids = [question.id for question in protocol.questions]
    took = [_timed(partial(would_become, protocol, library.house, answers)) for answers in found]
    return took, [_timed(partial(_read, answers, ids, tries)) for answers in found]


def a_call(protocol: TriageProtocol, chance: random.Random) -> dict[str, Answer]:
    reached = protocol.questions[: chance.randint(0, len(protocol.questions))]
    return {question.id: _an_answer(question, chance) for question in reached}


def _an_answer(question: Question, chance: random.Random) -> Answer:
    if chance.random() < 0.1:
        return UNKNOWN
    if question.answers:
        mild = question.mildest
        return mild if mild is not None and chance.random() < 0.9 else chance.choice(question.answers)
    known = OBSERVATIONS.get(question.id)
    return chance.choice(known.cuts) if known else 81


def _read(answers: dict[str, Answer], ids: list[str], tries: int) -> None:
    for _ in range(tries):
        for name in ids:
            answers.get(name)


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return (time.monotonic() - began) * 1000
