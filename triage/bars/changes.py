"""A sender changes a referral, cancels it, or sends it again: every version is kept, and a human decides what follows.
Nothing that was typed here is written over, and nothing is closed by a message.
"""

import json
from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB
from hub.sealing import seal_of
from hub.tokens import Machine
from records import alarms
from records.fhir.shapes import Resource
from records.lifecycles import PositionState
from records.model import Case, CaseState, Position, Task
from records.service import Due, owe, take, write_line
from records.store import rows_of
from triage.bars.model import Arrived, Referral, ReferralMessage
from triage.bars.reading import Read

LOOK_IN = timedelta(minutes=10)
"""How soon somebody must have looked at what a sender has changed; at once where somebody is on the way. [LOCAL]"""
ON_THE_WAY = frozenset(
    {PositionState.accepted, PositionState.en_route, PositionState.at_door, PositionState.with_person}
)
MATTERS = {
    "name": "the name",
    "nhs_number": "the NHS number",
    "born": "the date of birth",
    "numbers": "the telephone number",
    "where": "where they are",
    "postcode": "the postcode",
    "contacts": "whom to ring",
    "scene": "scene safety",
    "safeguarding": "safeguarding",
    "need": "what is wrong",
}
"""What a human must hear of when it changes, in words that name nobody."""


def change(
    session: Session,
    message: ReferralMessage,
    referral: Referral,
    case: Case,
    found: Read,
    facts: Resource,
    machine: Machine,
    now: datetime,
) -> None:
    """An update, or a cancel. `facts`: `facts_of` what was read."""
    take(session, case.key, now)
    message.became = Arrived.version
    if found.reason == "cancel":
        referral.cancelled_at = referral.cancelled_at or now
        words = f"{referral.organisation} has cancelled this referral. Find out whether they still need us."
    else:
        words = _updated(session, referral, case, found, facts, machine, now)
    referral.versions += 1
    session.add(referral)
    if words:
        _ask(session, case, referral, words, machine, now)
    else:
        _say(
            session,
            case,
            f"{referral.organisation} sent the referral again; nothing in it has changed.",
            machine,
            now,
        )


def sent_again(
    session: Session,
    message: ReferralMessage,
    referral: Referral,
    case: Case,
    machine: Machine,
    now: datetime,
) -> None:
    """As a new one, in other words than before: the sender is told that it is here already, and somebody looks."""
    message.became, message.referral_id = Arrived.again, referral.key
    take(session, case.key, now)
    words = f"{referral.organisation} has sent this referral again as new, in other words. Read both."
    _ask(session, case, referral, words, machine, now)


def _updated(
    session: Session,
    referral: Referral,
    case: Case,
    found: Read,
    new: Resource,
    machine: Machine,
    now: datetime,
) -> str:
    """Its words for a human; empty where nothing has changed that matters. A danger counts at once (S17)."""
    old = json.loads(seal_of(session).open(referral.facts) or "{}")
    changed = [words for name, words in MATTERS.items() if new[name] and new[name] != old.get(name)]
    if found.ends_at != referral.ends_at and found.ends_at is not None:
        changed.append("the time by which it is wanted")
    kept = {name: value for name, value in old.items() if not new.get(name)}
    referral.facts = seal_of(session).shut(json.dumps({**new, **kept}))
    referral.ends_at = found.ends_at or referral.ends_at
    if found.safeguarding and not case.safeguarding:
        case.safeguarding = True
        session.add(case)
        write_line(
            session, case.key, now, machine.actor, "safeguarding", "Safeguarding marked by the sender."
        )
    if not changed:
        return ""
    return f"{referral.organisation} has changed {', '.join(changed)}. Read the referral and put the case right."[
        :300
    ]


def _ask(
    session: Session, case: Case, referral: Referral, words: str, machine: Machine, now: datetime
) -> None:
    """A task, and an alarm where somebody of ours is on the way. A closed case owes nothing: the alarm alone."""
    is_open = case.state is CaseState.open
    on_the_way = any(row.state in ON_THE_WAY for row in rows_of(session, Position, case.key, live=True))
    if is_open:
        task = Task(place=case.place, opened_at=now, case_id=case.key, words=words[:300])
        owe(session, task, now, machine.actor, words, Due("task", now + LOOK_IN))
    else:
        _say(session, case, f"After the case was closed: {words}", machine, now)
    if on_the_way or not is_open:
        said = f"{case.ref}: {words}"[:300]
        alarms.ring(session, case.place, "referral_changed", referral.key, said, now, case)


def _say(session: Session, case: Case, words: str, machine: Machine, now: datetime) -> None:
    write_line(session, case.key, now, machine.actor or HUB, "referral", words)
