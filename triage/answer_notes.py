"""A note on one answer: what they said in their own words, kept with the question and shown beside it."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from protocols.loader import Library
from records.model import Assessment
from records.service import take, write_line
from triage import store
from triage.model import AnswerNote
from triage.versions import exact


def keep(
    session: Session,
    library: Library,
    assessment: Assessment,
    question_id: str,
    words: str,
    now: datetime,
    actor: Actor,
    entry: str | None = None,
) -> None:
    """Keep it; an `entry` that is here already was sent twice. A note changes no answer, so it may come at any time."""
    said = words.strip()[:400]
    if not said:
        raise Refused("Type the note first.")
    question = exact(session, library, assessment)[0].by_id.get(question_id)
    if question is None:
        raise Refused("This protocol does not ask that. Load the page again.")
    take(session, assessment.case_id, now)
    if entry is not None and store.has_noted(session, entry):
        return
    session.add(
        AnswerNote(
            place=assessment.place,
            entry=entry,
            assessment_id=assessment.key,
            question=question_id,
            words=said,
            by=actor.name,
            at=now,
        )
    )
    write_line(session, assessment.case_id, now, actor, "note", f"On “{question.ask}”: {said}"[:400])
