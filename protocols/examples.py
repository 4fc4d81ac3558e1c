"""Runs the examples that a protocol carries: a call, what must come of it, and why."""

from collections.abc import Iterator

from hub.errors import Refused
from protocols.engine import assess, dropped
from protocols.faults import Fault
from protocols.model import Answer, Example, House, TriageProtocol
from protocols.verdict import Verdict


def run_examples(protocol: TriageProtocol, house: House, name: str) -> tuple[Fault, ...]:
    """A fault, in the file called `name`, for each example that comes out otherwise than it says."""
    return tuple(
        Fault(name, example.line, example.column, message)
        for example in protocol.examples
        for message in _differences(protocol, house, example)
    )


def play(protocol: TriageProtocol, house: House, example: Example) -> Verdict:
    """The example's verdict: questions it does not name are answered mildest, in the order in which they are asked.

    Refused if one without a mildest answer (`worse: neither`) is asked and not named. A dropped example ends where
    its answers do.
    """
    answers: dict[str, Answer] = dict(example.answers)
    if example.dropped:
        return dropped(protocol, house, answers, example.record)
    verdict = assess(protocol, house, answers, example.record)
    while verdict.next_question is not None:
        question = verdict.next_question
        if question.mildest is None:
            raise Refused(f'it does not say "{question.id}", which has no mildest answer; add it')
        answers[question.id] = question.mildest
        verdict = assess(protocol, house, answers, example.record)
    return verdict


def _differences(protocol: TriageProtocol, house: House, example: Example) -> Iterator[str]:
    told = f'example "{example.title}"'
    try:
        verdict = play(protocol, house, example)
    except Refused as refused:
        yield f"{told}: {refused}"
        return
    because = ", ".join(leaf.words for leaf in verdict.because) or ", ".join(verdict.fired[0].rules)
    if example.gives is not None and verdict.disposition.id != example.gives:
        yield f'{told} gives "{verdict.disposition.id}" ({because}), not "{example.gives}"; which of the two is right?'
    if example.priority is not None and verdict.priority != example.priority:
        yield f'{told} comes to "{verdict.priority}" ({because}), not "{example.priority}"; which of the two is right?'
    if example.refused != (verdict.refusal is not None):
        yield f"{told} is {'' if verdict.refusal else 'not '}refused, and says otherwise; which of the two is right?"
