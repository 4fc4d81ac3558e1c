"""The case and everything that a case can owe. Each owed row has a small life of its own (`lifecycles.py`)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, false
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_live, one_of, where_live
from records.lifecycles import (
    AssessmentState,
    CallBackState,
    CallState,
    HandOverState,
    HoldState,
    Owed,
    PositionState,
    TaskState,
    Word,
)
from records.owed_row import CaseRow, OwedRow, of_case


class Outcome(StrEnum):
    """How a case ended; closing needs one."""

    advice = "advice"
    visited = "visited"
    referred = "referred"
    handed_over = "handed_over"
    declined = "declined"
    died = "died"
    cancelled = "cancelled"
    duplicate = "duplicate"
    wrong_number = "wrong_number"


SEALED = "sealed"


class CaseState(StrEnum):
    open = "open"
    closed = "closed"


class ResponsibleAs(StrEnum):
    """S29: how somebody came to answer for a case: being on duty, by saying yes, or because no clinician is there."""

    duty = "duty"
    accepted = "accepted"
    manager = "manager"


class Case(SQLModel, table=True):
    """The work about one person and one need. `version` goes up with every transaction about it."""

    __tablename__ = "case_"
    __table_args__ = (
        where_live("case_open", "place", "next_due_at", where="state = 'open'"),
        where_live("case_open_ref", "place", "ref", where="state = 'open'"),
        where_live("case_sealed", "place", "id", where=SEALED),
        where_live("case_responsible", "place", "responsible_id", where="state = 'open'"),
        Index("case_ref", "place", "ref"),
        Index("case_nhs_number", "place", "nhs_number"),
        Index("case_born", "place", "born"),
        Index("case_began", "place", "clock_start"),
        Index("case_postcode", "place", "postcode"),
        where_live("case_person", "person_id", where="person_id IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    ref: str = Field(max_length=12)
    version: int = 1
    state: CaseState = Field(default=CaseState.open, sa_type=one_of(CaseState))
    word: Word = Field(default=Word.taking_call, sa_type=one_of(Word))
    outcome: Outcome | None = Field(default=None, sa_type=one_of(Outcome))
    outcome_words: str | None = Field(default=None, max_length=1000)
    linked_case_id: int | None = None
    person_id: int | None = Field(default=None, description="S14: records/people/linking.py says who")

    clock_start: datetime = Field(description="S1: when the hub first heard of the need; never moves")
    clock_stop: datetime | None = Field(default=None, description="S2: when attended care began")
    priority: str | None = Field(default=None, max_length=40)
    target_min: int | None = None
    breach_at: datetime | None = None
    next_due_at: datetime | None = Field(default=None, description="S5: the next thing due of a human")
    next_due_what: str | None = Field(default=None, max_length=60)
    moved_at: datetime
    closed_at: datetime | None = None

    need: str | None = Field(default=None, max_length=20, description="from the closed list; fit for an SMS")
    need_words: str = Field(default="", max_length=2000)
    person_name: str = Field(default="", max_length=200)
    nhs_number: str | None = Field(default=None, max_length=10)
    born: date | None = None
    address: str = Field(default="", max_length=400, description="S15: where they are now, not their home")
    postcode: str | None = Field(default=None, max_length=8)
    access_words: str = Field(default="", max_length=400)
    talk_words: str = Field(default="", max_length=400, description="S16: how to talk with this person")
    home_address: str | None = Field(default=None, max_length=400, description="S15: where it is elsewhere")
    safeguarding: bool | None = Field(default=None, description="S17: marked by a handler")
    sealed: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="S18: records/sealing.py says why",
    )
    read_back: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True, description="S14")
    dependants: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    red_flags: list[str] | None = Field(default=None, sa_type=Json, nullable=True)

    responsible_id: int | None = Field(default=None, description="S29: who is clinically responsible")
    responsible_name: str | None = Field(default=None, max_length=80)
    responsible_since: datetime | None = None
    responsible_as: ResponsibleAs | None = Field(default=None, sa_type=one_of(ResponsibleAs))
    offered_to_id: int | None = Field(default=None, description="S29: asked to take it over, no answer yet")
    offered_to_name: str | None = Field(default=None, max_length=80)
    referred_by: str | None = Field(default=None, max_length=80, description="a referral, and who sent it")

    @property
    def outward(self) -> str:
        """The part of the postcode that may stand in an SMS: LS8."""
        return self.postcode.split(" ")[0] if self.postcode else ""

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


CALL_LIVE = "state IN ('ringing', 'on_line')"


class Call(OwedRow, table=True):
    """One contact by telephone. While it rings it has no case; answered or dropped, it has one."""

    owed = Owed.call
    __table_args__ = (
        where_live("call_live", "place", where=CALL_LIVE),
        Index("call_case", "case_id"),
        Index("call_number", "place", "number"),
        Index("call_sid", "carrier_sid", unique=True),
        Index("call_begun", "begun_as", unique=True),
    )
    case_id: int | None = Field(default=None, foreign_key="case_.id")
    state: CallState = Field(default=CallState.ringing, sa_type=one_of(CallState))
    carrier_sid: str | None = Field(default=None, max_length=40)
    begun_as: str | None = Field(default=None, max_length=36, description="the id that its page gave it")
    number: str | None = Field(default=None, max_length=20, description="E.164")
    by_us: bool = Field(default=False, description="the hub rang them: a call-back, a welfare call")
    caller_name: str = Field(default="", max_length=200)
    caller_relation: str = Field(default="", max_length=80)
    handler_id: int | None = None
    handler_name: str = Field(default="", max_length=80)
    answered_at: datetime | None = None
    heard_at: datetime | None = Field(
        default=None, description="when the hub heard of a call that was begun while it was away"
    )
    parked_at: datetime | None = Field(default=None, description="the caller waits on the line since then")
    ended_at: datetime | None = None
    first_minute: dict[str, str] | None = Field(
        default=None,
        sa_type=Json,
        nullable=True,
        description="S6: asked anew on each call; answers by question",
    )


class Assessment(CaseRow, table=True):
    """One run of a triage protocol on a case, on the exact version it was begun with."""

    owed = Owed.assessment
    __table_args__ = (
        *of_case(Owed.assessment, "'taking'"),
        one_live("assessment_one_live", "case_id", "protocol", where="state = 'taking'"),
        Index("assessment_opened", "place", "opened_at"),
    )
    state: AssessmentState = Field(default=AssessmentState.taking, sa_type=one_of(AssessmentState))
    protocol: str = Field(max_length=60)
    protocol_version: str = Field(max_length=20)
    protocol_sha256: str = Field(max_length=64)
    house_sha256: str = Field(max_length=64)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    taken_by: str = Field(max_length=80)
    facts: dict[str, Any] | None = Field(
        default=None, sa_type=Json, nullable=True, description="S8: by question"
    )
    finished_at: datetime | None = None
    disposition: str | None = Field(default=None, max_length=60)
    disposition_title: str = Field(default="", max_length=200)
    priority: str | None = Field(default=None, max_length=40)
    because: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)


class CallBackKind(StrEnum):
    call_back = "call_back"
    welfare = "welfare"


class CallBack(CaseRow, table=True):
    """Somebody must be rung. `ways` are the numbers and then the people to try, in order (S6)."""

    owed = Owed.call_back
    __tablename__ = "call_back"
    __table_args__ = of_case(Owed.call_back, "'due', 'failed'")
    state: CallBackState = Field(default=CallBackState.due, sa_type=one_of(CallBackState))
    kind: CallBackKind = Field(default=CallBackKind.call_back, sa_type=one_of(CallBackKind))
    who: str = Field(max_length=40, description="the role that rings: handler or hub_clinician")
    why: str = Field(max_length=300)
    way: int = 0
    ways: list[str] = Field(default_factory=list, sa_type=Json)


class Hold(CaseRow, table=True):
    """The case waits until a time, on purpose: overnight, or booked."""

    owed = Owed.hold
    __table_args__ = of_case(Owed.hold, "'held'")
    state: HoldState = Field(default=HoldState.held, sa_type=one_of(HoldState))
    until: datetime
    why: str = Field(max_length=300)


_TAKEN = "state IN ('accepted', 'en_route', 'at_door', 'with_person', 'no_access')"
ON_VISIT, AS_NEXT = f"{_TAKEN} AND NOT is_next", f"{_TAKEN} AND is_next"
TAKEN = f"({ON_VISIT} OR {AS_NEXT})"
"""Of a responder, in the words of the two indexes: in any other SQLite would read all the visits of their past."""
NOBODY_ASKED = "state = 'open'"
LIVE_POSITION = "'open', 'offered', 'accepted', 'en_route', 'at_door', 'with_person', 'no_access'"


class Position(CaseRow, table=True):
    """One pair of hands that the case needs. The database refuses a responder a second live one,
    and a second next."""

    owed = Owed.position
    __table_args__ = (
        *of_case(Owed.position, LIVE_POSITION),
        one_live("position_one_per_responder", "responder_id", where=ON_VISIT),
        one_live("position_one_next", "responder_id", where=AS_NEXT),
        where_live("position_nobody_asked", "place", "due_at", where=NOBODY_ASKED),
        Index("position_done", "responder_id", "done_at"),
    )
    state: PositionState = Field(default=PositionState.open, sa_type=one_of(PositionState))
    assessment_id: int | None = Field(default=None, foreign_key="assessment.id")
    kind: str = Field(max_length=40)
    title: str = Field(max_length=60)
    priority: str = Field(max_length=40)
    due_at: datetime
    stops_clock: bool
    ladder_began_at: datetime | None = Field(default=None, description="when the escalation protocol began")
    ladder_done_at: datetime | None = Field(default=None, description="its steps are done up to here")
    held_for_999: bool = Field(
        default=False, description="waits for a clinician's word: 999 is on its way (S11)"
    )
    with_999: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="may go before that word (S11)",
    )
    yielded_at: datetime | None = Field(default=None, description="left the only one free to a nearer breach")
    responder_id: int | None = None
    responder_name: str = Field(default="", max_length=80)
    is_next: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="accepted, and begins when the visit before it is over",
    )
    offered_to: str = Field(default="", max_length=200)
    travel_min: int | None = None
    forecast_at: datetime | None = Field(default=None, description="when the responder should be at the door")
    accepted_at: datetime | None = None
    set_off_at: datetime | None = None
    arrived_at: datetime | None = None
    care_began_at: datetime | None = None
    done_at: datetime | None = None


class HandOver(CaseRow, table=True):
    """Another service takes over, or is asked to. Nothing is over before it has confirmed with a reference (S30)."""

    owed = Owed.hand_over
    __tablename__ = "hand_over"
    __table_args__ = of_case(Owed.hand_over, "'requested'")
    state: HandOverState = Field(default=HandOverState.requested, sa_type=one_of(HandOverState))
    to: str = Field(max_length=40)
    dialled_by: str = Field(max_length=40, description="caller, hub or responder")
    why: str = Field(max_length=300)
    reference: str | None = Field(default=None, max_length=60)
    confirm_min: int = Field(
        default=5, sa_column_kwargs={"server_default": "5"}, description="unconfirmed after so long: an alarm"
    )
    ends_as: Outcome | None = Field(
        default=None, sa_type=one_of(Outcome), description="how the case ends once they have confirmed"
    )


class TaskKind(StrEnum):
    finish = "finish"
    unread_reply = "unread_reply"
    danger = "danger"
    care_time = "care_time"
    no_access = "no_access"
    after_death = "after_death"
    lowering = "lowering"
    promise = "promise"
    dependants = "dependants"
    visit_note = "visit_note"
    has_died = "has_died"
    refusal = "refusal"
    other = "other"


class Task(CaseRow, table=True):
    """Something that a person of the hub must do or read."""

    owed = Owed.task
    __table_args__ = (
        *of_case(Owed.task, "'open'"),
        one_live("task_one_finish", "case_id", where="state = 'open' AND kind = 'finish'"),
        where_live("task_open", "place", where="state = 'open'"),
    )
    state: TaskState = Field(default=TaskState.open, sa_type=one_of(TaskState))
    kind: TaskKind = Field(default=TaskKind.other, sa_type=one_of(TaskKind))
    words: str = Field(max_length=300)
    message_id: int | None = None
    position_id: int | None = None
    done_by: str | None = Field(default=None, max_length=80)


class Timeline(SQLModel, table=True):
    """What happened, in order; never changed. `words` is for people, the rest for machines."""

    __table_args__ = (Index("timeline_case", "case_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int
    at: datetime
    actor: str = Field(max_length=40)
    actor_name: str = Field(max_length=80)
    owed: str | None = Field(default=None, max_length=40)
    row_id: int | None = None
    event: str = Field(max_length=40)
    from_state: str | None = Field(default=None, max_length=40)
    to_state: str | None = Field(default=None, max_length=40)
    words: str = Field(max_length=400)
