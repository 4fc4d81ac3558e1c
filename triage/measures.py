"""What is counted of the protocols' use over a span of days: how often each rule fired, what nobody could answer, what
was raised or lowered by hand, how long each question took.

Nothing is kept for it: finished assessments are replayed on the exact version that they were taken with, and times
follow from the answers. Counts alone; a sealed case counts and is not shown (S18).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from sqlmodel import Session, col, select

from hub.actors import HUB
from hub.errors import NotFound
from protocols.engine import assess
from protocols.loader import Library, ProtocolError
from protocols.measures import counts
from protocols.model import UNKNOWN, House, TriageProtocol
from records.lifecycles import AssessmentState
from records.model import Assessment, Timeline
from triage.model import Answered
from triage.versions import exact, record_of

MOST = 2000
"""Assessments that are counted at once, the newest of the span."""
ASKED_AT_LEAST, UNANSWERABLE = 5, 1 / 3
"""A question that so many could not answer stands out, once it was asked so often. [LOCAL]"""
PAUSE_S = 600
"""So long between two answers is a call that was parked or left, not a question that took long. [LOCAL]"""


@dataclass
class OfQuestion:
    """`asked` counts the assessments that have an answer, known or not; `seconds` are from one answer to the next."""

    id: str
    ask: str
    asked: int = 0
    unknown: int = 0
    seconds: list[float] = field(default_factory=list)
    counts_unknown: bool = True

    @property
    def share(self) -> float:
        return self.unknown / self.asked if self.asked else 0.0

    @property
    def stands_out(self) -> bool:
        return self.counts_unknown and self.asked >= ASKED_AT_LEAST and self.share >= UNANSWERABLE

    @property
    def median_s(self) -> float | None:
        return median(self.seconds) if self.seconds else None


@dataclass
class OfRule:
    """One rule (or what else brought a disposition): how often it fired, and what was then changed by hand."""

    disposition: str
    rule: str
    fired: int = 0
    raised: int = 0
    lowered: int = 0


@dataclass
class OfVersion:
    """One version of a protocol, as it was used in the span. `came_to` is by title, the most urgent first."""

    protocol: TriageProtocol
    house: House
    begun: int = 0
    finished: int = 0
    broken_off: int = 0
    came_to: Counter[str] = field(default_factory=Counter)
    rules: dict[tuple[str, str], OfRule] = field(default_factory=dict)
    questions: dict[str, OfQuestion] = field(default_factory=dict)

    @property
    def stands_out(self) -> list[OfQuestion]:
        """The questions that hardly anybody can answer, the worst first."""
        found = [one for one in self.questions.values() if one.stands_out]
        return sorted(found, key=lambda one: -one.share)


@dataclass(frozen=True)
class Use:
    """What was counted; `whole` is no where there were more assessments in the span than are counted at once.

    `unread` are the assessments whose protocol or house cannot be read any more: said, and not counted.
    """

    versions: Sequence[OfVersion]
    whole: bool
    unread: int = 0


def use_of(session: Session, library: Library, place: str, since: datetime, until: datetime) -> Use:
    """Of every protocol and version, by the assessments begun in the span; the one used most comes first."""
    in_span = (
        Assessment.place == place,
        col(Assessment.opened_at) >= since,
        col(Assessment.opened_at) < until,
    )
    newest_first = col(Assessment.opened_at).desc()
    taken = list(session.exec(select(Assessment).where(*in_span).order_by(newest_first).limit(MOST + 1)))
    whole, taken = len(taken) <= MOST, taken[:MOST]
    first = taken[-1].opened_at if taken else until
    versions: dict[tuple[str, str], OfVersion | None] = {}
    of: dict[int, OfVersion] = {}
    fired: dict[int, list[OfRule]] = {}
    for assessment in taken:
        key = (assessment.protocol_sha256, assessment.house_sha256)
        if key not in versions:
            versions[key] = _opened(session, library, assessment)
        version = versions[key]
        if version is not None:
            of[assessment.key] = version
            fired[assessment.key] = _count(version, assessment)
    _time(of, {row.key: row.opened_at for row in taken}, _answers(session, place, first, until))
    _override([row for row in taken if row.key in of], fired, _by_hand(session, place, first, until))
    read = [version for version in versions.values() if version is not None]
    return Use(sorted(read, key=lambda one: -one.begun), whole, len(taken) - len(of))


def _opened(session: Session, library: Library, assessment: Assessment) -> OfVersion | None:
    """Everything that could be counted, at nothing: what never came of it is worth knowing too."""
    try:
        protocol, house = exact(session, library, assessment)
    except (NotFound, ProtocolError):
        return None
    found = OfVersion(protocol, house)
    for disposition in protocol.dispositions:
        found.came_to[disposition.title] = 0
        for rule in disposition.rules:
            found.rules[disposition.id, rule.rule] = OfRule(disposition.title, rule.rule.replace("_", " "))
    for question in protocol.questions:
        agreed = counts(protocol.measures, "unknowns", question.id)
        found.questions[question.id] = OfQuestion(question.id, question.ask, counts_unknown=agreed)
    return found


def _count(version: OfVersion, assessment: Assessment) -> list[OfRule]:
    """One assessment's answers and, once it is finished, what came of it; returns the rules that brought that."""
    version.begun += 1
    version.broken_off += assessment.state is AssessmentState.broken_off
    for question, answer in assessment.answers.items():
        version.questions[question].asked += 1
        version.questions[question].unknown += answer == UNKNOWN
    if assessment.finished_at is None or assessment.state is AssessmentState.broken_off:
        return []
    version.finished += 1
    verdict = assess(version.protocol, version.house, assessment.answers, record_of(assessment))
    version.came_to[verdict.disposition.title] += 1
    brought: list[OfRule] = []
    for fired in verdict.fired:
        for name in fired.rules:
            new = OfRule(fired.disposition.title, name.replace("_", " "))
            rule = version.rules.setdefault((fired.disposition.id, name), new)
            rule.fired += 1
            if fired.disposition is verdict.disposition:
                brought.append(rule)
    return brought


