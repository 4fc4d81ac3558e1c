"""S22, the two-person rule: where staff are not safe alone, a visit has two positions, whoever is asked is told so, and
nobody is told to set off before two have accepted.

What has happened all the same is recorded as it is said, never refused: a step alone rings, and they are told to wait.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_
from sqlmodel import Session, col, select

from dispatch import messages, store, texts
from dispatch.duty_model import StaffSafety
from dispatch.staff_safety import holds, needs_two
from hub.actors import HUB
from hub.places import place_of
from records import alarms
from records.lifecycles import OWING, Owed, PositionState
from records.model import Case, Position
from records.positions import open_another
from records.service import Due, redue, write_line
from records.store import rows_of

ALONE = "second_person"
FOUND = "the second person is found. Meet first, go in together. Reply ENROUTE"
FOUND_ON_THE_WAY = "the second person is found. Meet first, go in together"
GIVEN_BACK = "the second person is NOT coming. Do NOT go in alone: wait, we text you when another is found"
ALONE_INSIDE = "the second person is NOT coming. You are alone: leave if it is not safe. Ring us"
NOT_ALONE = "do NOT go in alone: the second person has not accepted yet. Ring us"
"""What the one of two who stays is told."""
BEFORE_CARE = (PositionState.accepted, PositionState.en_route, PositionState.at_door)
ASK_AGAIN_IN = timedelta(minutes=10)
"""So long the one who has accepted waits before a coordinator is told again. [LOCAL]"""
# Built once: every offer asks.
_PLACE = col(StaffSafety.place) == bindparam("of_place")
_RULES = (
    select(StaffSafety)
    .where(
        or_(
            and_(_PLACE, col(StaffSafety.nhs_number) == bindparam("nhs_number")),
            and_(_PLACE, col(StaffSafety.postcode) == bindparam("postcode")),
        )
    )
    .order_by(col(StaffSafety.id))
)


def rules_of(session: Session, case: Case) -> list[StaffSafety]:
    """What is known of this person, and of this whole postcode."""
    postcode = case.postcode if " " in (case.postcode or "") else None
    which = {"of_place": case.place, "nhs_number": case.nhs_number or None, "postcode": postcode}
    return list(session.exec(_RULES, params=which))


def needed(session: Session, case: Case, position: Position, now: datetime) -> bool:
    rules = rules_of(session, case)
    zone = place_of(session, case.place).local() if rules else None
    return zone is not None and needs_two(rules, now, position.due_at, zone)


def still_missing(
    session: Session, case: Case, positions: Sequence[Position], now: datetime
) -> list[Position]:
    """Those of the case's positions whose holder has no second yet, where two must go."""
    held = [row for row in positions if row.state in store.ASSIGNED]
    return [row for row in held if _is_alone(session, case, row, now)]


def words_of(session: Session, case: Case, now: datetime) -> list[str]:
    """What whoever goes must know, after acceptance."""
    return [
        f"{rule.words}{' Two go together.' if rule.two_people else ''}"
        f"{' Not alone after dark.' if rule.not_alone_after_dark and not rule.two_people else ''}"
        for rule in rules_of(session, case)
        if holds(rule, now)
    ]


def before_offering(session: Session, case: Case, position: Position, now: datetime) -> bool:
    """Whether two go together; if so, the case has two positions from here on."""
    if not needed(session, case, position, now):
        return False
    if not _others(session, position):
        words = f"Second {position.title.lower()} wanted: two go together."
        open_another(session, position, words, now, HUB)
    return True


def after_acceptance(session: Session, case: Case, position: Position, now: datetime) -> bool:
    """Whether the one who has just accepted must wait. Where the other has waited, they are told that both go."""
    if not needed(session, case, position, now):
        return False
    there = _accepted(session, position)
    for other in there:
        alarms.end(session, case.place, ALONE, other.key, now)
        if other.state is PositionState.accepted:
            redue(session, other, Due("set_off", now + ASK_AGAIN_IN))
        if other.state in BEFORE_CARE:
            said = FOUND if other.state is PositionState.accepted else FOUND_ON_THE_WAY
            _tell(session, case, other, said, now)
    return not there


def after_hand_back(session: Session, case: Case, position: Position, name: str, now: datetime) -> None:
    """One of two gives it up: the other hears it at once; whoever has set off is alone from here on, and it rings."""
    if not needed(session, case, position, now):
        return
    for other in _accepted(session, position):
        if _accepted(session, other):
            continue  # a third stays with them
        inside = other.state is PositionState.with_person
        _tell(session, case, other, ALONE_INSIDE if inside else GIVEN_BACK, now)
        if other.state is PositionState.accepted:
            redue(session, other, Due("set_off", now + ASK_AGAIN_IN))
            continue
        words = f"{case.ref}: {name} is not coming, and {other.responder_name} is ALONE where two must go. Ring them."
        alarms.ring(session, case.place, ALONE, other.key, words, now, case)


def waits(session: Session, case: Case, position: Position, now: datetime) -> bool:
    """S25 asks who has accepted whether they have set off; whoever waits for a second is not asked, a coordinator is
    told instead."""
    if not _is_alone(session, case, position, now):
        return False
    words = f"{case.ref}: {position.responder_name} has accepted and waits; two go together, and the second is missing."
    alarms.ring(session, case.place, ALONE, position.key, words, now, case)
    write_line(session, case.key, now, HUB, "waits", words)
    redue(session, position, Due("set_off", now + ASK_AGAIN_IN))
    return True


def after_step(session: Session, case: Case, position: Position, event: str, now: datetime) -> None:
    """Somebody goes on alone to where two must go: it rings, and they are told to wait."""
    if event not in ("set_off", "arrive", "begin_care") or not _is_alone(session, case, position, now):
        return
    words = f"{case.ref}: {position.responder_name} goes on ALONE where two must go. Ring them now."
    alarms.ring(session, case.place, ALONE, position.key, words, now, case)
    _tell(session, case, position, NOT_ALONE, now)


def _is_alone(session: Session, case: Case, position: Position, now: datetime) -> bool:
    return needed(session, case, position, now) and not _accepted(session, position)


def _others(session: Session, position: Position) -> list[Position]:
    rows = rows_of(session, Position, position.case_id, live=True)
    return [row for row in rows if row.id != position.id and row.state in OWING[Owed.position]]


def _accepted(session: Session, position: Position) -> list[Position]:
    return [row for row in _others(session, position) if row.state in store.ASSIGNED]


def _tell(session: Session, case: Case, position: Position, said: str, now: datetime) -> None:
    held = store.accepted_offer(session, position.key)
    if held is not None:
        place = place_of(session, case.place)
        who = store.responder(session, held.responder_id)
        body = texts.nudge(held.code, said, texts.clock(now, place.local()))
        messages.text(session, place, who, body, now, case=case, offer=held)
