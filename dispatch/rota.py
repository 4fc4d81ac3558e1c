"""Shifts: planned, repeated, ended by sickness, taken over, removed. What was done is kept, with who did it and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from dispatch import duty, store
from dispatch.duty_model import ChangeKind, RotaChange
from dispatch.model import Responder, Shift
from dispatch.working_hours import Span, in_two_places, said, too_much
from hub.actors import Actor
from hub.errors import NotFound, Refused
from hub.places import Place

AHEAD = timedelta(days=120)
"""So far ahead a shift can be planned. [LOCAL]"""
LOOKED_AT = timedelta(days=2)
"""Shifts that may stand in the way lie so near."""


def add(
    session: Session,
    place: Place,
    who: Responder,
    spans: Sequence[Span],
    base: str,
    now: datetime,
    actor: Actor,
    because: str = "",
) -> tuple[int, list[str]]:
    """Plan these shifts. Returns how many were planned, and each that could not be, in words. `because`: a manager's
    reason why hours and rest may be passed over. Raises `Refused` where none could be."""
    lies = store.area(session, place.id, base)
    if lies is None:
        raise Refused(
            f"The hub does not know where {base or 'that base'} lies. Type the first half of a postcode."
        )
    session.get_one(
        Responder, who.key, with_for_update=True
    )  # two who plan at once do not overlook each other
    planned, left_out = 0, list[str]()
    for span in spans:
        why_not, changed = _fits(session, who, span, now, place, because)
        if why_not:
            left_out.append(f"{said(span, place.local())}: {why_not}")
            continue
        why = because if changed is ChangeKind.overridden else ""
        keep_shift(session, who, span, base, lies, changed, now, actor, why)
        planned += 1
    if not planned:
        raise Refused(f"Not planned. {'; '.join(left_out[:3])}.")
    return planned, left_out


def end(session: Session, shift: Shift, kind: ChangeKind, why: str, now: datetime, actor: Actor) -> str:
    """Sickness, or taken out of the plan: nobody is asked on this shift any more. Returns what must be done yet."""
    _must_be_to_come(shift, now)
    who = store.responder(session, shift.responder_id)
    keep(session, who, kind, Span(shift.starts_at, shift.ends_at), now, actor, why)
    return _end_now(session, who, shift, "is sick" if kind is ChangeKind.sick else "was taken off shift", now)


def swap(
    session: Session,
    place: Place,
    shift: Shift,
    to: Responder,
    now: datetime,
    actor: Actor,
    because: str = "",
) -> str:
    """`to` takes over what is left of the shift. Raises `Refused` where hours or rest speak against it."""
    _must_be_to_come(shift, now)
    who = store.responder(session, shift.responder_id)
    if who.id == to.id:
        raise Refused("Choose somebody else to take it over.")
    left = Span(max(shift.starts_at, now), shift.ends_at)
    session.get_one(Responder, to.key, with_for_update=True)
    why_not, changed = _fits(session, to, left, now, place, because)
    if why_not:
        raise Refused(f"{to.short_name} cannot take it over: {why_not}.")
    lies = None
    if shift.latitude is not None and shift.longitude is not None:
        lies = shift.latitude, shift.longitude
    session.add(_shift(to, left, shift.base, lies))
    reason = because if changed is ChangeKind.overridden else f"taken over by {to.short_name}"
    keep(session, who, ChangeKind.swapped, Span(shift.starts_at, shift.ends_at), now, actor, reason)
    keep(session, to, changed, left, now, actor, f"from {who.short_name}")
    return _end_now(session, who, shift, "has handed over their shift", now)


def shift_of_place(session: Session, place: str, shift_id: int) -> Shift:
    """Raises `NotFound`."""
    shift = session.get(Shift, shift_id)
    if shift is None or shift.place != place:
        raise NotFound("That shift is not in the plan any more. Load the page again.")
    return shift


def _fits(
    session: Session, who: Responder, span: Span, now: datetime, place: Place, because: str
) -> tuple[str, ChangeKind]:
    if span.ends_at <= now:
        return "that is over already", ChangeKind.added
    if span.starts_at > now + AHEAD:
        return f"that is more than {AHEAD.days} days ahead", ChangeKind.added
    others = around(session, who.key, span)
    if why_not := in_two_places(span, others, place.local()):
        return why_not, ChangeKind.added
    why_not = too_much(span, others, place.local())
    if why_not and because:
        return "", ChangeKind.overridden
    return why_not, ChangeKind.added


def keep_shift(
    session: Session,
    who: Responder,
    span: Span,
    base: str,
    lies: tuple[float, float] | None,
    changed: ChangeKind,
    now: datetime,
    actor: Actor,
    why: str = "",
) -> None:
    """Write it down with who planned it; whether it may be was asked before."""
    session.add(_shift(who, span, base or None, lies))
    keep(session, who, changed, span, now, actor, why)
    session.flush()


def around(session: Session, responder_id: int, span: Span) -> list[Span]:
    near = select(Shift).where(
        Shift.responder_id == responder_id,
        Shift.ends_at > span.starts_at - LOOKED_AT,
        Shift.starts_at < span.ends_at + LOOKED_AT,
    )
    return [Span(shift.starts_at, shift.ends_at) for shift in session.exec(near.order_by(col(Shift.id)))]


def _end_now(session: Session, who: Responder, shift: Shift, because: str, now: datetime) -> str:
    duty.tell_boards(session, who, now)
    if shift.starts_at >= now:
        session.delete(shift)
        session.flush()
        return ""
    shift.ends_at = now
    session.add(shift)
    session.flush()
    duty.pass_offers_on(session, who, because, now)
    return duty.visit_needs_somebody(session, who, because, now)


def _must_be_to_come(shift: Shift, now: datetime) -> None:
    if shift.ends_at <= now:
        raise Refused("That shift is over already; what was stays as it was.")


def _shift(who: Responder, span: Span, base: str | None, lies: tuple[float, float] | None) -> Shift:
    return Shift(
        place=who.place,
        responder_id=who.key,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        skills=f"|{'|'.join(who.skills)}|",
        latitude=lies[0] if lies else None,
        longitude=lies[1] if lies else None,
        base=base,
    )


def keep(
    session: Session, who: Responder, kind: ChangeKind, span: Span, now: datetime, actor: Actor, why: str
) -> None:
    session.add(
        RotaChange(
            place=who.place,
            responder_id=who.key,
            kind=kind,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            at=now,
            by=actor.name,
            why=why[:300],
        )
    )
