"""Reads which scores a triage protocol uses, and checks that it asks for all that they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from protocols import news2
from protocols.answers import badness
from protocols.condition_file import RESERVED
from protocols.faults import listed, meant
from protocols.model import Question
from protocols.scores import PLACES, Score
from protocols.source import Path, Source


def read_scores(source: Source, questions: Mapping[str, Question]) -> dict[str, Score]:
    """The scores by id, with their places in the readings after the questions; faults are noted in the source."""
    data: Any = source.data
    found: dict[str, Score] = {}
    for place, entry in enumerate(data.get("scores", [])):
        path: Path = ("scores", place)
        index = len(questions) + PLACES * len(found)
        name = entry if isinstance(entry, str) else entry["score"]
        if name in found:
            source.fault(path, f'the score "{name}" stands above; keep one')
        elif isinstance(entry, str):
            found[name] = _news2(source, questions, path, index)
        else:
            found[name] = _Added(source, questions, path).read(entry, index)
    if "news2" not in found:
        _no_observation_without_its_score(source)
    return found


def _news2(source: Source, questions: Mapping[str, Question], path: Path, index: int) -> Score:
    data: Any = source.data
    asked = [name for name, question in questions.items() if question.score == "news2"]
    absent = [name for name in news2.NEEDED if name not in asked]
    if absent:
        message = f"NEWS2 needs every observation; ask for {listed(absent, 'and')} too, kind: observation"
        source.fault(path, message)
    if not data.get("for"):
        message = (
            'NEWS2 is not for under-16s or in pregnancy; add "for", which says whom this protocol is for'
        )
        source.fault(path, message)
    indices = tuple(questions[name].index for name in asked)
    return Score("news2", "NEWS2", "news2", index, tuple(asked), indices)


@dataclass
class _Added:
    """One score that adds up: `points` by question and answer, or `counts`, one for each on its worse side."""

    source: Source
    questions: Mapping[str, Question]
    path: Path

    def read(self, entry: Mapping[str, Any], index: int) -> Score:
        name = entry["score"]
        if name in self.questions or name in RESERVED:
            message = f'"{name}" has a meaning already; give the score another id'
            self.source.fault((*self.path, "score"), message)
        if ("counts" in entry) == ("points" in entry):
            self.source.fault(self.path, 'a score has either "counts" or "points"; write one of them')
        weighed = self._counts(entry.get("counts", [])) | self._points(entry.get("points", {}))
        return Score(
            id=name,
            title=entry.get("title", name.replace("_", " ").capitalize()),
            kind="points",
            index=index,
            questions=tuple(weighed),
            asks=tuple(self.questions[asked].index for asked in weighed),
            weights=tuple(weighed.values()),
        )

    def _counts(self, entry: list[str]) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for place, asked in enumerate(entry):
            here = (*self.path, "counts", place)
            question = self._asked(asked, here)
            if question is None:
                continue
            if question.kind != "yes_no":
                message = f'"{asked}" cannot be counted; only a yes_no question can, others need points'
                self.source.fault(here, message)
            elif asked in found:
                self.source.fault(here, f'"{asked}" is counted twice; keep one')
            else:
                found[asked] = tuple(int(answer == question.worse) for answer in question.answers)
        return found

    def _points(self, entry: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for asked, given in entry.items():
            here = (*self.path, "points", asked)
            question = self._asked(asked, here)
            if question is not None and self._fits(question, given, here):
                found[asked] = tuple(given[answer] for answer in question.answers)
        return found

    def _asked(self, asked: str, here: Path) -> Question | None:
        """The question, if it may be part of a score at all."""
        question = self.questions.get(asked)
        if question is None:
            self.source.fault(here, f'there is no question "{asked}"{meant(asked, list(self.questions))}')
        elif (
            question.kind not in ("yes_no", "choice")
            or question.worse == "neither"
            or question.for_information
        ):
            message = (
                f'"{asked}" cannot be part of a score; a yes_no or choice with a worse side, for rules, can'
            )
            self.source.fault(here, message)
        else:
            return question
        return None

    def _fits(self, question: Question, given: Mapping[str, int], here: Path) -> bool:
        for answer in given:
            if answer not in question.answers:
                message = f'"{answer}" is no answer of "{question.id}"{meant(answer, question.answers)}'
                self.source.fault((*here, answer), message, at_key=True)
        if absent := [answer for answer in question.answers if answer not in given]:
            self.source.fault(here, f"no points for {listed(absent, 'and')}; every answer has some, 0 too")
            return False
        rising = sorted(question.answers, key=lambda answer: badness(question, answer))
        points = [given[answer] for answer in rising]
        if points[0] != 0:
            self.source.fault(here, f'"{rising[0]}" is the mildest answer and has no points; write 0')
        elif any(later < before for before, later in pairwise(points)):
            self.source.fault(here, "a worse answer has fewer points; did you mean the other way round?")
        elif points[-1] == 0:
            self.source.fault(here, f'"{question.id}" never has any points; remove it from the score')
        else:
            return True
        return False


def _no_observation_without_its_score(source: Source) -> None:
    data: Any = source.data
    for place, entry in enumerate(data["questions"]):
        if entry["kind"] == "observation":
            message = "an observation belongs to a score; add scores: [news2]"
            source.fault(("questions", place, "kind"), message)
            return
