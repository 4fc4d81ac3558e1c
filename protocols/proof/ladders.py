"""What is proved of a ladder: whatever does not answer, a human knows by minute N, and nothing ends in silence."""

from collections.abc import Iterator
from dataclasses import dataclass

from protocols.model import EscalationProtocol, EscalationStep, House
from protocols.proof.findings import Finding

HOUR_S = 3600
MOST_TEXTS, MOST_CALLS = 90, 12
"""What one ladder may send in any hour, at most [LOCAL]: more is noise, and nobody reads it."""


@dataclass(frozen=True)
class Told:
    """Somebody of this role is told at this minute, by these ways; `again_min` is how often from then on."""

    role: str
    minute: float
    ways: tuple[str, ...]
    again_min: float | None


def who_knows(ladder: EscalationProtocol) -> tuple[Told, ...]:
    """Step by step: who is told when nobody has answered anything. An offer tells nobody who is responsible."""
    found: dict[tuple[str, float], Told] = {}
    for step in ladder.steps:
        if step.kind == "offer":
            continue
        role, ways = step.role or step.to, _ways(step)
        key = (role, step.at_s / 60)
        before = found.get(key, Told(*key, (), None))
        again = step.then_every_s / 60 if step.then_every_s else before.again_min
        found[key] = Told(*key, tuple(dict.fromkeys(before.ways + ways)), again)
    return tuple(found.values())


def prove_ladder(ladder: EscalationProtocol, house: House) -> tuple[Finding, ...]:
    """Every obligation of one ladder."""
    return tuple(
        finding
        for obligation in (_somebody_knows, _no_silence, _inside_the_clock, _every_step, _bounded)
        for finding in obligation(ladder, house)
    )


def _somebody_knows(ladder: EscalationProtocol, house: House) -> Iterator[Finding]:
    told = who_knows(ladder)
    if not told:
        yield _fault(
            ladder, "knows", "nobody is ever told that nobody has accepted: add an alert to a person"
        )
        return
    first = min(told, key=lambda one: one.minute)
    for priority in ladder.serves:
        target = house.priority(priority).target_min
        if target is not None and first.minute > target / 2:
            words = (
                f"the {first.role} is told at minute {first.minute:g}, when more than half of the {target} min of "
                f"{house.priority(priority).title} is gone: tell somebody sooner"
            )
            yield _fault(ladder, "knows", words)


def _no_silence(ladder: EscalationProtocol, _: House) -> Iterator[Finding]:
    last = ladder.steps[-1]
    if last.kind not in ("alert", "call") or last.then_every_s is None:
        yield _fault(ladder, "silence", "the ladder ends in silence: end it with a person who is told again")


def _inside_the_clock(ladder: EscalationProtocol, house: House) -> Iterator[Finding]:
    for priority in ladder.serves:
        target = house.priority(priority).target_min
        late = [step for step in ladder.steps if target is not None and step.at_s >= target * 60]
        if late:
            words = f"a step at minute {late[0].at_s / 60:g} comes after the clock of {priority} has run out"
            yield _fault(ladder, "clock", words)


def _every_step(ladder: EscalationProtocol, _: House) -> Iterator[Finding]:
    seen: set[tuple[str, str, int]] = set()
    handed_over = False
    for place, step in enumerate(ladder.steps):
        if handed_over:
            yield _fault(
                ladder, "unreachable", f"step {place + 1} stands after the case was handed over: remove it"
            )
        same = (step.kind, step.role or step.to, step.at_s)
        if same in seen:
            yield _fault(ladder, "unreachable", f"step {place + 1} repeats one at the same minute: remove it")
        seen.add(same)
        handed_over = handed_over or step.kind == "hand_over"


def _bounded(ladder: EscalationProtocol, _: House) -> Iterator[Finding]:
    texts, calls = per_hour(ladder)
    for count, most, what in ((texts, MOST_TEXTS, "texts"), (calls, MOST_CALLS, "calls")):
        if count > most:
            yield _fault(
                ladder, "noise", f"up to {count} {what} in an hour, more than {most}: wait longer between"
            )


def per_hour(ladder: EscalationProtocol) -> tuple[int, int]:
    """The most texts and voice calls that one position can cause in any hour, with nobody ever answering.

    An offer that is not answered goes to the next people after its wait, for ever; what repeats does so too.
    """
    texts = calls = 0
    for step in ladder.steps:
        if step.kind == "offer":
            texts += step.at_once * -(-HOUR_S // step.wait_s)
            continue
        times = 1 if not step.then_every_s else -(-HOUR_S // step.then_every_s)
        if step.kind == "call":
            calls += times
        else:
            texts += times
    return texts, calls


def _ways(step: EscalationStep) -> tuple[str, ...]:
    return {"alert": ("board", "text"), "call": ("voice",), "hand_over": ("hand-over",), "offer": ()}[
        step.kind
    ]


def _fault(ladder: EscalationProtocol, obligation: str, words: str) -> Finding:
    return Finding("not_proved", obligation, ladder.escalation, words)
