"""“Where is the nurse?”: what is happening for an open case, in sentences to read to whoever asks. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub.errors import Refused
from protocols.model import House
from records import contact_points
from records.lifecycles import PositionState
from records.model import Call, CallBack, Case, HandOver, Position
from records.store import numbers_of, rows_of
from triage import contacts, now, rules, store

Clock = Callable[[datetime | None], str]
SHOWN = 5
NOT_THEIRS = "Read two identifiers back before you tell them anything of this case."
NOT_SAFE = "Do not say that anybody is coming, who or when: {}. Ask whether they can talk, and ring back."
NOT_ASKED = "It is not known whether it is safe to speak on this number: ask “can you talk just now?” first."


@dataclass(frozen=True)
class Visit:
    """One pair of hands: `says` is read aloud; `late` too, where it is later than was said."""

    says: str
    late: str
    last_at: datetime


@dataclass(frozen=True)
class Found:
    """`because`: what leads from the question to this case. `care`: what must not be told, or be done first."""

    case: Case
    because: tuple[str, ...]
    label: str
    visits: tuple[Visit, ...]
    says: str
    care: tuple[str, ...]


def of_call(session: Session, call: Call, house: House, at: datetime, clock: Clock) -> list[Found]:
    """The case that the call is about, and the open ones of the same number, person or address."""
    own = session.get(Case, call.case_id) if call.case_id else None
    known = [(one.case, one.because) for one in contacts.known(session, call, at) if one.is_open]
    cases = [(own, ("this call",)), *known] if own is not None and own.state == "open" else known
    return [_found(session, case, because, house, call, at, clock) for case, because in cases[:SHOWN]]


def asked_for(
    session: Session, place: str, typed: str, house: House, call: Call | None, at: datetime, clock: Clock
) -> list[Found]:
    """Open cases by a reference, a number, a postcode or a name. Raises `Refused` where that is too little to go by."""
    said = typed.strip()
    if len(said) < 2:
        raise Refused("Type a reference, a name, a postcode or a telephone number.")
    ref = said.upper().removeprefix("FP").strip()
    cases = store.open_cases_saying(session, place, ref, said, _postcode(said), _number(said), SHOWN)
    return [_found(session, case, (), house, call, at, clock) for case in cases]


def _postcode(said: str) -> str | None:
    try:
        return rules.postcode(said)
    except Refused:
        return None


def _number(said: str) -> str | None:
    try:
        return rules.phone(said) if any(one.isdigit() for one in said) else None
    except Refused:
        return None


def _found(
    session: Session,
    case: Case,
    because: tuple[str, ...],
    house: House,
    call: Call | None,
    at: datetime,
    clock: Clock,
) -> Found:
    positions = rows_of(session, Position, case.key, live=True)
    call_backs = rows_of(session, CallBack, case.key, live=True)
    hand_overs = rows_of(session, HandOver, case.key, live=True)
    return Found(
        case=case,
        because=because,
        label=house.priority(case.priority).label if case.priority else "",
        visits=tuple(visit(row, at, clock) for row in positions),
        says=now.headline(case, positions, call_backs, hand_overs),
        care=_care(session, case, call, is_theirs=bool(because)),
    )


def _care(session: Session, case: Case, call: Call | None, *, is_theirs: bool) -> tuple[str, ...]:
    """S14, S17, S18: about the number that asks; without a call, about every number that this case has."""
    numbers = [call.number] if call is not None and call.number else list(numbers_of(session, case.key))
    points = [contact_points.of_number(session, case.place, number) for number in numbers]
    marked = bool(case.safeguarding)
    unsafe = [words for point in points if (words := contact_points.warning(point, safeguarding=marked))]
    if marked and not points:
        unsafe = [contact_points.warning(None, safeguarding=True)]
    care = [NOT_SAFE.format(words) for words in dict.fromkeys(unsafe)]
    if not care and any(point is None or point.speak is contact_points.Safe.not_known for point in points):
        care.append(NOT_ASKED)
    return tuple(care) if is_theirs else (NOT_THEIRS, *care)


def visit(row: Position, at: datetime, clock: Clock) -> Visit:
    """Pure. First names and what they are, no more: that is what a caller is told."""
    who = f"{row.responder_name.split(' ')[0]}, {now.a(row.title)},"
    there = f" They should be there about {clock(row.forecast_at)}." if row.forecast_at else ""
    promised = f"We said by {clock(row.due_at)}."
    says = {
        PositionState.open: f"We are looking for {now.a(row.title)}. {promised}",
        PositionState.offered: f"We are asking {now.a(row.title)} just now. {promised}",
        PositionState.accepted: f"{who} has said yes and has not set off yet.{_away(row)} {promised}",
        PositionState.en_route: f"{who} set off at {clock(row.set_off_at)}.{there}",
        PositionState.at_door: f"{who} is at the door since {clock(row.arrived_at)}.",
        PositionState.with_person: f"{who} is with them since {clock(row.care_began_at)}.",
        PositionState.no_access: f"{who} is at the door and nobody has opened. Can somebody let them in?",
    }[row.state]
    if row.held_for_999:
        says = f"999 has been asked; a clinician decides whether {now.a(row.title)} comes as well."
    steps = (row.opened_at, row.accepted_at, row.set_off_at, row.arrived_at, row.care_began_at)
    return Visit(says, _late(row, at), max(step for step in steps if step is not None))


def _away(row: Position) -> str:
    return f" They are about {row.travel_min} min away." if row.travel_min is not None else ""


def _late(row: Position, at: datetime) -> str:
    """Against the time that was told, until somebody is at the door."""
    if row.arrived_at is not None or row.state is PositionState.with_person:
        return ""
    told = [row.due_at, *([row.forecast_at] if row.forecast_at else [])]
    over = int((at - min(told)).total_seconds() // 60)
    return f"That is {over} min later than we said. I am sorry." if over > 0 else ""
