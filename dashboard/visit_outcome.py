"""What was done at a visit, as pages show it: to whoever went there, and in the case's panel."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from dispatch import visit_notes
from dispatch.visit_notes import IN_WORDS, VisitNote
from records.lifecycles import PositionState
from records.model import Case, Outcome, Position, Task, TaskKind
from records.store import rows_of

CHOICES = [(what.value, words) for what, words in IN_WORDS.items()]


@dataclass(frozen=True)
class NoteOf:
    """A visit that is done, and what was written down of it."""

    row: Position
    note: VisitNote | None
    said: str


@dataclass(frozen=True)
class Notes:
    """`proposed`: how the case ended by what its visits say, in a word and in words; None where more must be asked."""

    visits: list[NoteOf]
    choices: list[tuple[str, str]]
    proposed: str | None
    words: str
    refused: bool


def notes_of(session: Session, case: Case, positions: list[Position]) -> Notes:
    written = visit_notes.of_case(session, case.key)
    done = [row for row in positions if row.state is PositionState.done]
    visits = [NoteOf(row, written.get(row.key), _said(written.get(row.key))) for row in done]
    notes = [one.note for one in visits if one.note is not None]
    is_over = not any(row.state in visit_notes.STILL_GOING for row in positions)
    proposed = visit_notes.proposes(notes) if is_over and case.outcome is None else None
    return Notes(
        visits=visits,
        choices=CHOICES,
        proposed=proposed.value if proposed else None,
        words=" ".join(f"{one.row.responder_name}: {one.said}" for one in visits if one.note)[:1000],
        refused=any(note.what is visit_notes.Done.refused for note in notes),
    )


def _said(note: VisitNote | None) -> str:
    return f"{IN_WORDS[note.what]}. {note.words}".strip() if note else ""


def asked_of(session: Session, case: Case, position: Position) -> dict[str, Any]:
    """For whoever went there: nothing of the person, and after a death what must be done now (S28)."""
    note = visit_notes.newest_of(session, position.key)
    died = case.outcome is Outcome.died
    tasks = rows_of(session, Task, case.key, live=True) if died else []
    return {
        "choices": CHOICES,
        "said": IN_WORDS[note.what] if note else "",
        "asks": position.state is PositionState.done and not died,
        "died": died,
        "to_do": [task.words for task in tasks if task.kind is TaskKind.after_death],
    }
