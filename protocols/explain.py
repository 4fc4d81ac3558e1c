"""Says what would change a verdict: each answer and each threshold's edge is tried on the engine itself."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from protocols import news2
from protocols.answers import State, badness, hear
from protocols.conditions import leaves
from protocols.engine import assess, words_of
from protocols.model import UNKNOWN, Answer, AtLeast, AtMost, Condition, House, Question, TriageProtocol
from protocols.verdict import Verdict

_NO_RECORD: Mapping[str, Answer] = {}


@dataclass(frozen=True)
class WouldBecome:
    """A disposition that one other answer would lead to; each of `changes` alone is enough. `title` is its words."""

    priority: str
    title: str
    changes: tuple[str, ...]


def would_become(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> tuple[WouldBecome, ...]:
    """What one other answer would make of this call, the most urgent first; nothing that stays as it is.

    Of each question the nearest answer on either side that leads there, and of those a few. Questions of the population
    are left out, and the ever-present life threats are folded into one line of each group, in which "unknown" stands
    for nothing: the changes are all things somebody could say.
    """
    now = assess(protocol, house, answers, record)
    groups: dict[tuple[int, str], list[_Change]] = {}
    verdicts: dict[tuple[int, str], Verdict] = {}
    before = {flag.flag for flag in now.flags if flag.certain}
    for question, answer, words in _changes(protocol, answers, record):
        then = assess(protocol, house, {**answers, question.id: answer}, record)
        if then.disposition.id == now.disposition.id:
            continue
        key = (then.rank, then.disposition.id)
        verdicts.setdefault(key, then)
        threat = any(flag.life_threat and flag.certain and flag.flag not in before for flag in then.flags)
        far = _far(question, answer, answers.get(question.id))
        groups.setdefault(key, []).append(_Change(question.id, far, words, threat))
    return tuple(
        WouldBecome(
            priority=verdicts[key].priority,
            title=verdicts[key].disposition.title,
            changes=_folded(groups[key], verdicts[key].rank),
        )
        for key in sorted(groups)
    )


class _Change(NamedTuple):
    """`far`: how far the answer is from what was said, less than nothing where it lies below."""

    question: str
    far: float
    words: str
    threat: bool


OF_ONE = 8
"""So many answers of a group are named: the nearest few, not a list of all."""
OF_TWO = 5
"""So many pairs of a group are named: they are examples, not a list of all."""


def would_become_by_two(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> tuple[WouldBecome, ...]:
    """What two other answers together would make of this call, where neither of them alone leads there."""
    now = assess(protocol, house, answers, record)
    changes = list(_changes(protocol, answers, record))
    alone = [
        assess(protocol, house, {**answers, question.id: answer}, record).disposition.id
        for question, answer, _ in changes
    ]
    found: dict[tuple[int, str], tuple[Verdict, list[str]]] = {}
    for (one, first), (two, second) in combinations(zip(changes, alone, strict=True), 2):
        if one[0] == two[0]:
            continue
        then = assess(protocol, house, {**answers, one[0].id: one[1], two[0].id: two[1]}, record)
        if then.disposition.id in (now.disposition.id, first, second):
            continue
        pairs = found.setdefault((then.rank, then.disposition.id), (then, []))[1]
        if len(pairs) < OF_TWO:
            pairs.append(f"{one[2]} and {two[2]}")
    return tuple(
        WouldBecome(then.priority, then.disposition.title, tuple(pairs))
        for _, (then, pairs) in sorted(found.items(), key=lambda group: group[0])
    )


def _changes(
    protocol: TriageProtocol, answers: Mapping[str, Answer], record: Mapping[str, Answer]
) -> Iterator[tuple[Question, Answer, str]]:
    """Each other answer that somebody could give, with its question and words; not those about whom it is for."""
    population = {index for clause in protocol.population for index in clause.questions}
    states = hear(protocol, answers, record).states
    for question in protocol.questions:
        skip = states[question.index] is State.NOT_APPLICABLE or question.for_information
        if skip or question.index in population:
            continue
        for answer, words in _other_answers(protocol, question, answers):
            yield question, answer, words


def _far(question: Question, answer: Answer, given: Answer | None) -> float:
    """What was not asked, or is not known, stands at its mildest; where no answer is worse, all are as far."""
    before = question.mildest if given in (None, UNKNOWN) else given
    if isinstance(answer, str) or before is None or isinstance(before, str):
        return badness(question, answer) - badness(question, before)
    return answer - before


def _folded(found: list[_Change], rank: int) -> tuple[str, ...]:
    """The plain changes, then one line for all life threats; only the most urgent group can hold any."""
    fold = rank == 0 and any(one.threat for one in found)
    nearest: dict[tuple[str, bool], _Change] = {}
    for one in found:
        side = one.question, one.far < 0
        if not (fold and one.threat) and (side not in nearest or abs(one.far) < abs(nearest[side].far)):
            nearest[side] = one
    words = [one.words for one in nearest.values()]
    more = len(words) - OF_ONE
    shown = words if more <= 1 else [*words[:OF_ONE], f"{more} other answers"]
    return (*shown, "any sign of a threat to life") if fold else tuple(shown)


def _other_answers(
    protocol: TriageProtocol, question: Question, answers: Mapping[str, Answer]
) -> Iterator[tuple[Answer, str]]:
    """Every other answer of a question with its words; for a number one of each stretch or band."""
    given = answers.get(question.id)
    if question.score and question.kind == "number":
        more = [_last_below(leaf, question) for leaf in _edges(protocol, question)]
        for number, words in news2.bands(question.id, answers, more):
            if number != given:
                yield number, f"{question.ask} {words}"
        return
    if question.kind != "number":
        for answer in question.answers:
            if answer != given:
                yield answer, words_of(question, answer)
        return
    for number, words in _stretches(question, _edges(protocol, question), given):
        yield number, f"{question.ask} {words}"


def _stretches(
    question: Question, edges: Iterable[AtLeast | AtMost], given: Answer | None
) -> Iterator[tuple[float, str]]:
    """The stretches of a number between its thresholds, without the one that was said: a value of each, and the
    stretch in words."""
    low, high = question.range or (-math.inf, math.inf)
    parted = sorted({_last_below(edge, question): edge for edge in edges}.items())
    if not parted:
        return
    first, from_here = low, ""
    for last, edge in (*parted, (high, None)):
        last = min(last, high)
        words = ", ".join(part for part in (from_here, _up_to(edge, question)) if part)
        if first <= last and not (isinstance(given, int | float) and first <= given <= last):
            yield (first if math.isfinite(first) else last), words
        if edge is not None:
            first, from_here = round(last + (question.step or 1), 1), _on_from(edge, question)


def _up_to(edge: AtLeast | AtMost | None, question: Question) -> str:
    if edge is None:
        return ""
    said = f"{edge.bound:g} {question.unit}"
    return f"less than {said}" if isinstance(edge, AtLeast) else f"{said} or less"


def _on_from(edge: AtLeast | AtMost, question: Question) -> str:
    said = f"{edge.bound:g} {question.unit}"
    return f"{said} or more" if isinstance(edge, AtLeast) else f"more than {said}"


def _last_below(leaf: AtLeast | AtMost, question: Question) -> float:
    return leaf.bound if isinstance(leaf, AtMost) else round(leaf.bound - (question.step or 1), 1)


def _edges(protocol: TriageProtocol, question: Question) -> Iterator[AtLeast | AtMost]:
    conditions: list[Condition] = [flag.condition for flag in protocol.red_flags]
    conditions += [rule.condition for disposition in protocol.dispositions for rule in disposition.rules]
    conditions += [other.ask_if for other in protocol.questions if other.ask_if is not None]
    for condition in conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, AtLeast | AtMost) and leaf.index == question.index:
                yield leaf
