"""The exact texts that an assessment was begun with, whatever has been published since, and what they make of it."""

from collections.abc import Mapping

from sqlmodel import Session

from hub.errors import NotFound
from protocols.engine import assess
from protocols.loader import Library, parse_house, parse_triage
from protocols.model import Answer, House, TriageProtocol
from protocols.verdict import Verdict
from records.model import Assessment
from triage import store


def exact(session: Session, library: Library, assessment: Assessment) -> tuple[TriageProtocol, House]:
    """The protocol and the house as they were when the assessment began, whatever has been published since."""
    house = library.house
    if assessment.house_sha256 != house.sha256:
        house = parse_house(_kept(session, assessment.house_sha256), "house")
    newest = library.triage.get(assessment.protocol)
    if newest is not None and newest.sha256 == assessment.protocol_sha256 and house is library.house:
        return newest, house
    return parse_triage(_kept(session, assessment.protocol_sha256), assessment.protocol, house), house


def _kept(session: Session, sha256: str) -> str:
    kept = store.text_of(session, sha256)
    if kept is None:
        raise NotFound("The text of this protocol is missing. Tell the clinical safety lead.")
    return kept.text


def so_far(
    session: Session, library: Library, assessment: Assessment
) -> tuple[TriageProtocol, House, Verdict]:
    protocol, house = exact(session, library, assessment)
    return protocol, house, assess(protocol, house, assessment.answers, record_of(assessment))


def record_of(assessment: Assessment) -> Mapping[str, Answer]:
    """S8: the facts that were taken up for it, by question; kept with it, so that it can be run again. Pure."""
    return {question: fact["answer"] for question, fact in (assessment.facts or {}).items()}
