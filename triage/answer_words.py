"""An answer in words, as the screen and the timeline say it. Pure."""

from protocols.answers import is_plausible
from protocols.model import UNKNOWN, Answer, Question


def said_as(question: Question, answer: Answer | None) -> str:
    """`412 /min, cannot be true: counts as the worst`; `not known`; the title of a choice."""
    if answer is None:
        return "taken back"
    if answer == UNKNOWN:
        return "not known"
    if question.kind == "number":
        said = f"{answer} {question.unit or ''}".strip()
        return said if is_plausible(question, answer) else f"{said}, cannot be true: counts as the worst"
    word = str(answer)
    return question.title_of(word).lower()
