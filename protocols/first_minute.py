"""S6: what is asked on every call before a protocol is chosen, which answers are dangerous, and what is carried on.

The questions, their words and what is dangerous are the house's; here is only what they mean. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "unknown"
ANSWERS = ("yes", "no", UNKNOWN)


@dataclass(frozen=True)
class FirstQuestion:
    """One question of the first minute. `carries` says in a protocol's own words what yes and no are there; the
    protocol's question has the same id, or one of `same_as`."""

    id: str
    ask: str
    say: str
    why: str
    danger: tuple[str, ...]
    sign: str
    carries: Mapping[str, str]
    same_as: tuple[str, ...] = ()

    def is_danger(self, answer: object) -> bool:
        return answer in self.danger

    def carried(self, answer: str) -> str | None:
        """The answer as a protocol takes it; None where it must be asked there: what is not known and no danger here
        is no answer there either."""
        if answer == UNKNOWN:
            return UNKNOWN if self.is_danger(UNKNOWN) else None
        return self.carries.get(answer, answer)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id, *self.same_as)


def dangers(
    questions: tuple[FirstQuestion, ...], answers: Mapping[str, str]
) -> tuple[tuple[FirstQuestion, bool], ...]:
    """Each dangerous answer that stands, and whether it is certain; those that are certain first."""
    found = [
        (question, answers[question.id] != UNKNOWN)
        for question in questions
        if question.is_danger(answers.get(question.id))
    ]
    return tuple(sorted(found, key=lambda one: not one[1]))


def next_question(questions: tuple[FirstQuestion, ...], answers: Mapping[str, str]) -> FirstQuestion | None:
    return next((question for question in questions if question.id not in answers), None)
