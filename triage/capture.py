"""What the capture fields hold: the newest that was typed in each, and what should be looked at again."""

from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from sqlmodel import Session

from hub.errors import Refused
from protocols.loader import Library
from records import dependants
from records.model import Call, Case
from records.people.rules import spaced
from triage import store
from triage.model import CaptureField
from triage.told import DEPENDS, TOLD
from triage.two_hands import Hands
from triage.typed import Typed, usable


@dataclass(frozen=True)
class Shown:
    """`value` as people read it; where it cannot be used, exactly as it was typed, with a sentence that says why."""

    value: str
    look_again: str = ""


def hands_on(session: Session, call: Call) -> Hands:
    return Hands(store.newest_entries(session, call.key))


def shown(
    hands: Hands, call: Call, case: Case | None, library: Library, now: datetime
) -> dict[CaptureField, Shown]:
    fields = {}
    for field in CaptureField:
        typed = hands.stands.get(field)
        try:
            if typed is not None:
                usable(Typed(typed.id, field, typed.value), library, now)
            fields[field] = Shown(_as_read(call, case, library, field))
        except Refused as why:
            fields[field] = Shown(typed.value if typed else "", str(why))
    return fields


def look_again(hands: Hands, call: Call, library: Library, now: datetime) -> dict[str, str]:
    """Every field whose newest words cannot be used, however often they were sent."""
    found = shown(hands, call, None, library, now)
    return {field.value: one.look_again for field, one in found.items() if one.look_again}


def _as_read(call: Call, case: Case | None, library: Library, field: CaptureField) -> str:
    if field in DEPENDS and case is not None:
        whom, what = DEPENDS[field]
        return str(getattr(dependants.of_case(case)[whom], what) or "")
    if field in TOLD:
        return ""
    if field is CaptureField.number:
        return national(call.number)
    if field in (CaptureField.caller_name, CaptureField.caller_relation):
        return str(getattr(call, field))
    if case is None:
        return ""
    if field is CaptureField.need:
        return need_key(library, case)
    if field is CaptureField.born:
        return f"{case.born:%d/%m/%Y}" if case.born else ""
    if field is CaptureField.nhs_number and case.nhs_number:
        return spaced(case.nhs_number)
    return str(getattr(case, field) or "")


def need_key(library: Library, case: Case | None) -> str:
    """The house's id of the case's need; empty where none is chosen."""
    words = case.need if case else None
    return next((key for key, one in library.house.needs.items() if one == words), "")


def national(number: str | None) -> str:
    """`+441134960812` as people say it: `0113 496 0812`; left alone where it is not one of ours."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, "GB")
    except phonenumbers.NumberParseException:
        return number
    form = phonenumbers.PhoneNumberFormat
    home = parsed.country_code == 44
    return str(phonenumbers.format_number(parsed, form.NATIONAL if home else form.INTERNATIONAL))
