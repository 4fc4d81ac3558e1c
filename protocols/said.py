"""Conditions in a clinician's words, and their shape, which does not change when questions are moved about. Pure."""

from collections.abc import Iterable
from typing import assert_never

from protocols.conditions import asked_by, leaves
from protocols.durations import said_bound
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
    ScoreAtLeast,
    TriageProtocol,
)

Shape = tuple[object, ...]


def said(condition: Condition, protocol: TriageProtocol) -> str:
    """The condition as half a sentence: `hit their head and takes a blood thinner (only if known)`."""
    match condition:
        case OneOf(question=name, answers=answers):
            question = protocol.by_id[name]
            return " or ".join(_answer(question, answer) for answer in answers)
        case AtLeast(question=name, bound=bound):
            return _number(protocol.by_id[name], bound, "or more")
        case AtMost(question=name, bound=bound):
            return _number(protocol.by_id[name], bound, "or less")
        case ScoreAtLeast(score=name, bound=bound, single=single):
            title = next((score.title for score in protocol.scores if score.id == name), name)
            return f"one part of {title} alone {bound:g} or more" if single else f"{title} {bound:g} or more"
        case AllOf(parts=parts):
            return _joined(parts, " and ", protocol)
        case AnyOf(parts=parts):
            return _joined(parts, ", or ", protocol)
        case Not(part=OneOf() as part):
            return said(_others(part, protocol), protocol)
        case Not(part=part):
            return f"not ({said(part, protocol)})"
        case Known(part=part):
            return f"{said(part, protocol)} (only if known)"
        case IsUnknown(question=name):
            return f'not known: "{protocol.by_id[name].ask}"'
    assert_never(condition)


def shape(condition: Condition) -> Shape:
    """What it means, whatever place its questions have in the file: two versions are compared by it."""
    match condition:
        case OneOf(question=name, answers=answers):
            return "one of", name, tuple(sorted(answers))
        case AtLeast(question=name, bound=bound) | AtMost(question=name, bound=bound):
            return type(condition).__name__, name, bound
        case ScoreAtLeast(score=name, bound=bound, single=single):
            return "score", name, bound, single
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return type(condition).__name__, *sorted((shape(part) for part in parts), key=repr)
        case Not(part=part) | Known(part=part):
            return type(condition).__name__, shape(part)
        case IsUnknown(question=name):
            return "unknown", name
    assert_never(condition)


def bare(condition: Condition) -> Condition:
    """The condition without its `known`: what it asks for, whether or not it counts where it is not known."""
    match condition:
        case Known(part=part):
            return bare(part)
        case AllOf(parts=parts):
            return AllOf(tuple(bare(part) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(bare(part) for part in parts))
        case _:
            return condition


def alternatives(condition: Condition) -> tuple[Condition, ...]:
    """The conditions of which each alone is enough: `any` at the top is as many rules of one name."""
    if isinstance(condition, AnyOf):
        return tuple(one for part in condition.parts for one in alternatives(part))
    return (condition,)


def covers(wide: Condition, narrow: Condition) -> bool:
    """Whether `wide` holds wherever `narrow` does, as far as their shape shows: no proof, and never yes by mistake."""
    match wide, narrow:
        case OneOf(), OneOf():
            return wide.question == narrow.question and set(wide.answers) >= set(narrow.answers)
        case AtLeast(), AtLeast():
            return wide.question == narrow.question and wide.bound <= narrow.bound
        case AtMost(), AtMost():
            return wide.question == narrow.question and wide.bound >= narrow.bound
        case ScoreAtLeast(), ScoreAtLeast():
            same = (wide.score, wide.single) == (narrow.score, narrow.single)
            return same and wide.bound <= narrow.bound
        case Known(part=one), Known(part=other):
            return covers(one, other)
        case AllOf(parts=ones), AllOf(parts=others):
            return all(any(covers(one, other) for other in others) for one in ones)
        case _, AllOf(parts=others):
            return any(covers(wide, other) for other in others)
        case _:
            return shape(wide) == shape(narrow)


def named(condition: Condition) -> frozenset[str]:
    """The questions and scores that it speaks of, by id."""
    return frozenset(
        leaf.score if isinstance(leaf, ScoreAtLeast) else leaf.question for leaf in leaves(condition)
    )


def last_asked(condition: Condition) -> int:
    """The index of the last question that it speaks of: where somebody with the paper in hand has all of it."""
    return max(asked_by(condition), default=0)


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _joined(parts: Iterable[Condition], word: str, protocol: TriageProtocol) -> str:
    return word.join(
        f"({said(part, protocol)})" if isinstance(part, AllOf | AnyOf) else said(part, protocol)
        for part in parts
    )


def _others(part: OneOf, protocol: TriageProtocol) -> OneOf:
    others = tuple(one for one in protocol.by_id[part.question].answers if one not in part.answers)
    return OneOf(part.question, others, part.index, 0)


def _answer(question: Question, answer: str) -> str:
    title = question.title_of(answer)
    return question.means.get(answer) or f"{_asked(question)}: {title}"


def _number(question: Question, bound: float, side: str) -> str:
    return f"{_asked(question)}: {said_bound(bound, question.unit)} {side}"


def _asked(question: Question) -> str:
    """The question within a sentence; GCS and INR stay as they are."""
    ask = question.ask.rstrip("?")
    return ask if ask[1:2].isupper() else ask[:1].lower() + ask[1:]
