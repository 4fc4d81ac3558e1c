"""What a call comes to: the value objects that the engine hands out, and how several of them unite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.errors import Refused
from protocols.model import Answer, Disposition, Question
from protocols.positions import AskedPosition, stand_together
from protocols.scores import ScoreReading


class Fired(NamedTuple):
    """A disposition that counts, and what brought it: rule ids, or `red flag: …`, `unknowns`, `otherwise`, …"""

    disposition: Disposition
    rules: tuple[str, ...]
    rank: int


class RaisedFlag(NamedTuple):
    """A red flag that is true (`certain`), or that may be because what it asks is not known."""

    flag: str
    sign: str | None
    title: str
    words: tuple[str, ...]
    floor: str
    life_threat: bool
    certain: bool


@dataclass(frozen=True)
class Leaf:
    """One answer that the disposition rests on; `words` is the same as half a sentence."""

    question: str
    ask: str
    answer: Answer
    unknown: bool
    from_record: bool
    words: str


class Verdict(NamedTuple):
    """What a call comes to. While `finished` is no it is provisional: questions not reached count as mildest.

    `disposition` is the most urgent of `fired` and `priority` its priority; `by_rules` is what the rules alone say,
    before floors, unknowns and a dropped call. `rank` is the priority's place in the house, 0 the most urgent.
    `refusal` is where to turn when the protocol is not for this person. In `scores` what was not reached is missing.
    `still` are the questions that may yet have to be asked, in order: `remaining` of them, the next one first.
    """

    protocol: str
    version: str
    disposition: Disposition
    priority: str
    rank: int
    by_rules: Disposition | None
    fired: tuple[Fired, ...]
    positions: tuple[AskedPosition, ...]
    flags: tuple[RaisedFlag, ...]
    because: tuple[Leaf, ...]
    refusal: str | None
    unknown_count: int
    next_question: Question | None
    remaining: int
    finished: bool
    scores: tuple[ScoreReading, ...] = ()
    still: tuple[Question, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether questions are still open, so that everything shown must be marked provisional (S9)."""
        return not self.finished

    @property
    def advice(self) -> tuple[str, ...]:
        """The words to say of every fired disposition, the most urgent first, each once."""
        return tuple(dict.fromkeys(line for fired in self.fired for line in fired.disposition.advice))


def unite(verdicts: Sequence[Verdict]) -> Verdict:
    """Several protocols on one call: the most urgent wins, and what every one of them asks for stands.

    The verdicts come from one house. Refused if there is none to unite. A question that is open in two of them
    counts twice in `remaining`, which is "at most". `refusal` joins every place to turn to.
    """
    if not verdicts:
        raise Refused("There is no assessment to unite; run a protocol first.")
    # Sorting is stable: among equals the protocol that was begun first leads, and an accepting one before a refusal.
    ordered = sorted(verdicts, key=lambda verdict: (verdict.rank, verdict.refusal is not None))
    first = ordered[0]
    if len(ordered) == 1:
        return first
    fired = sorted((one for verdict in ordered for one in verdict.fired), key=lambda one: one.rank)
    waiting = next((verdict.next_question for verdict in ordered if verdict.next_question is not None), None)
    refusals = dict.fromkeys(verdict.refusal for verdict in ordered if verdict.refusal is not None)
    return first._replace(
        protocol=" + ".join(verdict.protocol for verdict in ordered),
        version=" + ".join(verdict.version for verdict in ordered),
        fired=tuple(fired),
        positions=stand_together(verdict.positions for verdict in ordered),
        flags=_flags(ordered),
        refusal="; ".join(refusals) or None,
        unknown_count=sum(verdict.unknown_count for verdict in ordered),
        next_question=waiting,
        remaining=sum(verdict.remaining for verdict in ordered),
        finished=all(verdict.finished for verdict in ordered),
        scores=_scores(ordered),
        still=tuple(question for verdict in ordered for question in verdict.still),
    )


def _scores(verdicts: Sequence[Verdict]) -> tuple[ScoreReading, ...]:
    """Each score once, as high as any of the protocols has it."""
    found: dict[str, ScoreReading] = {}
    for verdict in verdicts:
        for score in verdict.scores:
            if score.score not in found or (score.most, score.least) > (
                found[score.score].most,
                found[score.score].least,
            ):
                found[score.score] = score
    return tuple(found.values())


def _flags(verdicts: Sequence[Verdict]) -> tuple[RaisedFlag, ...]:
    """Each sign once: the certain one before the one that only may be."""
    found: dict[str, RaisedFlag] = {}
    for verdict in verdicts:
        for flag in verdict.flags:
            key = flag.sign or f"{verdict.protocol}.{flag.flag}"
            if key not in found or (flag.certain and not found[key].certain):
                found[key] = flag
    return tuple(found.values())
