"""Reads the questions of a triage protocol, in the order in which they are asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from protocols import news2
from protocols.condition_file import RESERVED, Scope
from protocols.conditions import compile_condition
from protocols.durations import minutes
from protocols.faults import listed, meant
from protocols.model import UNKNOWN, House, Question
from protocols.source import Path, Source

_WORSE = {
    "yes_no": ("yes", "no", "neither"),
    "choice": ("last", "neither"),
    "number": ("higher", "lower", "outside", "neither"),
}


def read_questions(source: Source, house: House) -> dict[str, Question]:
    """The questions by id, in order; faults are noted in the source."""
    data: Any = source.data
    entries: list[dict[str, Any]] = data["questions"]
    every_id = [entry["id"] for entry in entries]
    found: dict[str, Question] = {}
    for place, entry in enumerate(entries):
        path: Path = ("questions", place)
        if entry["id"] in found:
            source.fault((*path, "id"), f'a question "{entry["id"]}" stands above; give this one another id')
            continue
        if entry["id"] in RESERVED:
            source.fault(
                (*path, "id"), f'"{entry["id"]}" is a word of the language; give the question another id'
            )
            continue
        question = _question(source, house, entry, path, len(found))
        found[question.id] = _gated(source, house, question, entry, path, found, every_id)
    return found


def _question(source: Source, house: House, entry: Mapping[str, Any], path: Path, index: int) -> Question:
    if entry["kind"] == "observation":
        return _observation(source, house, entry, path, index)
    worse = entry["worse"]
    band = worse["outside"] if isinstance(worse, dict) else None
    kind = entry["kind"]
    common = house.questions.get(entry["id"])
    span = entry.get("range")
    question = Question(
        id=entry["id"],
        index=index,
        # The wording of a house question is the house's, so that it is heard alike in every protocol.
        ask=(common.ask if common and common.ask else entry["ask"]),
        say=(common.say if common and common.say else entry.get("say")),
        why=entry.get("why", common.why if common else None),
        kind=kind,
        worse="outside" if band else worse,
        answers=("yes", "no") if kind == "yes_no" else tuple(entry.get("answers", ())),
        answer_titles=dict(entry.get("answer_titles", {})),
        means=dict(entry.get("means", {})),
        unit=entry.get("unit"),
        range=(float(span[0]), float(span[1])) if span else None,
        step=float(entry["step"]) if "step" in entry else None,
        band=(float(band[0]), float(band[1])) if band else None,
        because=entry.get("because"),
        record=entry.get("record") == "yes",
        holds_min=minutes(entry["holds"]) if "holds" in entry else None,
        for_information=entry.get("for_information") == "yes",
        observation=entry["id"] in house.plausible,
    )
    _check_kind(source, question, entry, path)
    _check_house(source, house, question, path)
    return question


def _observation(source: Source, house: House, entry: Mapping[str, Any], path: Path, index: int) -> Question:
    """An observation: what it is measured in, its answers and its worse side are the chart's, not the author's."""
    name = entry["id"]
    known = news2.OBSERVATIONS.get(name)
    if known is None:
        message = f'"{name}" is no observation of NEWS2{meant(name, list(news2.OBSERVATIONS))}'
        source.fault((*path, "id"), message)
        known = news2.OBSERVATIONS["pulse"]
    for key in ("answers", "unit", "range", "step", "worse", "because", "holds"):
        if key in entry:
            source.fault(
                (*path, key), f'the score says the {key} of an observation; remove "{key}"', at_key=True
            )
    for key in ("record", "for_information"):
        if entry.get(key) == "yes":
            source.fault((*path, key), "an observation is taken now, and scored; remove this", at_key=True)
    if name in news2.NUMBERS and name not in house.plausible:
        message = f'the house has no plausible range for "{name}"; add it there, under plausible'
        source.fault((*path, "id"), message)
    question = Question(
        id=name,
        index=index,
        ask=entry["ask"],
        say=entry.get("say"),
        why=entry.get("why"),
        kind="choice" if known.answers else "number",
        worse="by_score",
        answers=known.answers,
        answer_titles=dict(entry.get("answer_titles", {})),
        means=dict(entry.get("means", {})),
        unit=known.unit,
        range=house.plausible.get(name),
        step=known.step,
        observation=True,
        score="news2",
        mild=known.mild,
    )
    _check_answer_words(source, question, entry, path)
    return question


def _check_kind(source: Source, question: Question, entry: Mapping[str, Any], path: Path) -> None:
    kind, allowed = question.kind, _WORSE[question.kind]
    if question.holds_min is not None and not question.record:
        source.fault(
            (*path, "holds"), "nothing of before answers this; did you mean record: yes too?", at_key=True
        )
    if question.worse not in allowed:
        message = f'"{question.worse}" cannot be the worse side of a {kind}; did you mean {listed(allowed)}?'
        source.fault((*path, "worse"), message)
    if question.worse == "neither" and not question.because:
        source.fault((*path, "worse"), '"neither" needs a reason; add because: … to this question')
    if kind == "choice" and len(set(question.answers)) < 2:
        source.fault(path, 'a choice needs two different "answers" or more, from best to worst; add them')
    if kind == "choice" and len(set(question.answers)) < len(question.answers):
        source.fault((*path, "answers"), "an answer stands twice; keep one")
    if UNKNOWN in question.answers:
        source.fault((*path, "answers"), '"unknown" can always be answered; remove it from the list')
    if kind != "choice" and "answers" in entry:
        source.fault(
            (*path, "answers"), f'a {kind} has no "answers"; did you mean kind: choice?', at_key=True
        )
    if kind == "number":
        _check_number(source, question, path)
    else:
        for key in ("unit", "range", "step"):
            if key in entry:
                source.fault(
                    (*path, key), f'a {kind} has no "{key}"; did you mean kind: number?', at_key=True
                )
    _check_answer_words(source, question, entry, path)


def _check_answer_words(source: Source, question: Question, entry: Mapping[str, Any], path: Path) -> None:
    for key in ("answer_titles", "means"):
        for answer in entry.get(key, {}):
            if answer not in question.answers:
                message = (
                    f'"{answer}" is not an answer of "{question.id}"; known here: {listed(question.answers)}'
                )
                source.fault((*path, key, answer), message, at_key=True)


def _check_number(source: Source, question: Question, path: Path) -> None:
    if question.unit is None:
        source.fault(
            path, f'the number "{question.id}" has no unit; add unit: min, or whatever it is counted in'
        )
    if question.range is None:
        source.fault(path, f'the number "{question.id}" has no range; add range: [least, most]')
        return
    low, high = question.range
    if low >= high:
        source.fault(
            (*path, "range"), f"the range [{low:g}, {high:g}] is empty; did you mean [{high:g}, {low:g}]?"
        )
    elif question.band and not low <= question.band[0] <= question.band[1] <= high:
        source.fault(
            (*path, "worse"), f"outside: […] must lie in the range, {low:g} to {high:g}, the lower first"
        )


def _check_house(source: Source, house: House, question: Question, path: Path) -> None:
    common = house.questions.get(question.id)
    if common is None:
        return
    told = f'"{question.id}" is a house question'
    if question.kind != common.kind:
        source.fault(
            (*path, "kind"), f"{told} of kind {common.kind}, not {question.kind}; use another id or its kind"
        )
        return
    if common.answers and question.answers != common.answers:
        source.fault((*path, "answers"), f"{told} with the answers [{', '.join(common.answers)}]; use these")
    if common.worse is not None and (question.worse, question.band) != (common.worse, common.band):
        source.fault((*path, "worse"), f"{told}; did you mean worse: {common.worse}?")
    if common.unit is not None and question.unit != common.unit:
        source.fault((*path, "unit"), f"{told} in {common.unit}; did you mean unit: {common.unit}?")


def _gated(
    source: Source,
    house: House,
    question: Question,
    entry: Mapping[str, Any],
    path: Path,
    earlier: Mapping[str, Question],
    every_id: list[str],
) -> Question:
    if "ask_if" not in entry:
        return question
    if question.observation:
        source.fault((*path, "ask_if"), "an observation is never gated; remove ask_if", at_key=True)
    scope = Scope(source, earlier, every_id, place="in ask_if", local=house.local)
    condition = scope.read(entry["ask_if"], (*path, "ask_if"))
    if condition is None or source.faults:
        return question
    return replace(question, ask_if=condition, gate=compile_condition(condition))
