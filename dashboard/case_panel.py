"""What the panel shows of one case, and what can be done now: read from the rows and the tables of their lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session

from dashboard.case_ladder import Ladder, ahead_of, ladders_of
from dashboard.case_safety import Safety, safety_of
from dashboard.case_thread import thread_of
from dashboard.case_told import TellNow, told_of
from dashboard.case_visits import Tried, Visit, tried_of, visit_of
from dashboard.case_who import WhoFor, people_of, who_for
from dashboard.judgement import Judgement, judgement_of
from dashboard.numbers import safe_of_case
from dashboard.responsible import Responsible, responsible_of
from dashboard.visit_outcome import Notes, notes_of
from dispatch import store as dispatch
from dispatch.desk import Desk
from dispatch.model import Responder
from hub.access import Role, User
from hub.deadlines import live_of_case
from hub.places import Place
from protocols.loader import Library
from records import dependants, key_safes, reopening, sealed_items, sealing, store
from records.hand_overs import MESSAGE
from records.model import (
    Assessment,
    Call,
    CallBack,
    Case,
    CaseState,
    HandOver,
    Hold,
    Position,
    Task,
    TaskKind,
)
from records.outcomes import IN_A_WORD
from records.sealed_items import SealedItem
from records.sealing_model import Sealing
from records.service import still_in_the_way
from triage.ago import age
from triage.bars_out import standing
from triage.bars_out import store as bars_out

TIMELINE = 60


@dataclass(frozen=True)
class Panel:
    case: Case
    age: int | None
    priority: str
    call: Call | None
    assessment: Assessment | None
    protocol_title: str
    visits: list[Visit]
    tried: list[Tried]
    ahead: list[tuple[str, datetime]]
    ladders: list[Ladder]
    who: list[WhoFor]
    people: list[Responder]
    thread: list[dict[str, Any]]
    timeline: list[Any]
    hand_overs: list[HandOver]
    sent: Mapping[int, str]
    ring_instead: Sequence[int]
    call_backs: list[CallBack]
    holds: list[Hold]
    tasks: list[Task]
    in_the_way: str
    only_the_end: bool
    outcomes: list[tuple[str, str]]
    now: datetime
    is_open: bool
    acts: bool
    senior: bool
    clinician: bool
    takes_calls: bool
    may_reopen: bool
    responsible: Responsible
    safety: Safety
    depends: tuple[str, ...]
    judgement: Judgement
    key_safe: bool
    safe: Mapping[str, str]
    told: TellNow
    notes: Notes
    sealing: Sealing | None
    may_seal: bool
    sealed_items: Mapping[tuple[sealed_items.Kind, int], SealedItem]


def panel_of(session: Session, app: FastAPI, place: Place, case_id: int, user: User, now: datetime) -> Panel:
    """One case, from one read transaction. Raises `NotFound`."""
    case = store.case(session, place.id, case_id)
    desk: Desk = app.state.desk
    made = dispatch.offers_of_case(session, case_id)
    tried = [tried_of(offer, who.short_name, who.profession) for offer, who in made]
    positions = store.rows_of(session, Position, case_id)
    calls = store.rows_of(session, Call, case_id)
    call_backs = store.rows_of(session, CallBack, case_id, live=True)
    assessments = store.rows_of(session, Assessment, case_id)
    assessment = assessments[-1] if assessments else None
    ladders = ladders_of(session, desk.library, positions, now)
    hand_overs = [row for row in store.rows_of(session, HandOver, case_id) if row.state != "superseded"]
    sent, ring_instead = _by_message(session, place, hand_overs)
    return Panel(
        case=case,
        age=age(case.born, now.date()) if case.born else None,
        priority=_label(desk, case.priority),
        call=calls[-1] if calls else None,
        assessment=assessment,
        protocol_title=_title(desk.library, assessment),
        visits=[visit_of(session, row, tried) for row in positions if row.state != "superseded"],
        tried=tried,
        ahead=ahead_of(live_of_case(session, case_id), ladders),
        ladders=ladders,
        who=who_for(session, desk, positions, case, user, now),
        people=people_of(made),
        thread=thread_of(session, case),
        timeline=sealed_items.timeline(session, case, TIMELINE),
        hand_overs=hand_overs,
        sent=sent,
        ring_instead=ring_instead,
        call_backs=call_backs,
        holds=store.rows_of(session, Hold, case_id, live=True),
        tasks=[t for t in store.rows_of(session, Task, case_id, live=True) if t.kind is not TaskKind.finish],
        in_the_way=still_in_the_way(session, case) if case.state is CaseState.open else "",
        only_the_end=all(row.kind == TaskKind.finish.value for row in store.owed_of(session, case_id)),
        outcomes=[(outcome.value, outcome.value.replace("_", " ")) for outcome in IN_A_WORD],
        now=now,
        is_open=case.state is CaseState.open,
        acts=user.has(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager),
        senior=user.has(Role.hub_clinician, Role.coordinator, Role.manager),
        clinician=user.has(Role.hub_clinician),
        may_reopen=reopening.may_reopen(session, case, user, now),
        takes_calls=user.has(Role.handler, Role.hub_clinician),
        responsible=responsible_of(session, case, user),
        safety=safety_of(session, case, positions, user, now),
        depends=dependants.in_words(case),
        judgement=judgement_of(session, case, desk.library.house, user),
        key_safe=key_safes.is_held(session, case),
        safe=safe_of_case(session, case, calls, call_backs),
        told=told_of(session, place, case, positions, calls[-1] if calls else None),
        notes=notes_of(session, case, positions),
        sealing=sealing.standing(session, case),
        may_seal=user.has(*sealing.MAY_SEAL),
        sealed_items=sealed_items.standing(session, case_id),
    )


def _by_message(
    session: Session, place: Place, rows: list[HandOver]
) -> tuple[Mapping[int, str], Sequence[int]]:
    """Of those that go by message, how each stands, and which may be rung instead."""

    def clock(at: datetime) -> str:
        return at.astimezone(place.local()).strftime("%H:%M")

    sent = {row.key: bars_out.of_hand_over(session, row.key) for row in rows if row.dialled_by == MESSAGE}
    may_ring = [row.key for row in rows if standing.may_ring_instead(row, sent.get(row.key, ()))]
    return {key: standing.in_words(of, clock) for key, of in sent.items()}, may_ring


def _label(desk: Desk, priority: str | None) -> str:
    if priority is None:
        return "not triaged yet"
    known = {one.id: one.label for one in desk.library.house.priorities}
    return known.get(priority, priority.replace("_", " "))


def _title(library: Library, assessment: Assessment | None) -> str:
    if assessment is None:
        return ""
    protocol = library.triage.get(assessment.protocol)
    return protocol.title if protocol else assessment.protocol.replace("-", " ").replace("_", " ")
