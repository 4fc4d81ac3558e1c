"""What holds just now of a call and its case, in words: the line, what is owed, who is coming. Reads only."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub import deadlines
from hub.places import Place, place_of
from protocols.loader import Library
from protocols.model import House
from records import contact_points, tell_wishes
from records.hand_overs import AMBULANCE, DIALS
from records.model import Call, CallBack, Case, HandOver, Position
from records.read_back import IDENTIFIERS
from records.store import rows_of
from triage import contacts, needs, stopped, store

ROLES = {"hub_clinician": "clinician", "handler": "call handler"}
STANDS = ("requested", "confirmed", "timed_out")
"""While 999 has been asked and has not said no, its words alone are said: no plain advice beside them."""


@dataclass(frozen=True)
class HandOverNow:
    id: int
    to: str
    dials: str
    state: str
    reference: str
    asked_at: datetime
    confirm_by: datetime | None


@dataclass(frozen=True)
class CaseNow:
    id: int
    ref: str
    word: str
    state: str
    label: str
    breach_at: datetime | None
    assessment: int | None
    assessment_state: str
    headline: str
    holds: tuple[str, ...]
    hand_overs: tuple[HandOverNow, ...]
    responsible: str


@dataclass(frozen=True)
class KnownNow:
    """A case that the call may be about (S13): what is the same, and how it stands."""

    id: int
    ref: str
    is_open: bool
    because: tuple[str, ...]
    who: str
    need: str
    label: str
    headline: str
    at: datetime


@dataclass(frozen=True)
class CallNow:
    """`line` is the state, or parked; `stamp` changes when anything here does that the page must show anew."""

    id: int
    state: str
    line: str
    number: str
    began_at: datetime
    ended_at: datetime | None
    handler: str
    case: CaseNow | None
    known: tuple[KnownNow, ...]
    may_join: bool
    stands_999: bool
    stamp: str


def now_of(session: Session, call: Call, library: Library, now: datetime) -> CallNow:
    place = place_of(session, call.place)
    case = session.get(Case, call.case_id) if call.case_id else None
    here = _case_now(session, case, library.house, place) if case else None
    answers = [
        (row.key, row.state, sorted(row.answers.items()), row.facts, stopped.of(library, row))
        for row in needs.on_call(session, call)
    ]
    known = known_now(session, call, library.house, now)
    line = "parked" if call.state == "on_line" and call.parked_at else call.state
    told = _told(session, call, case)
    seen = repr((line, call.handler_name, here, known, told, answers))
    return CallNow(
        id=call.key,
        state=call.state,
        line=line,
        number=call.number or "",
        began_at=call.answered_at or call.opened_at,
        ended_at=call.ended_at,
        handler=call.handler_name,
        case=here,
        known=known,
        may_join=bool(known) and case is not None and contacts.may_join(session, call, case),
        stands_999=here is not None
        and any(row.to == AMBULANCE and row.state in STANDS for row in here.hand_overs),
        stamp=hashlib.sha256(seen.encode()).hexdigest()[:16],
    )


def _case_now(session: Session, case: Case, house: House, place: Place) -> CaseNow:
    positions = rows_of(session, Position, case.key, live=True)
    call_backs = rows_of(session, CallBack, case.key, live=True)
    hand_overs = rows_of(session, HandOver, case.key)
    due = {(row.owner, row.subject): row.due_at for row in deadlines.live_of_case(session, case.key)}
    assessment = store.taking(session, case.key)
    holds = [
        *(_hand_over(row, place) for row in hand_overs),
        *(_position(row, house) for row in positions),
        *(_call_back(row, due.get(("call_back", row.key)), place) for row in call_backs),
    ]
    return CaseNow(
        id=case.key,
        ref=case.ref,
        word=case.word,
        state=case.state,
        label=house.priority(case.priority).label if case.priority else "",
        breach_at=case.breach_at,
        assessment=assessment.key if assessment else None,
        assessment_state=assessment.state if assessment else "",
        headline=headline(case, positions, call_backs, hand_overs),
        holds=tuple(holds),
        hand_overs=tuple(
            HandOverNow(
                row.key,
                row.to,
                DIALS.get(row.dialled_by, row.dialled_by),
                row.state,
                row.reference or "",
                row.opened_at,
                due.get(("hand_over", row.key)),
            )
            for row in hand_overs
        ),
        responsible=case.responsible_name or "nobody",
    )


def _told(session: Session, call: Call, case: Case | None) -> tuple[object, ...]:
    """What one key says on the page: the first minute (S6), read back (S14), safe or not (S17)."""
    person = (
        [getattr(case, name) for name in (*IDENTIFIERS, "read_back", "safeguarding", "dependants")]
        if case
        else []
    )
    point = contact_points.of_number(session, call.place, call.number)
    safe = [getattr(point, way) for way in contact_points.WAYS] if point else []
    wish = tell_wishes.of_case(session, case.key) if case else None
    tell = (wish.agreed, tell_wishes.number_of(session, wish)) if wish else None
    return person, safe, tell, call.number, sorted((call.first_minute or {}).items())


def known_now(session: Session, call: Call, house: House, now: datetime) -> tuple[KnownNow, ...]:
    return tuple(_known(session, one, house) for one in contacts.known(session, call, now))


def _known(session: Session, one: contacts.Known, house: House) -> KnownNow:
    case = one.case
    if one.is_open:
        positions = rows_of(session, Position, case.key, live=True)
        call_backs = rows_of(session, CallBack, case.key, live=True)
        said = headline(case, positions, call_backs, rows_of(session, HandOver, case.key, live=True))
    else:
        said = f"Ended: {str(case.outcome or 'over').replace('_', ' ')}"
    return KnownNow(
        id=case.key,
        ref=case.ref,
        is_open=one.is_open,
        because=one.because,
        who=case.person_name,
        need=case.need or "",
        label=house.priority(case.priority).label if case.priority else "",
        headline=said,
        at=case.clock_start if one.is_open else case.closed_at or case.clock_start,
    )


def headline(
    case: Case, positions: list[Position], call_backs: list[CallBack], hand_overs: list[HandOver]
) -> str:
    """What is happening for them, in one line that can be read to the caller."""
    seeking = [row for row in positions if row.state in ("open", "offered") and not row.held_for_999]
    coming = [row for row in positions if row.responder_name]
    if coming:
        return f"{coming[0].responder_name}: {_step(coming[0])}"
    if case.word == "handing over":
        asked = [row.to for row in hand_overs if row.state == "requested"]
        if AMBULANCE in asked or not asked:
            return "999 is being asked for an ambulance"
        return f"{asked[0]} is being asked to take over"
    if seeking:
        title = a(seeking[0].title)
        return f"{title[0].upper()}{title[1:]} is being looked for"
    if call_backs:
        return f"{a(ROLES.get(call_backs[0].who, call_backs[0].who)).capitalize()} will ring back"
    return {"closed": "Nothing more is owed: the case is closed"}.get(case.word, str(case.word).capitalize())


def a(title: str) -> str:
    word = title[0].lower() + title[1:]
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _step(position: Position) -> str:
    about = f", about {position.travel_min} min away" if position.travel_min is not None else ""
    return {
        "accepted": f"has said yes{about}",
        "en_route": "is on the way",
        "at_door": "is at the door",
        "with_person": "is with them",
        "no_access": "cannot get in",
    }.get(position.state, str(position.state).replace("_", " "))


def _position(row: Position, house: House) -> str:
    what = f"{row.title}, {house.priority(row.priority).label}"
    if row.held_for_999:
        return f"{what}: waits for a clinician’s word, as 999 is on its way"
    if row.responder_name:
        return f"{what}: {row.responder_name} {_step(row)}"
    if row.offered_to:
        return f"{what}: offered to {row.offered_to}"
    return f"{what}: being looked for"


def _call_back(row: CallBack, due_at: datetime | None, place: Place) -> str:
    by = f" by {_clock(due_at, place)}" if due_at else ""
    way = row.ways[row.way] if row.ways else "the caller"
    return f"{a(ROLES.get(row.who, row.who)).capitalize()} rings back{by} ({row.why}): {way}"


def _hand_over(row: HandOver, place: Place) -> str:
    said = {
        "requested": "no reference yet",
        "confirmed": f"confirmed, reference {row.reference}",
        "refused": "refused; a clinician rings back",
        "timed_out": "no reference in time; a clinician rings back",
        "superseded": "no longer needed",
    }[row.state]
    return f"{row.to}: asked at {_clock(row.opened_at, place)}, {DIALS.get(row.dialled_by, '')}; {said}"


def _clock(at: datetime, place: Place) -> str:
    return at.astimezone(place.local()).strftime("%H:%M")
