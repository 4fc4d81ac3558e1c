"""What a machine reads of a case."""

from datetime import date, datetime

from pydantic import Field

from dashboard.case_visits import STEPS
from dashboard.v1.operations import Answer, Work
from dispatch import sealed_texts
from dispatch import store as dispatch
from records import sealed_items, store
from records.lifecycles import Word, after
from records.model import (
    Assessment,
    Call,
    CallBack,
    CallBackKind,
    CaseState,
    HandOver,
    Hold,
    Outcome,
    Position,
    Task,
    TaskKind,
)
from records.owed_row import OwedRow
from records.service import still_in_the_way

MOST = 100
NEVER_SHOWN = frozenset({"safeguarding"})
"""S18: lines of the timeline that are silently absent from what leaves the hub."""


class CaseLine(Answer):
    """A case without anything that says who the person is."""

    id: int
    ref: str
    version: int
    state: CaseState
    word: Word
    outcome: Outcome | None
    priority: str | None
    need: str | None
    outward: str = Field(description="the first half of the postcode")
    clock_start: datetime
    clock_stop: datetime | None
    breach_at: datetime | None
    next_due_at: datetime | None
    next_due_what: str | None


class PersonSeen(Answer):
    person_name: str
    nhs_number: str | None
    born: date | None
    address: str
    home_address: str | None
    postcode: str | None
    access_words: str
    talk_words: str
    need_words: str


class CallSeen(Answer):
    id: int
    state: str
    number: str | None
    caller_name: str
    caller_relation: str
    opened_at: datetime
    ended_at: datetime | None


class AssessmentLine(Answer):
    id: int
    state: str
    protocol: str
    protocol_version: str
    disposition_title: str
    priority: str | None


class PositionSeen(Answer):
    id: int
    kind: str
    title: str
    state: str
    priority: str
    due_at: datetime
    stops_clock: bool
    held_for_999: bool
    responder_name: str
    is_next: bool = Field(description="accepted, and begins when the visit before it is over")
    travel_min: int | None
    forecast_at: datetime | None
    accepted_at: datetime | None
    set_off_at: datetime | None
    arrived_at: datetime | None
    care_began_at: datetime | None
    done_at: datetime | None
    steps: list[str] = Field(default=[], description="what can be recorded now")


class OfferSeen(Answer):
    id: int
    code: str
    position_id: int
    state: str
    given_back: bool
    sent_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    reasons: list[str]
    responder: str = ""


class CallBackSeen(Answer):
    id: int
    kind: CallBackKind
    state: str
    who: str
    why: str


class HandOverSeen(Answer):
    id: int
    to: str
    state: str
    dialled_by: str
    why: str
    reference: str | None


class HoldSeen(Answer):
    id: int
    state: str
    until: datetime
    why: str


class TaskSeen(Answer):
    id: int
    kind: TaskKind
    state: str
    words: str
    message_id: int | None


class MessageSeen(Answer):
    id: int
    direction: str
    at: datetime
    body: str
    status: str
    read_as: str | None


class LineSeen(Answer):
    at: datetime
    actor_name: str
    event: str
    words: str


class CaseSeen(Answer):
    case: CaseLine
    person: PersonSeen
    responsible: str | None
    in_the_way: str = Field(description="what the case still owes, in a sentence")
    calls: list[CallSeen]
    assessments: list[AssessmentLine]
    positions: list[PositionSeen]
    offers: list[OfferSeen]
    call_backs: list[CallBackSeen]
    hand_overs: list[HandOverSeen]
    holds: list[HoldSeen]
    tasks: list[TaskSeen]
    messages: list[MessageSeen]
    timeline: list[LineSeen] = Field(description="the newest first")


def case_seen(work: Work, case_id: int, lines: int) -> CaseSeen:
    """Of each kind of row the newest hundred. Raises `NotFound`."""
    session = work.session
    case = store.case(session, work.place, case_id)

    def rows(kind: type[OwedRow], shown: type[Answer]) -> list[Answer]:
        return [shown.model_validate(one) for one in store.rows_of(session, kind, case_id)[-MOST:]]

    offers = dispatch.offers_of_case(session, case_id)[-MOST:]
    timeline = sealed_items.timeline(session, case, lines)
    return CaseSeen.model_validate(
        {
            "case": case,
            "person": case,
            "responsible": case.responsible_name,
            "in_the_way": still_in_the_way(session, case) if case.state is CaseState.open else "",
            "calls": rows(Call, CallSeen),
            "assessments": rows(Assessment, AssessmentLine),
            "positions": [_position(one) for one in store.rows_of(session, Position, case_id)[-MOST:]],
            "offers": [_offer(offer, who.short_name) for offer, who in offers],
            "call_backs": rows(CallBack, CallBackSeen),
            "hand_overs": rows(HandOver, HandOverSeen),
            "holds": rows(Hold, HoldSeen),
            "tasks": rows(Task, TaskSeen),
            "messages": sealed_texts.of_case(session, case, MOST),
            "timeline": [line for line in timeline if line.event not in NEVER_SHOWN],
        },
        from_attributes=True,
    )


def _position(row: Position) -> PositionSeen:
    seen = PositionSeen.model_validate(row)
    seen.steps = [event for event, _ in STEPS if after(row.owed, row.state, event)]
    return seen


def _offer(offer: object, who: str) -> OfferSeen:
    seen = OfferSeen.model_validate(offer)
    seen.responder = who
    return seen
