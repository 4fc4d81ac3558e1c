"""A case that another service has referred: who sent it hears what becomes of it."""

from datetime import datetime

from sqlmodel import Session

from hub import outbox
from hub.outbox import Effect, Queue
from records.lifecycles import Word
from records.model import Case

TOLD = frozenset({Word.accepted, Word.travelling, Word.at_door, Word.with_person, Word.closed})
"""What the board says of a case when its sender has something to hear."""


def moved(session: Session, case: Case, before: Word, now: datetime) -> None:
    """Another room knows what to tell them, in a transaction of its own. Of a case that rang in nothing is done."""
    if case.referred_by is None or case.word is before or case.word not in TOLD:
        return
    effect = Effect(
        place=case.place,
        case_id=case.key,
        queue=Queue.records,
        kind="referral_moved",
        payload={"case": case.key},
        outlives_case=True,
        created_at=now,
    )
    outbox.append(session, effect)
