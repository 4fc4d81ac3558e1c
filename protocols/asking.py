"""Asking well: leaves out the questions whose answers cannot change what a call comes to any more.

The order is the protocol's own. A question is left out only if it is proved, over every completion of the call, that
no answer to it, "unknown" among them, changes which dispositions fire (and with them positions, priority and advice),
which flags are raised, or whether the protocol refuses. The proof is by bounds: each condition's least and most Kleene
value over all that may still be said. Bounds may be too wide, never too narrow: at worst a question is asked in vain.
A question that a red flag asks, or that gates one, is always asked (S6), and so is what is asked for information.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from protocols.answers import Heard, State, hear
from protocols.conditions import asked_by, evaluate, reasons
from protocols.engine import assess, must_be_finished, words_of
from protocols.model import (
    FALSE,
    MAYBE,
    TRUE,
    AllOf,
    Answer,
    AnyOf,
    Condition,
    Disposition,
    House,
    Known,
    Not,
    Question,
    ScoreAtLeast,
    TriageProtocol,
)
from protocols.verdict import Verdict

_NO_RECORD: Mapping[str, Answer] = {}
_FIXED, _OPEN, _LOOSE = range(3)
"""What a question says: it stays so; one of its answers; or perhaps it will not apply, which may say nothing at all."""
_Bounds = tuple[int, int]
_ANY: _Bounds = (FALSE, TRUE)


class NotNeeded(NamedTuple):
    """A question that is left out, and why: what it could have led to is certain, or ruled out, already."""

    question: Question
    because: str


class Asking(NamedTuple):
    """`verdict` as the engine has it, but `next_question`, `still`, `remaining` and `finished` without `not_needed`."""

    verdict: Verdict
    not_needed: tuple[NotNeeded, ...]


def ask(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> Asking:
    """What the answers so far come to, and what still has to be asked. Refused as `assess` is."""
    verdict = assess(protocol, house, answers, record)
    if not verdict.still:
        return Asking(verdict, ())
    ahead = _Ahead(protocol, house, hear(protocol, answers, record))
    needed = ahead.needed()
    still = tuple(question for question in verdict.still if question.index in needed)
    if len(still) == len(verdict.still):
        return Asking(verdict, ())
    left_out = tuple(
        NotNeeded(question, ahead.why_not(question))
        for question in verdict.still
        if question.index not in needed
    )
    return Asking(
        verdict._replace(
            still=still,
            next_question=still[0] if still else None,
            remaining=len(still),
            finished=not still,
        ),
        left_out,
    )


def finish(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> Verdict:
    """The final verdict; Refused while a question that may still matter has no answer (UNKNOWN is an answer)."""
    verdict = ask(protocol, house, answers, record).verdict
    must_be_finished(verdict)
    return verdict


class _Ahead:
    """Every way in which a call may still go on, as bounds."""

    def __init__(self, protocol: TriageProtocol, house: House, heard: Heard) -> None:
        self.protocol, self.house, self.heard = protocol, house, heard
        self.says: list[int] = []
        for question, state in zip(protocol.questions, heard.states, strict=True):
            self.says.append(self._says(question, state))  # gates speak of earlier questions only
        self.sure = [
            any(self.bounds(rule.condition)[0] != FALSE for rule in disposition.rules)
            for disposition in protocol.dispositions
        ]
        self.for_them = [self.bounds(one.condition) for one in protocol.population]

    def _says(self, question: Question, state: State) -> int:
        least, most = self.bounds(question.ask_if) if question.ask_if is not None else (TRUE, TRUE)
        if most == FALSE:
            return _FIXED
        if least == FALSE or state is State.NOT_APPLICABLE:
            return _LOOSE
        if state is not State.NOT_REACHED:
            return _FIXED
        return _OPEN if question.mildest is not None else _LOOSE

    def bounds(self, condition: Condition) -> _Bounds:
        """The least and the most that the condition can come to."""
        match condition:
            case AllOf(parts=parts):
                pairs = [self.bounds(part) for part in parts]
                return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
            case AnyOf(parts=parts):
                pairs = [self.bounds(part) for part in parts]
                return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
            case Not(part=part):
                least, most = self.bounds(part)
                return TRUE - most, TRUE - least
        worst = max(self.says[index] for index in asked_by(condition))
        if worst == _LOOSE:
            return _ANY
        value = evaluate(condition, self.heard.open)
        if worst == _FIXED:
            return value, value
        if isinstance(condition, Known):  # not known counts as false, and so it may come
            least, most = self.bounds(condition.part)
            return (TRUE if least == TRUE else FALSE), (FALSE if most == FALSE else TRUE)
        return _ANY if value == MAYBE else (value, value)

    def needed(self) -> set[int]:
        """The index of each question that may still matter."""
        questions = self.protocol.questions
        if self._unknown_may_matter():
            return {question.index for question in questions}
        flagged = len(self.house.rank)
        found = {question.index for question in questions if self.protocol.feeds[question.index] < flagged}
        for disposition, sure in zip(self.protocol.dispositions, self.sure, strict=True):
            for rule in () if sure else disposition.rules:
                found.update(self._decides(rule.condition))
        for population, (least, most) in zip(self.protocol.population, self.for_them, strict=True):
            if least != most or least == MAYBE:
                found.update(population.questions)
                found.update(asked_by(population.condition))
        for question in reversed(questions):
            if question.index in found and question.ask_if is not None:
                found.update(self._decides(question.ask_if))
        return found | {question.index for question in questions if question.for_information}

    def _decides(self, condition: Condition) -> Iterator[int]:
        """The questions on which the condition's value still depends."""
        least, most = self.bounds(condition)
        if least == most:
            return
        match condition:
            case AllOf(parts=parts) | AnyOf(parts=parts):
                for part in parts:
                    yield from self._decides(part)
            case Not(part=part):
                yield from self._decides(part)
            case leaf:
                yield from (index for index in asked_by(leaf) if self.says[index] != _FIXED)

    def _unknown_may_matter(self) -> bool:
        """Whether "unknown" to any question may yet reach the limit (S7) and add what is not there in any case."""
        limit = self.protocol.unknowns
        sure, may = set(), set()
        for question, state in zip(self.protocol.questions, self.heard.states, strict=True):
            if question.for_information:
                continue
            says, is_unknown = self.says[question.index], state is State.NOT_KNOWN
            if is_unknown and says == _FIXED:
                sure.add(question.score or question.id)
            if is_unknown or says != _FIXED:
                may.add(question.score or question.id)
        if len(sure) >= limit.limit or len(may) < limit.limit:
            return False
        for disposition, certain in zip(self.protocol.dispositions, self.sure, strict=True):
            if disposition.priority == limit.to:
                return not certain or any(pair != (TRUE, TRUE) for pair in self.for_them)
        return True

    def why_not(self, question: Question) -> str:
        """In words what this question could have led to, and which answers have settled that."""
        certain: dict[str, None] = {}
        ruled_out: dict[str, None] = {}
        for disposition, sure in zip(self.protocol.dispositions, self.sure, strict=True):
            for rule in disposition.rules:
                if question.index in self._speaks_of(rule.condition):
                    words = self._settled(disposition, rule.condition, sure=sure)
                    (certain if sure else ruled_out).setdefault(words)
        said = [f"certain already: {'; '.join(certain)}"] if certain else []
        said += [f"ruled out already: {'; '.join(ruled_out)}"] if ruled_out else []
        return ". ".join(said) or "no rule depends on it"

    def _settled(self, disposition: Disposition, condition: Condition, *, sure: bool) -> str:
        conditions = (
            [rule.condition for rule in disposition.rules if self.bounds(rule.condition)[0] != FALSE]
            if sure
            else [condition]
        )
        words: dict[str, None] = {}
        for one in conditions:
            for leaf in reasons(one, self.heard.open, wanted=sure):
                if not isinstance(leaf, ScoreAtLeast) and self.says[leaf.index] == _FIXED:
                    told = self.protocol.questions[leaf.index]
                    if (answer := self.heard.answers.get(told.id)) is not None:
                        words.setdefault(words_of(told, answer))
        return f"{disposition.title} ({', '.join(words)})" if words else disposition.title

    def _speaks_of(self, condition: Condition) -> set[int]:
        """What the condition asks, and what gates that."""
        found = set(asked_by(condition))
        for question in reversed(self.protocol.questions):
            if question.index in found and question.ask_if is not None:
                found |= asked_by(question.ask_if)
        return found
