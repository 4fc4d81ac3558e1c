"""Who is on shift, where they are, and what comes next of each."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import store
from dispatch.duty_model import Pause
from dispatch.model import Offer, Responder, Shift
from hub.places import Place
from records import two_hours
from records.model import Position
from records.store import refs_of
from records.two_hours import Standard

ENDS_SOON = timedelta(minutes=60)
STATES = {
    "accepted": "accepted",
    "en_route": "travelling",
    "at_door": "at door",
    "with_person": "with them",
    "no_access": "no access",
}
ORDER = (
    "no access",
    "no texts",
    "at door",
    "with them",
    "travelling",
    "accepted",
    "busy",
    "offered",
    "break",
    "off",
    "free",
)


@dataclass(frozen=True)
class Member:
    """One line of the list; `urgent` is said with a sign and words, never by colour alone."""

    id: int
    name: str
    profession: str
    state: str
    case_id: int | None
    ref: str
    next_id: int | None
    next_ref: str
    then: str
    urgent: bool
    off_soon: bool


@dataclass(frozen=True)
class Crew:
    """`free`: how many are free by profession, the most first. `standard`: the two-hour figure of the day."""

    members: list[Member]
    summary: list[tuple[str, int]]
    free: list[tuple[str, int]]
    standard: Standard


def crew_of(session: Session, place: Place, now: datetime, absent: Collection[int] = frozenset()) -> Crew:
    """Everybody on shift just now. Of the cases that are `absent` (S18) nothing is said: whoever is on one is busy, and
    whoever is asked for one is as they were before."""
    taken = store.positions_out(session, place.id)
    out = {position.responder_id: position for position in taken if not position.is_next}
    nexts = {row.responder_id: row for row in taken if row.is_next and row.case_id not in absent}
    live = store.live_offers(session, place.id)
    offered = {offer.responder_id: offer for offer in live if offer.case_id not in absent}
    refs = refs_of(session, [row.case_id for row in taken] + [row.case_id for row in offered.values()])
    pauses = store.pauses(session, place.id, now)
    on = store.responders_on_shift(session, place.id, now)
    off = {who.key: shift for who, shift in on}
    members = [
        _member(
            who,
            shift,
            pauses.get(who.key),
            out.get(who.key),
            nexts.get(who.key),
            offered.get(who.key),
            refs,
            place,
            now,
        )
        for who, shift in on
    ]
    members = [_busy(one, off[one.id], place, now) if one.case_id in absent else one for one in members]
    members.sort(key=lambda member: (ORDER.index(member.state), member.name))
    counted = [(state, sum(member.state == state for member in members)) for state in reversed(ORDER)]
    free = Counter(member.profession for member in members if member.state == "free")
    return Crew(
        members,
        [(state, n) for state, n in counted if n or state == "free"],
        sorted(free.items(), key=lambda one: (-one[1], one[0])),
        two_hours.of_today(session, place, now, absent),
    )


def _busy(member: Member, shift: Shift, place: Place, now: datetime) -> Member:
    then, _ = _then(shift, None, None, place, now)
    return replace(member, state="busy", case_id=None, ref="", then=then, urgent=False)


def _member(
    who: Responder,
    shift: Shift,
    pause: Pause | None,
    position: Position | None,
    waits: Position | None,
    offer: Offer | None,
    refs: dict[int, str],
    place: Place,
    now: datetime,
) -> Member:
    case_id = position.case_id if position else offer.case_id if offer else None
    if position is not None:
        state = STATES[position.state.value]
    elif not who.reachable:
        state = "no texts"
    else:
        state = "offered" if offer else pause.kind.value if pause else "free"
    then, urgent = _then(shift, position, offer, place, now)
    if pause is not None and state == pause.kind:
        then, urgent = f"until {_clock(pause.ends_at, place)}", False
    return Member(
        id=who.key,
        name=who.short_name,
        profession=who.profession.replace("_", " "),
        state=state,
        case_id=case_id,
        ref=refs.get(case_id or 0, ""),
        next_id=waits.case_id if waits else None,
        next_ref=refs[waits.case_id] if waits else "",
        then=then if who.reachable else "ring them",
        urgent=urgent or not who.reachable or state == "no access",
        off_soon=shift.ends_at - now < ENDS_SOON,
    )


def _then(
    shift: Shift, position: Position | None, offer: Offer | None, place: Place, now: datetime
) -> tuple[str, bool]:
    """What comes next of them, and whether it is late."""
    if position is not None and position.forecast_at is not None and position.arrived_at is None:
        late = position.forecast_at < now
        return f"{'due' if late else 'there'} {_clock(position.forecast_at, place)}", late
    if position is not None and position.accepted_at is not None and position.set_off_at is None:
        return f"since {_clock(position.arrived_at or position.accepted_at, place)}", False
    if offer is not None and position is None:
        return f"until {_clock(offer.expires_at, place)}", False
    soon = shift.ends_at - now < ENDS_SOON
    return f"{'off soon' if soon else 'off'} {_clock(shift.ends_at, place)}", False


def _clock(at: datetime, place: Place) -> str:
    return at.astimezone(place.local()).strftime("%H:%M")
