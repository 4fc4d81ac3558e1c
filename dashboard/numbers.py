"""Each telephone number of a case, with whether it is safe (S17): to stand beside it wherever it is shown."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from records import contact_points
from records.contact_points import WAYS, ContactPoint
from records.model import Call, CallBack, Case

SAID = {"yes": "✓ yes", "no": "✕ no", "not_known": "? not known"}
NEVER_ASKED = "? not known to be safe"


def safe_of_case(
    session: Session, case: Case, calls: Sequence[Call], call_backs: Sequence[CallBack]
) -> Mapping[str, str]:
    """By number, as it is kept. One that nobody has asked about is not known to be safe, which is never "safe"."""
    numbers = {call.number for call in calls if call.number}
    numbers |= {way for row in call_backs for way in row.ways if way.startswith("+")}
    asked = contact_points.of_numbers(session, case.place, numbers)
    return {number: in_words(asked.get(number)) for number in numbers}


def in_words(point: ContactPoint | None) -> str:
    """Pure."""
    if point is None:
        return NEVER_ASKED
    return "safe " + ", ".join(f"{words}: {SAID[getattr(point, way).value]}" for way, words in WAYS.items())