def _answers(
    session: Session, place: str, since: datetime, until: datetime
) -> Iterable[tuple[int, str, datetime]]:
    """Every answer of those assessments, in the order in which they were given."""
    found = (
        select(Answered.assessment_id, Answered.question, Answered.at)
        .join(Assessment, col(Assessment.id) == col(Answered.assessment_id))
        .where(Assessment.place == place)
        .where(col(Assessment.opened_at) >= since, col(Assessment.opened_at) < until)
        .order_by(col(Answered.assessment_id), col(Answered.id))
    )
    return session.exec(found)


def _time(
    of: dict[int, OfVersion], began: dict[int, datetime], answers: Iterable[tuple[int, str, datetime]]
) -> None:
    """The first answer to each question, from the answer before it (or the beginning)."""
    seen: dict[int, set[str]] = defaultdict(set)
    before = dict(began)
    for assessment, question, at in answers:
        if assessment not in of:
            continue
        took_s = (at - before[assessment]).total_seconds()
        before[assessment] = at
        if question not in seen[assessment] and took_s <= PAUSE_S:
            of[assessment].questions[question].seconds.append(took_s)
        seen[assessment].add(question)


def _by_hand(
    session: Session, place: str, since: datetime, until: datetime
) -> Iterable[tuple[int, datetime, str]]:
    """Raised and lowered by somebody, not by the hub, on the cases of those assessments."""
    cases = (
        select(Assessment.case_id)
        .where(Assessment.place == place)
        .where(col(Assessment.opened_at) >= since, col(Assessment.opened_at) < until)
    )
    found = (
        select(Timeline.case_id, Timeline.at, Timeline.event)
        .where(col(Timeline.case_id).in_(cases), col(Timeline.event).in_(("raised", "lowered")))
        .where(Timeline.actor != HUB.ref)
    )
    return session.exec(found)


def _override(
    taken: Sequence[Assessment], fired: dict[int, list[OfRule]], by_hand: Iterable[tuple[int, datetime, str]]
) -> None:
    """Each counts for the rules of the newest assessment of the case that was finished by then."""
    of_case: dict[int, list[Assessment]] = defaultdict(list)
    for assessment in taken:  # the newest first
        of_case[assessment.case_id].append(assessment)
    for case_id, at, event in by_hand:
        for assessment in of_case[case_id]:
            if assessment.finished_at is not None and assessment.finished_at <= at:
                for rule in fired[assessment.key]:
                    rule.raised += event == "raised"
                    rule.lowered += event == "lowered"
                break
