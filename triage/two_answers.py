"""Two people answer one question of a call: the more urgent counts until somebody chooses, and neither is lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.actors import Actor
from protocols.model import Question, TriageProtocol
from records.model import Assessment
from records.service import write_line
from triage import store
from triage.answer_words import said_as
from triage.model import Answered
from triage.screen import Differ, OneOfTwo


def standing(
    session: Session, assessment: Assessment, question: str, value: Any, after: str | None
) -> Answered | None:
    """The answer that stands there although the page saw another; None where there is none, or it says the same. Asks
    the database only where an answer is changed."""
    if after is None or assessment.answers.get(question, value) == value:
        return None
    newest = _newest(store.answered(session, assessment.key)).get(question)
    return newest if newest is not None and (newest.entry or "") != after else None


def both(
    session: Session,
    assessment: Assessment,
    question: Question,
    other: Answered,
    value: Any,
    entry: str | None,
    now: datetime,
    actor: Actor,
    *,
    raises: bool,
) -> None:
    """Keep the new answer, standing where it `raises` the urgency (then the older is kept aside again), else aside."""
    mine, theirs = said_as(question, value), said_as(question, other.answer)
    line = f"{question.ask} {other.by} answered {theirs}, {actor.name} {mine}; the more urgent counts."
    write_line(session, assessment.case_id, now, actor, "differ", line[:400])
    told: dict[str, Any] = {
        "place": assessment.place,
        "assessment_id": assessment.key,
        "question": other.question,
    }
    session.add(
        Answered(**told, entry=entry, answer=value, by=actor.name, at=now, aside=None if raises else True)
    )
    session.flush()
    if raises:
        session.add(Answered(**told, answer=other.answer, by=other.by, at=other.at, aside=True))


def heads(kept: Sequence[Answered]) -> dict[str, str]:
    """Which entry stands for each question."""
    return {question: row.entry or "" for question, row in _newest(kept).items()}


def differ(protocol: TriageProtocol, kept: Sequence[Answered]) -> tuple[Differ, ...]:
    """Each question for which an answer was set aside after the one that stands."""
    stands = _newest(kept)
    aside = {row.question: row for row in kept if row.aside}
    return tuple(
        Differ(
            question=name,
            ask=protocol.by_id[name].ask,
            head=stands[name].entry or "",
            stands=_one(protocol.by_id[name], stands[name]),
            other=_one(protocol.by_id[name], row),
        )
        for name, row in aside.items()
        if name in protocol.by_id and name in stands and (row.id or 0) > (stands[name].id or 0)
    )


def _one(question: Question, row: Answered) -> OneOfTwo:
    said = "taken back" if row.answer is None else said_as(question, row.answer)
    return OneOfTwo(said, row.answer, row.by, row.at)


def _newest(kept: Sequence[Answered]) -> dict[str, Answered]:
    return {row.question: row for row in kept if not row.aside}
