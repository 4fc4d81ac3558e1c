"""Answers and facts from the record, and what each question is therefore taken to say."""

import math
import re
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, NoReturn

from hub.errors import Refused
from protocols.faults import listed
from protocols.model import FALSE, UNKNOWN, Answer, Question, Readings, TriageProtocol
from protocols.news2 import IMPLAUSIBLE
from protocols.scores import PLACES, ScoreReading, read_score

_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.].*)?")
_YES_NO = {"y": "yes", "n": "no", "yes": "yes", "no": "no"}
_NOT_KNOWN = {UNKNOWN, "u", "not known", "don't know", "don’t know"}
_MINUTES = {
    "min": 1,
    "mins": 1,
    "minute": 1,
    "minutes": 1,
    "h": 60,
    "hour": 60,
    "hours": 60,
    "day": 1440,
    "days": 1440,
}


class State(IntEnum):
    """How a question stands in a call."""

    NOT_APPLICABLE = 0
    NOT_REACHED = 1
    ANSWERED = 2
    NOT_KNOWN = 3
    # The record holds the question's worst answer, so no answer could matter.
    FROM_RECORD = 4


class Heard(NamedTuple):
    """A call so far. `open` takes what was not reached as unknown; `mild`, for display and rules, as mildest."""

    open: Readings
    mild: Readings
    states: tuple[State, ...]
    answers: Mapping[str, Answer]
    facts: Mapping[str, Answer]
    scores: tuple[ScoreReading, ...] = ()


def check_answer(question: Question, raw: str | int | float) -> Answer:
    """The answer as the engine takes it: a listed word, "unknown", or a number in the question's unit.

    Refused, with a sentence that says what is accepted, for anything else. An observation outside its range is
    kept: it is confirmed by the handler and counts as the worst, never refused.
    """
    if isinstance(raw, str) and raw.strip().casefold() in _NOT_KNOWN:
        return UNKNOWN
    if question.kind == "number":
        return _check_number(question, raw)
    word = str(raw).strip().casefold()
    if question.kind == "yes_no":
        word = _YES_NO.get(word, word)
    if word in question.answers:
        return word
    raise Refused(f'"{question.ask}" is answered {listed([*question.answers, UNKNOWN])}.')


def _check_number(question: Question, raw: str | int | float) -> Answer:
    low, high = question.range or (-math.inf, math.inf)
    unit = question.unit or ""
    accepted = f'"{question.ask}" is answered with a number of {unit} from {low:g} to {high:g}, or unknown.'
    if isinstance(raw, bool):
        raise Refused(accepted)
    number = _parse_number(raw, unit) if isinstance(raw, str) else raw
    if number is None or not math.isfinite(number):
        raise Refused(accepted)
    if not low <= number <= high and not question.observation:
        raise Refused(accepted)
    return int(number) if number == int(number) else number


def _parse_number(raw: str, unit: str) -> float | None:
    text = _NUMBER.fullmatch(raw.strip())
    if text is None:
        return None
    number, given = float(text[1]), (text[2] or unit).strip().casefold()
    if given == unit.casefold():
        return number
    if unit in ("min", "h") and given in _MINUTES:
        return number * _MINUTES[given] / _MINUTES[unit]
    return None


def hear(protocol: TriageProtocol, answers: Mapping[str, Answer], record: Mapping[str, Answer]) -> Heard:
    """Read a call: Refused if an answer belongs to no question or is none of its answers.

    A fact of the record that is not an answer of its question is left out: not on the record is unknown (S8).
    """
    opened, mild = (readings.copy() for readings in _unheard(protocol))
    states = [State.NOT_REACHED] * len(protocol.questions)
    unfit: list[Question] = []
    by_id, open_masks, mild_masks = protocol.by_id, opened.masks, mild.masks
    for name, answer in answers.items():
        question = by_id.get(name)
        if question is None:
            raise Refused(f'"{name}" is not a question of {protocol.title} {protocol.version}.')
        if answer == UNKNOWN:
            states[question.index] = State.NOT_KNOWN
            _put_any(mild, question)
        elif question.kind != "number" and answer in question.bits:
            states[question.index] = State.ANSWERED
            open_masks[question.index] = mild_masks[question.index] = question.bits[answer]
        elif _fits(question, answer):
            states[question.index] = State.ANSWERED
            _put(opened, question, answer)
            _put(mild, question, answer)
        else:
            unfit.append(question)
    facts = _hear_record(protocol, answers, record, states, opened, mild) if record else {}
    # After all answers: a gate speaks of earlier questions only, and what does not apply is not read at all.
    for question in _gated(protocol):
        if question.gate is not None and question.gate(opened) == FALSE:
            states[question.index] = State.NOT_APPLICABLE
            _put(opened, question, question.mildest)
            _put(mild, question, question.mildest)
            facts.pop(question.id, None)
    for question in unfit:
        if states[question.index] is not State.NOT_APPLICABLE:
            _refuse(question, answers[question.id])
    scores = _hear_scores(protocol, answers, opened, mild) if protocol.scores else ()
    return Heard(opened, mild, tuple(states), answers, facts, scores)


@lru_cache(maxsize=128)
def _unheard(protocol: TriageProtocol) -> tuple[Readings, Readings]:
    """A call in which nothing was reached yet: as anything, and as mildest."""
    size = len(protocol.questions) + PLACES * len(protocol.scores)
    opened, mild = Readings(size), Readings(size)
    for question in protocol.questions:
        _put_any(opened, question)
        _put(mild, question, question.mildest)
    return opened, mild


