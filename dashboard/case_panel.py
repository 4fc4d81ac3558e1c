"""What the panel shows of one case, and what can be done now: read from the rows and the tables of their lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session

from dashboard.judgement import Judgement, judgement_of
from dashboard.responsible import Responsible, responsible_of
from dispatch import store as dispatch
from dispatch import undone
from dispatch.desk import Desk
from dispatch.escalation import next_at, offer_step
from dispatch.model import Message, Offer, OfferState
from hub.access import Role, User
from hub.deadlines import Deadline, live_of_case
from hub.places import Place
from protocols.loader import Library
from records import dependants, key_safes, store
from records.lifecycles import after, owes
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
from records.service import still_in_the_way

STEPS = (
    ("set_off", "Set off"),
    ("arrive", "At the door"),
    ("begin_care", "Care has begun"),
    ("finish", "Done"),
    ("find_no_access", "No access"),
    ("find_person", "Whereabouts confirmed"),
)
"""What a responder may tell by phone, in the order of a visit."""
OFFER_SAID = {
    "sent": ("?", "asked"),
    "accepted": ("✓", "said yes"),
    "declined": ("✗", "said no"),
    "expired": ("✗", "no answer"),
    "lost": ("–", "somebody else was first"),
    "withdrawn": ("–", "withdrawn"),
}
POSITION_WORDS = {
    "open": "looking",
    "offered": "offered",
    "accepted": "accepted",
    "en_route": "travelling",
    "at_door": "at the door",
    "with_person": "with them",
    "no_access": "no access",
    "done": "done",
    "stood_down": "stood down",
    "superseded": "no longer needed",
}
DEADLINE_WORDS = {
    "offer_expires": "An offer runs out",
    "seek": "Look again for somebody",
    "ladder": "Next step of the ladder",
    "set_off": "Must have set off",
    "arrive": "Must be at the door",
    "scene_check": "Check in from the scene",
    "call_back": "Call back",
    "hand_over_unconfirmed": "Reference from the other service",
    "hold": "It was held until then",
    "welfare": "See whether a welfare call is due",
    "breach": "The time is over",
    "near_50": "Half of the time is used",
    "near_75": "Three quarters of the time are used",
    "near_90": "Nine tenths of the time are used",
    "task": "A task is due",
    "assessment": "The questions should be finished",
    "call_long": "The call has been long",
    "call_parked": "The caller has waited parked",
    "no_access": "Next thing to try at the door",
    "held_for_999": "A clinician must decide",
    "take_over": "Says whether they take responsibility over",
}
TIMELINE = 60
MESSAGES = 40
NEXT = 5
READ_AS = {"human": "needs a human", "opt_out": "opted out"}


@dataclass(frozen=True)
class Tried:
    """One line of "what was tried"."""

    offer: Offer
    name: str
    sign: str
    said: str
    why: str


@dataclass(frozen=True)
class Visit:
    """A position, with the steps that can be recorded now; `back`: where it was before a step that can be undone."""

    row: Position
    words: str
    steps: list[tuple[str, str]]
    may: frozenset[str]
    back: str
    offers: list[Tried]


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
    next_people: str
    thread: list[dict[str, Any]]
    timeline: list[Any]
    hand_overs: list[HandOver]
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
    responsible: Responsible
    depends: tuple[str, ...]
    judgement: Judgement
    key_safe: bool


def panel_of(session: Session, app: FastAPI, place: Place, case_id: int, user: User, now: datetime) -> Panel:
    """One case, from one read transaction. Raises `NotFound`."""
    case = store.case(session, place.id, case_id)
    desk: Desk = app.state.desk
    tried = [
        _tried(offer, who.short_name, who.profession)
        for offer, who in dispatch.offers_of_case(session, case_id)
    ]
    positions = store.rows_of(session, Position, case_id)
    calls = store.rows_of(session, Call, case_id)
    assessments = store.rows_of(session, Assessment, case_id)
    assessment = assessments[-1] if assessments else None
    hand_overs = [row for row in store.rows_of(session, HandOver, case_id) if row.state != "superseded"]
    return Panel(
        case=case,
        age=_age(case, now),
        priority=_label(desk, case.priority),
        call=calls[-1] if calls else None,
        assessment=assessment,
        protocol_title=_title(desk.library, assessment),
        visits=[_visit(session, row, tried) for row in positions if row.state != "superseded"],
        tried=tried,
        ahead=_ahead(live_of_case(session, case_id)),
        next_people=_next_people(desk.library, positions, now),
        thread=_thread(session, case_id),
        timeline=store.timeline(session, case_id, TIMELINE),
        hand_overs=hand_overs,
        call_backs=store.rows_of(session, CallBack, case_id, live=True),
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
        responsible=responsible_of(session, case, user),
        depends=dependants.in_words(case),
        judgement=judgement_of(case, desk.library.house, user),
        key_safe=key_safes.is_held(session, case),
    )


def _age(case: Case, now: datetime) -> int | None:
    if case.born is None:
        return None
    today = now.date()
    had_it = (today.month, today.day) >= (case.born.month, case.born.day)
    return today.year - case.born.year - (not had_it)


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


def _tried(offer: Offer, name: str, profession: str) -> Tried:
    sign, said = OFFER_SAID[offer.state.value]
    if offer.given_back:
        sign, said = "↩", "gave it back"
    elif offer.state is OfferState.expired and offer.ended_because:
        said = offer.ended_because
    return Tried(offer, f"{name}, {profession.replace('_', ' ')}", sign, said, ", ".join(offer.reasons))


def _visit(session: Session, row: Position, tried: list[Tried]) -> Visit:
    possible = {event for event in ("hand_back", "stand_down") if after(row.owed, row.state, event)}
    if row.state in ("accepted", "en_route"):
        possible.add("delay")
    return Visit(
        row=row,
        words=POSITION_WORDS[row.state.value],
        steps=[(event, words) for event, words in STEPS if after(row.owed, row.state, event)],
        may=frozenset(possible) if owes(row.owed, row.state) else frozenset(),
        back=POSITION_WORDS.get(undone.step_before(session, row) or "", ""),
        offers=[
            one for one in tried if one.offer.position_id == row.id and one.offer.state is OfferState.sent
        ],
    )


def _ahead(deadlines: list[Deadline]) -> list[tuple[str, datetime]]:
    """What will happen by itself or is owed next, the soonest first; one line for each kind and time."""
    seen = dict.fromkeys((DEADLINE_WORDS.get(d.kind, d.kind.replace("_", " ")), d.due_at) for d in deadlines)
    return list(seen)[:NEXT]


def _next_people(library: Library, positions: list[Position], now: datetime) -> str:
    """Whom the ladder turns to next, in words."""
    for row in positions:
        protocol = library.escalation.get(row.priority)
        if row.state not in ("open", "offered") or row.ladder_began_at is None or protocol is None:
            continue
        at = next_at(protocol, row.ladder_began_at, now)
        step = offer_step(protocol, row.ladder_began_at, now)
        wait = timedelta(seconds=step.wait_s)
        asked = f"{step.at_once} at a time, {int(wait.total_seconds() // 60)} min each"
        nobody = [
            s.role.replace("_", " ") for s in protocol.steps if s.kind != "offer" and at and _due(row, s, at)
        ]
        return f"Asking {asked}." + (f" Then {' and '.join(nobody)}." if nobody else "")
    return ""


def _due(row: Position, step: Any, at: datetime) -> bool:
    assert row.ladder_began_at is not None
    first = row.ladder_began_at + timedelta(seconds=step.at_s)
    if first == at:
        return True
    every = step.then_every_s
    return bool(every) and at > first and (at - first) % timedelta(seconds=every) == timedelta(0)


def _thread(session: Session, case_id: int) -> list[dict[str, Any]]:
    messages = dispatch.messages_of_case(session, case_id, MESSAGES)
    with_names = dispatch.texts_by_id(session, [message.id for message in messages])
    users = {message.user_id: session.get(User, message.user_id) for message in messages if message.user_id}
    shown = []
    for message in messages:
        responder = with_names[message.key][1]
        user = users.get(message.user_id or 0)
        name = responder.short_name if responder else user.name if user else message.phone
        shown.append({"row": message, "name": name, "status": _status(message)})
    return shown


def _status(message: Message) -> str:
    if message.direction == "in":
        read_as = message.read_as or ""
        return READ_AS.get(read_as, f"understood as {read_as.partition(':')[2].replace('_', ' ') or read_as}")
    said = {"waiting": "on its way out", "accepted": "with the carrier", "queued": "with the carrier"}
    status = said.get(message.status, message.status)
    return f"{status} (carrier's error {message.error_code})" if message.error_code else status
