"""Who could go to a position of the case and why, and whom of this case one can write to or ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch.desk import Desk
from dispatch.model import Offer, Responder
from dispatch.offering_by_hand import CAN_BE_REASSIGNED
from dispatch.ranking import Ranked, RuledOut
from dispatch.taking_back import SEEKING
from dispatch.who_could_go import who_could_go
from hub.access import Role, User
from records.model import Case, CaseState, Position

SHOWN = 20


@dataclass(frozen=True)
class Goes:
    """One line of the list; `again`: they are asked only on purpose; `as_next`: for after the visit they are on."""

    id: int
    name: str
    minutes: str
    why: str
    again: bool = False
    as_next: bool = False


@dataclass(frozen=True)
class WhoFor:
    position: Position
    is_sought: bool
    could: list[Goes]
    not_now: list[Goes]


def who_for(
    session: Session, desk: Desk, positions: Sequence[Position], case: Case, user: User, now: datetime
) -> list[WhoFor]:
    """For each position that somebody may be asked for now. That there is an exclusion is for managers alone (S22)."""
    if case.state is CaseState.closed or not user.has(Role.hub_clinician, Role.coordinator, Role.manager):
        return []
    asked = [row for row in positions if row.state in (*SEEKING, *CAN_BE_REASSIGNED) and not row.held_for_999]
    found = []
    for row in asked:
        listed = who_could_go(session, desk, row, case, now, SHOWN)
        could = [_could(one, row, now) for one in listed if isinstance(one, Ranked)]
        out = [one for one in listed if isinstance(one, RuledOut)]
        not_now = [_not_now(one) for one in out if not one.managers_only or user.has(Role.manager)]
        found.append(WhoFor(row, row.state in SEEKING, could, not_now))
    return found


def people_of(offers: Sequence[tuple[Offer, Responder]]) -> list[Responder]:
    """Everybody who has been asked for this case, the newest first."""
    return list({who.key: who for _, who in reversed(offers)}.values())


def _could(one: Ranked, position: Position, now: datetime) -> Goes:
    who = one.candidate
    late = round((now + timedelta(minutes=one.travel_min) - position.due_at).total_seconds() / 60)
    # how far it is has a column of its own
    reasons = [reason for reason in one.reasons if not reason.endswith("min away")]
    why = ", ".join([*reasons, *([f"{late} min late"] if late > 0 else [])])
    minutes = f"{who.travel_min} min" if who.travel_min is not None else "not known"
    return Goes(who.responder_id, who.name, minutes, why.replace("_", " "))


def _not_now(one: RuledOut) -> Goes:
    who = one.candidate
    minutes = f"{who.travel_min} min" if who.travel_min is not None else ""
    return Goes(
        who.responder_id, who.name, minutes, one.why, one.may_be_asked_on_purpose, one.may_have_it_next
    )
