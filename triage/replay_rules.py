"""One past call on two versions of its protocol. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import Refused
from protocols.asking import ask
from protocols.engine import assess, check_answer
from protocols.model import Answer, House, TriageProtocol
from protocols.verdict import Verdict


@dataclass(frozen=True)
class Again:
    """`more`: the newer version would have asked more; `left_out`: answers that it has no place for."""

    was: Verdict
    becomes: Verdict
    left_out: int

    @property
    def more(self) -> bool:
        return not self.becomes.finished


def again(
    before: TriageProtocol,
    after: TriageProtocol,
    house: House,
    answers: Mapping[str, Any],
    record: Mapping[str, Answer],
) -> Again:
    """The call's own answers and facts of the record, on both.

    A question that nobody was asked then counts as not reached. Put as not known it would count at its worst, and a
    new red flag would make an emergency of every past call; real callers would have answered it.
    """
    old, _ = fitting(before, answers)
    new, left_out = fitting(after, answers)
    return Again(assess(before, house, old, record), ask(after, house, new, record).verdict, left_out)


def fitting(protocol: TriageProtocol, answers: Mapping[str, Any]) -> tuple[dict[str, Answer], int]:
    """The answers that this version has a place for, and how many it has none for."""
    found: dict[str, Answer] = {}
    for name, answer in answers.items():
        question = protocol.by_id.get(name)
        if question is None:
            continue
        try:
            found[name] = check_answer(question, answer)
        except Refused:
            continue  # another list of answers, or another range: what was said then says nothing here
    return found, len(answers) - len(found)
