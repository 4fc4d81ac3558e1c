"""A referral becomes a case in the same queue as a call, on the clock that its sender started (S1)."""

import json
import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import deadlines, kept_apart
from hub.errors import Refused
from hub.sealing import seal_of
from hub.tokens import Machine
from protocols.loader import Library
from records import call_backs, machine_calls
from records.fhir.shapes import Resource
from records.model import Call, Case
from records.reading import asking
from records.service import Due, open_case, write_line
from triage import calls, further_contact, rules
from triage.bars.model import Arrived, Referral, ReferralMessage
from triage.bars.reading import Read
from triage.model import CaptureField
from triage.typed import Typed, put_in

RING_IN = timedelta(minutes=20)
"""A referral is triaged by telephone within so long of its coming, sooner where its time is short (S3). [LOCAL]"""
RING_AT_ONCE_IN = timedelta(minutes=5)
OLDEST = timedelta(days=7)
"""A clock that a sender says began longer ago is a wrong clock: ours starts it, and somebody looks. [LOCAL]"""
FARTHEST = timedelta(days=14)
MOST_WORDS = 400
_WORDS_BESIDE = re.compile(r"[^\d\s()+.-]")
THEMSELVES = "the person themselves"


def open_as(
    session: Session,
    library: Library,
    message: ReferralMessage,
    found: Read,
    facts: Resource,
    machine: Machine,
    now: datetime,
) -> Referral:
    """The case, the contact that brought it, the call-back that it owes, and the referral itself. `facts`: `facts_of`
    what was read."""
    warnings = list(message.warnings)
    by = found.organisation or machine.name
    start, end = _times(found, now, warnings)
    kind = "For validation" if found.is_validation else "Referred"
    numbers = numbers_in(found)
    warnings += _odd(found)
    case = open_case(
        session,
        machine.place,
        start,
        now,
        machine.actor,
        f"{kind} by {by}.",
        referred_by=by[:80],
        breach_at=end,
    )
    if end is not None:
        _warn(session, case, end, now)
    call = _contact(session, case, found, by, numbers, start, machine, now)
    warnings += _type_down(session, library, case, call, found, numbers, machine, now)
    further_contact.look_later(session, call, now)
    _owe_triage(session, case, found, by, numbers, end, now, machine)
    referral = _row(session, case, found, facts, by, machine, now)
    asking.ask_for(session, case, now)
    message.became, message.referral_id, message.warnings = Arrived.case, referral.key, _bounded(warnings)
    if warnings:
        words = f"What to look at in the referral: {' '.join(warnings)}"[:MOST_WORDS]
        write_line(session, case.key, now, machine.actor, "referral_warning", words)
    return referral


def _odd(found: Read) -> list[str]:
    """What could not be used of whom to ring and what to beware of."""
    said = [*found.person.numbers, *(number for one in found.contacts for number in one.numbers)]
    odd = []
    if not any(_usable(number) for number in said):
        odd.append("No telephone number came by which they can be reached: ring the sender.")
    elif any(not _usable(number) for number in said):
        odd.append("A telephone number came that cannot be rung: read the message.")
    if len("; ".join(_beware(found))) > MOST_WORDS:
        odd.append("More warnings came than fit here: read them in the message before anybody goes.")
    return odd


def _beware(found: Read) -> list[str]:
    """S17, S22: the scene's safety first, so that nothing pushes it out."""
    return [*found.scene, *found.safeguarding, *found.flags]


def _bounded(warnings: list[str]) -> list[str]:
    return [one[:200] for one in dict.fromkeys(warnings)][:40]


def _times(found: Read, now: datetime, warnings: list[str]) -> tuple[datetime, datetime | None]:
    start, end = found.starts_at, found.ends_at
    if start is None:
        warnings.append("No start came that can be read: the clock starts now.")
    elif not now - OLDEST <= start <= now + timedelta(minutes=2):
        warnings.append("The start that came lies in the future or too long ago: the clock starts now.")
        start = None
    if end is not None and not now < end <= now + FARTHEST:
        warnings.append("The time by which it was wanted is over, or too far away: no breach time was set.")
        end = None
    elif end is None:
        warnings.append(
            "The time by which it is wanted cannot be read: look at the message."
            if found.end_is_odd
            else "No time came by which it is wanted."
        )
    return min(start or now, now), end


def _contact(
    session: Session,
    case: Case,
    found: Read,
    by: str,
    numbers: Sequence[str],
    start: datetime,
    machine: Machine,
    now: datetime,
) -> Call:
    name, relation = _whom_to_ring(found, by)
    call = calls.came_in_writing(
        session,
        case,
        machine,
        now,
        f"{by} sent a referral.",
        opened_at=start,
        answered_at=start,
        heard_at=now,
        number=next(iter(numbers), None),
        caller_name=name,
        caller_relation=relation,
    )
    machine_calls.opened(session, call, machine.token)
    return call


