"""What stands under "answered": what was said today, and what was said before and counts (S8). Pure."""

from collections.abc import Mapping
from typing import Any

from protocols.answers import Heard, State, badness
from protocols.model import UNKNOWN, Answer, Question, TriageProtocol
from triage.answer_words import said_as
from triage.screen import Given


def given_of(
    protocol: TriageProtocol, heard: Heard, facts: Mapping[str, Any], notes: Mapping[str, tuple[str, ...]]
) -> tuple[Given, ...]:
    """What is answered and applies, in the order of the protocol. What the caller says now is shown in the place of the
    fact; a fact that is worse still counts, and says so."""
    found = []
    for question, state in zip(protocol.questions, heard.states, strict=True):
        answer, fact = heard.answers.get(question.id), facts.get(question.id)
        if state is State.NOT_APPLICABLE or (answer is None and state is not State.FROM_RECORD):
            continue
        is_worse = fact is not None and _is_worse(question, fact["answer"], answer)
        found.append(
            Given(
                question=question.id,
                ask=question.ask,
                words=said_as(question, fact["answer"] if answer is None and fact else answer),
                unknown=answer == UNKNOWN,
                notes=notes.get(question.id, ()),
                known=_says(fact, answer) if fact and is_worse else "",
            )
        )
    return tuple(found)


def _is_worse(question: Question, fact: Answer, answer: Answer | None) -> bool:
    return answer in (None, UNKNOWN) or badness(question, fact) > badness(question, answer)


def _says(fact: Mapping[str, Any], answer: Answer | None) -> str:
    said = f"said before: {fact['words']}"
    if answer is None:
        return f"{said}; confirm when you can"
    return f"{said}; the worse counts"
