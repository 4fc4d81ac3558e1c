"""A question as finitely many answers: inside each cell of a number nothing in the protocol makes a difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from protocols import news2
from protocols.answers import badness
from protocols.conditions import leaves
from protocols.model import Answer, AtLeast, AtMost, Condition, OneOf, Question, TriageProtocol

Told = OneOf | AtLeast | AtMost
"""A leaf that speaks of one question's answer."""
Step = tuple[int, int]
WAYS: tuple[dict[str, Answer], ...] = (
    {news2.SCALE: "scale_1"},
    {news2.SCALE: "scale_2", "oxygen": "air"},
    {news2.SCALE: "scale_2", "oxygen": "oxygen"},
)
"""On what else it depends how much an oxygen saturation weighs in NEWS2."""


@dataclass(frozen=True)
class Cells:
    """A question and one answer for each of its cells. `mild` is the place of the mildest, None where none is."""

    question: Question
    values: tuple[Answer, ...]
    mild: int | None

    @property
    def everything(self) -> int:
        """The mask of all cells."""
        return (1 << len(self.values)) - 1

    def mask(self, leaf: Told) -> int:
        """The cells in which the leaf holds."""
        return sum(1 << place for place, value in enumerate(self.values) if _holds(leaf, value))

    def place_of(self, answer: Answer) -> int:
        """The place of an answer that is one of `values`."""
        return self.values.index(answer)

    @cached_property
    def steps(self) -> tuple[tuple[Step, ...], ...]:
        """Every (milder, worse) pair, for each of `WAYS` that bear on it; none where no answer is worse than another.

        Single steps are enough where answers have an order: what is never slower after one step worse is not slower
        after several. How bad an observation is its score says: there it is every pair of more points on the same
        side of what is normal, since a slow pulse is no worse kind of a fast one.
        """
        question = self.question
        if question.worse == "neither":
            return ()
        if question.worse == "by_score":
            weights = [_points(question, value) for value in self.values]
            return tuple(_outward(self, [each[way] for each in weights]) for way in range(len(weights[0])))
        if question.band is not None:
            return (tuple(_out_of(question.band, self.values)),)
        bad = [badness(question, value) for value in self.values]
        return (tuple(pairwise(sorted(range(len(bad)), key=bad.__getitem__))),)

    @cached_property
    def chains(self) -> tuple[tuple[Step, ...], ...]:
        """As `steps`, and several at once: where an exception excuses one step, the next says nothing of both."""
        return tuple(_chained(steps) for steps in self.steps)

    def worse_than(self, place: int) -> Iterator[int]:
        """The cells that are worse than this one."""
        here = badness(self.question, self.values[place])
        for other, value in enumerate(self.values):
            if badness(self.question, value) > here:
                yield other


def cells_of(protocol: TriageProtocol, *compared: TriageProtocol) -> tuple[Cells, ...]:
    """The cells of each question, cut at every threshold of the protocol, and of those that it is compared with."""
    told: dict[str, list[Told]] = {}
    for one in (protocol, *compared):
        for condition in conditions_of(one):
            for leaf in leaves(condition):
                if isinstance(leaf, OneOf | AtLeast | AtMost):
                    told.setdefault(leaf.question, []).append(leaf)
    return tuple(_cells(question, told.get(question.id, ())) for question in protocol.questions)


def conditions_of(protocol: TriageProtocol) -> Iterator[Condition]:
    """Every condition that stands in the file."""
    for question in protocol.questions:
        if question.ask_if is not None:
            yield question.ask_if
    for population in protocol.population:
        yield population.condition
    for flag in protocol.red_flags:
        yield flag.condition
    for disposition in protocol.dispositions:
        for rule in disposition.rules:
            yield rule.condition
    for permit in protocol.exceptions:
        yield permit.condition