def _whom_to_ring(found: Read, by: str) -> tuple[str, str]:
    """Whose the first number is, so that nobody rings a person by their sender's name."""
    if any(_usable(number) for number in found.person.numbers):
        return found.person.name, THEMSELVES
    for one in found.contacts:
        if any(_usable(number) for number in one.numbers):
            if one.is_self:
                return found.person.name or one.name, THEMSELVES
            return one.name, one.relation[:80] or "named in the referral"
    return by, "sent the referral"


def _usable(number: str) -> str:
    """E.164; empty where it is no telephone number. Words beside one may say not to ring it: a human reads them."""
    bare = number.strip().removeprefix("tel:")
    if _WORDS_BESIDE.search(bare):
        return ""
    try:
        return rules.phone(bare)
    except Refused:
        return ""


def _type_down(
    session: Session,
    library: Library,
    case: Case,
    call: Call,
    found: Read,
    numbers: Sequence[str],
    machine: Machine,
    now: datetime,
) -> list[str]:
    """Kept as it came, in the same fields as what a handler types; returns what cannot be used, in words."""
    typed = []
    for field, value in _fields(found, numbers):
        entry = str(uuid.uuid4())
        is_way_in = field is CaptureField.access_words
        cut = kept_apart.take_out(value[:2000], entry=entry, source=field.value, is_way_in=is_way_in)
        typed.append(Typed(entry, field, cut))
    look_again = put_in(session, call, case, typed, library, now, machine.actor)
    return [f"{field.replace('_', ' ').capitalize()}: {why}" for field, why in look_again.items()]


def _fields(found: Read, numbers: Sequence[str]) -> list[tuple[CaptureField, str]]:
    person, spot = found.person, found.spot
    address = spot.in_words() or person.home
    lives_elsewhere = bool(spot.in_words() and person.home and _differ(found))
    home = f"{person.home} {person.home_postcode}".strip()
    fields = [
        (CaptureField.person_name, person.name),
        (CaptureField.nhs_number, person.nhs_number),
        (CaptureField.born, person.born),
        (CaptureField.address, address),
        (CaptureField.postcode, spot.postcode if spot.is_known else person.home_postcode),
        (CaptureField.home_address, home[:400] if lives_elsewhere else ""),
        (CaptureField.number, numbers[0] if numbers else ""),
        (CaptureField.need_words, found.need),
        (CaptureField.talk_words, person.language),
        (CaptureField.access_words, "; ".join(_beware(found))[:MOST_WORDS]),
        (CaptureField.safeguarding, "yes" if found.safeguarding else ""),
    ]
    return [(field, value) for field, value in fields if value]


def _differ(found: Read) -> bool:
    """S15: whether they are somewhere else than at home."""
    here, home = found.spot, found.person
    if here.postcode and home.home_postcode:
        return here.postcode.replace(" ", "").upper() != home.home_postcode.replace(" ", "").upper()
    return here.in_words().casefold() != home.home.casefold()


def numbers_in(found: Read) -> list[str]:
    """Theirs first, then of who is near them, then the sender's own; E.164 where they are telephone numbers."""
    said = [*found.person.numbers, *(number for one in found.contacts for number in one.numbers)]
    usable = [_usable(number) for number in (*said, *found.organisation_numbers)]
    return [number for number in dict.fromkeys(usable) if number][:8]


def _warn(session: Session, case: Case, end: datetime, now: datetime) -> None:
    """What the sender has promised holds until triage sets the target."""
    near = case.clock_start + (end - case.clock_start) * 0.9
    dues = [Due("breach", end, human=False)]
    if near > now:
        dues.append(Due("near_90", near, human=False))
    deadlines.add_deadlines(session, case.place, case.id, "case", case.key, dues)


def _owe_triage(
    session: Session,
    case: Case,
    found: Read,
    by: str,
    numbers: Sequence[str],
    end: datetime | None,
    now: datetime,
    machine: Machine,
) -> None:
    """By a clinician where the sender asks for one."""
    within = min(RING_IN, (end - now) / 2) if end else RING_IN
    is_over = found.ends_at is not None and found.ends_at <= now
    within = RING_AT_ONCE_IN if is_over else max(within, RING_AT_ONCE_IN)
    who = "hub_clinician" if found.is_validation else "handler"
    why = f"referral from {by}: ring and triage"
    ways = tuple(numbers)
    call_backs.open_call_back(session, case, who, why, now + within, now, machine.actor, numbers=ways)


def _row(
    session: Session, case: Case, found: Read, facts: Resource, by: str, machine: Machine, now: datetime
) -> Referral:
    referral = Referral(
        uid=str(uuid.uuid4()),
        place=machine.place,
        case_id=case.key,
        sender=machine.name,
        organisation=by[:80],
        is_validation=found.is_validation,
        request_key=found.request_key,
        encounter_key=found.encounter_key,
        person_key=found.person_key,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        facts=seal_of(session).shut(json.dumps(facts)),
        came_at=now,
    )
    session.add(referral)
    session.flush()
    return referral
