"""S28: a death that is recorded on one case, or on the person's record, and another open case of theirs: stopped by one
press, or gone on with where it was somebody else."""

from sqlmodel import Session

from hub.errors import Refused
from records import deaths
from records.model import Case
from records.service import take
from triage.endings import Ending


def stop_here_too(session: Session, case: Case, by: Ending) -> None:
    """Everything of this case stops, whoever is on the way too. What must be done after the death stands on the case
    where it was recorded. Raises `Refused` where it is said nowhere."""
    elsewhere = deaths.said_elsewhere(session, case)
    if not elsewhere:
        raise Refused(
            "Neither their record nor another case says that this person has died. Use “They have died” and say "
            "who told us."
        )
    case = take(session, case.key, by.now)
    by.stand_down(session, case.key, by.now, by.actor, "Not needed any more.")
    words = f"The same person as in {elsewhere}."
    deaths.record(session, case, words, (), by.now, by.actor)


def somebody_else(session: Session, case: Case, words: str, by: Ending) -> None:
    """It goes on at once. Raises `Refused` without a word on how that is known."""
    if not words.strip():
        raise Refused("Say who it was, or how you know that this person lives.")
    case = take(session, case.key, by.now)
    deaths.was_somebody_else(session, case, words.strip(), by.now, by.actor)
