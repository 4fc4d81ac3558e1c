"""`try`, `explain` and `replay`: one call, or many, on a protocol."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub.errors import Refused
from protocols import asking
from protocols.commands import names_protocol, read, say
from protocols.engine import assess, dropped
from protocols.explanation import Explanation, explain
from protocols.faults import meant
from protocols.loader import read_file
from protocols.model import UNKNOWN, Answer, House, Question, TriageProtocol
from protocols.proof.findings import said_of
from protocols.verdict import Verdict

KEYS = "Answer by its word or number; u: not known; ?: why it is asked; b: back; d: the line drops; q: leave."


def add_commands(commands: Any) -> None:
    walk = commands.add_parser("try", help="walk through a protocol as on a call", description=KEYS)
    tell = commands.add_parser("explain", help="what some answers come to, why, and what would change it")
    tell.add_argument("--two", action="store_true", help="what two other answers together would do, too")
    tell.add_argument("--format", choices=("text", "json"), default="text")
    again = commands.add_parser(
        "replay",
        help="past calls again, on a version",
        description="Each line of CALLS is a JSON object: answers by question, and perhaps record, dropped (true), "
        "and disposition, what it came to then. Ends with 1 if any comes to something else now.",
    )
    again.add_argument("calls", type=Path, metavar="CALLS", help="a file of JSON lines")
    for one, run in ((walk, _try), (tell, _explain), (again, _replay)):
        names_protocol(one)
        one.set_defaults(run=run)
    tell.add_argument(
        "answers", nargs="*", metavar="QUESTION=ANSWER", help="questions not named count as mildest"
    )
    tell.add_argument("--record", action="append", default=[], metavar="QUESTION=ANSWER")


def _explain(chosen: argparse.Namespace) -> int:
    protocol, house = read(chosen)
    answers, record = _pairs(protocol, chosen.answers), _pairs(protocol, chosen.record)
    told = explain(protocol, house, answers, record, of_two=chosen.two)
    if chosen.format == "json":
        say(json.dumps(asdict(told), ensure_ascii=False, default=str))
    else:
        for line in _explained(told):
            say(line)
    return 0


def _explained(told: Explanation) -> Iterator[str]:
    yield f"{told.label}: {told.title}" + ("" if told.is_final else " (so far)")
    yield f"  by {', '.join(told.rules)}"
    for leaf in told.because:
        yield f"  because {leaf.words}"
    for title in told.also:
        yield f"  and also: {title}"
    for one in (*told.would, *told.by_two):
        yield f"Would become {one.title} if"
        yield from (f"  {change}" for change in one.changes)
    for left_out in told.not_needed:
        yield f"Not needed: {left_out.question.ask} ({left_out.because})"
    if told.remaining:
        yield f"At most {told.remaining} more questions"


def _replay(chosen: argparse.Namespace) -> int:
    protocol, house = read(chosen)
    text = (read_file(chosen.calls) or "").rstrip("\n")
    lines = text.split("\n") if text else []
    others = 0
    for nth, line in enumerate(lines, 1):
        call = _call(line, f"{chosen.calls}:{nth}")
        how = dropped if call.get("dropped") is True else assess
        verdict = how(protocol, house, call["answers"], call.get("record") or {})
        before, now = call.get("disposition"), verdict.disposition.id
        other = before is not None and before != now
        others += other
        say(f"{nth}: {before} becomes {now}" if other else f"{nth}: {now}")
    say(f"{len(lines)} calls, {others} come to something else")
    return 1 if others else 0


def _call(line: str, where: str) -> dict[str, Any]:
    try:
        call: Any = json.loads(line)
    except ValueError as error:
        raise Refused(f"{where}: no JSON ({error}); write one object a line") from None
    said = call if isinstance(call, dict) else {}
    if not all(isinstance(part, dict) for part in (said.get("answers"), said.get("record") or {})):
        raise Refused(
            f'{where}: a call is an object with "answers" (and "record"), by the ids of the questions'
        )
    return said


def _pairs(protocol: TriageProtocol, said: list[str]) -> dict[str, Answer]:
    questions = {question.id: question for question in protocol.questions}
    found: dict[str, Answer] = {}
    for pair in said:
        name, _, word = pair.partition("=")
        if name not in questions or not word:
            raise Refused(
                f'"{pair}" is no question=answer of {protocol.protocol}{meant(name, list(questions))}'
            )
        found[name] = _answer(questions[name], word)
    return found


def _answer(question: Question, word: str) -> Answer:
    """As typed. Refused by the engine where it fits no answer; a number of a choice is that answer in its order."""
    if word in (UNKNOWN, "u"):
        return UNKNOWN
    if question.answers and word.isdecimal() and 1 <= int(word) <= len(question.answers):
        return question.answers[int(word) - 1]
    if question.answers:
        near = [answer for answer in question.answers if answer.startswith(word)]
        return near[0] if len(near) == 1 else word
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        raise Refused(f'"{word}" is no number; {question.ask} is answered in {question.unit}') from None


def _try(chosen: argparse.Namespace) -> int:
    protocol, house = read(chosen)
    say(f"{protocol.title}, version {protocol.version} ({protocol.status}). {KEYS}")
    answers: dict[str, Answer] = {}
    while (question := (verdict := asking.ask(protocol, house, answers).verdict).next_question) is not None:
        _show(house, verdict, question)
        try:
            word = input("> ").strip().lower()
        except EOFError:
            word = "q"
        if word == "q":
            break
        if word == "d":
            _end(dropped(protocol, house, answers), house)
            return 0
        _take(protocol, house, answers, question, word)
    _say_flags(assess(protocol, house, answers))
    for line in _explained(explain(protocol, house, answers)):
        say(line)
    return 0


def _say_flags(verdict: Verdict) -> None:
    for flag in verdict.flags:
        say(f"  ! {flag.title}: {' '.join(flag.words)}")


def _show(house: House, verdict: Verdict, question: Question) -> None:
    say(f"\n[{house.priority(verdict.priority).label} so far, at most {verdict.remaining} more]")
    _say_flags(verdict)
    say(question.say or question.ask)
    for number, answer in enumerate(question.answers, 1):
        say(f"  {number}  {said_of(question, answer)}")
    if question.unit:
        say(f"  in {question.unit}")


def _take(
    protocol: TriageProtocol, house: House, answers: dict[str, Answer], question: Question, word: str
) -> None:
    """What was typed, into the answers; what fits nothing is said, and asked again."""
    if word == "?":
        say(question.why or "The file does not say why.")
    elif word == "b":
        if answers:
            answers.popitem()
    elif word:
        try:
            answer = _answer(question, word)
            assess(protocol, house, {**answers, question.id: answer})
            answers[question.id] = answer
        except Refused as refused:
            say(str(refused))


def _end(verdict: Verdict, house: House) -> None:
    say(f"{house.priority(verdict.priority).label}: {verdict.disposition.title} (the line dropped)")
