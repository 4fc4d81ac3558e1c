"""Assessments: a protocol's questions are begun, answered, and become a disposition."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from dashboard.v1.operations import Answer, Operations, Work
from hub.bodies import Body, Number
from hub.gate import hub_of
from hub.tokens import Scope
from protocols.exchange.names import base_of
from records.lifecycles import AssessmentState
from records.model import Assessment
from records.store import case, row
from triage import front, service, view
from triage.api import QuestionId, Said
from triage.explained import explained
from triage.facts import reason
from triage.response import as_response
from triage.typed_bodies import EntryId, SeenId

assessments = Operations("Assessments")


class Begin(Body):
    """Without a protocol: the first questions of every call, or those of an alarm; from there it goes on by itself."""

    protocol: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")] | None = None


class Give(Body):
    """`answer` null takes it back, "unknown" says that they do not know. `after`: the entry that you saw there, so that
    somebody else's answer is not replaced unseen."""

    question: QuestionId
    answer: Said
    id: EntryId | None = None
    after: SeenId | None = None


class Commit(Body):
    """Where it comes to 999: who dials, the caller on the line or the hub."""

    dialled_by: Literal["caller", "hub"] = "hub"


class ChoiceSeen(Answer):
    value: str
    title: str


class QuestionSeen(Answer):
    id: str
    ask: str
    say: str
    kind: str
    choices: list[ChoiceSeen]
    unit: str
    low: float | None
    high: float | None
    unknown_means: str


class GivenSeen(Answer):
    question: str
    ask: str
    words: str
    unknown: bool


class FlagSeen(Answer):
    title: str
    words: list[str]
    certain: bool


class WantedSeen(Answer):
    title: str
    label: str


class WaySeen(Answer):
    protocol: str
    title: str


class SparedSeen(Answer):
    question: str
    ask: str
    because: str


class WouldSeen(Answer):
    priority: str
    title: str
    changes: list[str]


class AssessmentExplained(Answer):
    """Why it came to this, on the texts that it was taken with, and what would have changed it."""

    assessment: int
    protocol: str
    version: str
    protocol_sha256: str
    house_sha256: str
    disposition: str
    title: str
    priority: str
    is_final: bool
    rules: list[str] = Field(description="what brought it: rules by name, a red flag, a limit")
    because: list[str] = Field(description="the answers that those needed, and no others")
    also: list[str] = Field(description="what stands beside it")
    would: list[WouldSeen] = Field(description="what one other answer would make of it")
    by_two: list[WouldSeen] = Field(description="what two would, where they were asked for")
    remaining: int
    not_needed: list[SparedSeen]


class AssessmentInFhir(Answer):
    """A FHIR R4 QuestionnaireResponse; docs/protocols.md says how it is made."""

    model_config = ConfigDict(extra="allow")
    resourceType: Literal["QuestionnaireResponse"]  # noqa: N815 - FHIR's own word


class AssessmentSeen(Answer):
    """What the answers so far come to; while it is `provisional` the next answer may change it."""

    assessment: int
    case: int
    state: AssessmentState
    protocol: str
    version: str
    asked: QuestionSeen | None = Field(description="the question to ask now")
    answered: list[GivenSeen]
    finished: bool
    provisional: bool
    disposition: str
    response: str
    priority: str
    label: str
    is_999: bool
    due_at: datetime | None
    rules: list[str] = Field(description="what brought it: rules by name, a red flag, a limit")
    because: list[str]
    remaining: int = Field(description="so many questions may still come, at most")
    not_needed: list[SparedSeen] = Field(
        description="these cannot change anything any more; they may be asked"
    )
    ways: list[WaySeen] = Field(
        description="the first questions lead to several protocols: begin one of them"
    )
    flags: list[FlagSeen]
    takes_over: list[FlagSeen] = Field(description="say and do this first, before any other question")
    advice: list[str]
    wanted: list[WantedSeen]


@assessments.does("/cases/{case_id}/assessments", Scope.calls_write, creates=True)
def begin_assessment(work: Work, case_id: Number, body: Begin) -> AssessmentSeen:
    """Begin a protocol on a case, or go on with it. What the first minute answered is not asked again."""
    found = case(work.session, work.place, case_id)
    begun = front.begin(work.session, work.library, found.key, body.protocol, work.now, work.actor)
    return _seen(work, begun)


@assessments.reads("/assessments/{assessment_id}", Scope.cases_read)
def read_assessment(work: Work, assessment_id: Number) -> AssessmentSeen:
    """What an assessment comes to so far, and what to ask next."""
    found = row(work.session, Assessment, assessment_id, work.place)
    work.looks_at("case_opened", found.case_id)
    return _seen(work, found)


@assessments.reads("/assessments/{assessment_id}/explanation", Scope.cases_read)
def explain_assessment(work: Work, assessment_id: Number, of_two: bool = False) -> AssessmentExplained:
    """Why an assessment came to what it did. `of_two`: also what two other answers together would have made of it."""
    found = row(work.session, Assessment, assessment_id, work.place)
    case(work.session, work.place, found.case_id)
    work.looks_at("explanation_opened", found.case_id)
    why = explained(work.session, work.library, found, of_two=of_two)
    said = {"assessment": found.key, "because": [reason(leaf, found.facts) for leaf in why.because]}
    spared = [
        SparedSeen(question=one.question.id, ask=one.question.ask, because=one.because)
        for one in why.not_needed
    ]
    return AssessmentExplained.model_validate(
        {**vars(why), **said, "not_needed": spared}, from_attributes=True
    )


@assessments.reads("/assessments/{assessment_id}/questionnaire-response", Scope.cases_read)
def read_questionnaire_response(work: Work, assessment_id: Number) -> AssessmentInFhir:
    """The answers as a FHIR QuestionnaireResponse. The case stands there by its reference; nothing else of
    the person, and nobody's name."""
    found = row(work.session, Assessment, assessment_id, work.place)
    about = case(work.session, work.place, found.case_id)
    work.looks_at("case_opened", found.case_id)
    base = base_of(hub_of(work.request).settings.public_url)
    return AssessmentInFhir.model_validate(as_response(work.session, work.library, found, about, base))


@assessments.does("/assessments/{assessment_id}/answers", Scope.calls_write)
def give_answer(work: Work, assessment_id: Number, body: Give) -> AssessmentSeen:
    """Give, change or take back an answer. Every one is kept; what is not known counts as the worst it could be. Where
    the first questions are done, what comes back is the assessment that they go on with."""
    found = row(work.session, Assessment, assessment_id, work.place)
    onward = front.answer(
        work.session,
        work.library,
        found,
        body.question,
        body.answer,
        work.now,
        work.actor,
        body.id,
        body.after,
    )
    work.session.flush()
    return _seen(work, onward)


@assessments.does("/assessments/{assessment_id}/disposition", Scope.calls_write)
def commit_disposition(work: Work, assessment_id: Number, body: Commit) -> AssessmentSeen:
    """Finish: what the answers come to is put to work, and whoever is to go is asked at once."""
    found = row(work.session, Assessment, assessment_id, work.place)
    service.dispose(work.session, work.library, found, work.now, work.actor, body.dialled_by)
    work.session.flush()
    return _seen(work, found)


def _seen(work: Work, assessment: Assessment) -> AssessmentSeen:
    about = case(work.session, work.place, assessment.case_id)
    seen = view.view_of(work.session, work.library, assessment, about)
    return AssessmentSeen.model_validate({**vars(seen), "case": about.key}, from_attributes=True)
