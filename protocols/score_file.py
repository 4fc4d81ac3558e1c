"""Reads which scores a triage protocol uses, and checks that it asks for all that they are made of."""

from collections.abc import Mapping
from typing import Any

from protocols import news2
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
            found[name] = _count(source, questions, entry, path, index)
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


def _count(
    source: Source, questions: Mapping[str, Question], entry: Mapping[str, Any], path: Path, index: int
) -> Score:
    name = entry["score"]
    if name in questions or name in RESERVED:
        source.fault((*path, "score"), f'"{name}" has a meaning already; give the score another id')
    counted: list[Question] = []
    for place, asked in enumerate(entry["counts"]):
        here = (*path, "counts", place)
        question = questions.get(asked)
        if question is None:
            source.fault(here, f'there is no question "{asked}"{meant(asked, list(questions))}')
        elif question.kind != "yes_no" or question.worse == "neither" or question.for_information:
            message = f'"{asked}" cannot be counted; only a yes_no question with a worse side that a rule may use can'
            source.fault(here, message)
        elif question in counted:
            source.fault(here, f'"{asked}" is counted twice; keep one')
        else:
            counted.append(question)
    return Score(
        id=name,
        title=entry.get("title", name.replace("_", " ").capitalize()),
        kind="count",
        index=index,
        questions=tuple(question.id for question in counted),
        asks=tuple(question.index for question in counted),
        bits=tuple(question.bits[question.worse] for question in counted),
    )


def _no_observation_without_its_score(source: Source) -> None:
    data: Any = source.data
    for place, entry in enumerate(data["questions"]):
        if entry["kind"] == "observation":
            message = "an observation belongs to a score; add scores: [news2]"
            source.fault(("questions", place, "kind"), message)
            return
