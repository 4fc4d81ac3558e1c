"""How a case ended, said in one word from its panel: only where nothing more than the word has to be asked."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from records.model import Case, HandOver, Outcome
from records.rules import Welfare
from records.service import record_outcome, set_priority, write_line
from records.store import rows_of

BY_THEIR_OWN_WAY = {
    Outcome.advice: "each sentence of the advice is ticked as said",
    Outcome.declined: "who refuses, and whether they can decide, is asked (S21)",
    Outcome.died: "everything queued for them is stopped, and what must now be done is listed (S28)",
    Outcome.referred: "the other service has to confirm (S30)",
    Outcome.duplicate: "the reference of the other case is asked",
    Outcome.wrong_number: "it is looked whether anything has begun",
}
"""These ask for more than a word; each has its own button."""
IN_A_WORD = tuple(outcome for outcome in Outcome if outcome not in BY_THEIR_OWN_WAY)


def say(session: Session, case: Case, outcome: Outcome, words: str, now: datetime, actor: Actor) -> None:
    """Raises `Refused` where this outcome has a way of its own, or is not true yet."""
    if (why := BY_THEIR_OWN_WAY.get(outcome)) is not None:
        name = outcome.replace("_", " ")
        raise Refused(f"“{name.capitalize()}” has a button of its own, because {why}. Use that one.")
    if outcome is Outcome.handed_over and not _is_confirmed(session, case):
        raise Refused("No other service has confirmed a hand-over yet. Type their reference first (S30).")
    if outcome is Outcome.cancelled and not words.strip():
        raise Refused("Say who cancelled it and why. If they do not want help, use “Declined”.")
    record_outcome(session, case, outcome, words, now, actor)


def is_open_again(session: Session, case: Case, welfare: Welfare, now: datetime, actor: Actor) -> None:
    """They are asked about again: what was said of the end holds no longer, and the old clock runs (S1)."""
    if case.outcome is None:
        return
    name = case.outcome.replace("_", " ")
    case.outcome = case.outcome_words = None
    session.add(case)
    write_line(session, case.key, now, actor, "open_again", f"Asked about again: “{name}” holds no longer.")
    if case.priority is not None:
        set_priority(session, case, case.priority, case.target_min, welfare, now)


def _is_confirmed(session: Session, case: Case) -> bool:
    return any(row.state == "confirmed" for row in rows_of(session, HandOver, case.key))
