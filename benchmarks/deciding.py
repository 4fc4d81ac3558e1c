"""How many calls are decided in a second on the fall protocol, each with its because; and what zen-engine does with the
same rules and the same calls in the same run (see `benchmarks.jdm`)."""

import gc
import os
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import protocols
from benchmarks.figures import Figure
from benchmarks.handlers import a_call
from benchmarks.jdm import Jdm
from protocols.engine import assess
from protocols.loader import load_library
from protocols.model import UNKNOWN, Answer, TriageProtocol
from protocols.verdict import Verdict

CALLS, TURNS = 2000, 9
ON_THE_FLOOR_MIN = (5, 55, 60, 120, 715, 720, 1000)
PER_S, TIMES_ZEN = 10_000.0, 4.0


def measure() -> list[Figure]:
    library = load_library(Path(protocols.__file__).parent, draft=True)
    fall, house = library.triage["fall-at-home"], library.house
    chance = random.Random(7)
    calls = [_a_fall(fall, chance) for _ in range(CALLS)]
    ours, theirs = partial(assess, fall, house), Jdm(fall, house)
    for call in calls:
        _same(ours(call), theirs.decide(call))
    gc.freeze()  # as the dashboard does
    turns = max(1, TURNS // (4 if os.environ.get("FP_BENCH_QUICK") else 1))
    found = [(_per_s(ours, calls), _per_s(theirs.decide, calls)) for _ in range(turns)]
    floor = _per_s(partial(_read, fall), calls)
    return [
        Figure("decisions_per_s", statistics.median(one for one, _ in found), floor, PER_S),
        Figure("decisions_vs_zen", statistics.median(one / zen for one, zen in found), 1, TIMES_ZEN),
    ]


def _a_fall(protocol: TriageProtocol, chance: random.Random) -> dict[str, Answer]:
    """A call as far as chance takes it; three in ten are still on the floor."""
    call = a_call(protocol, chance)
    if "where" in call and chance.random() < 0.3:
        call["where"] = "on_floor"
    if call.get("floor_time", UNKNOWN) != UNKNOWN:
        call["floor_time"] = chance.choice(ON_THE_FLOOR_MIN)
    return call


def _same(verdict: Verdict, told: tuple[str, list[str]]) -> None:
    """Both say the same disposition for the same reasons; a floor is one only where our rules were slower."""
    disposition, reasons = told
    ours = {reason for fired in verdict.fired for reason in fired.rules if reason != "otherwise"}
    floors = {reason for reason in {*ours, *reasons} if reason.startswith("red flag: ")}
    assert verdict.disposition.id == disposition
    assert ours - floors == set(reasons) - floors


def _per_s(decide: Callable[[dict[str, Answer]], object], calls: list[dict[str, Answer]]) -> float:
    began = time.perf_counter()
    for call in calls:
        decide(call)
    return len(calls) / (time.perf_counter() - began)


def _read(protocol: TriageProtocol, call: dict[str, Answer]) -> list[bool]:
    """The floor: each answer compared once for every rule and red flag that asks for it, or any."""
    rules = len(protocol.red_flags) + sum(len(one.rules) for one in protocol.dispositions)
    said = [call.get(question.id) for question in protocol.questions]
    return [said[place % len(said)] == UNKNOWN for place in range(rules)]
