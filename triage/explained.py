"""An assessment explained on the texts that it was taken with, whatever has been published since."""

from sqlmodel import Session

from protocols.explanation import Explanation, explain
from protocols.loader import Library
from records.model import Assessment
from triage.versions import exact, record_of


def explained(
    session: Session, library: Library, assessment: Assessment, *, of_two: bool = False
) -> Explanation:
    """`of_two`: also what two other answers together would do."""
    protocol, house = exact(session, library, assessment)
    return explain(protocol, house, assessment.answers, record_of(assessment), of_two=of_two)
