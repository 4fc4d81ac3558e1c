"""What changing an answer did, in one line: the answer, the urgency, and which questions come and go with it. Pure."""

from collections.abc import Mapping

from protocols.answers import State, hear
from protocols.engine import assess
from protocols.model import Answer, House, TriageProtocol
from triage.answer_words import said_as

NO_RECORD: Mapping[str, Answer] = {}


def what_changed(
    protocol: TriageProtocol,
    house: House,
    question_id: str,
    before: Mapping[str, Answer],
    after: Mapping[str, Answer],
    record: Mapping[str, Answer] = NO_RECORD,
) -> str:
    """`Hit their head: no → yes; was 2 HOURS, now 999 NOW; newly asked: …`. Nothing for a first answer."""
    question = protocol.by_id[question_id]
    if question_id not in before or before[question_id] == after.get(question_id):
        return ""
    name = question.ask.rstrip("?")
    said = [
        f"{name}: {said_as(question, before[question_id])} → {said_as(question, after.get(question_id))}",
        _urgency(protocol, house, before, after, record),
        *_come_and_go(protocol, before, after, record),
    ]
    return "; ".join(part for part in said if part)


def _urgency(
    protocol: TriageProtocol,
    house: House,
    before: Mapping[str, Answer],
    after: Mapping[str, Answer],
    record: Mapping[str, Answer],
) -> str:
    old, new = (assess(protocol, house, answers, record) for answers in (before, after))
    was, now = house.priority(old.priority).label, house.priority(new.priority).label
    if was != now:
        return f"was {was}, now {now}"
    if old.disposition.id != new.disposition.id:
        return f"was {old.disposition.title}, now {new.disposition.title}"
    return f"still {now}"


def _come_and_go(
    protocol: TriageProtocol,
    before: Mapping[str, Answer],
    after: Mapping[str, Answer],
    record: Mapping[str, Answer],
) -> list[str]:
    was, now = (hear(protocol, answers, record).states for answers in (before, after))
    states = zip(protocol.questions, was, now, strict=True)
    comes, goes = [], []
    for question, old, new in states:
        if old is State.NOT_APPLICABLE and new is not State.NOT_APPLICABLE:
            comes.append(question.ask)
        elif new is State.NOT_APPLICABLE and old is not State.NOT_APPLICABLE:
            goes.append(question.ask)
    said = [f"now applies: {' '.join(comes)}"] if comes else []
    return said + ([f"no longer applies: {' '.join(goes)}"] if goes else [])
