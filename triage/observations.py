"""The observations of NEWS2 on one small pad: asked together, answered one by one, changed at will. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocols.model import UNKNOWN, Answer, Question, TriageProtocol
from protocols.scores import ScoreReading

NEWS2 = "news2"


@dataclass(frozen=True)
class Taken:
    """One line of the pad. `choices` are empty for a number; `low` to `high` is what can be true."""

    id: str
    ask: str
    say: str
    unit: str
    choices: tuple[tuple[str, str], ...]
    given: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Pad:
    """`first`: the line that the hand begins in."""

    title: str
    score: str
    lines: tuple[Taken, ...]
    first: str
    why: str


def pad_of(
    protocol: TriageProtocol,
    question: Question | None,
    answers: Mapping[str, Answer],
    scores: Sequence[ScoreReading],
) -> Pad | None:
    """The pad, where the question that stands is an observation: they follow from the score, not from the file."""
    together = observations(protocol)
    if question is None or question.id not in together:
        return None
    lines = tuple(_line(protocol.by_id[name], answers.get(name)) for name in together)
    return Pad(
        title="Observations",
        score=said_of(scores, answers),
        lines=lines,
        first=question.id,
        why="What was not taken is not known, never normal.",
    )


def observations(protocol: TriageProtocol) -> tuple[str, ...]:
    """The questions of the protocol's NEWS2, in the order in which it asks them."""
    asked = {name for score in protocol.scores if score.kind == NEWS2 for name in score.questions}
    return tuple(question.id for question in protocol.questions if question.id in asked)


def said_of(scores: Sequence[ScoreReading], answers: Mapping[str, Answer]) -> str:
    """`NEWS2 3 to 6, temperature not known`; nothing before the first observation was taken (S7)."""
    found = next((one for one in scores if one.score == NEWS2), None)
    if found is None or answers.keys().isdisjoint(found.points):
        return ""
    return found.words


def _line(question: Question, given: Answer | None) -> Taken:
    low, high = question.range or (-math.inf, math.inf)
    titles = question.answer_titles
    return Taken(
        id=question.id,
        ask=question.ask,
        say=question.say or "",
        unit=question.unit or "",
        choices=tuple((word, titles.get(word, word.replace("_", " "))) for word in question.answers),
        given="u" if given == UNKNOWN else "" if given is None else str(given),
        low=low if math.isfinite(low) else None,
        high=high if math.isfinite(high) else None,
    )
