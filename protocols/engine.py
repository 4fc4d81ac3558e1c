"""Runs a triage protocol on a call: pure, three-valued, and never less urgent for not knowing.

The meaning of every word is in docs/protocols.md. In one line: a rule fires unless it is known to be false.
"""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from hub.errors import Refused
from protocols.answers import Heard, State, badness, check_answer, hear
from protocols.conditions import reasons, surely
from protocols.model import (
    FALSE,
    MAYBE,
    TRUE,
    UNKNOWN,
    Answer,
    Condition,
    Disposition,
    House,
    PlannedPosition,
    Population,
    Question,
    RedFlag,
    ScoreAtLeast,
    TriageProtocol,
)
from protocols.positions import AskedPosition, stand
from protocols.scores import Score, ScoreReading
from protocols.verdict import Fired, Leaf, RaisedFlag, Verdict, unite

__all__ = [
    "UNKNOWN",
    "Answer",
    "AskedPosition",
    "Fired",
    "Leaf",
    "RaisedFlag",
    "Verdict",
    "assess",
    "check_answer",
    "dropped",
    "finish",
    "must_be_finished",
    "unite",
    "words_of",
]

_NO_RECORD: Mapping[str, Answer] = {}
_RANK = attrgetter("rank")


def assess(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> Verdict:
    """What the answers so far come to. Answers by question id; a missing one was not reached, UNKNOWN not known.

    Record facts by question id count in the worse direction only. Refused if an answer fits no question.
    """
    return _Judgement(protocol, house, hear(protocol, answers, record)).verdict()


def finish(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> Verdict:
    """The final verdict; Refused while a question that applies has no answer (UNKNOWN is an answer)."""
    verdict = assess(protocol, house, answers, record)
    must_be_finished(verdict)
    return verdict


def must_be_finished(verdict: Verdict) -> None:
    if verdict.next_question is not None:
        more = f" and {verdict.remaining - 1} more" if verdict.remaining > 1 else ""
        raise Refused(
            f'Not finished: "{verdict.next_question.ask}"{more} still to be answered, or put as not known.'
        )


def dropped(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
) -> Verdict:
    """The verdict if the call ends here: the more urgent of `dropped_call` and what was heard so far."""
    return _Judgement(protocol, house, hear(protocol, answers, record), dropped=True).verdict()


class _Why(NamedTuple):
    """A disposition that has fired: the names of what brought it, and conditions that are not false (or not true)."""

    disposition: Disposition
    names: list[str]
    conditions: list[tuple[Condition, bool]]


class _Judgement:
    """One call's way to its verdict; holds what has fired and why."""

    def __init__(
        self, protocol: TriageProtocol, house: House, heard: Heard, *, dropped: bool = False
    ) -> None:
        self.protocol = protocol
        self.house = house
        self.heard = heard
        self.dropped = dropped
        self.rank = house.rank
        self.fired: dict[str, _Why] = {}
        self.first: Disposition | None = None
        self.unknown = self._in_state(State.NOT_KNOWN)
        # All of a score's observations together are one thing not known, however many were not taken.
        self.unknown_count = len(
            {question.score or question.id for question in self.unknown if not question.for_information}
        )

    def _in_state(self, wanted: State) -> list[Question]:
        states = self.heard.states
        if wanted not in states:
            return []
        return [
            question
            for question, state in zip(self.protocol.questions, states, strict=True)
            if state is wanted
        ]

    def verdict(self) -> Verdict:
        refusal = self._population()
        ruled = refusal is None and self._rules()
        by_rules = self.first
        flags = self._flags(refused=refusal is not None)
        if self.unknown_count >= self.protocol.unknowns.limit:
            self._reach(self.protocol.unknowns.to, "unknowns")
        if self.dropped:
            self._reach(self.protocol.dropped_call.to, "dropped call")
        still = self._still_to_ask(refused=refusal is not None)
        finished = self.dropped or not still
        if refusal is None and not ruled and not (self.dropped and still):
            otherwise = self.protocol.dispositions[-1]
            by_rules = by_rules or otherwise
            self._fire(otherwise, "otherwise")
        winner = self.first or self.protocol.dispositions[-1]
        fired = self._fired()
        return Verdict(
            protocol=self.protocol.protocol,
            version=self.protocol.version,
            disposition=winner,
            priority=winner.priority,
            rank=self.rank[winner.priority],
            by_rules=by_rules,
            fired=fired,
            positions=stand(self.house, [one.disposition for one in fired]),
            flags=flags,
            because=tuple(self._because(winner)),
            refusal=refusal,
            unknown_count=self.unknown_count,
            next_question=None if finished else still[0],
            remaining=0 if finished else len(still),
            finished=finished,
            scores=self.heard.scores,
            still=() if finished else tuple(still),
        )

    def _fire(
        self, disposition: Disposition, reason: str, condition: Condition | None = None, wanted: bool = True
    ) -> None:
        why = self.fired.get(disposition.id)
        if why is None:
            why = self.fired[disposition.id] = _Why(disposition, [], [])
            if self.first is None or self.rank[disposition.priority] < self.rank[self.first.priority]:
                self.first = disposition
        why.names.append(reason)
        if condition is not None:
            why.conditions.append((condition, wanted))

    def _reach(self, priority: str, reason: str, condition: Condition | None = None) -> None:
        """Something other than a rule asks for at least this priority."""
        for disposition in self.protocol.dispositions:
            if disposition.priority == priority:
                self._fire(disposition, reason, condition)
                return
        title = self.house.priority(priority).title
        kinds = (PlannedPosition("clinician"),) if priority == self.house.clinician else ()
        self._fire(Disposition(f"at_least_{priority}", title, priority, title, kinds), reason, condition)

    def _population(self) -> str | None:
        """Where to turn, if this person is outside; an unknown population lets the `else` count too (S12)."""
        refusal: list[str] = []
        for population in self.protocol.population:
            value = population.test(self.heard.open)
            if value == TRUE or (value == MAYBE and not self._asked(population)):
                continue
            otherwise = self.protocol.disposition(population.otherwise)
            self._fire(otherwise, f"not for: {population.go_to}", population.condition, wanted=False)
            if value == FALSE:
                refusal.append(population.go_to)
        return "; ".join(refusal) or None

    def _asked(self, population: Population) -> bool:
        return all(self.heard.states[index] is not State.NOT_REACHED for index in population.questions)

    def _rules(self) -> bool:
        readings = self.heard.mild
        ruled = False
        for disposition in self.protocol.dispositions:
            for rule in disposition.rules:
                if rule.test(readings) != FALSE:
                    self._fire(disposition, rule.rule, rule.condition)
                    ruled = True
        return ruled

    def _flags(self, *, refused: bool) -> tuple[RaisedFlag, ...]:
        raised: list[RaisedFlag] = []
        readings = self.heard.mild
        for flag in self.protocol.red_flags:
            value = flag.test(readings)
            if value == FALSE or (refused and not flag.life_threat):
                continue
            certain = value == TRUE
            raised.append(
                RaisedFlag(
                    flag.flag, flag.sign, flag.title, flag.words, flag.floor, flag.life_threat, certain
                )
            )
            if not self._excused(flag, certain=certain):
                self._hold_floor(flag)
        return tuple(raised)

    def _excused(self, flag: RedFlag, *, certain: bool) -> bool:
        """Where a signed exception speaks of the flag, the rules decide, as they were proved to."""
        return flag.excused_floor if certain else flag.excused_floor or flag.excused_unknown

    def _hold_floor(self, flag: RedFlag) -> None:
        stands = self.first or self.protocol.dispositions[-1]
        if self.rank[stands.priority] > self.rank[flag.floor]:
            self._reach(flag.floor, f"red flag: {flag.flag}", flag.condition)

    def _fired(self) -> tuple[Fired, ...]:
        rank = self.rank
        found = [Fired(one, tuple(names), rank[one.priority]) for one, names, _ in self.fired.values()]
        return tuple(sorted(found, key=_RANK)) if len(found) > 1 else tuple(found)

    def _still_to_ask(self, *, refused: bool) -> list[Question]:
        """The questions that may still have to be asked, in order.

        Refused: only what can show a life threat. After a disposition that ends the call: only what can show a
        red flag more urgent than it (S6), which is nothing once it is the most urgent of all.
        """
        open_questions = self._in_state(State.NOT_REACHED)
        if not open_questions:
            return open_questions
        if refused:
            open_questions = [
                question for question in open_questions if self.protocol.life_threat[question.index]
            ]
        limit = min(
            (self._end_rank(why, open_questions) for why in self.fired.values()), default=len(self.house.rank)
        )
        if limit < len(self.house.rank):
            return [question for question in open_questions if self.protocol.feeds[question.index] < limit]
        return open_questions

    def _end_rank(self, why: _Why, open_questions: list[Question]) -> int:
        """The rank of a disposition that ends the call for certain; past every rank if it does not.

        A rule that holds only because a question not reached reads as mildest ends nothing.
        """
        if why.disposition.ends_call:
            still = frozenset(question.index for question in open_questions)
            sure = (
                not wanted or surely(condition, self.heard.open, still)
                for condition, wanted in why.conditions
            )
            if "unknowns" in why.names or any(sure):
                return self.house.rank[why.disposition.priority]
        return len(self.house.rank)

    def _because(self, winner: Disposition) -> Iterator[Leaf]:
        why = self.fired[winner.id]
        said: dict[int, None] = {}
        scored: dict[str, None] = {}
        for condition, wanted in why.conditions:
            for leaf in reasons(condition, self.heard.mild, wanted=wanted):
                if isinstance(leaf, ScoreAtLeast):
                    scored[leaf.score] = None
                else:
                    said[leaf.index] = None
        if "unknowns" in why.names:
            said.update((question.index, None) for question in self.unknown if not question.for_information)
        for score, plan in zip(self.heard.scores, self.protocol.scores, strict=True):
            if score.score in scored:
                yield _score_leaf(score)
                if plan.kind == "points":
                    said.update((index, None) for index in self._counting(plan))
        for index in said:
            told = self._leaf(self.protocol.questions[index])
            if told is not None:
                yield told

    def _counting(self, plan: Score) -> Iterator[int]:
        """The questions that give points, or may."""
        for index, weights in zip(plan.asks, plan.weights, strict=True):
            if any(
                points and self.heard.mild.masks[index] >> place & 1 for place, points in enumerate(weights)
            ):
                yield index

    def _leaf(self, question: Question) -> Leaf | None:
        """The leaf as it was said; None for a question that nobody answered, which is no reason for anything."""
        if self.heard.states[question.index] is State.NOT_APPLICABLE:
            return None
        answer = self.heard.answers.get(question.id)
        fact = self.heard.facts.get(question.id)
        if fact is not None and (
            answer in (None, UNKNOWN) or badness(question, fact) > badness(question, answer)
        ):
            return Leaf(question.id, question.ask, fact, False, True, words_of(question, fact))
        if answer is None:
            return None
        return Leaf(question.id, question.ask, answer, answer == UNKNOWN, False, words_of(question, answer))


def _score_leaf(score: ScoreReading) -> Leaf:
    answer = score.least if score.complete else UNKNOWN
    return Leaf(score.score, score.title, answer, not score.complete, False, score.words)


def words_of(question: Question, answer: Answer) -> str:
    """An answer as half a sentence: what the protocol says it means, else the question and the answer."""
    if answer == UNKNOWN:
        return f"{question.ask} not known"
    if question.kind == "number":
        return f"{question.ask} {answer:g} {question.unit}" if not isinstance(answer, str) else question.ask
    word = str(answer)
    title = question.title_of(word)
    return question.means.get(word, f"{question.ask} {title}")
