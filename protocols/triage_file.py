"""Reads a triage protocol: shape first, then everything that only the whole file and its house can tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from protocols.clauses import Clauses
from protocols.conditions import asked_by
from protocols.durations import minutes
from protocols.faults import meant
from protocols.house_file import lines
from protocols.measures import read_measures
from protocols.model import (
    UNKNOWN,
    Condition,
    DroppedCall,
    Example,
    House,
    Question,
    RedFlag,
    TriageProtocol,
    UnknownLimit,
)
from protocols.question_file import read_questions
from protocols.schema import check_shape
from protocols.score_file import read_scores
from protocols.source import Path, Source, read_source, sha256_of


def parse_triage(text: str, name: str, house: House) -> TriageProtocol:
    """A triage protocol from its text; ProtocolError with every fault, named after `name`.

    Faults of shape are told first and alone: what a misshapen file means cannot be judged.
    """
    source = read_source(text, name)
    check_shape(source, "triage")
    source.stop_if_faulty()
    data: Any = source.data
    questions = read_questions(source, house)
    scores = read_scores(source, questions)
    clauses = Clauses(source, house, questions, scores)
    red_flags = clauses.red_flags()
    dispositions = clauses.dispositions()
    population = clauses.population(dispositions)
    exceptions = clauses.exceptions(red_flags)
    ends = _Ends(source, house, dispositions)
    _check_neither(source, questions, red_flags)
    if data.get("need") not in (None, *house.needs):
        source.fault(
            ("need",), f'the house has no need "{data["need"]}"{meant(data["need"], list(house.needs))}'
        )
    if not _is_date(data["review_by"]):
        source.fault(("review_by",), f'"{data["review_by"]}" is not a day of the calendar; correct it')
    examples = tuple(
        _example(source, clauses, entry, ("examples", place))
        for place, entry in enumerate(data.get("examples", []))
    )
    unknowns, dropped = ends.unknowns(), ends.dropped_call()
    measures = read_measures(source, questions)
    if data["status"] == "approved":
        _check_approved(source, questions)
    source.stop_if_faulty()
    feeds, life_threat = _feeds(house, tuple(questions.values()), red_flags)
    return TriageProtocol(
        protocol=data["protocol"],
        version=data["version"],
        status=data["status"],
        title=data["title"],
        review_by=data["review_by"],
        need=data.get("need"),
        population=population,
        questions=tuple(questions.values()),
        red_flags=red_flags,
        dispositions=dispositions,
        exceptions=exceptions,
        unknowns=unknowns,
        dropped_call=dropped,
        examples=examples,
        evidence=lines(data.get("evidence")),
        feeds=feeds,
        life_threat=life_threat,
        scores=tuple(scores.values()),
        text=text,
        sha256=sha256_of(text),
        measures=measures,
    )


@dataclass(frozen=True)
class _Ends:
    """The parts that say what holds when answers are missing: too many unknowns, a call that drops."""

    source: Source
    house: House
    dispositions: Sequence[Any]

    def unknowns(self) -> UnknownLimit:
        data: Any = self.source.data
        said = data.get("unknowns")
        if said is None:
            # The house's rule holds even where a protocol does not repeat it (S7).
            return UnknownLimit(self.house.unknown_limit, self.house.clinician)
        if said["limit"] > self.house.unknown_limit:
            message = f"laxer than the house's limit; did you mean {self.house.unknown_limit}?"
            self.source.fault(("unknowns", "limit"), message)
        to = self._priority(said["to"], ("unknowns", "to"))
        if self.house.rank.get(to, -1) > self.house.rank[self.house.clinician]:
            message = f'"{to}" is slower than a clinician; did you mean "{self.house.clinician}"?'
            self.source.fault(("unknowns", "to"), message)
        return UnknownLimit(said["limit"], to)

    def dropped_call(self) -> DroppedCall:
        data: Any = self.source.data
        said = data["dropped_call"]
        to = self._priority(said["to"], ("dropped_call", "to"))
        return DroppedCall(to, said["who"], minutes(said["within"]))

    def _priority(self, word: str, path: Path) -> str:
        for disposition in self.dispositions:
            if disposition.id == word:
                return str(disposition.priority)
        if word not in self.house.rank:
            known = [*self.house.rank, *(disposition.id for disposition in self.dispositions)]
            self.source.fault(path, f'there is no priority or disposition "{word}"{meant(word, known)}')
        return word


def _check_neither(source: Source, questions: Mapping[str, Question], flags: Sequence[RedFlag]) -> None:
    data: Any = source.data
    for flag in flags:
        asked = asked_by(flag.condition)
        for question in questions.values():
            if question.index in asked and question.worse == "neither":
                place = [entry["id"] for entry in data["questions"]].index(question.id)
                message = f'the red flag "{flag.flag}" asks this, so one side must be worse; say which'
                source.fault(("questions", place, "worse"), message)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_approved(source: Source, questions: Mapping[str, Question]) -> None:
    data: Any = source.data
    for key in ("examples", "evidence"):
        if not data.get(key):
            source.fault(
                ("status",), f'an approved protocol needs "{key}"; add them, or make it a draft again'
            )
    for place, entry in enumerate(data["questions"]):
        question = questions.get(entry["id"])
        if question is not None and question.say is None:
            source.fault(("questions", place), 'an approved protocol needs words to say; add say: "…"')


def _example(source: Source, clauses: Clauses, entry: Mapping[str, Any], path: Path) -> Example:
    for part in ("answers", "record"):
        for key, answer in entry.get(part, {}).items():
            _check_said(source, clauses.questions, key, answer, (*path, part, key))
    for key, known in (("gives", clauses.disposition_ids), ("priority", tuple(clauses.house.rank))):
        if key in entry and entry[key] not in known:
            source.fault((*path, key), f'there is no such {key} "{entry[key]}"{meant(entry[key], known)}')
    if not {"gives", "priority", "refused"} & set(entry):
        source.fault(path, 'the example says nothing that must come of it; add "gives" or "priority"')
    line, column = source.spots[path]
    return Example(
        title=entry["example"],
        answers=dict(entry["answers"]),
        record=dict(entry.get("record", {})),
        gives=entry.get("gives"),
        priority=entry.get("priority"),
        refused=entry.get("refused") == "yes",
        dropped=entry.get("dropped") == "yes",
        because=entry["because"],
        line=line,
        column=column,
    )


def _check_said(
    source: Source, questions: Mapping[str, Question], key: str, answer: object, path: Path
) -> None:
    question = questions.get(key)
    if question is None:
        source.fault(path, f'there is no question "{key}"{meant(key, list(questions))}', at_key=True)
    elif answer == UNKNOWN:
        return
    elif question.kind == "number":
        if not isinstance(answer, int | float):
            source.fault(path, f'"{key}" is a number; write it without its unit')
    elif answer not in question.answers:
        source.fault(path, f'"{answer}" is not an answer of "{key}"{meant(str(answer), question.answers)}')


def _feeds(
    house: House, questions: Sequence[Question], flags: Sequence[RedFlag]
) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """For each question the rank of the most urgent floor it can lead to, by a flag or by gating what a flag asks."""
    ranks = [len(house.priorities)] * len(questions)
    threats = [False] * len(questions)
    for flag in flags:
        for index in _asked_for(questions, flag.condition):
            ranks[index] = min(ranks[index], house.rank[flag.floor])
            threats[index] = threats[index] or flag.life_threat
    return tuple(ranks), tuple(threats)


def _asked_for(questions: Sequence[Question], condition: Condition) -> set[int]:
    wanted = set(asked_by(condition))
    for question in reversed(questions):
        if question.index in wanted and question.ask_if is not None:
            wanted |= asked_by(question.ask_if)
    return wanted
