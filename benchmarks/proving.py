"""How long proofs take: the whole library from nothing and unchanged, one changed protocol, and a very large one."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import protocols
from benchmarks.figures import Figure, p95
from protocols.checking import Checker
from protocols.loader import load_house, parse_triage
from protocols.proof.kept import KeptProofs
from protocols.proof.prover import prove

HERE = Path(protocols.__file__).parent
LIBRARY_S, KEPT_S, CHANGED_P95_S, BIG_S = 20.0, 2.0, 1.0, 60.0
QUESTIONS, RULES = 300, 150
CHANGES_EACH = 3


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        # The proofs are kept where the command is run, so the first time here is from nothing.
        check = ["-m", "protocols", "check", str(HERE)]
        proved_s, kept_s = (_command_s(check, folder) for _ in range(2))
        load = [
            "-c",
            f"import pathlib, protocols.loader as p; p.load_library(pathlib.Path({str(HERE)!r}), draft=True)",
        ]
        loaded_s = _command_s(load, folder)
        changed_s, read_s = _changed(Path(folder))
    big_s, big_read_s = _big()
    return [
        Figure("library_proved_s", proved_s, loaded_s, LIBRARY_S),
        Figure("library_kept_s", kept_s, loaded_s, KEPT_S),
        Figure("reproved_p95_s", p95(changed_s), p95(read_s), CHANGED_P95_S),
        Figure("big_protocol_proved_s", big_s, big_read_s, BIG_S),
    ]


def _command_s(arguments: list[str], folder: str) -> float:
    """The whole command, from its start to its end."""
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    began = time.monotonic()
    subprocess.run([sys.executable, *arguments], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _changed(folder: Path) -> tuple[list[float], list[float]]:
    """Each protocol of the library with another title: read, its examples run, and proved; and read only."""
    house = load_house(HERE / "house.yaml")
    checker = Checker(KeptProofs(folder / "changed"), HERE, HERE / "house.yaml")
    proved, read = [], []
    for path in sorted((HERE / "triage").glob("*.yaml")):
        for turn in range(CHANGES_EACH):
            text = path.read_text(encoding="utf-8").replace("\ntitle: ", f"\ntitle: {turn} ", 1)
            file = folder / path.name
            file.write_text(text, encoding="utf-8")

            def check(file: Path = file) -> None:
                [checked] = checker.check([file])
                assert checked.sound

            proved.append(_timed_s(check))
            read.append(_timed_s(lambda text=text: parse_triage(text, "read.yaml", house)))  # type: ignore[misc]
    return proved, read


def _big() -> tuple[float, float]:
    house = load_house(HERE / "house.yaml")
    text = json.dumps(_large(random.Random(3)))
    read_s = _timed_s(lambda: parse_triage(text, "big.yaml", house))
    proved_s = _timed_s(lambda: prove(parse_triage(text, "big.yaml", house), house))
    return proved_s, read_s


def _timed_s(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _large(chance: random.Random) -> dict[str, Any]:
    """A protocol as chance writes it: a third of its questions each yes or no, a choice, and a number; one in five is
    asked only after another; each rule asks three of them."""
    told = [_question(place, chance) for place in range(QUESTIONS - 2)]
    deck = list(range(len(told)))
    chance.shuffle(deck)
    rules = []
    for n in range(RULES - 2):
        first, second = deck[2 * n % len(deck)], deck[(2 * n + 1) % len(deck)]
        either = [_leaf(second, chance), _leaf(chance.choice(deck), chance)]
        rules.append({"rule": f"rule_{n}", "if": {"all": [_leaf(first, chance), {"any": either}]}})
    signs = {
        "breathing": ({"breathing": "no"}, "not_breathing_normally"),
        "awake": ({"rousable": {"at_least": "drowsy"}}, "hard_to_rouse"),
    }
    ladder = ("emergency_999", "clinician_20_min", "one_hour", "two_hours")
    dispositions: list[dict[str, Any]] = [
        {"id": name, "priority": name, "response": name, "when": rules[place::4]}
        for place, name in enumerate(ladder)
    ]
    dispositions[0]["when"] = [
        *({"rule": name, "if": when} for name, (when, _) in signs.items()),
        *rules[0::4],
    ]
    return {
        "protocol": "large",
        "version": "1.0.0",
        "status": "draft",
        "title": "Large",
        "review_by": "2027-05-01",
        "questions": [
            {"id": "breathing", "ask": "Breathing normally?", "kind": "yes_no", "worse": "no"},
            {
                "id": "rousable",
                "ask": "How awake?",
                "kind": "choice",
                "answers": ["awake", "drowsy", "cannot_wake"],
                "worse": "last",
            },
            *told,
        ],
        "red_flags": [{"flag": name, "if": when, "sign": sign} for name, (when, sign) in signs.items()],
        "dispositions": [
            *dispositions,
            {"id": "later", "priority": "two_days", "response": "later", "otherwise": "yes"},
        ],
        "dropped_call": {"to": "clinician_20_min", "who": "call handler", "within": "5 min"},
    }


def _question(place: int, chance: random.Random) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"kind": "yes_no", "worse": "yes"},
        {"kind": "choice", "answers": ["a", "b", "c", "d"], "worse": "last"},
        {"kind": "number", "unit": "min", "range": [0, 100], "worse": "higher"},
    ]
    question = {"id": f"q{place}", "ask": f"Question {place}?", **kinds[place % 3]}
    if place > 10 and chance.random() < 0.2:
        question["ask_if"] = {f"q{3 * chance.randrange(place // 3)}": "yes"}
    return question


def _leaf(place: int, chance: random.Random) -> dict[str, Any]:
    bounds: tuple[Any, ...] = (
        "yes",
        {"at_least": chance.choice("bcd")},
        {"at_least": f"{chance.randrange(1, 99)} min"},
    )
    return {f"q{place}": bounds[place % 3]}
