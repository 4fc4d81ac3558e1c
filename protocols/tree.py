"""The tree of a condition, and the readings it is evaluated on. Kleene's three values throughout."""

from collections.abc import Callable
from dataclasses import dataclass

# Kleene's three values as numbers, so that `all` is the least, `any` the greatest and `not` is 2 - x.
FALSE, MAYBE, TRUE = 0, 1, 2


class Readings:
    """What each question (by its index) is taken to say: the set of answers that are possible.

    `masks` has one bit for each answer of a yes/no or choice question; `lows` and `highs` bound a number. Nothing
    possible (mask 0, low above high) is a question that does not apply and has no mildest answer: no leaf holds.
    Scores have their places after the questions, and are bounded as numbers are.
    """

    __slots__ = ("highs", "implausible", "lows", "masks")

    def __init__(self, size: int) -> None:
        self.masks = [0] * size
        self.lows = [0.0] * size
        self.highs = [0.0] * size
        # Answered with what cannot be true: it could be anything, and `known` does not let it pass as not known.
        self.implausible: set[int] = set()

    def copy(self) -> "Readings":
        """The same, to be read further."""
        found = Readings.__new__(Readings)
        found.masks, found.lows, found.highs = self.masks[:], self.lows[:], self.highs[:]
        found.implausible = self.implausible.copy()
        return found


Test = Callable[[Readings], int]


@dataclass(frozen=True)
class OneOf:
    """The question's answer is one of these; `{q: yes}`, `{q: [a, b]}` and `{choice: {at_least: a}}`."""

    question: str
    answers: tuple[str, ...]
    index: int
    mask: int


@dataclass(frozen=True)
class AtLeast:
    """The number is `bound` or more, in the question's unit."""

    question: str
    bound: float
    index: int


@dataclass(frozen=True)
class AtMost:
    """The number is `bound` or less, in the question's unit."""

    question: str
    bound: float
    index: int


@dataclass(frozen=True)
class ScoreAtLeast:
    """The score is `bound` or more; with `single`, one of its observations alone is. `asks` are its questions."""

    score: str
    bound: float
    index: int
    single: bool
    asks: tuple[int, ...]


@dataclass(frozen=True)
class AllOf:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class AnyOf:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Not:
    part: "Condition"


@dataclass(frozen=True)
class Known:
    """Unknown counts as false under it; an observation that cannot be true was answered, and does not."""

    part: "Condition"


@dataclass(frozen=True)
class IsUnknown:
    """The question was asked and is not known; in exceptions only, which the engine never evaluates."""

    question: str
    index: int


Leaf = OneOf | AtLeast | AtMost | ScoreAtLeast
Condition = OneOf | AtLeast | AtMost | ScoreAtLeast | AllOf | AnyOf | Not | Known | IsUnknown
