"""Every assessment of the past gives the same verdict on the texts that it was taken with, to the byte, for ever.

`python -m tests.protocols.test_replayed` adds a few calls on each protocol of today's library to
tests/protocols/replayed. It never changes one that is there: a verdict that comes out otherwise is a fault of the
engine, not of the fixture.
"""

import hashlib
import json
import random
from pathlib import Path

import pytest

from protocols.engine import UNKNOWN, assess, dropped
from protocols.loader import parse_house, parse_triage
from tests.protocols.calls import LIBRARY

FOLDER = Path(__file__).parent / "replayed"
TEXTS = FOLDER / "texts"
KEPT = sorted(FOLDER.glob("*.json"))
CALLS = ("dropped", "half", "whole")


def said_of(verdict):
    """The verdict as one line of JSON: sorted, without spaces, each value object by what it says."""
    told = {
        "protocol": [verdict.protocol, verdict.version],
        "disposition": verdict.disposition.id,
        "priority": [verdict.priority, verdict.rank],
        "by_rules": verdict.by_rules.id if verdict.by_rules else None,
        "fired": [[one.disposition.id, list(one.rules), one.rank] for one in verdict.fired],
        "positions": [
            [one.kind, one.priority, one.rank, one.offered, one.stops_clock, one.with_999]
            for one in verdict.positions
        ],
        "flags": [
            [one.flag, one.sign, one.title, list(one.words), one.floor, one.life_threat, one.certain]
            for one in verdict.flags
        ],
        "because": [
            [one.question, one.answer, one.unknown, one.from_record, one.words] for one in verdict.because
        ],
        "advice": list(verdict.advice),
        "refusal": verdict.refusal,
        "unknown_count": verdict.unknown_count,
        "next": verdict.next_question.id if verdict.next_question else None,
        "still": [one.id for one in verdict.still],
        "finished": verdict.finished,
        "scores": [[one.score, one.least, one.most, list(one.missing)] for one in verdict.scores],
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def replayed(call):
    house = parse_house((TEXTS / f"{call['house']}.yaml").read_text("utf-8"), "house")
    protocol = parse_triage((TEXTS / f"{call['protocol']}.yaml").read_text("utf-8"), "kept", house)
    how = dropped if call["dropped"] else assess
    return said_of(how(protocol, house, call["answers"], call["facts"]))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_the_same_answers_on_the_same_texts_come_to_the_same_to_the_byte(file):
    call = json.loads(file.read_text("utf-8"))
    assert replayed(call).encode() == call["verdict"].encode()


def test_nothing_was_lost_and_no_text_was_changed():
    assert len(KEPT) >= 45
    for text in TEXTS.glob("*.yaml"):
        assert hashlib.sha256(text.read_bytes()).hexdigest() == text.stem


def _answer(chance, question):
    how = chance.random()
    if how < 0.08:
        return UNKNOWN
    if question.mildest is not None and how < 0.75:
        return question.mildest
    if question.kind != "number":
        return chance.choice(question.answers)
    low, high = question.range
    return round(chance.uniform(low, high))


def _keep(name, text):
    if not name.exists():
        with name.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)


def add():
    TEXTS.mkdir(parents=True, exist_ok=True)
    house = LIBRARY.house
    _keep(TEXTS / f"{house.sha256}.yaml", house.text)
    for protocol in LIBRARY.triage.values():
        _keep(TEXTS / f"{protocol.sha256}.yaml", protocol.text)
        for how in CALLS:
            chance = random.Random(f"{protocol.sha256} {how}")
            whole = {one.id: _answer(chance, one) for one in protocol.questions}
            share = 1 if how == "whole" else chance.uniform(0.3, 0.8)
            answers = dict(list(whole.items())[: round(len(whole) * share)])
            facts = {one.id: _answer(chance, one) for one in protocol.questions if one.record}
            call = {
                "protocol": protocol.sha256,
                "house": house.sha256,
                "answers": answers,
                "facts": {key: value for key, value in facts.items() if value != UNKNOWN},
                "dropped": how == "dropped",
            }
            kept = {**call, "verdict": replayed(call)}
            name = (
                f"{protocol.protocol}-{protocol.version}-{protocol.sha256[:8]}-{house.sha256[:8]}-{how}.json"
            )
            _keep(FOLDER / name, json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    add()
