"""Reads conditions out of a protocol file and checks each against the questions that it asks about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protocols import news2
from protocols.faults import meant
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
)
from protocols.source import Data, Path, Source

RESERVED = ("all", "any", "not", "known", "unknown", "news2")
NO_NEWS2 = "NEWS2 is not declared; add scores: [news2] and ask for its observations, kind: observation"

_QUANTITY = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) *(\S.*)")


@dataclass(frozen=True)
class Scope:
    """What a condition may speak of where it stands."""

    source: Source
    questions: Mapping[str, Question]
    every_id: Sequence[str]
    known: bool = False
    unknown: bool = False
    information: bool = True
    place: str = "here"
    scores: Mapping[str, Score] = field(default_factory=dict)
    local: Mapping[str, Answer] = field(default_factory=dict)

    def read(self, data: Data, path: Path) -> Condition | None:
        """The condition at this path, or None with its faults noted."""
        if not isinstance(data, dict) or len(data) != 1:
            return None
        [(key, value)] = data.items()
        here = (*path, key)
        match key:
            case "all" | "any":
                return self._several(key, value, here)
            case "not":
                part = self.read(value, here)
                return Not(part) if part is not None else None
            case "known":
                return self._known(value, here)
            case "unknown":
                return self._unknown(value, here)
        if key in self.scores:
            return self._score(self.scores[key], value, here)
        if key == "news2":
            message = (
                NO_NEWS2 if not self.every_id else f"a score may not stand {self.place}; move it to a rule"
            )
            self.source.fault(here, message, at_key=True)
            return None
        question = self._question(key, here)
        return self._leaf(question, value, here) if question else None

    def _score(self, score: Score, value: Data, path: Path) -> Condition | None:
        if not isinstance(value, dict):
            message = (
                f'"{score.id}" is a score; did you mean {{{score.id}: {{at_least: {_first_bound(score)}}}}}?'
            )
            self.source.fault(path, message)
            return None
        [(word, said)] = value.items() or [("", "")]
        here = (*path, word)
        bound = self._of_this_place(said, here)
        if word not in ("at_least", "any_single") or (word == "any_single" and score.kind == "points"):
            allowed = "at_least" if score.kind == "points" else "at_least or any_single"
            self.source.fault(
                here, f'the score "{score.id}" has no {word}; did you mean {allowed}?', at_key=True
            )
            return None
        single = word == "any_single"
        most = news2.WORST if single else score.most
        if not isinstance(bound, int) or not 1 <= bound <= most:
            if most:  # else the score itself is at fault, and that is said
                message = f'"{bound}" is no threshold of "{score.id}"; write a whole number from 1 to {most}'
                self.source.fault(here, message)
            return None
        index = score.single_index if single else score.index
        return ScoreAtLeast(score.id, bound, index, single, score.asks)

    def _several(self, key: str, value: Data, path: Path) -> Condition | None:
        if not isinstance(value, list):
            return None
        read = [self.read(part, (*path, place)) for place, part in enumerate(value)]
        parts = tuple(part for part in read if part is not None)
        if len(parts) != len(value):
            return None
        return AllOf(parts) if key == "all" else AnyOf(parts)

    def _known(self, value: Data, path: Path) -> Condition | None:
        if not self.known:
            self.source.fault(
                path, f'"known" may not stand {self.place}; only in rules and exceptions', at_key=True
            )
        part = self.read(value, path)
        bare = part.part if isinstance(part, Not) else part
        if isinstance(bare, AllOf | AnyOf | Known):
            message = '"known" wraps one answer, or it hides other unknowns; did you mean to put it around one of them?'
            self.source.fault(path, message, at_key=True)
        return Known(part) if part is not None else None

    def _unknown(self, value: Data, path: Path) -> Condition | None:
        if not self.unknown:
            message = (
                f'"unknown" may not stand {self.place}; only in exceptions. A rule fires on unknown by itself'
            )
            self.source.fault(path, message, at_key=True)
            return None
        if value in self.scores:
            score = self.scores[str(value)]
            parts = zip(score.questions, score.asks, strict=True)
            return AnyOf(tuple(IsUnknown(name, index) for name, index in parts))
        question = self._question(str(value), path, at_key=False)
        return IsUnknown(question.id, question.index) if question else None

    def _question(self, key: str, path: Path, *, at_key: bool = True) -> Question | None:
        question = self.questions.get(key)
        if question is None:
            if key in self.every_id:
                message = f'"{key}" is asked later; {self.place} only earlier questions may stand: move it up'
            else:
                known = [*self.questions, *self.scores, *RESERVED[:4]]
                message = f'there is no question "{key}"{meant(key, known)}'
            self.source.fault(path, message, at_key=at_key)
            return None
        if question.for_information and not self.information:
            message = (
                f'"{key}" is for information; {self.place} it may not decide: remove for_information or this'
            )
            self.source.fault(path, message, at_key=at_key)
        return question

    def _leaf(self, question: Question, value: Data, path: Path) -> Condition | None:
        if isinstance(value, dict):
            [(word, bound)] = value.items() or [("", "")]
            return self._bound(question, word, bound, (*path, word))
        if question.kind == "number":
            hint = f'{{{question.id}: {{at_least: "{value} {question.unit}"}}}}'
            self.source.fault(path, f'"{question.id}" is a number; did you mean {hint}?')
            return None
        named = value if isinstance(value, list) else [value]
        chosen = []
        for place, answer in enumerate(named):
            at = (*path, place) if isinstance(value, list) else path
            if answer in question.answers:
                chosen.append(str(answer))
            elif answer == "unknown":
                self.source.fault(
                    at, "unknown is not an answer to name; a rule fires on unknown by itself: remove it"
                )
            else:
                message = (
                    f'"{answer}" is not an answer of "{question.id}"{meant(str(answer), question.answers)}'
                )
                self.source.fault(at, message)
        return _one_of(question, chosen) if len(chosen) == len(named) else None

    def _bound(self, question: Question, word: str, bound: Data, path: Path) -> Condition | None:
        if word == "any_single":
            message = f'"{question.id}" is no score; did you mean {{news2: {{any_single: {bound}}}}}?'
            self.source.fault(path, message, at_key=True)
            return None
        if question.kind == "yes_no":
            message = (
                f'"{question.id}" is answered yes or no; did you mean {{{question.id}: {question.worse}}}?'
            )
            self.source.fault(path, message, at_key=True)
            return None
        if question.kind == "choice":
            return self._choice_bound(question, word, bound, path)
        number = self._quantity(question, self._of_this_place(bound, path), path)
        if number is None:
            return None
        make = AtLeast if word == "at_least" else AtMost
        return make(question.id, number, question.index)

    def _choice_bound(self, question: Question, word: str, bound: Data, path: Path) -> Condition | None:
        if word != "at_least" or question.worse in ("neither", "by_score"):
            message = f'"{question.id}" has no order for {word}; name the answers: {{{question.id}: [a, b]}}'
            self.source.fault(path, message, at_key=True)
            return None
        if bound not in question.answers:
            message = f'"{bound}" is not an answer of "{question.id}"{meant(str(bound), question.answers)}'
            self.source.fault(path, message)
            return None
        return _one_of(question, question.answers[question.answers.index(str(bound)) :])

    def _of_this_place(self, bound: Data, path: Path) -> Data:
        """`local.NAME` is what the house file says under `local`: a protocol is not forked to change a number."""
        if not isinstance(bound, str) or not bound.startswith("local."):
            return bound
        name = bound.removeprefix("local.")
        if name not in self.local:
            known = [f"local.{one}" for one in self.local]
            self.source.fault(path, f'the house has no local value "{name}"{meant(bound, known)}')
        return self.local.get(name, bound)

    def _quantity(self, question: Question, bound: Data, path: Path) -> float | None:
        text = _QUANTITY.fullmatch(bound) if isinstance(bound, str) else None
        if text is None:
            message = f'the unit is missing or this is no number; did you mean "{bound} {question.unit}"?'
            self.source.fault(path, message)
            return None
        number, unit = float(text[1]), text[2].strip()
        if unit != question.unit:
            message = f'"{question.id}" is in {question.unit}, not {unit}; write it in {question.unit}'
            self.source.fault(path, message)
            return None
        if question.range and not question.range[0] <= number <= question.range[1]:
            low, high = question.range
            message = f'{bound} lies outside the range of "{question.id}", {low:g} to {high:g}; is a digit too many?'
            self.source.fault(path, message)
            return None
        return number


def _first_bound(score: Score) -> int:
    return 5 if score.kind == "news2" else 2


def _one_of(question: Question, answers: Sequence[str]) -> OneOf:
    mask = 0
    for answer in answers:
        mask |= question.bits[answer]
    return OneOf(question.id, tuple(answers), question.index, mask)
