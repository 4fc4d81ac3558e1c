"""What was typed of a call: kept as it came, put where it belongs, and said where it cannot be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Conflict, Refused
from protocols.loader import Library
from records import key_safes, read_back
from records.model import Call, Case
from records.service import take
from triage import birth, half_typed, rules, store, told
from triage.model import CaptureField, Entry
from triage.two_hands import Hands

ON_CALL = frozenset({CaptureField.number, CaptureField.caller_name, CaptureField.caller_relation})


@dataclass(frozen=True)
class Typed:
    """One thing typed, with the id that the page gave it."""

    id: str
    field: CaptureField
    value: str
    typed_at: datetime | None = None
    after: str | None = None


def type_down(
    session: Session,
    call: Call,
    typed: Sequence[Typed],
    library: Library,
    now: datetime,
    actor: Actor,
    hands: Hands | None = None,
) -> dict[str, str]:
    """Save what was typed, each thing once and in order. Returns what should be looked at again, by field.

    What cannot be used is kept all the same, as it was typed, and said. `hands`: what stood in the fields before; it
    learns what was saved, and what does not stand because somebody else typed there meanwhile.
    """
    if call.case_id is None:
        raise Conflict("Answer the call first; what you typed is kept.")
    take(session, call.case_id, now)
    session.refresh(call)
    return put_in(session, call, take(session, call.case_id, now), typed, library, now, actor, hands)


def put_in(
    session: Session,
    call: Call,
    case: Case,
    typed: Sequence[Typed],
    library: Library,
    now: datetime,
    actor: Actor,
    hands: Hands | None = None,
) -> dict[str, str]:
    """`type_down`, of a call as it is now."""
    look_again: dict[str, str] = {}
    apart = hands.apart(typed) if hands else set()
    entries: list[dict[str, Any]] = [
        {
            "id": one.id,
            "place": call.place,
            "call_id": call.key,
            "field": one.field,
            "value": one.value[:2000],
            "by": actor.name,
            "typed_at": one.typed_at,
            "saved_at": now,
            "aside": one.id in apart or None,
        }
        for one in typed
    ]
    fresh = store.save_entries(session, entries)
    half_typed.settle(session, call, fresh)
    at = key_safes.home_of(case)
    for one, entry in zip(typed, entries, strict=True):
        if one.id not in fresh:
            continue
        fresh.discard(one.id)  # the same id twice in one go counts once
        if hands:
            hands.add(Entry(**entry))
        if one.id in apart:
            continue
        try:
            _put(session, call, case, one.field, usable(one, library, now), now, actor)
        except Refused as why:
            look_again[one.field] = str(why)
            continue
        look_again.pop(one.field, None)
    if key_safes.home_of(case) != at:
        key_safes.follow(session, case, at)
    return look_again


def _put(
    session: Session, call: Call, case: Case, field: CaptureField, value: Any, now: datetime, actor: Actor
) -> None:
    if field in told.TOLD:
        told.put(session, call, case, field, value, now, actor)
        return
    target: Any = call if field in ON_CALL else case
    before = getattr(target, field)
    setattr(target, field, value)
    if field is CaptureField.address:
        _take_postcode(case, str(before), str(value))
    if before != value:
        read_back.changed(session, case, field, now, actor)
    session.add(target)


def _take_postcode(case: Case, before: str, address: str) -> None:
    """Said in one breath with the address; one that was typed in its own field stands."""
    found = rules.postcode_in(address)
    if found and case.postcode in (None, rules.postcode_in(before)):
        case.postcode = found


def usable(one: Typed, library: Library, now: datetime) -> Any:
    """The value as the case holds it. Raises `Refused` where it cannot be used."""
    text = one.value.strip()
    if len(text) > rules.longest(one.field):
        raise Refused(
            f"This is too long to show in one place ({rules.longest(one.field)} letters). Kept whole."
        )
    if one.field in told.TOLD:
        return told.read(one.field, text, library.house)
    if not text:
        nothing_known = (
            CaptureField.nhs_number,
            CaptureField.born,
            CaptureField.postcode,
            CaptureField.number,
            CaptureField.home_address,
        )
        return None if one.field in (*nothing_known, CaptureField.need) else ""
    if one.field is CaptureField.need and text not in library.house.needs:
        raise Refused("Choose the need from the list.")
    if one.field is CaptureField.need:
        return library.house.needs[text]
    if one.field is CaptureField.born:
        return birth.born(text, now.date())
    checks = {
        CaptureField.nhs_number: rules.nhs_number,
        CaptureField.postcode: rules.postcode,
        CaptureField.number: rules.phone,
    }
    return checks[one.field](text) if one.field in checks else text