def _cells(question: Question, told: Sequence[Told]) -> Cells:
    if question.kind != "number":
        mild = None if question.mildest is None else question.answers.index(str(question.mildest))
        return Cells(question, question.answers, mild)
    values = list(_numbers(question, [leaf.bound for leaf in told if isinstance(leaf, AtLeast | AtMost)]))
    kept: list[Answer] = []
    before: object = None
    for value in values:
        alike = (tuple(_holds(leaf, value) for leaf in told), _points(question, value), _out(question, value))
        if alike != before:
            kept.append(value)
        elif value == question.mildest:
            kept[-1] = value
        before = alike
    return Cells(question, tuple(kept), None if question.mildest is None else kept.index(question.mildest))


def _numbers(question: Question, bounds: Sequence[float]) -> Iterator[Answer]:
    """Every number at which something may change, and one between each two, in rising order."""
    low, high = question.range or (0.0, 0.0)
    cuts = {low, high, *bounds, *(question.band or ())}
    if question.score == "news2":
        cuts.update(news2.OBSERVATIONS[question.id].cuts)
    if question.mildest is not None:
        cuts.add(float(question.mildest))
    if question.band is not None and question.record:
        # The fact and the answer may lie on two sides: what is as far out on the other side matters too.
        cuts.update([sum(question.band) - cut for cut in cuts])
    inside = sorted(cut for cut in cuts if low <= cut <= high)
    for here, after in pairwise(inside):
        yield _short(here)
        between = _between(here, after, question.step, low)
        if between is not None:
            yield _short(between)
    yield _short(inside[-1])


def _between(here: float, after: float, step: float | None, start: float) -> float | None:
    """A number between the two, on the question's steps where it has any; None if no step falls between."""
    if step is None:
        return (here + after) / 2
    following = round(start + step * (int((here - start) / step + 1e-9) + 1), 6)
    return following if following < after - 1e-9 else None


def _out(question: Question, value: Answer) -> float:
    """On which side of its mild band a number lies, 0 inside; how far out too, where a fact may lie further out."""
    if question.band is None:
        return 0
    low, high = question.band
    assert not isinstance(value, str)
    out = min(value - low, 0) + max(value - high, 0)
    return out if question.record else (out > 0) - (out < 0)


def _out_of(band: tuple[float, float], values: Sequence[Answer]) -> Iterator[Step]:
    """From whatever is mild to the nearest on either side, and from there outwards."""
    numbers = [float(value) for value in values]
    mild = [place for place, number in enumerate(numbers) if band[0] <= number <= band[1]]
    yield from ((place, mild[0] - 1) for place in mild if mild[0] > 0)
    yield from ((place, mild[-1] + 1) for place in mild if mild[-1] + 1 < len(numbers))
    yield from ((place, place - 1) for place in range(1, mild[0]))
    yield from ((place, place + 1) for place in range(mild[-1] + 1, len(numbers) - 1))


def _chained(steps: Sequence[Step]) -> tuple[Step, ...]:
    found = set(steps)
    while more := {(a, d) for a, b in found for c, d in steps if b == c} - found:
        found |= more
    return tuple(sorted(found))


def _short(number: float) -> Answer:
    return int(number) if number == int(number) else number


def _holds(leaf: Told, value: Answer) -> bool:
    if isinstance(leaf, OneOf):
        return value in leaf.answers
    assert not isinstance(value, str)
    return value >= leaf.bound if isinstance(leaf, AtLeast) else value <= leaf.bound


def _outward(cells: Cells, points: Sequence[int]) -> tuple[Step, ...]:
    places = range(len(points))
    if cells.question.kind != "number":
        return tuple((a, b) for a in places for b in places if points[a] < points[b])
    normal = [place for place in places if points[place] == 0]
    below = [(a, b) for a in places for b in range(a) if points[a] < points[b] and a <= normal[-1]]
    above = [(a, b) for a in places for b in places[a + 1 :] if points[a] < points[b] and a >= normal[0]]
    return tuple(below + above)


def _points(question: Question, value: Answer) -> tuple[int, ...]:
    """What a value weighs in NEWS2, in each of the ways that bear on it; nothing for other questions."""
    if question.score != "news2" or question.id == news2.SCALE:
        return ()
    ways = WAYS if question.id == "spo2" else ({},)
    return tuple(news2.weigh({**way, question.id: value}).points[question.id][0] for way in ways)
