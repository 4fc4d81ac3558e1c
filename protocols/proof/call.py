"""Every possible call at once: what each question may have been answered, and what conditions are then worth.

Each question has one variable for each of its cells and one for "not known"; exactly one of them is true. What a
question *reads* as follows: its mildest answer where its gate is closed, or where it has not been reached.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product
from typing import Literal, NamedTuple

import z3

from protocols import news2
from protocols.conditions import asked_by
from protocols.model import (
    AllOf,
    Answer,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    IsUnknown,
    Known,
    Not,
    OneOf,
    Question,
    Score,
    ScoreAtLeast,
    TriageProtocol,
)
from protocols.proof.cells import Cells, cells_of
from protocols.proof.terms import Term, Units, both, either, never, plus


class Value(NamedTuple):
    """A condition as two Booleans: it is true whatever the unknown turns out to be; it may be true."""

    must: Term
    may: Term


CERTAIN, NEVER = Value(True, True), Value(False, False)


class Reading(NamedTuple):
    """What one question is taken to say: one of its cells, or any of those `left` open; nothing if none is true."""

    cells: tuple[Term, ...]
    unknown: Term
    left: tuple[Term, ...] | None = None

    @property
    def one(self) -> Term:
        """Exactly one of its variables is true."""
        ways = [(term, 1) for term in (*self.cells, self.unknown) if not isinstance(term, bool)]
        return z3.PbEq(ways, 1)

    def value(self, mask: int) -> Value:
        """Whether the answer lies in these cells."""
        told = either(cell for place, cell in enumerate(self.cells) if mask >> place & 1)
        left = self.left or (True,) * len(self.cells)
        inside = either(one for place, one in enumerate(left) if mask >> place & 1)
        outside = either(one for place, one in enumerate(left) if not mask >> place & 1)
        return Value(
            either((told, both((self.unknown, inside, never(outside))))),
            either((told, both((self.unknown, inside)))),
        )


class Row(NamedTuple):
    """What a part of a score comes to, from the least to the most; and the highest points of one observation in it."""

    least: Units
    most: Units
    single_least: Units
    single_most: Units

    def plus(self, other: "Row") -> "Row":
        """Both parts together."""
        threes = range(news2.WORST)
        return Row(
            plus(self.least, other.least),
            plus(self.most, other.most),
            tuple(either((self.single_least[unit], other.single_least[unit])) for unit in threes),
            tuple(either((self.single_most[unit], other.single_most[unit])) for unit in threes),
        )


NOTHING = Row((), (), (False,) * news2.WORST, (False,) * news2.WORST)


@dataclass
class Call:
    """The variables of a call under one protocol, and what always holds of them."""

    protocol: TriageProtocol
    cells: Sequence[Cells]
    raw: tuple[Reading, ...]
    reached: tuple[z3.BoolRef, ...]
    always: list[Term]

    @classmethod
    def under(
        cls, protocol: TriageProtocol, *compared: TriageProtocol, apart: frozenset[str] = frozenset()
    ) -> "Call":
        """A call whose cells are fine enough for `compared` too: a question of the same id and cells has the same
        variables there, unless it is one of `apart`."""
        cells = cells_of(protocol, *compared)
        names = [f"{one.question.id}{'*' if one.question.id in apart else ''}" for one in cells]
        raw = tuple(
            Reading(
                tuple(z3.Bool(f"{name}={_cell(place, value)}") for place, value in enumerate(one.values)),
                z3.Bool(f"{name}?"),
            )
            for name, one in zip(names, cells, strict=True)
        )
        reached = tuple(z3.Bool(f"{question.id}!") for question in protocol.questions)
        always: list[Term] = []
        always += [reading.one for reading in raw]
        # One question after the other: whatever is reached, all before it was.
        always += [z3.Or(z3.Not(later), before) for before, later in pairwise(reached)]
        return cls(protocol, cells, raw, reached, always)

    def anew(self, index: int, cells: Sequence[int] | None = None) -> Reading:
        """A question answered otherwise, by variables of its own: one of these cells, or any cell or not known.

        Exactly one of the variables is to be true; see `Reading.one`.
        """
        one = self.cells[index]
        return Reading(
            tuple(
                z3.Bool(f"{one.question.id}={value}'") if cells is None or place in cells else False
                for place, value in enumerate(one.values)
            ),
            z3.Bool(f"{one.question.id}?'") if cells is None else False,
        )

    def not_known(self, index: int) -> Reading:
        """A question that was asked, and is not known."""
        return Reading((False,) * len(self.cells[index].values), True)

    def mildest(self, index: int) -> Reading:
        """A question that nobody asked."""
        one = self.cells[index]
        return Reading(tuple(place == one.mild for place in range(len(one.values))), False)


@dataclass
class World:
    """One way of reading the call. `base` is the world that this one differs from by `changed` questions only."""

    call: Call
    changed: Mapping[int, Reading] = field(default_factory=dict)
    base: "World | None" = None
    gates: bool = True
    unreached: Literal["mild", "any"] | None = None
    _values: dict[int, Value] = field(default_factory=dict)
    _totals: dict[tuple[str, frozenset[int]], Row] = field(default_factory=dict)

    @cached_property
    def differs(self) -> frozenset[int]:
        """The questions that may read otherwise than in `base`: all, without one."""
        questions = self.call.protocol.questions
        if self.base is None:
            return frozenset(range(len(questions)))
        found = set(self.changed)
        for question in questions:
            if self.gates and question.ask_if is not None and asked_by(question.ask_if) & found:
                found.add(question.index)
        return frozenset(found)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """What each question reads as, in the order in which they are asked; gates speak of earlier ones only."""
        self._read: list[Reading] = []
        for question in self.call.protocol.questions:
            if self.base is not None and question.index not in self.differs:
                self._read.append(self.base.readings[question.index])
            else:
                self._read.append(self._reading(question))
        return tuple(self._read)

    def _reading(self, question: Question) -> Reading:
        index = question.index
        told = self.changed.get(index, self.call.raw[index])
        if self.unreached is not None:
            other = self.call.mildest(index) if self.unreached == "mild" else self.call.not_known(index)
            told = _where(self.call.reached[index], told, other)
        if self.gates and question.ask_if is not None:
            # Last: what does not apply is mildest, whether or not the call has come so far.
            told = _where(self._gate(question.ask_if), told, self.call.mildest(index))
        return told

    def _gate(self, gate: Condition) -> Term:
        return self._work_out(gate, self._read).may

    def asked(self, index: int) -> Term:
        """Whether the question applies: its gate is not closed."""
        gate = self.call.protocol.questions[index].ask_if
        return True if gate is None else self.value(gate).may

    def value(self, condition: Condition) -> Value:
        """What the condition is worth here."""
        if self.base is not None and not asked_by(condition) & self.differs:
            return self.base.value(condition)
        known = self._values.get(id(condition))
        if known is None:
            known = self._values[id(condition)] = self._work_out(condition, self.readings)
        return known

    def _work_out(self, condition: Condition, readings: Sequence[Reading]) -> Value:
        match condition:
            case OneOf() | AtLeast() | AtMost():
                return readings[condition.index].value(self.call.cells[condition.index].mask(condition))
            case ScoreAtLeast():
                return self._score(condition)
            case AllOf(parts=parts):
                found = [self._work_out(part, readings) for part in parts]
                return Value(both(one.must for one in found), both(one.may for one in found))
            case AnyOf(parts=parts):
                found = [self._work_out(part, readings) for part in parts]
                return Value(either(one.must for one in found), either(one.may for one in found))
            case Not(part=part):
                inner = self._work_out(part, readings)
                return Value(never(inner.may), never(inner.must))
            case Known(part=part):
                must = self._work_out(part, readings).must
                return Value(must, must)
            case IsUnknown(index=index):
                return Value(readings[index].unknown, readings[index].unknown)

    def _score(self, leaf: ScoreAtLeast) -> Value:
        score = next(one for one in self.call.protocol.scores if one.id == leaf.score)
        row = self.total(score, frozenset())
        unit = int(leaf.bound) - 1
        if leaf.single:
            return Value(row.single_least[unit], row.single_most[unit])
        return Value(row.least[unit], row.most[unit])

    def total(self, score: Score, without: frozenset[int]) -> Row:
        """What the score comes to without some of its questions (by index).

        Only what differs from `base` is added anew, so that a proof about one observation is about that one alone.
        """
        key = (score.id, without)
        if key not in self._totals:
            parts = [part for part in _parts(self.call.protocol, score) if part.isdisjoint(without)]
            mine = [part for part in parts if self.base is None or not part.isdisjoint(self.differs)]
            total = NOTHING
            if self.base is not None:
                total = self.base.total(score, without.union(*mine))
            for part in mine:
                total = self._row(score, part).plus(total)
            self._totals[key] = total
        return self._totals[key]

    def part(self, score: Score, index: int) -> Row:
        """What the question at this index, with what weighs together with it, adds to the score."""
        [mine] = [part for part in _parts(self.call.protocol, score) if index in part]
        return self._row(score, mine)

    def _row(self, score: Score, part: frozenset[int]) -> Row:
        if score.kind == "points":
            [index] = part
            weights = score.weights[score.asks.index(index)]
            values = [
                self.readings[index].value(sum(1 << place for place, one in enumerate(weights) if one > unit))
                for unit in range(max(weights))
            ]
            least, most = (tuple(value[way] for value in values) for way in (0, 1))
            return Row(least, most, NOTHING.single_least, NOTHING.single_most)
        weighed: list[tuple[Term, news2.Weighed]] = []
        for way in product(*(tuple(self._ways(index)) for index in sorted(part))):
            term = both(one for _, one in way)
            if term is not False:
                weighed.append((term, news2.weigh(dict(said for said, _ in way if said is not None))))
        highest = max(one.total[1] for _, one in weighed)

        def units(points: Callable[[news2.Weighed], int], most: int) -> Units:
            return tuple(either(term for term, one in weighed if points(one) > unit) for unit in range(most))

        return Row(
            units(lambda one: one.total[0], highest),
            units(lambda one: one.total[1], highest),
            units(lambda one: one.single[0], news2.WORST),
            units(lambda one: one.single[1], news2.WORST),
        )

    def _ways(self, index: int) -> Iterator[tuple[tuple[str, Answer | None] | None, Term]]:
        """How an observation may stand: what was said (None: not known), or nothing while it is not reached."""
        name, reading = self.call.protocol.questions[index].id, self.readings[index]
        if self.unreached == "mild":
            told = self.changed.get(index, self.call.raw[index])
            here = self.call.reached[index]
            yield None, never(here)
            reading = Reading(tuple(both((here, cell)) for cell in told.cells), both((here, told.unknown)))
        for value, cell in zip(self.call.cells[index].values, reading.cells, strict=True):
            yield (name, value), cell
        yield (name, None), reading.unknown


def _cell(place: int, value: Answer) -> Answer:
    """A cell's name: a number's is its place, since another version may have another number stand for it."""
    return value if isinstance(value, str) else place


def _parts(protocol: TriageProtocol, score: Score) -> list[frozenset[int]]:
    """The questions of a score that weigh together: oxygen, saturation and scale do, every other one by itself."""
    paired = frozenset(index for index in score.asks if protocol.questions[index].id in _PAIRED)
    alone = [frozenset([index]) for index in score.asks if index not in paired]
    return [*alone, paired] if paired else alone


_PAIRED = (news2.SCALE, "spo2", "oxygen")


def _where(term: Term, told: Reading, other: Reading) -> Reading:
    """`told` where the term holds, `other` (whose parts are certain) where it does not."""
    if term is True:
        return told
    otherwise = never(term)

    def choose(one: Term, instead: Term) -> Term:
        return either((both((term, one)), both((otherwise, instead))))

    return Reading(
        tuple(choose(one, instead) for one, instead in zip(told.cells, other.cells, strict=True)),
        choose(told.unknown, other.unknown),
        told.left,
    )
