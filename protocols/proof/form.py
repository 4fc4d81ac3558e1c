"""What is proved by the form of a protocol alone, without Z3: a rule that a worse answer can only make truer.

Most rules of a well-written protocol are of this form, and a proof of three hundred questions is then a matter of
seconds. Where the form does not say it, nothing is known, and Z3 is asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from protocols.conditions import asked_by
from protocols.model import (
    AllOf,
    AnyOf,
    Condition,
    IsUnknown,
    Known,
    Not,
    Question,
    ScoreAtLeast,
    TriageProtocol,
)
from protocols.proof.cells import Cells, Told


class _Use(NamedTuple):
    """One leaf of a rule or a gate, under `not` or under `known`."""

    leaf: Told | ScoreAtLeast
    negated: bool
    known: bool


@dataclass(frozen=True)
class Form:
    protocol: TriageProtocol
    cells: tuple[Cells, ...]

    def rises(self, question: Question) -> bool:
        """Whether one answer worse can only make rules truer, open gates and add unknowns: so never slower."""
        return self._apart_from_population(question) and all(
            self._rising(use) for index in self._moved(question) for use in self._uses[index]
        )

    def opens(self, question: Question) -> bool:
        """Whether not to know the answer can only make rules truer than any answer does: so never slower."""
        moved = self._moved(question)
        return self._apart_from_population(question) and all(
            not use.negated and not use.known if index == question.index else self._rising(use)
            for index in moved
            for use in self._uses[index]
        )

    def _apart_from_population(self, question: Question) -> bool:
        asked = {index for one in self.protocol.population for index in one.questions}
        return asked.isdisjoint(self._moved(question))

    def _moved(self, question: Question) -> list[int]:
        """The question, and those that it opens: they go from their mildest answer to any."""
        found = [question.index]
        for other in self.protocol.questions[question.index + 1 :]:
            if other.ask_if is not None and not asked_by(other.ask_if).isdisjoint(found):
                found.append(other.index)
        return found

    def _rising(self, use: _Use) -> bool:
        """The leaf holds for every answer that is worse than one for which it holds. A mildest answer is needed too:
        a question that opens would otherwise come from nowhere."""
        if use.negated:
            return False
        if isinstance(use.leaf, ScoreAtLeast):
            return True
        cells = self.cells[use.leaf.index]
        if cells.mild is None or cells.question.worse == "by_score":
            return False
        mask = cells.mask(use.leaf)
        holds = [place for place in range(len(cells.values)) if mask >> place & 1]
        return all(mask >> worse & 1 for place in holds for worse in cells.worse_than(place))

    @cached_property
    def _uses(self) -> tuple[tuple[_Use, ...], ...]:
        found: list[list[_Use]] = [[] for _ in self.protocol.questions]
        for condition in self._deciding():
            for use in _uses(condition, negated=False, known=False):
                asked = use.leaf.asks if isinstance(use.leaf, ScoreAtLeast) else (use.leaf.index,)
                for index in asked:
                    found[index].append(use)
        return tuple(map(tuple, found))

    def _deciding(self) -> Iterable[Condition]:
        for question in self.protocol.questions:
            if question.ask_if is not None:
                yield question.ask_if
        for disposition in self.protocol.dispositions:
            for rule in disposition.rules:
                yield rule.condition


def _uses(condition: Condition, *, negated: bool, known: bool) -> Iterator[_Use]:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _uses(part, negated=negated, known=known)
        case Not(part=part):
            yield from _uses(part, negated=True, known=known)
        case Known(part=part):
            yield from _uses(part, negated=negated, known=True)
        case IsUnknown():
            raise TypeError("`unknown` stands in exceptions only, and those decide nothing")
        case leaf:
            yield _Use(leaf, negated, known)