@lru_cache(maxsize=128)
def _gated(protocol: TriageProtocol) -> tuple[Question, ...]:
    return tuple(question for question in protocol.questions if question.gate is not None)


def _hear_scores(
    protocol: TriageProtocol, answers: Mapping[str, Answer], opened: Readings, mild: Readings
) -> tuple[ScoreReading, ...]:
    """The scores with what was not reached as missing; the mild readings get them with that as 0."""
    found = []
    for score in protocol.scores:
        reached = {
            name: _scored(protocol.by_id[name], answers[name]) for name in score.questions if name in answers
        }
        read_score(score, reached, mild)
        found.append(read_score(score, {name: reached.get(name) for name in score.questions}, opened))
    return tuple(found)


def _scored(question: Question, answer: Answer) -> Answer | None:
    if answer == UNKNOWN:
        return None
    return answer if is_plausible(question, answer) else IMPLAUSIBLE


def is_plausible(question: Question, answer: Answer) -> bool:
    """Whether this could be true. An observation that is not is read back and confirmed, then kept as it was given."""
    low, high = question.range or (-math.inf, math.inf)
    return isinstance(answer, str) or low <= answer <= high


def _hear_record(
    protocol: TriageProtocol,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer],
    states: list[State],
    opened: Readings,
    mild: Readings,
) -> dict[str, Answer]:
    """The facts that count, by question id; each is put into the readings in the worse direction only."""
    facts: dict[str, Answer] = {}
    for name in record:
        question = protocol.by_id.get(name)
        fact = None if question is None else fact_of(question, record)
        if question is None or fact is None:
            continue
        facts[name] = fact
        answer = answers.get(name)
        if answer == UNKNOWN:
            _put_from(opened, question, fact)
            _put_from(mild, question, fact)
        elif answer is not None:
            if badness(question, fact) > badness(question, answer):
                _put(opened, question, fact)
                _put(mild, question, fact)
        elif badness(question, fact) > badness(question, question.mildest):
            _put_from(opened, question, fact)
            _put(mild, question, fact)
            if is_worst(question, fact):
                states[question.index] = State.FROM_RECORD
    return facts


def _fits(question: Question, answer: Answer) -> bool:
    """Whether the answer is one of the question's; an observation may be any number."""
    if question.kind != "number":
        return answer in question.bits
    if isinstance(answer, str | bool):
        return False
    low, high = question.range or (-math.inf, math.inf)
    return low <= answer <= high or (question.observation and math.isfinite(answer))


def _refuse(question: Question, answer: Answer) -> NoReturn:
    if question.kind == "number":
        check_answer(question, "" if isinstance(answer, bool) else answer)
        raise Refused(f'"{question.ask}" takes a number here; check_answer makes one of "{answer}".')
    check_answer(question, answer)
    raise Refused(f'"{question.ask}" is answered {listed([*question.answers, UNKNOWN])}.')


def fact_of(question: Question, record: Mapping[str, Answer]) -> Answer | None:
    fact = record.get(question.id)
    if fact is None or fact == UNKNOWN or not question.record or question.worse == "neither":
        return None
    if question.kind != "number":
        return fact if fact in question.bits else None
    low, high = question.range or (-math.inf, math.inf)
    return fact if isinstance(fact, int | float) and low <= fact <= high else None


def badness(question: Question, answer: Answer | None) -> float:
    """How bad an answer is, for comparing two of the same question; more is worse, all alike under `neither`."""
    if answer is None or question.worse in ("neither", "by_score"):
        return 0.0
    if question.kind == "yes_no":
        return 1.0 if answer == question.worse else 0.0
    if isinstance(answer, str):
        return float(question.answers.index(answer))
    if question.band is not None:
        return max(question.band[0] - answer, answer - question.band[1], 0.0)
    return answer if question.worse == "higher" else -answer


def is_worst(question: Question, fact: Answer) -> bool:
    """Whether no answer could be worse than this fact; of a number there is always one more."""
    if question.kind == "number":
        return False
    return fact == question.worse if question.kind == "yes_no" else fact == question.answers[-1]


def _put(readings: Readings, question: Question, answer: Answer | None) -> None:
    """The question says exactly this; None (no mildest answer) says nothing at all, and no leaf holds."""
    index = question.index
    if question.kind != "number":
        readings.masks[index] = question.bits[str(answer)] if answer is not None else 0
        return
    if answer is None:
        readings.lows[index], readings.highs[index] = math.inf, -math.inf
        return
    assert not isinstance(answer, str)
    low, high = question.range or (-math.inf, math.inf)
    if low <= answer <= high or question.worse == "neither":
        readings.lows[index] = readings.highs[index] = answer
    elif question.worse in ("outside", "by_score"):
        _put_any(readings, question)
        readings.implausible.add(index)
    else:
        # An observation that cannot be true is scored as the worst that could be.
        readings.lows[index] = readings.highs[index] = high if question.worse == "higher" else low


def _put_any(readings: Readings, question: Question) -> None:
    index = question.index
    readings.masks[index] = (1 << len(question.answers)) - 1
    readings.lows[index], readings.highs[index] = question.range or (-math.inf, math.inf)


def _put_from(readings: Readings, question: Question, fact: Answer) -> None:
    """Not known, but at least as bad as this fact of the record."""
    _put_any(readings, question)
    index = question.index
    if question.kind == "yes_no":
        if fact == question.worse:
            readings.masks[index] = question.bits[question.worse]
    elif question.kind == "choice":
        readings.masks[index] &= ~(question.bits[str(fact)] - 1)
    elif question.worse == "higher":
        readings.lows[index] = float(fact)
    elif question.worse == "lower":
        readings.highs[index] = float(fact)
