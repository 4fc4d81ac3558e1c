"""Conditions in FHIRPath, over a QuestionnaireResponse as `%resource`.

FHIRPath has no third value that means "may be", so each condition is said twice: `may` is true unless the condition is
known to be false (a rule fires), `must` only where it is true for certain. A question without an answer reads as its
mildest, as it does in the engine where it does not apply or was not needed.
"""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import assert_never

from protocols.conditions import asked_by
from protocols.exchange.names import NOT_KNOWN, code_of, group_id, unknown_id
from protocols.model import (
    AllOf,
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

_NEVER, _ALWAYS = "false", "true"


class NotSayable(Exception):
    """It has no words in FHIRPath that would mean the same."""


def may(condition: Condition, protocol: TriageProtocol) -> str:
    """True unless the condition is known to be false. Raises `NotSayable`."""
    return _Words(protocol).may(condition)


def must(condition: Condition, protocol: TriageProtocol) -> str:
    """True where the condition is true whatever is not known. Raises `NotSayable`."""
    return _Words(protocol).must(condition)


def negated(text: str) -> str:
    if text in (_NEVER, _ALWAYS):
        return _ALWAYS if text == _NEVER else _NEVER
    return f"({text}).not()"


def any_of(texts: Iterable[str]) -> str:
    return _joined(texts, "or", leaves_out=_NEVER, decides=_ALWAYS)


def _all_of(texts: Iterable[str]) -> str:
    return _joined(texts, "and", leaves_out=_ALWAYS, decides=_NEVER)


def _joined(texts: Iterable[str], word: str, *, leaves_out: str, decides: str) -> str:
    found = [text for text in dict.fromkeys(texts) if text != leaves_out]
    if decides in found:
        return decides
    if len(found) == 1:
        return found[0]
    return "(" + f" {word} ".join(found) + ")" if found else leaves_out


class _Words:
    def __init__(self, protocol: TriageProtocol) -> None:
        self.questions = protocol.questions
        self.scores = {score.id: score for score in protocol.scores}

    def may(self, condition: Condition) -> str:
        match condition:
            case AllOf(parts=parts):
                return _all_of(self.may(part) for part in parts)
            case AnyOf(parts=parts):
                return any_of(self.may(part) for part in parts)
            case Not(part=part):
                return negated(self.must(part))
            case Known():
                return self.must(condition)
            case _:
                return self._leaf(condition, certain=False)

    def must(self, condition: Condition) -> str:
        match condition:
            case AllOf(parts=parts):
                return _all_of(self.must(part) for part in parts)
            case AnyOf(parts=parts):
                return any_of(self.must(part) for part in parts)
            case Not(part=part):
                return negated(self.may(part))
            case Known(part=part):
                # What was measured and cannot be true was answered: `known` does not let it pass as not known.
                odd = any_of(_odd(self.questions[index]) for index in sorted(asked_by(part)))
                return any_of([self.must(part), _all_of([self.may(part), odd])])
            case _:
                return self._leaf(condition, certain=True)

    def _leaf(self, leaf: Condition, *, certain: bool) -> str:
        match leaf:
            case OneOf(index=index, answers=answers):
                return _one_of(self.questions[index], answers, certain=certain)
            case AtLeast(index=index, bound=bound):
                return _compared(
                    self.questions[index],
                    f">= {bound:.15g}",
                    lambda low, high: (low if certain else high) >= bound,
                )
            case AtMost(index=index, bound=bound):
                return _compared(
                    self.questions[index],
                    f"<= {bound:.15g}",
                    lambda low, high: (high if certain else low) <= bound,
                )
            case ScoreAtLeast(score=name, bound=bound, single=single):
                return self._score(self.scores[name], bound, single=single, certain=certain)
            case IsUnknown():
                raise NotSayable("`unknown` stands in exceptions only, and those are permits for the prover")
            case AllOf() | AnyOf() | Not() | Known():
                raise AssertionError("not a leaf")
        assert_never(leaf)

    def _score(self, score: Score, bound: float, *, single: bool, certain: bool) -> str:
        if score.kind == "news2":
            raise NotSayable("an interval over observations that nobody took, on two scales")
        plan = list(zip((self.questions[index] for index in score.asks), score.weights, strict=True))
        if single:
            return any_of(_earning(question, weights, bound, certain=certain) for question, weights in plan)
        # The points in steps: an answer that gives three earns the first, the second and the third.
        earned = [
            f"iif({_earning(question, weights, high, certain=certain)}, {high - low}, 0)"
            for question, weights in plan
            for low, high in _steps(weights)
        ]
        least = sum(min(weights) for _, weights in plan)
        return f"({' + '.join(earned)}) >= {bound - least:.15g}" if earned else _constant(least >= bound)


def _steps(weights: tuple[int, ...]) -> list[tuple[int, int]]:
    levels = sorted(set(weights))
    return list(pairwise(levels))


def _earning(question: Question, weights: tuple[int, ...], bound: float, *, certain: bool) -> str:
    """The question gives at least so many points."""
    pairs = zip(question.answers, weights, strict=True)
    earning = tuple(answer for answer, points in pairs if points >= bound)
    return _one_of(question, earning, certain=certain)


def _one_of(question: Question, answers: tuple[str, ...], *, certain: bool) -> str:
    codes = [code_of(question, answer) for answer in answers]
    if answers and (not certain or len(answers) == len(question.answers)):
        codes.append(NOT_KNOWN)
    same = " or ".join(f"code = '{code}'" for code in codes)
    said = f"{_answer(question)}.where({same}).exists()" if codes else _NEVER
    return any_of([said, _unsaid(question) if question.mildest in answers else _NEVER])


def _compared(question: Question, test: str, holds: Callable[[float, float], bool]) -> str:
    """A number against its bound; `holds` decides it for whatever lies between two numbers."""
    low, high = question.range or (-math.inf, math.inf)
    value = f"{_answer(question)}.where({_within(question, test)}).exists()"
    odd = _odd(question, every=True)
    mildest = question.mildest
    return any_of(
        [
            value,
            odd if odd != _NEVER and holds(*_as_odd(question, low, high)) else _NEVER,
            _not_known(question) if holds(low, high) else _NEVER,
            _unsaid(question) if isinstance(mildest, int | float) and holds(mildest, mildest) else _NEVER,
        ]
    )


def _within(question: Question, test: str) -> str:
    if not _can_be_odd(question) or question.range is None:
        return f"$this {test}"
    low, high = question.range
    return f"$this {test} and $this >= {low:.15g} and $this <= {high:.15g}"


def _can_be_odd(question: Question) -> bool:
    """An observation is kept whatever it is; any other number outside its range was refused."""
    return question.kind == "number" and question.observation and question.worse != "neither"


def _odd(question: Question, *, every: bool = False) -> str:
    """Answered with what cannot be true; without `every` only where it could then be anything."""
    if not _can_be_odd(question) or question.range is None:
        return _NEVER
    if not every and question.worse not in ("outside", "by_score"):
        return _NEVER
    low, high = question.range
    return f"{_answer(question)}.where($this < {low:.15g} or $this > {high:.15g}).exists()"


def _as_odd(question: Question, low: float, high: float) -> tuple[float, float]:
    """What an observation that cannot be true is taken to be: the worst, or anything."""
    if question.worse == "higher":
        return high, high
    return (low, low) if question.worse == "lower" else (low, high)


def _constant(holds: bool) -> str:
    return _ALWAYS if holds else _NEVER


def _answer(question: Question) -> str:
    return f"{_item(question)}.answer.value"


def _item(question: Question) -> str:
    if question.kind == "number":
        return f"{_child('%resource', group_id(question))}{_child('', question.id)}"
    return _child("%resource", question.id)


def _child(of: str, link: str) -> str:
    return f"{of}.item.where(linkId = '{link}')"


def _not_known(question: Question) -> str:
    return f"{_child('%resource', group_id(question))}{_child('', unknown_id(question))}.answer.exists()"


def _unsaid(question: Question) -> str:
    empty = f"{_item(question)}.answer.empty()"
    return _all_of([empty, negated(_not_known(question))]) if question.kind == "number" else empty
