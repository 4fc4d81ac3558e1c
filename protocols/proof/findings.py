"""What a proof has to say: a call that shows a fault, or a warning, in words that a clinician can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from protocols.model import UNKNOWN, Answer, House, Question, TriageProtocol

Kind = Literal["not_proved", "undecided", "warning", "slower", "faster", "review"]
"""`undecided`: Z3 gave up, which is never a proof. `slower` and `faster`: than the approved version, which two people
must have seen. `review`: nothing is wrong that a proof could see."""

FAILS: tuple[Kind, ...] = ("not_proved", "undecided")
_TITLES: Mapping[Kind, str] = {
    "not_proved": "NOT PROVED",
    "undecided": "NOT DECIDED",
    "warning": "WARNING",
    "slower": "NOW SLOWER",
    "faster": "NOW FASTER",
    "review": "FOR REVIEW",
}


@dataclass(frozen=True)
class ShownCall:
    """One call: what was answered other than mildest, question by question, as the page or the terminal prints it."""

    answers: Mapping[str, Answer]
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Finding:
    """`obligation` is its name in docs/protocols.md, `about` the id of what it concerns, `words` one sentence."""

    kind: Kind
    obligation: str
    about: str
    words: str
    call: ShownCall | None = None

    @property
    def fails(self) -> bool:
        """Whether the protocol may not be used."""
        return self.kind in FAILS

    def __str__(self) -> str:
        lines = [f"{_TITLES[self.kind]} ({self.obligation}): {self.words}"]
        if self.call is not None:
            width = max((len(ask) for ask, _ in self.call.said), default=0)
            lines += [f"    {ask.ljust(width)}   {answer}" for ask, answer in self.call.said]
            lines.append("    (every other question: mildest, or not applicable)")
        return "\n".join(lines)


def shown(protocol: TriageProtocol, answers: Mapping[str, Answer]) -> ShownCall:
    """A call without what is answered mildest."""
    said = tuple(
        (question.ask, said_of(question, answers[question.id]))
        for question in protocol.questions
        if question.id in answers and answers[question.id] != question.mildest
    )
    return ShownCall(dict(answers), said)


def said_of(question: Question, answer: Answer) -> str:
    """An answer as somebody would say it."""
    if answer == UNKNOWN:
        return "not known"
    if isinstance(answer, str):
        return question.title_of(answer)
    return f"{answer:g} {question.unit or ''}".strip()


def said_priority(house: House, rank: int) -> str:
    """A priority as the board writes it."""
    return house.priorities[rank].title
