"""Conditions: from YAML to a tree, from the tree to a closure, and the leaves that made it so.

The closures are the engine's inner loop; `evaluate` walks the tree and gives the same value, for explanations.
"""

from collections.abc import Iterator

from protocols.model import (
    FALSE,
    MAYBE,
    TRUE,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    IsUnknown,
    Known,
    Leaf,
    Not,
    OneOf,
    Readings,
    ScoreAtLeast,
    Test,
)


def evaluate(condition: Condition, readings: Readings) -> int:
    """Kleene's value of a condition: FALSE, MAYBE or TRUE."""
    match condition:
        case OneOf(index=index, mask=mask):
            possible = readings.masks[index]
            if not possible & mask:
                return FALSE
            return MAYBE if possible & ~mask else TRUE
        case AtLeast(bound=bound, index=index) | ScoreAtLeast(bound=bound, index=index):
            if readings.highs[index] < bound:
                return FALSE
            return TRUE if readings.lows[index] >= bound else MAYBE
        case AtMost(bound=bound, index=index):
            if readings.lows[index] > bound:
                return FALSE
            return TRUE if readings.highs[index] <= bound else MAYBE
        case AllOf(parts=parts):
            return min(evaluate(part, readings) for part in parts)
        case AnyOf(parts=parts):
            return max(evaluate(part, readings) for part in parts)
        case Not(part=part):
            return TRUE - evaluate(part, readings)
        case Known(part=part):
            return _known(evaluate(part, readings), asked_by(part), readings)
        case IsUnknown():
            raise TypeError("`unknown` stands in exceptions only, and those are never evaluated")


def compile_condition(condition: Condition) -> Test:
    """The same value as `evaluate`, as a closure without any looking up."""
    match condition:
        case OneOf(index=index, mask=mask):
            return _one_of(index, mask)
        case AtLeast(bound=bound, index=index) | ScoreAtLeast(bound=bound, index=index):
            return _at_least(index, bound)
        case AtMost(bound=bound, index=index):
            return _at_most(index, bound)
        case AllOf(parts=parts):
            return _all_of(tuple(compile_condition(part) for part in parts))
        case AnyOf(parts=parts):
            return _any_of(tuple(compile_condition(part) for part in parts))
        case Not(part=part):
            inner = compile_condition(part)
            return lambda readings: TRUE - inner(readings)
        case Known(part=part):
            within, asked = compile_condition(part), asked_by(part)
            return lambda readings: _known(within(readings), asked, readings)
        case IsUnknown():
            raise TypeError("`unknown` stands in exceptions only, and those are never evaluated")


def _known(value: int, asked: frozenset[int], readings: Readings) -> int:
    certain = value == TRUE or (value == MAYBE and not asked.isdisjoint(readings.implausible))
    return TRUE if certain else FALSE


def _one_of(index: int, mask: int) -> Test:
    others = ~mask

    def test(readings: Readings) -> int:
        possible = readings.masks[index]
        if not possible & mask:
            return FALSE
        return MAYBE if possible & others else TRUE

    return test


def _at_least(index: int, bound: float) -> Test:
    def test(readings: Readings) -> int:
        if readings.highs[index] < bound:
            return FALSE
        return TRUE if readings.lows[index] >= bound else MAYBE

    return test


def _at_most(index: int, bound: float) -> Test:
    def test(readings: Readings) -> int:
        if readings.lows[index] > bound:
            return FALSE
        return TRUE if readings.highs[index] <= bound else MAYBE

    return test


def _all_of(tests: tuple[Test, ...]) -> Test:
    def test(readings: Readings) -> int:
        least = TRUE
        for part in tests:
            value = part(readings)
            if value == FALSE:
                return FALSE
            if value == MAYBE:
                least = MAYBE
        return least

    return test


def _any_of(tests: tuple[Test, ...]) -> Test:
    def test(readings: Readings) -> int:
        most = FALSE
        for part in tests:
            value = part(readings)
            if value == TRUE:
                return TRUE
            if value == MAYBE:
                most = MAYBE
        return most

    return test


def leaves(condition: Condition) -> Iterator[Leaf | IsUnknown]:
    """Every leaf of the tree, in the order in which they are written."""
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part) | Known(part=part):
            yield from leaves(part)
        case leaf:
            yield leaf


def asked_by(condition: Condition) -> frozenset[int]:
    """The index of every question that the condition speaks of; a score speaks of all that it is made of."""
    found: set[int] = set()
    for leaf in leaves(condition):
        found.update(_asks(leaf))
    return frozenset(found)


def _asks(leaf: Leaf | IsUnknown) -> tuple[int, ...]:
    return leaf.asks if isinstance(leaf, ScoreAtLeast) else (leaf.index,)


def reasons(condition: Condition, readings: Readings, *, wanted: bool = True) -> Iterator[Leaf]:
    """The leaves because of which the condition is not false (or, with `wanted` no, not true), and no others."""
    value = evaluate(condition, readings)
    if (value == FALSE) if wanted else (value == TRUE):
        return
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from reasons(part, readings, wanted=wanted)
        case Not(part=part):
            yield from reasons(part, readings, wanted=not wanted)
        case Known(part=part):
            yield from reasons(part, readings, wanted=wanted)
        case OneOf() | AtLeast() | AtMost() | ScoreAtLeast():
            yield condition


def surely(condition: Condition, readings: Readings, open_questions: frozenset[int]) -> bool:
    """Whether the condition stays not false whatever the open questions (by index) come to be answered."""
    return _bounds(condition, readings, open_questions)[0] != FALSE


def _bounds(condition: Condition, readings: Readings, open_questions: frozenset[int]) -> tuple[int, int]:
    match condition:
        case AllOf(parts=parts):
            pairs = [_bounds(part, readings, open_questions) for part in parts]
            return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
        case AnyOf(parts=parts):
            pairs = [_bounds(part, readings, open_questions) for part in parts]
            return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
        case Not(part=part):
            least, most = _bounds(part, readings, open_questions)
            return TRUE - most, TRUE - least
        case Known(part=part):
            least, most = _bounds(part, readings, open_questions)
            asked = asked_by(part)
            return _known(least, asked, readings), _known(most, asked, readings)
        case leaf:
            value = evaluate(leaf, readings)
            is_open = value == MAYBE and not open_questions.isdisjoint(_asks(leaf))
            return (FALSE, TRUE) if is_open else (value, value)
