"""Scores over the answers of a call, each an interval while something in it is not known (S7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final, Literal

from protocols import news2
from protocols.faults import listed
from protocols.house import Answer
from protocols.news2 import Span, Weighed
from protocols.tree import Readings

# Each score takes two places in the readings: its total, and the highest points of any one part.
PLACES: Final = 2


@dataclass(frozen=True)
class Score:
    """A score of a protocol. `index` is the place of its total in the readings; the next is that of one part alone.

    `news2` is the chart; `points` adds up, for each of its questions, what `weights` gives each answer in the order of
    the question's answers: nothing for the mildest, and never less for a worse one.
    """

    id: str
    title: str
    kind: Literal["news2", "points"]
    index: int
    questions: tuple[str, ...]
    asks: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...] = ()

    @property
    def most(self) -> int:
        return news2.MOST if self.kind == "news2" else sum(map(max, self.weights))

    @property
    def single_index(self) -> int:
        return self.index + 1


@dataclass(frozen=True)
class ScoreReading:
    """What a score comes to: `least` to `most`, which are the same once nothing of it is `missing`.

    `missing` are the questions not answered, `implausible` those whose number cannot be true, by id; `points` is by
    id, from the least to the most.
    """

    score: str
    title: str
    least: int
    most: int
    missing: tuple[str, ...] = ()
    implausible: tuple[str, ...] = ()
    points: Mapping[str, Span] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return not self.missing

    @cached_property
    def words(self) -> str:
        """As half a sentence: `NEWS2 3 to 6, temperature not taken`."""
        total = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        said = f"{self.title} {total}"
        red = [title_of(name) for name, (low, _) in self.points.items() if low >= news2.WORST]
        if red and self.score == "news2":
            said += f", 3 for {listed(red, 'and')}"
        if self.missing:
            said += f", {listed([title_of(name) for name in self.missing], 'and')} not known"
        return said


def title_of(question: str) -> str:
    known = news2.OBSERVATIONS.get(question)
    return known.title if known else question.replace("_", " ")


def read_score(score: Score, said: Mapping[str, Answer | None], readings: Readings) -> ScoreReading:
    """Put the score's interval into the readings. `said`: None is missing, absent was not reached and reads as 0."""
    weighed = _added(score, readings) if score.kind == "points" else news2.weigh(said)
    readings.lows[score.index], readings.highs[score.index] = weighed.total
    readings.lows[score.single_index], readings.highs[score.single_index] = weighed.single
    return ScoreReading(
        score=score.id,
        title=score.title,
        least=weighed.total[0],
        most=weighed.total[1],
        missing=tuple(name for name, (low, high) in weighed.points.items() if low < high)
        if score.kind == "points"
        else tuple(name for name in score.questions if said.get(name, "") is None),
        implausible=tuple(name for name in score.questions if said.get(name) == news2.IMPLAUSIBLE),
        points=weighed.points,
    )


def _added(score: Score, readings: Readings) -> Weighed:
    """The points of what each question says; a gate that is false has made it mild already."""
    points: dict[str, Span] = {}
    for name, index, weights in zip(score.questions, score.asks, score.weights, strict=True):
        points[name] = _span(weights, readings.masks[index])
    lows, highs = [low for low, _ in points.values()], [high for _, high in points.values()]
    return Weighed((sum(lows), sum(highs)), (max(lows), max(highs)), points)


@cache
def _span(weights: tuple[int, ...], mask: int) -> Span:
    """From the least to the most of the answers that are still open; nothing where there is none."""
    left = [points for place, points in enumerate(weights) if mask >> place & 1]
    return min(left, default=0), max(left, default=0)
