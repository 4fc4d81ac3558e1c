"""What an assessment comes to, and what of it still has to be asked: on the texts that it was begun with."""

from sqlmodel import Session

from protocols import asking
from protocols.asking import Asking
from protocols.loader import Library
from records.model import Assessment
from triage.versions import exact, record_of


def so_far(session: Session, library: Library, assessment: Assessment) -> Asking:
    protocol, house = exact(session, library, assessment)
    return asking.ask(protocol, house, assessment.answers, record_of(assessment))
