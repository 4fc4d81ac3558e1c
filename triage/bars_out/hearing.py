"""What the other service says. Having received a message is not taking it over: a hand-over is confirmed by their word
alone, in a message of theirs or to somebody by telephone (S30)."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.tokens import Machine
from records import alarms, hand_overs
from records.fhir.shapes import Resource, objects, said, words
from records.lifecycles import HandOverState
from records.model import Case, CaseState, HandOver, Task
from records.service import Due, owe, take, write_line
from triage.bars.kept import without_codes
from triage.bars.reading import Read
from triage.bars_out import store
from triage.bars_out.asking import RING_THEM_IN, UNTOLD, ring_them
from triage.bars_out.model import Reason, ReferralSent

CANCELLED = "cancelled"
TAKEN = frozenset({"arrived", "triaged", "in-progress", "onleave", "finished"})
"""States of their encounter that say: it is ours now. `planned` says only that it waits there."""
WAITS = frozenset({HandOverState.requested, HandOverState.timed_out})
NO_REASON = "they gave no reason"
NOT_TAKEN_IN = "their system could not take it in"
NO_NEWS = frozenset({HandOverState.refused, HandOverState.superseded})
"""It is back at work, or not wanted any more, already: their no changes nothing."""


def received(session: Session, sent: ReferralSent, row: HandOver, now: datetime) -> None:
    """They have it, and have said nothing yet."""
    sent.received_at, sent.trouble = now, ""
    session.add(sent)
    told = {
        Reason.new: f"{row.to} has received it. Waiting for their word.",
        Reason.update: f"{row.to} has received what changed.",
        Reason.revoked: f"{row.to} has received that they are not needed any more.",
    }[sent.reason]
    write_line(session, sent.case_id, now, HUB, "referral", told)


def refused(session: Session, sent: ReferralSent, case: Case, row: HandOver, why: str, now: datetime) -> None:
    """They do not take the message. Where it asked them that is their no; else a human rings."""
    sent.refused_at, sent.trouble = now, why[:300]
    session.add(sent)
    if sent.reason is Reason.new:
        said_no(session, sent, case, row, why, now, HUB)
    else:
        ring_them(session, case, row, sent, why, now)


def said_no(
    session: Session, sent: ReferralSent, case: Case, row: HandOver, why: str, now: datetime, who: Actor
) -> None:
    """They will not take the person, whichever message they say it to: back to work on the old clock (S30). Also after
    they had taken it, or after its time: somebody must know, whatever the hand-over's state is by now."""
    sent.refused_at, sent.trouble = sent.refused_at or now, why[:300]
    session.add(sent)
    if row.state is HandOverState.requested:
        hand_overs.refuse(session, row, why[:300], now, who)
        return
    told = f"{row.to} says that they do not take it: {why}"[:280]
    if row.state in NO_NEWS or store.is_called_off(session, row.key):
        write_line(session, case.key, now, who, "referral", told)
    elif case.state is CaseState.open:
        task = Task(place=case.place, opened_at=now, case_id=case.key, words=f"{told}. Ring them.")
        owe(session, task, now, HUB, told, Due("task", now + RING_THEM_IN))
    else:
        write_line(session, case.key, now, who, "referral", told)
        alarms.ring(session, case.place, UNTOLD, sent.key, f"{case.ref}: {told}"[:300], now, case)


def in_words(answer: Resource) -> str:
    """Why, in their own words, of an `OperationOutcome`."""
    told = []
    for issue in objects(answer.get("issue"))[:3]:
        told.append(words(issue.get("diagnostics"), 200) or said(issue.get("details"), 200))
    return kept("; ".join(dict.fromkeys(part for part in told if part)))


def answered(session: Session, found: Read, machine: Machine, now: datetime) -> ReferralSent | None:
    """A message of theirs about a referral of ours; None where it is about none, or not theirs to answer."""
    sent = store.answered_by(session, found.answers, found.request_key)
    if sent is None or sent.place != machine.place:
        return None
    services: dict[str, str] = session.info.get("services", {})
    if services.get(sent.service) != machine.name:
        return None
    case = take(session, sent.case_id, now)
    session.refresh(sent)
    row = session.get_one(HandOver, sent.hand_over_id, populate_existing=True)
    sent.received_at = sent.received_at or now
    session.add(sent)
    _heard(session, sent, case, row, found, now, machine.actor)
    return sent


def _heard(
    session: Session,
    sent: ReferralSent,
    case: Case,
    row: HandOver,
    found: Read,
    now: datetime,
    who: Actor,
) -> None:
    if found.answer_code not in ("", "ok"):
        refused(session, sent, case, row, NOT_TAKEN_IN, now)
    elif found.encounter_status == CANCELLED and sent.reason is not Reason.revoked:
        said_no(session, sent, case, row, kept(found.encounter_why) or NO_REASON, now, who)
    elif found.encounter_status in TAKEN and row.state in WAITS:
        hand_overs.confirm(session, row, _reference(found), now, who)
    else:
        state = found.encounter_status.replace("-", " ") or "nothing of how it stands"
        outcome = f", {kept(found.outcome)}" if found.outcome else ""
        write_line(session, case.key, now, who, "referral", f"{row.to} says: {state}{outcome}.")


def _reference(found: Read) -> str:
    theirs = words(found.encounter_identifier.get("value"), 60)
    return theirs or found.bundle_id[:60] or "by message"


def kept(told: str) -> str:
    """As words of others are kept here (S19)."""
    return str(without_codes(told))
